"""What a text is about."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests import embedding
from functions.interests.embedding import STOP_WORDS, folded, forms, understand, vocabulary, words_of
from shared.models import Understood

GERMAN = st.text("abdefghiklmnorstuwz äöüß.,-", max_size=60)


@cache
def entries() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(embedding.__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


def of(text: str) -> Understood:
    (understood,) = understand([text])
    return understood


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Wir haben noch eine Kantine", "staff_canteen"),
        ("Das Kantinenessen war besser", "staff_canteen"),
        ("Der Wiedereinstieg nach der Elternzeit", "parental_leave"),
        ("DIE ELTERNZEIT", "parental_leave"),
        ("Vaeterzeit für alle", "parental_leave"),
        ("Va\u0308terzeit für alle", "parental_leave"),
        ("Kuendigung per Brief", "resignation"),
        ("Ich leite einen Chor", "choirs"),
        ("Chorleitung im Betrieb", "choirs"),
        ("first day at work", "onboarding"),
        ("mein erster\nArbeitstag", "onboarding"),
        ("Wie KI im Büro hilft", "ai_in_the_office"),
        ("What does AI change?", "ai_in_the_office"),
        ("Die DSGVO und wir", "data_protection"),
    ],
)
def test_a_concept_is_found_in_every_spelling_and_inside_compounds(text: str, concept: str) -> None:
    assert concept in of(text).concepts


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Der Kirchenorganist im Parkinsonzentrum", "ai_in_the_office"),
        ("We said it again in the rain", "ai_in_the_office"),
        ("skilled skiing in Kiel", "ai_in_the_office"),
        ("Ein Bachorchester", "choirs"),
    ],
)
def test_a_short_word_is_not_found_inside_another(text: str, concept: str) -> None:
    assert concept not in of(text).concepts


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("excellent food", "data_quality"),
        ("our honeymoon", "beekeeping"),
        ("household chores", "choirs"),
        ("an honorary member", "pricing"),
        ("recycling glass", "cycling"),
        ("what emerged later", "restructuring"),
        ("two lieutenants", "housing_coops"),
        ("Eine Ankündigung", "resignation"),
        ("Die Besatzung der Fähre", "association_boards"),
        ("Unternehmensanteile für alle", "staff_canteen"),
        ("Ein Wirtschaftsingenieur", "choirs"),
        ("Die Erschließung des Geländes", "closing_down"),
    ],
)
def test_an_everyday_word_with_an_alias_in_it_means_something_else(text: str, concept: str) -> None:
    assert concept not in of(text).concepts


@pytest.mark.parametrize(
    ("alias", "in_compounds", "found", "not_found"),
    [
        ("imker", True, "hobbyimkerei", "imke"),
        ("chor-", True, "chorleitung", "bachchor"),
        ("HR", True, "unsere hr hilft", "die uhr geht vor"),
        ("honey", False, "bees and honey", "our honeymoon"),
        ("tenant", False, "the tenants", "a lieutenant"),
        ("mediat-", False, "mediators", "remediation"),
        ("AI", False, "what does ai change", "ais"),
    ],
)
def test_how_an_alias_is_written_says_where_it_counts(
    alias: str,
    in_compounds: bool,  # noqa: FBT001 - a table
    found: str,
    not_found: str,
) -> None:
    sought = forms(alias, in_compounds=in_compounds)
    assert any(form in f" {found} " for form in sought)
    assert not any(form in f" {not_found} " for form in sought)


def test_what_no_concept_covers_keeps_its_own_long_words() -> None:
    assert of("Wer hat 2019 eine Dampflok poliert?") == Understood(concepts=(), words=("dampflok", "poliert"))


def test_words_that_say_nothing_are_left_out() -> None:
    assert of("Würde gerne etwas machen, was nicht immer wieder gemacht wurde").words == ()


def test_every_word_that_says_nothing_is_written_as_words_are_compared() -> None:
    assert {word for word in STOP_WORDS if word != folded(word)} == set()


def test_each_text_is_understood_by_itself_and_in_its_place() -> None:
    chor, nothing, kantine = understand(["Chor", "", "Kantine"])
    assert nothing == Understood(concepts=(), words=())
    assert ("choirs" in chor.concepts, "choirs" in kantine.concepts) == (True, False)


@given(GERMAN)
def test_neither_capitals_nor_how_umlauts_are_typed_change_what_a_text_is_about(text: str) -> None:
    spelt = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    assert of(text) == of(text.upper()) == of(spelt) == of(unicodedata.normalize("NFD", text))


@given(st.text(max_size=80))
def test_any_text_at_all_is_understood_as_something_in_order(text: str) -> None:
    understood = of(text)
    assert understood.concepts == tuple(sorted(set(understood.concepts)))
    assert understood.words == tuple(sorted(set(understood.words)))
    assert set(understood.concepts) <= set(entries())


# The vocabulary


def test_every_concept_has_a_name_of_its_own_in_both_languages() -> None:
    for language in ("de", "en"):
        labels = Counter(entry[language] for entry in entries().values())
        assert [label for label, times in labels.items() if times > 1 or not label.strip()] == []
    assert all(set(entry) == {"de", "en", "aliases_de", "aliases_en"} for entry in entries().values())
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", concept) for concept in entries())


@pytest.mark.parametrize("language", ["aliases_de", "aliases_en"])
def test_every_concept_has_four_to_nine_aliases_in_each_language(language: str) -> None:
    assert {concept for concept, entry in entries().items() if not 4 <= len(entry[language]) <= 9} == set()
    assert all(len(set(entry[language])) == len(entry[language]) for entry in entries().values())


def test_no_alias_means_two_things() -> None:
    owners: dict[str, set[str]] = {}
    for concept, aliases in vocabulary().items():
        for alias in aliases:
            assert alias
            owners.setdefault(alias, set()).add(concept)
    assert {alias: concepts for alias, concepts in owners.items() if len(concepts) > 1} == {}


def test_every_concept_is_found_by_each_of_its_aliases() -> None:
    missed = [
        (concept, alias)
        for concept, entry in entries().items()
        for alias in entry["aliases_de"] + entry["aliases_en"]
        if concept not in of(f"Über {alias} reden").concepts
    ]
    assert missed == []


def test_an_alias_is_not_found_inside_one_of_another_concept() -> None:
    written = {
        concept: [f" {' '.join(words_of(alias))} " for alias in entry["aliases_de"] + entry["aliases_en"]]
        for concept, entry in entries().items()
    }
    inside = [
        (one, other, alias)
        for one, other in permutations(sorted(vocabulary()), 2)
        for alias in written[other]
        if any(sought in alias for sought in vocabulary()[one])
    ]
    assert inside == []


def test_no_short_alias_counts_inside_other_words() -> None:
    assert [
        form for known in vocabulary().values() for form in known if len(form) < 5 and not form.startswith(" ")
    ] == []
