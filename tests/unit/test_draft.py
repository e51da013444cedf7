"""A round's draft: who may meet whom, how many, with which reasons, and why others have nobody."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching.candidates import Candidate, Obstacle, candidate, obstacle, seats
from functions.matching.draft import Draft, DraftReason, Unmatched, draft, gains_in_words, writes_first
from functions.matching.scores import SHOWN
from shared.models import Attendance, Gain, GainKind
from tests.people import a_candidate, a_profile, about, an_attendee
from tests.unit.strategies import candidates, people

ADA = a_candidate("ada", wishes=(about("canteen"),), offers=(about("choirs"),))
BEN = a_candidate("ben", wishes=(about("choirs"),), offers=(about("canteen"),))


def drafted(*taking_part: Candidate, seed: int = 7, late: tuple[str, ...] = ()) -> Draft:
    return draft("what-next", 1, seed, taking_part, late)


# Obstacles


@given(candidates(), candidates())
def test_an_obstacle_does_not_depend_on_who_is_asked_first(one: Candidate, other: Candidate) -> None:
    assert obstacle(one, other) == obstacle(other, one)


def test_two_who_have_nothing_against_each_other_may_meet() -> None:
    assert obstacle(ADA, BEN) is None


@pytest.mark.parametrize(
    ("ada", "ben", "expected"),
    [
        ({}, {"person_id": "ada"}, Obstacle.SAME_PERSON),
        ({}, {"address_hash": ADA.address_hash}, Obstacle.SAME_PERSON),
        ({"company_hash": "mill"}, {"company_hash": "mill"}, Obstacle.SAME_COMPANY),
        ({"avoid": frozenset({"address of ben"})}, {}, Obstacle.AVOIDED),
        ({"avoid": frozenset({"mill"})}, {"company_hash": "mill"}, Obstacle.AVOIDED),
        ({"met": frozenset({"address of ben"})}, {}, Obstacle.MET_BEFORE),
        ({"proposed": frozenset({"ben"})}, {"proposed": frozenset({"ada"})}, Obstacle.MET_BEFORE),
        ({"languages": frozenset({"en", "fr"})}, {}, Obstacle.NO_LANGUAGE),
        ({"attendance": Attendance.VIRTUAL}, {}, Obstacle.ATTENDANCE),
    ],
)
def test_each_obstacle_keeps_two_apart_whoever_it_comes_from(
    ada: dict[str, Any], ben: dict[str, Any], expected: Obstacle
) -> None:
    one, other = a_candidate("ada", **ada), a_candidate(**{"person_id": "ben"} | ben)
    assert obstacle(one, other) is expected
    assert obstacle(other, one) is expected
    assert drafted(replace(ADA, **ada), replace(BEN, **ben)).pairs == ()


def test_without_a_company_nobody_is_a_colleague() -> None:
    assert obstacle(replace(ADA, company_hash=""), replace(BEN, company_hash="")) is None


@pytest.mark.parametrize("attendance", Attendance)
def test_who_comes_both_ways_may_meet_everybody(attendance: Attendance) -> None:
    assert obstacle(replace(ADA, attendance=Attendance.BOTH), replace(BEN, attendance=attendance)) is None


# Seats


@given(st.integers(1, 5), st.integers(0, 6), st.booleans())
def test_nobody_is_ever_proposed_more_people_than_they_asked_for(limit: int, introduced: int, last: bool) -> None:  # noqa: FBT001 - drawn
    assert 0 <= seats(limit, introduced, is_last_round=last) <= max(0, limit - introduced)


@pytest.mark.parametrize(
    ("limit", "introduced", "early", "last"),
    [(3, 0, 2, 3), (3, 1, 1, 2), (3, 2, 1, 1), (3, 3, 0, 0), (1, 0, 1, 1), (5, 1, 3, 4), (1, 2, 0, 0)],
)
def test_each_round_but_the_last_keeps_one_seat_back_for_those_who_come_late(
    limit: int, introduced: int, early: int, last: int
) -> None:
    assert seats(limit, introduced, is_last_round=False) == early
    assert seats(limit, introduced, is_last_round=True) == last


def test_a_candidate_is_seen_with_the_seats_their_form_asked_for() -> None:
    attendee = an_attendee("ada", profile={"matches": 4, "write_me_first": True}, avoid=("mill",))
    texts = ((about("canteen"),), (), ())
    seen = candidate(attendee, texts, frozenset({"x"}), frozenset({"cem"}), 1, 1, is_last_round=True)
    assert (seen.seats, seen.introduced, seen.write_me_first) == (2, 1, True)
    assert (seen.avoid, seen.met, seen.proposed) == (frozenset({"mill"}), frozenset({"x"}), frozenset({"cem"}))
    assert (seen.person_id, seen.version, seen.languages) == ("ada", 1, frozenset({"de"}))
    assert seen.wishes == texts[0]


# The draft


@given(people, st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_same_people_and_seed_give_the_same_draft_in_whatever_order_they_come(
    taking_part: list[Candidate], seed: int, rng: random.Random
) -> None:
    shuffled = rng.sample(taking_part, len(taking_part))
    assert drafted(*shuffled, seed=seed) == drafted(*taking_part, seed=seed)


@given(people)
def test_everybody_in_a_pair_has_a_reason_and_nothing_stands_between_the_two(taking_part: list[Candidate]) -> None:
    by_id = {person.person_id: person for person in taking_part}
    found = drafted(*taking_part)
    for pair in found.pairs:
        one, other = (by_id[member] for member in pair.members)
        assert obstacle(one, other) is None
        assert all(1 <= len(gains) <= SHOWN for gains in pair.gains)
        assert pair.score > 0
        assert pair.versions == (one.version, other.version)
        assert pair.writes_first in pair.members
        assert all(reason.mine < len(reasons_from(one, reason)) for reason in pair.gains[0])
        assert all(reason.mine < len(reasons_from(other, reason)) for reason in pair.gains[1])


def reasons_from(person: Candidate, reason: DraftReason) -> tuple[object, ...]:
    return person.interests if reason.kind is GainKind.SHARED_INTEREST else person.wishes


@given(people)
def test_everybody_with_a_seat_is_in_a_pair_or_told_apart_and_nobody_is_both(taking_part: list[Candidate]) -> None:
    found = drafted(*taking_part)
    taken = Counter(member for pair in found.pairs for member in pair.members)
    assert all(taken[person.person_id] <= person.seats for person in taking_part)
    with_a_seat = {person.person_id for person in taking_part if person.seats}
    assert set(taken) | set(found.unmatched) == with_a_seat
    assert not set(taken) & set(found.unmatched)


@given(people, st.integers(0, 9))
def test_who_would_rather_be_written_to_writes_only_to_others_of_that_kind(
    taking_part: list[Candidate], seed: int
) -> None:
    by_id = {person.person_id: person for person in taking_part}
    for pair in drafted(*taking_part, seed=seed).pairs:
        if by_id[pair.writes_first].write_me_first:
            assert all(by_id[member].write_me_first for member in pair.members)


def test_who_writes_first_is_left_to_chance_where_both_are_alike() -> None:
    named = {writes_first(ADA, BEN, random.Random(seed)) for seed in range(20)}
    assert named == {"ada", "ben"}


def test_what_one_can_tell_the_other_makes_a_pair() -> None:
    (pair,) = drafted(ADA, BEN).pairs
    assert set(pair.members) == {"ada", "ben"}
    served = DraftReason(kind=GainKind.SERVED, mine=0, theirs=0)
    assert pair.gains == ((served,), (served,))


def test_nobody_is_chosen_for_somebody_who_gains_nothing_from_it() -> None:
    generous = a_candidate("ben", offers=(about("canteen"),))
    found = drafted(ADA, generous)
    assert found.pairs == ()
    assert found.unmatched == {"ada": Unmatched.NO_REASON, "ben": Unmatched.NO_REASON}


def test_who_is_left_over_is_told_apart_from_whom_nobody_fits() -> None:
    couple = [replace(ADA, seats=1), replace(BEN, seats=1)]
    third = a_candidate("cem", seats=1, wishes=(about("canteen", "hiring"),), offers=(about("choirs", "hiring"),))
    lonely = a_candidate("dora", wishes=(about("beekeeping"),))
    found = drafted(*couple, third, lonely, late=("emil",))
    assert found.unmatched == {
        "cem": Unmatched.ALL_TAKEN,
        "dora": Unmatched.NO_REASON,
        "emil": Unmatched.NOT_UNDERSTOOD,
    }
    assert found.reasons_counted == {"all_taken": 1, "no_reason": 1, "not_understood": 1}


def test_who_has_all_their_people_already_is_not_missed() -> None:
    assert drafted(replace(ADA, seats=0), BEN).unmatched == {"ben": Unmatched.NO_REASON}


def test_a_draft_holds_no_words_and_the_profiles_give_them_back() -> None:
    ada = a_profile(wishes=("Eins zuerst", "Zwei danach"), interests=("Chor",))
    ben = a_profile(wishes=("Drei davor",), offers=("Vier vorbei",), interests=("Imkern", "Singen"))
    found = [
        DraftReason(kind=GainKind.SERVED, mine=1, theirs=0),
        DraftReason(kind=GainKind.SHARED_WISH, mine=0, theirs=0),
        DraftReason(kind=GainKind.SHARED_INTEREST, mine=0, theirs=1),
    ]
    assert gains_in_words(found, ada, ben) == (
        Gain(kind=GainKind.SERVED, mine="Zwei danach", theirs="Vier vorbei"),
        Gain(kind=GainKind.SHARED_WISH, mine="Eins zuerst", theirs="Drei davor"),
        Gain(kind=GainKind.SHARED_INTEREST, mine="Chor", theirs="Singen"),
    )


def test_no_round_and_no_people_make_an_empty_draft() -> None:
    assert drafted() == Draft(event_id="what-next", round=1, seed=7, pairs=(), unmatched={})
