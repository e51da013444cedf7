"""What is left of a text before anything reads it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests.cleaning import LONGEST, cleaned
from shared.words import folded, literal

ANYTHING = st.text(max_size=200)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  Gärten \n\t anlegen  ", "Gärten anlegen"),
        ("Kan\x00tine\x07", "Kan tine"),
        ("Kan\u00adtine, Gär\u200bten\ufeff", "Kantine, Gärten"),
        ("\u202eKantine\u202c", "Kantine"),
        ("Kantine\ud800", "Kantine"),
        ("<b>Kantine</b><br/><!-- Suppe -->", "Kantine"),
        ("Firmen <10 Leute, Städte >50 Häuser", "Firmen <10 Leute, Städte >50 Häuser"),
        ("Kantine, siehe https://example.org/a?b=c", "Kantine, siehe"),
        ("Kantine auf WWW.example.org", "Kantine auf"),
        ("Kantine: ada.lovelace+x@mail.example.org", "Kantine:"),
        ("ada@exa\u200bmple.org", ""),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("", ""),
        (" \x00\u200b ", ""),
    ],
)
def test_only_what_says_something_of_the_topic_is_left(text: str, left: str) -> None:
    assert cleaned(text) == left


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert cleaned(unicodedata.normalize("NFD", "Gärten für Öko-Bäume")) == "Gärten für Öko-Bäume"


@pytest.mark.parametrize("text", ["a" * 100_000, "a\u0301" * 100_000, "<" * 100_000, "漢 " * 100_000])
def test_a_text_is_cut(text: str) -> None:
    assert 0 < len(cleaned(text)) <= LONGEST


@given(ANYTHING)
def test_what_is_clean_stays_as_it_is_and_can_be_written_down(text: str) -> None:
    clean = cleaned(text)
    assert cleaned(clean) == clean == clean.strip()
    assert clean.encode().decode() == clean


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kantinen-Essen!", "kantinen essen"),
        ("Straßenfest", "STRASSENFEST"),
        ("Führung", "Fuehrung"),
        ("  „Chor“ ", "chor"),
    ],
)
def test_literally_the_same_leaves_case_umlauts_spaces_and_punctuation_aside(one: str, other: str) -> None:
    assert literal(one) == literal(other) != ""


def test_other_words_are_not_literally_the_same() -> None:
    assert len({literal(text) for text in ("Chor", "Chöre", "Chor 2", "Kirchenchor")}) == 4


@given(ANYTHING)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
