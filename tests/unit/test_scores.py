"""What a pair is worth to each of the two, and to both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching.arrays import Pairs
from functions.matching.participants import Participant, rules_of
from functions.matching.scores import (
    FIRST,
    FURTHER,
    RANKING,
    SURE,
    WORTH,
    Reason,
    Scorer,
    every_pair,
    reasons,
    reciprocal,
)
from shared.models import Attendance, GainKind, Understood
from tests.people import a_participant, about
from tests.unit.strategies import participants, people, texts


def test_a_wish_gains_from_an_offer_and_from_the_same_wish_and_an_interest_from_the_same_interest() -> None:
    ada = a_participant("ada", wishes=(about("canteen"), about("hiring")), interests=(about("choirs"),))
    ben = a_participant("ben", wishes=(about("hiring"),), offers=(about("canteen"),), interests=(about("choirs"),))
    assert reasons(ada, ben) == [
        Reason(GainKind.SERVED, 0, 0, 1.0),
        Reason(GainKind.SHARED_WISH, 1, 0, 1.0),
        Reason(GainKind.SHARED_INTEREST, 0, 0, 1.0),
    ]
    assert [reason.kind for reason in reasons(ben, ada)] == [GainKind.SHARED_WISH, GainKind.SHARED_INTEREST]


def test_what_somebody_offers_is_no_gain_of_their_own() -> None:
    ada, ben = a_participant("ada", offers=(about("canteen"),)), a_participant("ben", wishes=(about("canteen"),))
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
    ada = a_participant("ada", wishes=wishes, interests=interests)
    ben = a_participant("ben", wishes=their_wishes, offers=their_offers, interests=their_interests)
    found = reasons(ada, ben)
    own_texts = [(reason.kind is GainKind.SHARED_INTEREST, reason.mine) for reason in found]
    assert len(set(own_texts)) == len(own_texts)
    worth = [WORTH[reason.kind] * reason.closeness for reason in found]
    assert worth == sorted(worth, reverse=True)
    assert all(reason.closeness > 0 for reason in found)


def gain(found: list[Reason]) -> float:
    """Put reasons together one by one: the best nearly full, each further one half of what is left."""
    left = 1.0
    for place, reason in enumerate(found):
        left *= 1 - WORTH[reason.kind] * reason.closeness * (FURTHER if place else FIRST)
    return 1 - left


def gains(one: Participant, other: Participant) -> tuple[float, float]:
    mine, theirs = Scorer([one, other]).gains(0, np.array([1]))
    return float(mine[0]), float(theirs[0])


@given(st.lists(participants(), min_size=2, max_size=5))
def test_what_everybody_gains_at_once_is_what_their_reasons_give_one_by_one(folk: list[Participant]) -> None:
    others = np.arange(1, len(folk))
    mine, theirs = Scorer(folk).gains(0, others)
    assert mine == pytest.approx([gain_from(folk[0], other) for other in folk[1:]])
    assert theirs == pytest.approx([gain_from(other, folk[0]) for other in folk[1:]])


def gain_from(one: Participant, other: Participant) -> float:
    """Return what one gains by their reasons; a weak one is worth no less than a surprise both wished for."""
    least = WORTH[GainKind.SURPRISE] * FIRST if one.surprise_me and other.surprise_me else 0
    return max(gain(reasons(one, other)), least)


@given(people)
def test_a_pair_is_scored_only_where_both_have_a_reason_and_stays_within_bounds(folk: list[Participant]) -> None:
    every = every_pair(rules_of(folk))
    scored = Scorer(folk).score(every)
    found = set(zip(scored.left.tolist(), scored.right.tolist(), strict=True))
    for one, other in zip(every.left.tolist(), every.right.tolist(), strict=True):
        both_gain = reasons(folk[one], folk[other]) and reasons(folk[other], folk[one])
        surprised = folk[one].surprise_me and folk[other].surprise_me
        surely = max(gain(reasons(folk[one], folk[other])), gain(reasons(folk[other], folk[one]))) >= SURE
        assert ((one, other) in found) == bool(both_gain and (surely or surprised))
    assert ((scored.score > 0) & (scored.score <= 1)).all()


@given(texts, texts)
def test_more_texts_never_make_a_gain_smaller(wishes: tuple[Understood, ...], offers: tuple[Understood, ...]) -> None:
    ada, ben = a_participant("ada", wishes=wishes[:1]), a_participant("ben", offers=offers)
    richer: Participant = replace(ada, wishes=wishes)
    assert gains(richer, ben)[0] >= gains(ada, ben)[0] - 1e-9


def test_without_a_reason_nothing_is_gained() -> None:
    assert gains(a_participant("ada"), a_participant("ben", offers=(about("canteen"),))) == (0, 0)


def test_two_who_share_a_wish_both_gain_though_neither_can_tell_the_other_anything() -> None:
    mine, theirs = gains(
        a_participant("ada", wishes=(about("canteen"),)), a_participant("ben", wishes=(about("canteen"),))
    )
    assert mine == theirs == pytest.approx(FIRST * WORTH[GainKind.SHARED_WISH])


def test_only_two_who_both_want_to_be_surprised_may_meet_without_a_topic() -> None:
    ada, ben = a_participant("ada", surprise_me=True), a_participant("ben", surprise_me=True)
    assert min(gains(ada, ben)) > 0
    assert gains(ada, replace(ben, surprise_me=False)) == (0, 0)
    assert [reason.kind for reason in reasons(ada, ben)] == [GainKind.SURPRISE]
    topical = replace(ben, offers=(about("canteen"),)), replace(ada, wishes=(about("canteen"),))
    assert [reason.kind for reason in reasons(*reversed(topical))] == [GainKind.SERVED]


def scored(one: Participant, other: Participant) -> Pairs:
    return Scorer([one, other]).score(every_pair(rules_of([one, other])))


def test_the_way_to_meet_and_newcomers_rank_pairs_and_never_make_one() -> None:
    ada, ben = (a_participant(name, wishes=(about("canteen"),)) for name in ("ada", "ben"))
    plain = float(scored(ada, ben).score[0])
    assert scored(ada, replace(ben, first_time=True)).score[0] == pytest.approx(plain + RANKING / 2)
    assert scored(ada, replace(ben, attendance=Attendance.BOTH)).score[0] == pytest.approx(plain - RANKING / 2)
    assert scored(replace(ada, first_time=True), replace(ben, first_time=True)).score[0] == pytest.approx(plain)
    assert scored(replace(ada, wishes=()), replace(ben, first_time=True)).size == 0


def test_a_scorer_tells_how_far_it_is() -> None:
    told: list[float] = []
    folk = [a_participant(name, wishes=(about("canteen"),)) for name in ("ada", "ben", "cem")]
    Scorer(folk).score(every_pair(rules_of(folk)), told.append)
    assert told == [1 / 3, 2 / 3, 1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_a_pair_is_worth_to_both_lies_between_the_two_gains(mine: float, theirs: float) -> None:
    both = float(reciprocal(np.array(mine), np.array(theirs)))
    assert both == float(reciprocal(np.array(theirs), np.array(mine)))
    if min(mine, theirs) == 0:
        assert both == 0
    elif min(mine, theirs) > 1e-9:
        assert min(mine, theirs) * (1 - 1e-9) <= both <= max(mine, theirs) * (1 + 1e-9)
