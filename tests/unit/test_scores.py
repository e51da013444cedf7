"""What a pair is worth to each of the two, and to both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching.candidates import Candidate
from functions.matching.scores import WORDS_ALONE, Reason, closeness, gain, reasons, reciprocal
from shared.models import GainKind, Understood
from tests.people import NO_TEXTS, a_candidate, about
from tests.unit.strategies import texts, understood

gains = st.floats(0, 1)


@given(understood, understood)
def test_closeness_lies_between_nothing_and_everything_and_is_the_same_from_both_sides(
    one: Understood, other: Understood
) -> None:
    assert 0 <= closeness(one, other) <= 1
    assert closeness(one, other) == closeness(other, one)


@given(understood)
def test_a_text_with_a_concept_is_as_close_to_itself_as_can_be(text: Understood) -> None:
    expected = 1 if text.concepts else WORDS_ALONE if text.words else 0
    assert closeness(text, text) == expected


def test_one_concept_of_two_counts_half() -> None:
    assert closeness(about("choirs"), about("choirs", "beekeeping")) == pytest.approx(0.5)


def test_words_alone_count_at_most_half_and_from_two_words_on() -> None:
    one = Understood(concepts=(), words=("kantine", "nacht", "suppe"))
    assert closeness(one, one) == pytest.approx(WORDS_ALONE)
    assert closeness(one, Understood(concepts=(), words=("kantine", "wald"))) == 0
    assert closeness(one, Understood(concepts=(), words=("kantine", "nacht"))) == pytest.approx(WORDS_ALONE * 4 / 5)


def test_a_text_of_one_word_needs_only_that_word() -> None:
    one, other = (Understood(concepts=(), words=words) for words in (("imkern",), ("imkern", "garten", "honig")))
    assert closeness(one, other) == pytest.approx(WORDS_ALONE * 2 / 4)


def test_texts_without_anything_in_common_are_not_close() -> None:
    assert closeness(NO_TEXTS, NO_TEXTS) == closeness(about("choirs"), about("beekeeping")) == 0


def test_a_wish_gains_from_an_offer_and_from_the_same_wish_and_an_interest_from_the_same_interest() -> None:
    ada = a_candidate("ada", wishes=(about("canteen"), about("hiring")), interests=(about("choirs"),))
    ben = a_candidate("ben", wishes=(about("hiring"),), offers=(about("canteen"),), interests=(about("choirs"),))
    assert reasons(ada, ben) == [
        Reason(GainKind.SERVED, 0, 0, 1.0),
        Reason(GainKind.SHARED_WISH, 1, 0, 1.0),
        Reason(GainKind.SHARED_INTEREST, 0, 0, 1.0),
    ]
    assert [reason.kind for reason in reasons(ben, ada)] == [GainKind.SHARED_WISH, GainKind.SHARED_INTEREST]


def test_what_somebody_offers_is_no_gain_of_their_own() -> None:
    ada, ben = a_candidate("ada", offers=(about("canteen"),)), a_candidate("ben", wishes=(about("canteen"),))
    assert reasons(ada, ben) == []
    assert len(reasons(ben, ada)) == 1


@given(texts, texts, texts, texts, texts)
def test_each_own_text_is_a_reason_at_most_once_and_the_best_reason_comes_first(
    wishes: tuple[Understood, ...],
    interests: tuple[Understood, ...],
    their_wishes: tuple[Understood, ...],
    their_offers: tuple[Understood, ...],
    their_interests: tuple[Understood, ...],
) -> None:
    ada = a_candidate("ada", wishes=wishes, interests=interests)
    ben = a_candidate("ben", wishes=their_wishes, offers=their_offers, interests=their_interests)
    found = reasons(ada, ben)
    own_texts = [(reason.kind is GainKind.SHARED_INTEREST, reason.mine) for reason in found]
    assert len(set(own_texts)) == len(own_texts)
    worth = [gain([reason]) for reason in found]
    assert worth == sorted(worth, reverse=True)
    assert all(reason.closeness > 0 for reason in found)


@given(texts, texts)
def test_more_texts_never_make_a_gain_smaller(wishes: tuple[Understood, ...], offers: tuple[Understood, ...]) -> None:
    ada, ben = a_candidate("ada", wishes=wishes[:1]), a_candidate("ben", offers=offers)
    richer: Candidate = replace(ada, wishes=wishes)
    assert gain(reasons(richer, ben)) >= gain(reasons(ada, ben)) - 1e-9


def test_without_a_reason_nothing_is_gained() -> None:
    assert gain([]) == 0


@given(gains, gains)
def test_what_a_pair_is_worth_to_both_lies_between_the_two_gains(mine: float, theirs: float) -> None:
    both = reciprocal(mine, theirs)
    assert both == reciprocal(theirs, mine)
    if min(mine, theirs) == 0:
        assert both == 0
    elif min(mine, theirs) > 1e-100:
        assert min(mine, theirs) * (1 - 1e-9) <= both <= max(mine, theirs) * (1 + 1e-9)
