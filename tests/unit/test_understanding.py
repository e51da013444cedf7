"""Reading texts: what is remembered, what is left without a model, and what counts in spite of one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests import __main__ as command
from functions.interests.__main__ import NAMES
from functions.interests.embedding import LocalModel, Vectors
from functions.interests.space import learnt, unit
from functions.interests.understanding import STOP_WORDS, Reader, texts_of
from functions.interests.vocabulary import vocabulary
from shared.closeness import closeness, similarity, unpacked
from shared.models import NO_MODEL, Concept, Touched, Understood
from shared.reading import READING
from shared.words import folded

ORGANS = Concept(de="Orgelbau", en="organ building", aliases_de=("orgelbau",), aliases_en=("pipe organs",))
CANTEEN = Concept(de="Unsere Kantine", en="our canteen", aliases_de=("kantine",))


class Apart:
    """A model that places different texts anywhere around its mean; it keeps what it was asked."""

    model_id = LocalModel.model_id

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=384) for text in texts]
        return unit(learnt(self.model_id).mean + unit(np.array(rows)))


def by_words(*texts: str) -> tuple[Understood, ...]:
    return Reader({}, None).read(texts)


def near(reader: Reader, one: str, other: str) -> float:
    mine, theirs = reader.read([one, other])
    return float(closeness([mine], [theirs])[0, 0])


def named(text: Understood) -> set[str]:
    return {one.concept for one in text.concepts if one.named}


def test_identical_texts_are_embedded_once_in_a_batch_and_across_batches() -> None:
    apart = Apart()
    reader = Reader({}, apart)
    first = reader.read(["Falknerei", " Falknerei\n", "Chor", "Falknerei"])
    assert apart.asked == ["Falknerei", "Chor"]
    assert first[0] == first[1] == first[3] != first[2]
    reader.read(["Chor", "Wald"])
    assert apart.asked == ["Falknerei", "Chor", "Wald"]


def test_what_is_known_is_taken_over_unread() -> None:
    known = by_words("Falknerei")[0].model_copy(update={"words": ("taken over",)})
    apart = Apart()
    read = Reader({}, apart).read(["Chor", "Falknerei"], [known])
    assert (read[1], apart.asked) == (known, ["Chor"])


@pytest.mark.parametrize(
    "text", ["", " \n", "\x00\u200b", "<br>", "https://example.org", "ada@example.org", "!?", "🌾" * 9]
)
def test_a_text_of_which_nothing_is_left_is_close_to_nothing_not_even_itself(text: str) -> None:
    apart = Apart()
    nothing, other = Reader({}, apart).read([text, "Kantine"])
    assert (nothing.vector, nothing.literal, nothing.concepts, nothing.words) == ("", "", (), ())
    assert similarity([nothing, other], [nothing]).tolist() == [[0], [0]]
    assert apart.asked == ["Kantine"]


def test_each_text_is_understood_in_its_place() -> None:
    choir, nothing, canteen = by_words("Chor", "", "Kantine")
    assert (named(choir), named(nothing), named(canteen)) == ({"choirs"}, set(), {"staff_canteen"})


def test_without_a_model_concepts_and_words_remain() -> None:
    reader = Reader({}, None)
    assert reader.model_id == NO_MODEL
    choir, rare = reader.read(["Wer singt im Chor?", "Wer hat 2019 eine Dampflok poliert?"])
    assert choir.vector == rare.vector == ""
    assert named(choir) == {"choirs"}
    assert (rare.concepts, rare.words) == ((), ("dampflok", "poliert"))
    assert near(reader, "Wer singt im Chor?", "We sing in a choir") == 1
    assert near(reader, "Dampflok, poliert", "Wer hat eine Dampflok poliert?") > 0 == near(reader, "Chor", "Dampflok")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kantinen-Essen!", "kantinen essen"),
        ("Straßenmalerei", "STRASSENMALEREI"),
        ("Käferkunde", "Kaeferkunde"),
        ("Ka\u0308ferkunde", "Käferkunde"),
        ("Kantine", "Knatine"),
        ("HR", "Human Resources"),
    ],
)
def test_what_is_literally_the_same_is_a_full_hit_even_if_the_model_places_it_apart(one: str, other: str) -> None:
    assert near(Reader({}, Apart()), one, other) == near(Reader({}, None), one, other) == 1


def test_what_a_model_places_apart_is_not_close() -> None:
    assert near(Reader({}, Apart()), "Käferkunde", "Dampfloks polieren") == 0


def test_vectors_are_of_length_one_and_shares_at_most_everything() -> None:
    for text in Reader({}, Apart()).read(["Falknerei", "Kantine und Chor", "x"]):
        assert np.linalg.norm(unpacked(text.vector)) == pytest.approx(1)
        assert sum(one.share for one in text.concepts) <= 1001
        assert list(text.concepts) == sorted(text.concepts, key=lambda one: (-one.share, one.concept))


def test_concepts_bring_their_labels() -> None:
    (canteen,) = by_words("Kantine")
    known = vocabulary().concepts["staff_canteen"]
    first = canteen.concepts[0]
    assert first == Touched(concept="staff_canteen", share=first.share, named=True, de=known.de, en=known.en)


@pytest.mark.parametrize("model", [None, Apart()])
def test_an_events_own_concepts_are_found_and_win_over_ours(model: Apart | None) -> None:
    reader = Reader({"organs": ORGANS, "our_canteen": CANTEEN}, model)
    organs, canteen, plain = reader.read(["Orgelbau", "Wer kennt die Kantine?", "Wer singt im Chor?"])
    assert (named(organs), named(canteen), named(plain)) == ({"event/organs"}, {"event/our_canteen"}, {"choirs"})
    assert {one.de for one in canteen.concepts if one.named} == {"Unsere Kantine"}
    assert near(reader, "Orgelbau", "pipe organs") == 1


def test_another_events_concepts_are_forgotten() -> None:
    Reader({"organs": ORGANS}, Apart()).read(["Orgelbau"])
    assert named(Reader({}, Apart()).read(["Orgelbau"])[0]) == set()


def test_a_concepts_texts_are_its_labels_and_aliases_without_their_signs() -> None:
    concept = Concept(de="Chöre", en="choirs", aliases_de=("chor-",), aliases_en=("choir",))
    assert texts_of(concept) == ("Chöre", "choirs", "chor", "choir")


def test_words_that_say_nothing_are_left_out() -> None:
    (text,) = by_words("Würde gerne etwas machen, was nicht immer wieder gemacht wurde")
    assert text.words == ()
    assert {word for word in STOP_WORDS if word != folded(word)} == set()


def test_what_is_kept_does_not_show_who_wrote() -> None:
    (text,) = by_words("Fragt mich: ada@example.org, www.ada.example")
    assert text.words == ("fragt",)
    assert "ada" not in text.model_dump_json()


@given(st.text(max_size=80))
def test_any_text_at_all_is_understood_as_something_in_order(text: str) -> None:
    for reader in (Reader({}, None), Reader({}, Apart())):
        (read,) = reader.read([text])
        assert Understood.model_validate_json(read.model_dump_json()) == read
        assert {one.concept for one in read.concepts} <= set(vocabulary().concepts)
        assert read.words == tuple(sorted(set(read.words)))
        assert reader.read([text], [read]) == (read,)


# The command


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *texts: str) -> list[str]:
    """Compare two texts on the command line, without a model; return the lines it prints."""
    monkeypatch.setattr(command, "reader", lambda own: Reader(own, None))
    assert command.main(list(texts)) == 0
    return capsys.readouterr().out.splitlines()


def test_the_command_tells_how_close_two_texts_are_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = len(vocabulary().concepts)
    lines = told(monkeypatch, capsys, "Onbaording von Neuen", "first day at work")
    assert [re.sub(r"named\);.*", "named)", re.sub(r"\d+ %", "most", line)) for line in lines] == [
        "very close: 1.00 of 1",
        "both are about: Einarbeitung / onboarding",
        "literally the same: no",
        "first text: Einarbeitung / onboarding most (named)",
        "  spelling put right: “Onbaording” is read as “Onboarding”",
        "second text: Einarbeitung / onboarding most (named)",
        "  spelling put right: nothing",
        f"read by: no language model, vocabulary and words alone; {known} concepts, reading {READING}",
    ]


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Käferkunde!", "Kaeferkunde", "yes"),
        ("Kantine", "Betriebsrestaurant", "no, but as read they name the same"),
        ("Kantine", "Chor", "no"),
        ("", "", "no"),
    ],
)
def test_the_command_tells_whether_texts_say_literally_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], one: str, other: str, answer: str
) -> None:
    assert told(monkeypatch, capsys, one, other)[2] == f"literally the same: {answer}"


def test_the_command_says_that_nothing_is_left_of_a_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(monkeypatch, capsys, " ", "https://example.org")
    assert lines[:2] == ["not close: 0.00 of 1", "both are about: no concept in common"]
    assert lines[3:5] == [f"{name} text: nothing is left of it to be read, so it is close to nothing" for name in NAMES]


def test_the_command_wants_two_texts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        command.main(["Kantine"])
    assert raised.value.code == 2
    assert "give two texts, each in quotation marks" in capsys.readouterr().err
