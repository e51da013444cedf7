"""How much texts are about the same, with vectors and without."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.closeness import (
    CONCEPT,
    FAR,
    FAR_ALONE,
    NEAR,
    NEAR_ALONE,
    SAME,
    WORDS_ALONE,
    Floats,
    Texts,
    closeness,
    closeness_of,
    packed,
    packed_shares,
    similarity,
    unpacked,
    unpacked_shares,
)
from shared.models import Understood
from tests.people import NO_TEXTS, about, touched
from tests.unit.strategies import CONCEPTS, understood

ROUNDING = 0.02  # as vectors and shares are written in bytes


def at(degrees: float, **shares: int) -> Understood:
    """Place a text in a plane, about concepts by thousandths."""
    vector = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)
    concepts = tuple(touched(name, share, named=False) for name, share in shares.items())
    profile = np.array([shares.get(name, 0) / 1000 for name in CONCEPTS])
    return Understood(vector=packed(vector), shares=packed_shares(profile), concepts=concepts)


@st.composite
def placed(draw: st.DrawFn) -> Understood:
    """Draw a text with a vector, whose shares are together at most everything."""
    most = 1000 // len(CONCEPTS)
    shares = draw(st.dictionaries(st.sampled_from(CONCEPTS), st.integers(1, most), max_size=len(CONCEPTS)))
    return at(draw(st.floats(0, 360)), **shares).model_copy(update={"literal": draw(st.sampled_from(("", "x", "y")))})


def alone(text: Understood, shares: list[float]) -> Understood:
    """Let a text be read without a model: its shares come from its letters."""
    profile = np.array(shares) / max(sum(shares), 1)
    return text.model_copy(update={"shares": packed_shares(profile)})


profiles = st.lists(st.floats(0, 1), min_size=len(CONCEPTS), max_size=len(CONCEPTS))
with_model = st.one_of(placed(), st.just(NO_TEXTS))
without_model = st.one_of(st.builds(alone, understood, profiles), st.just(NO_TEXTS))
# All texts of a comparison are read with a model, or all without.
two_sides = st.sampled_from((with_model, without_model)).flatmap(
    lambda texts: st.tuples(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
)


def near(one: Understood, other: Understood) -> float:
    return float(closeness([one], [other])[0, 0])


def alike(one: Understood, other: Understood) -> float:
    return float(similarity([one], [other])[0, 0])


@given(two_sides)
def test_closeness_lies_between_nothing_and_everything_and_is_the_same_from_both_sides(
    sides: tuple[list[Understood], list[Understood]],
) -> None:
    mine, theirs = sides
    found = closeness(mine, theirs)
    assert found.shape == (len(mine), len(theirs))
    assert ((found >= 0) & (found <= 1)).all()
    assert found == pytest.approx(closeness(theirs, mine).T, abs=1e-5)


@given(two_sides)
def test_many_texts_at_once_are_compared_as_one_by_one(sides: tuple[list[Understood], list[Understood]]) -> None:
    mine, theirs = sides
    one_by_one = np.array([[alike(one, other) for other in theirs] for one in mine]).reshape(len(mine), len(theirs))
    assert similarity(mine, theirs) == pytest.approx(one_by_one, abs=1e-5)


@given(placed(), placed())
def test_no_similarity_is_above_that_of_literal_equality(one: Understood, other: Understood) -> None:
    assert -1 - ROUNDING <= alike(one, other) <= SAME + ROUNDING
    assert near(one, one) == 1


@given(st.integers(1, 30), st.integers(1, 5))
def test_a_few_columns_give_what_all_give(many: int, few: int) -> None:
    texts = [at(10 * number, choirs=500) for number in range(many)]
    sides = Texts(texts)
    picked = np.arange(many)[:few]
    assert sides.similarity(np.arange(1), sides, picked) == pytest.approx(
        sides.similarity(np.arange(1), sides, np.arange(many))[:, :few], abs=1e-5
    )


# With vectors


@pytest.mark.parametrize(("degrees", "cosine"), [(0, 1), (60, 0.5), (90, 0), (180, -1)])
def test_texts_about_no_concept_are_as_similar_as_their_vectors(degrees: float, cosine: float) -> None:
    assert alike(at(0), at(degrees)) == pytest.approx(cosine, abs=0.01)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ({"choirs": 1000}, {"choirs": 1000}, 1),
        ({"choirs": 250}, {"choirs": 1000}, 0.5),
        ({"choirs": 500, "hiring": 500}, {"choirs": 500, "hiring": 500}, 1),
        ({"choirs": 500, "hiring": 500}, {"choirs": 1000}, 0.5**0.5),
        ({"choirs": 1000}, {"hiring": 1000}, 0),
        ({}, {"choirs": 1000}, 0),
    ],
)
def test_concepts_add_what_both_texts_are_about(one: dict[str, int], other: dict[str, int], overlap: float) -> None:
    assert alike(at(0, **one), at(90, **other)) == pytest.approx(CONCEPT * overlap, abs=0.01)


def test_closeness_begins_at_far_and_is_full_at_near_with_a_model_and_without() -> None:
    for far, near_enough, has_model in ((FAR, NEAR, True), (FAR_ALONE, NEAR_ALONE, False)):
        values: Floats = np.array([-1, far, (far + near_enough) / 2, near_enough, SAME])
        assert closeness_of(values, with_model=np.array(has_model)) == pytest.approx(np.array([0, 0, 0.5, 1, 1]))
    half = float(closeness_of(np.array([WORDS_ALONE]), with_model=np.zeros(1, bool))[0])
    assert near(Understood(words=("x",)), Understood(words=("x",))) == pytest.approx(half)
    assert near(at(0), at(90)) == 0 < near(Understood(words=("x",)), Understood(words=("x",))) < 1 == near(at(0), at(0))


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8).filter(lambda vector: max(map(abs, vector)) > 0.01))
def test_a_vectors_direction_survives_being_written_down(vector: list[float]) -> None:
    given_vector = np.array(vector)
    read = unpacked(packed(given_vector))
    assert np.linalg.norm(read) == pytest.approx(1, abs=1e-5)
    assert float(read @ given_vector) / np.linalg.norm(given_vector) > 0.999


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_shares_survive_being_written_down(shares: list[float]) -> None:
    assert unpacked_shares(packed_shares(np.array(shares))) == pytest.approx(np.array(shares), abs=0.005)


# Literally the same


@pytest.mark.parametrize("degrees", [0, 180])
def test_what_is_literally_the_same_is_a_full_hit_wherever_it_lies(degrees: float) -> None:
    one, other = (at(angle).model_copy(update={"literal": "x"}) for angle in (0, degrees))
    assert alike(one, other) == pytest.approx(SAME)
    assert near(one, other) == 1
    without_vector = Understood(literal="x")
    assert near(one, without_vector) == near(without_vector, one) == near(without_vector, without_vector) == 1


def test_texts_that_say_nothing_are_not_the_same() -> None:
    assert alike(NO_TEXTS, NO_TEXTS) == near(NO_TEXTS, at(0)) == near(at(0), NO_TEXTS) == 0


# Without vectors


@given(understood)
def test_a_text_is_as_close_to_itself_as_its_concepts_and_words_allow(text: Understood) -> None:
    assert alike(text, text) == pytest.approx(1 if text.concepts else WORDS_ALONE if text.words else 0)


def test_one_concept_of_two_counts_half_and_one_that_is_not_named_nothing() -> None:
    assert alike(about("choirs"), about("choirs", "beekeeping")) == pytest.approx(0.5)
    unnamed = Understood(concepts=(touched("choirs", named=False),))
    assert alike(about("choirs"), unnamed) == alike(about("choirs"), about("beekeeping")) == 0


def test_words_alone_count_at_most_half_and_from_two_words_on() -> None:
    one = Understood(words=("kantine", "nacht", "suppe"))
    assert alike(one, one) == pytest.approx(WORDS_ALONE)
    assert alike(one, Understood(words=("kantine", "wald"))) == 0
    assert alike(one, Understood(words=("kantine", "nacht"))) == pytest.approx(WORDS_ALONE * 4 / 5)


def test_a_text_of_one_word_needs_only_that_word() -> None:
    one, other = (Understood(words=words) for words in (("imkern",), ("imkern", "garten", "honig")))
    assert alike(one, other) == pytest.approx(WORDS_ALONE * 2 / 4)


def test_what_the_letters_tell_of_concepts_counts_beside_words() -> None:
    one, other = alone(NO_TEXTS, [1, 0, 0, 0]), alone(NO_TEXTS, [0.25, 0.75, 0, 0])
    assert alike(one, other) == pytest.approx(0.5, abs=ROUNDING)
    words = {"words": ("kantine", "nacht")}
    both = (one.model_copy(update=words), other.model_copy(update=words))
    assert alike(*both) == pytest.approx(0.5 + WORDS_ALONE, abs=ROUNDING)


def test_a_text_with_a_vector_and_one_without_are_not_compared_by_words() -> None:
    words = ("kantine", "suppe")
    with_vector = at(0, choirs=1000).model_copy(update={"words": words})
    without = about("choirs").model_copy(update={"words": words})
    assert near(with_vector, without) == near(without, with_vector) == 0
