"""Which concepts a text names, and the vocabulary itself."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests.cleaning import cleaned
from functions.interests.spelling import corrected
from functions.interests.vocabulary import (
    CONCEPTS,
    SHORTEST_IN_COMPOUNDS,
    AliasTwice,
    Vocabulary,
    aliases_of,
    vocabulary,
)
from shared.models import Concept

GERMAN = st.text("abdefghiklmnorstuwz äöüß.,-", max_size=60)
CHOIRS = Concept(de="Chöre", en="choirs", aliases_de=("chor", "chorprobe"), aliases_en=("choir",))


def named(text: str) -> frozenset[str]:
    return vocabulary().named(text)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Wir haben noch eine Kantine", "staff_canteen"),
        ("Das Kantinenessen war besser", "staff_canteen"),
        ("Ein Betriebskindergartenplatz fehlt", "childcare_at_work"),
        ("Der Wiedereinstieg nach der Elternzeit", "parental_leave"),
        ("DIE ELTERNZEIT", "parental_leave"),
        ("Gärten anlegen", "gardening"),
        ("Gaerten anlegen", "gardening"),
        ("Ga\u0308rten anlegen", "gardening"),
        ("Ein Straßenfest", "neighbourhood"),
        ("Ein Strassenfest", "neighbourhood"),
        ("first day at work", "onboarding"),
        ("mein erster\nArbeitstag", "onboarding"),
        ("Wir in der HR fragen uns", "hr_work"),
        ("Wer führt mit OKR?", "okr"),
        ("OKRs", "okr"),
        ("Was KI für uns ändert", "artificial_intelligence"),
        ("What does AI change?", "artificial_intelligence"),
        ("Vertrieb B2B", "b2b"),
        ("Die DSGVO und wir", "data_protection"),
    ],
)
def test_a_concept_is_found_through_inflection_compounds_and_spellings(text: str, concept: str) -> None:
    assert concept in named(cleaned(text))


@pytest.mark.parametrize(
    ("text", "concept"),
    [("Knatine", "staff_canteen"), ("Onbaording", "onboarding"), ("Elternziet", "parental_leave")],
)
def test_a_typing_error_hides_no_concept(text: str, concept: str) -> None:
    assert named(text) == frozenset()
    assert concept in named(corrected(text, vocabulary().words))


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Der Organist im Parkinsonzentrum", "artificial_intelligence"),
        ("We said it again in the rain", "artificial_intelligence"),
        ("Die Uhr geht vor", "hr_work"),
        ("our honeymoon", "beekeeping"),
        ("Die Besatzung der Fähre", "association_boards"),
        ("Unternehmensanteile für alle", "staff_canteen"),
        ("Ein Wirtschaftsingenieur", "choirs"),
        ("Ein Bachorchester", "choirs"),
    ],
)
def test_an_everyday_word_with_an_alias_in_it_means_something_else(text: str, concept: str) -> None:
    assert concept in vocabulary().concepts
    assert concept not in named(text)


@pytest.mark.parametrize(
    ("alias", "found", "not_found"),
    [
        ("imker", "Hobbyimkerinnen", "Schwimmer"),
        ("chor", "Die Chöre", "Bachchor"),
        ("chor-", "Chorleitung", "Bachchor"),
        ("KPI", "unsere KPI hilft", "unsere kpi hilft"),
        ("netzwerk", "Familiennetzwerktag", "Netz"),
        ("neue kollegen", "für neue Kollegen", "Kollegen, neue"),
    ],
)
def test_how_a_german_alias_is_written_says_where_it_counts(alias: str, found: str, not_found: str) -> None:
    known = Vocabulary({"it": Concept(de="x", en="x", aliases_de=(alias,))})
    assert known.named(found) == {"it"}
    assert known.named(not_found) == set()


@pytest.mark.parametrize(
    ("alias", "found", "not_found"),
    [
        ("tenant", "the tenants", "a lieutenant"),
        ("honey", "bees and honey", "our honeymoon"),
        ("mediat-", "mediators", "remediation"),
        ("new hire", "our new hires", "newly hired"),
    ],
)
def test_an_english_alias_counts_as_a_word_of_its_own(alias: str, found: str, not_found: str) -> None:
    known = Vocabulary({"it": Concept(de="x", en="x", aliases_en=(alias,))})
    assert known.named(found) == {"it"}
    assert known.named(not_found) == set()


def test_an_alias_inside_a_longer_one_does_not_count() -> None:
    known = Vocabulary({"choirs": CHOIRS, "rehearsals": Concept(de="x", en="x", aliases_de=("probe",))})
    assert known.named("Die Chorprobe") == {"choirs"}
    assert known.named("Die Chorprobe und eine Probe") == {"choirs", "rehearsals"}


def test_a_text_as_a_whole_can_be_a_concepts_name() -> None:
    assert vocabulary().topic("Kantine!") == "staff_canteen" == vocabulary().topic("KANTINE")
    assert vocabulary().topic("eine Kantine") is None


def test_two_concepts_with_one_alias_are_refused() -> None:
    with pytest.raises(AliasTwice, match="“Chor” stands in choirs and in singing"):
        Vocabulary({"choirs": CHOIRS, "singing": Concept(de="x", en="x", aliases_en=("Chor",))})


def test_an_events_own_concept_wins_and_leaves_the_other_aliases_alone() -> None:
    known = Vocabulary({"choirs": CHOIRS}).with_own({"our_choir": Concept(de="x", en="x", aliases_de=("Chor",))})
    assert known.topic("chor") == "our_choir"
    assert known.named("der Chor") == {"our_choir"}
    assert known.named("our choir") == {"choirs"}


def test_another_vocabulary_has_another_version() -> None:
    versions = {
        Vocabulary({"choirs": CHOIRS}).version,
        Vocabulary({"choirs": CHOIRS.model_copy(update={"aliases_en": ()})}).version,
        Vocabulary({"singing": CHOIRS}).version,
    }
    assert len(versions) == 3
    assert Vocabulary({"choirs": CHOIRS}).version in versions


@given(GERMAN)
def test_how_umlauts_are_typed_changes_nothing(text: str) -> None:
    spelt = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    assert named(text) == named(spelt) == named(cleaned(unicodedata.normalize("NFD", text)))


@given(st.text(max_size=80))
def test_any_text_at_all_names_only_concepts_there_are(text: str) -> None:
    assert named(text) <= set(vocabulary().concepts)


# The project's own concepts


def test_there_are_enough_concepts_each_in_one_place() -> None:
    tables = [set(tomllib.loads(path.read_text(encoding="utf-8"))) for path in CONCEPTS.glob("*.toml")]
    assert sum(map(len, tables)) == len(vocabulary().concepts) >= 250


def test_every_concept_has_a_name_of_its_own_in_both_languages() -> None:
    concepts = vocabulary().concepts
    for labels in ([one.de for one in concepts.values()], [one.en for one in concepts.values()]):
        assert [label for label, times in Counter(labels).items() if times > 1 or label != label.strip()] == []
    assert [name for name in concepts if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("language", ["aliases_de", "aliases_en"])
def test_every_concept_has_several_aliases_in_each_language(language: str) -> None:
    few = [
        name
        for name, concept in vocabulary().concepts.items()
        if len(set(getattr(concept, language))) < max(3, len(getattr(concept, language)))
    ]
    assert few == []


def test_every_concept_is_found_by_each_of_its_aliases() -> None:
    missed = [
        (name, alias)
        for name, concept in vocabulary().concepts.items()
        for alias in aliases_of(concept)
        for text in (alias.rstrip("-"), f"Über {alias.rstrip('-')} reden")
        if name not in named(text)
    ]
    assert missed == []


def test_no_short_german_alias_counts_inside_other_words() -> None:
    short = [
        alias
        for concept in vocabulary().concepts.values()
        for alias in concept.aliases_de
        if alias.isalpha() and len(alias) < SHORTEST_IN_COMPOUNDS and named(f"xy{alias}xy") | named(f"xy{alias}")
    ]
    assert short == []
    assert min(map(len, vocabulary().parts)) >= 5
