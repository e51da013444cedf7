"""One wrong letter is put right, and what is right stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.interests.spelling import (
    LONGEST,
    compounds_near,
    corrected,
    corrected_word,
    is_known,
    neighbours,
    with_umlauts,
)
from functions.interests.vocabulary import vocabulary

OWN = vocabulary().words
LETTERS = st.text("abdefghiklmnorstuwzäöüß", min_size=1, max_size=16)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Knatine", "Kantine"),
        ("Kantiene", "Kantine"),
        ("Kantne", "Kantine"),
        ("Kantime", "Kantine"),
        ("Onbaording", "Onboarding"),
        ("onboardnig", "onboarding"),
        ("beekeepign", "beekeeping"),
        ("Betriebsknidergarten", "Betriebskindergarten"),
        ("Hebebühnenvermieutng", "Hebebühnenvermietung"),
    ],
)
def test_one_wrong_letter_is_put_right_in_words_and_in_compounds(typed: str, meant: str) -> None:
    assert corrected(f"Über {typed}, bitte!", OWN) == f"Über {meant}, bitte!"


@pytest.mark.parametrize(
    "text",
    [
        "Kantine und Garten",
        "Betriebskindergartenplatz",
        "Elternzeitvertretungsregelung",
        "Hebebühnenvermietung",
        "how to welcome newcomers",
        "KNATINE",
        "Knat",
        "Київ Прага",
        "2019 B2B",
        "",
    ],
)
def test_known_words_compounds_capitals_short_words_and_other_scripts_stay(text: str) -> None:
    assert corrected(text, OWN) == text


def test_a_word_that_the_vocabulary_alone_knows_is_known_and_what_others_are_put_right_to() -> None:
    assert corrected("Wobbelquarg", ()) == "Wobbelquarg"
    assert corrected("Wobbelquarg", {"wobbelquark"}) == "Wobbelquark"
    assert corrected("Wobbelquark", {"wobbelquark"}) == "Wobbelquark"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Gaerten", "Gärten"), ("Kaeferkunde", "Käferkunde"), ("groesste", "größte"), ("Fuehrungsstil", "Führungsstil")],
)
def test_umlauts_typed_without_a_german_keyboard_become_umlauts(typed: str, meant: str) -> None:
    assert corrected_word(typed, OWN) == meant


@pytest.mark.parametrize(
    "word", ["weißen", "Große", "Süßen", "Maßnahmen", "Strassenfest", "neuer", "Aktuelle", "poetry"]
)
def test_right_words_with_sharp_s_or_two_vowels_stay(word: str) -> None:
    assert corrected_word(word, OWN) == word


def test_capitals_at_the_beginning_are_kept() -> None:
    assert (corrected_word("Knatine", OWN), corrected_word("knatine", OWN)) == ("Kantine", "kantine")


@given(LETTERS)
@example("aaaß")
def test_no_word_changes_by_more_than_one_letter_and_what_was_put_right_is_left_alone(word: str) -> None:
    now = corrected_word(word, OWN)
    assert now == word or now in neighbours(word) or now in with_umlauts(word)
    assert abs(len(now) - len(word)) <= 1 or now in with_umlauts(word)
    assert corrected_word(now, OWN) == now


@given(st.text(max_size=60))
def test_nothing_but_words_changes(text: str) -> None:
    now = corrected(text, OWN)
    assert len(now.split()) == len(text.split())
    assert [one for one in now if not one.isalpha()] == [one for one in text if not one.isalpha()]


def test_neighbours_are_one_letter_away() -> None:
    near = set(neighbours("ab"))
    assert {"a", "b", "ba", "abc", "cab", "acb", "ac", "cb"} <= near
    assert not {"abcd", "", "cd"} & near


def test_compounds_near_a_word_are_compounds() -> None:
    for typed in ("gartenmuaer", "gatrenmauer", "schulgatrenmauer"):
        near = compounds_near(typed, OWN)
        assert any(word.endswith("gartenmauer") for word in near)
        assert all(is_known(word, OWN) for word in near)


@pytest.mark.parametrize(
    "text",
    ["a" * 600, " ".join(["aufgabenverteilungsproblematikx"] * 18), "innenninnenninnenninnenninnenn " * 19],
)
def test_no_text_takes_long(text: str) -> None:
    corrected("warm", OWN)
    began = time.process_time()
    corrected(text, OWN)
    assert time.process_time() - began < 2


def test_what_is_longer_than_any_word_stays() -> None:
    for letters, stays in ((LONGEST, False), (LONGEST + 1, True)):
        word = "y" * letters
        assert (corrected_word(word, {word[1:]}) == word) is stays
