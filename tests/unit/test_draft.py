"""A round's draft: who may meet whom, how many, with which reasons, and why others have nobody."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching.draft import Draft, DraftReason, draft, gains_in_words, topic_of, writers
from functions.matching.engine import Unmatched
from functions.matching.participants import Participant, participant, places_of, seats
from functions.matching.scores import SHOWN
from shared.models import Bilingual, Gain, GainKind, Understood
from tests.people import a_participant, a_profile, about, an_attendee, touched
from tests.unit.strategies import people

ADA = a_participant("ada", wishes=(about("canteen"),), offers=(about("choirs"),))
BEN = a_participant("ben", wishes=(about("choirs"),), offers=(about("canteen"),))


def drafted(*taking_part: Participant, seed: int = 7, late: tuple[str, ...] = ()) -> Draft:
    return draft("what-next", 1, seed, taking_part, late)


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


def test_a_participant_is_seen_with_the_seats_their_form_asked_for() -> None:
    attendee = an_attendee("ada", profile={"matches": 4, "write_me_first": True}, avoid=("mill",))
    texts = ((about("canteen"),), (), ())
    seen = participant(
        attendee, texts, frozenset({"x"}), frozenset({"cem", "dora"}), frozenset({"dora"}), 1, is_last_round=True
    )
    assert (seen.seats, seen.introduced, seen.write_me_first) == (2, frozenset({"dora"}), True)
    assert (seen.avoid, seen.met, seen.proposed) == (frozenset({"mill"}), frozenset({"x"}), frozenset({"cem", "dora"}))
    assert (seen.person_id, seen.version, seen.languages) == ("ada", 1, frozenset({"de"}))
    assert seen.wishes == texts[0]


def test_a_first_match_counts_for_who_has_no_introduction_and_more_for_who_had_no_proposal() -> None:
    newcomer, waiting = a_participant("ada"), a_participant("ben", proposed=frozenset({"x"}))
    settled = a_participant("cem", seats=2, proposed=frozenset({"x"}), introduced=frozenset({"x"}))
    places = places_of([newcomer, waiting, settled])
    assert places.bonus[0] > places.bonus[1] > places.bonus[2] == 0
    assert places.seats.tolist() == [3, 3, 2]


# The draft


@given(people, st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_same_people_and_seed_give_the_same_draft_in_whatever_order_they_come(
    taking_part: list[Participant], seed: int, rng: random.Random
) -> None:
    shuffled = rng.sample(taking_part, len(taking_part))
    assert drafted(*shuffled, seed=seed) == drafted(*taking_part, seed=seed)


@given(people)
def test_everybody_in_a_pair_has_a_reason_and_nothing_stands_between_the_two(taking_part: list[Participant]) -> None:
    by_id = {person.person_id: person for person in taking_part}
    found = drafted(*taking_part)
    for pair in found.pairs:
        one, other = (by_id[member] for member in pair.members)
        assert all(1 <= len(gains) <= SHOWN for gains in pair.gains)
        assert pair.score > 0
        assert pair.versions == (one.version, other.version)
        assert pair.writes_first in pair.members
        assert all(reason.mine < len(reasons_from(one, reason)) for reason in pair.gains[0])
        assert all(reason.mine < len(reasons_from(other, reason)) for reason in pair.gains[1])


def reasons_from(person: Participant, reason: DraftReason) -> tuple[object, ...]:
    if reason.kind is GainKind.SURPRISE:
        return ("the first wish, which everybody has",)
    return person.interests if reason.kind is GainKind.SHARED_INTEREST else person.wishes


@given(people)
def test_everybody_with_a_seat_is_in_a_pair_or_told_apart_and_nobody_is_both(taking_part: list[Participant]) -> None:
    found = drafted(*taking_part)
    taken = Counter(member for pair in found.pairs for member in pair.members)
    assert all(taken[person.person_id] <= person.seats for person in taking_part)
    with_a_seat = {person.person_id for person in taking_part if person.seats}
    assert set(taken) | set(found.unmatched) == with_a_seat
    assert not set(taken) & set(found.unmatched)


@given(people, st.integers(0, 9))
def test_who_would_rather_be_written_to_writes_only_to_others_of_that_kind(
    taking_part: list[Participant], seed: int
) -> None:
    by_id = {person.person_id: person for person in taking_part}
    for pair in drafted(*taking_part, seed=seed).pairs:
        if by_id[pair.writes_first].write_me_first:
            assert all(by_id[member].write_me_first for member in pair.members)


@given(st.integers(0, 9), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=15))
def test_where_both_are_alike_everybody_writes_first_in_half_of_their_pairs(
    seed: int, numbers: list[tuple[int, int]]
) -> None:
    folk = [a_participant(f"p{number}") for number in range(7)]
    couples = [(folk[one], folk[other]) for one, other in {(min(two), max(two)) for two in numbers} if one != other]
    first = Counter(writers(couples, seed))
    for person in folk:
        pairs = sum(person in couple for couple in couples)
        assert abs(first[person.person_id] - pairs / 2) <= 0.5


def test_nobody_is_given_the_same_question_to_open_with_twice() -> None:
    star = a_participant("star", seats=5, wishes=(about("canteen"),), proposed=frozenset({"x", "y"}))
    folk = [star, *(a_participant(f"p{number}", seats=1, wishes=(about("canteen"),)) for number in range(5))]
    found = drafted(*folk)
    asked = [pair.openers[pair.members.index("star")] for pair in found.pairs if "star" in pair.members]
    assert len(set(asked)) == len(asked) == 5
    first_two = drafted(*[replace(star, seats=2, proposed=frozenset()), *folk[1:3]])
    before = [pair.openers[pair.members.index("star")] for pair in first_two.pairs if "star" in pair.members]
    assert len(before) == 2
    assert not set(before) & set(asked)


def test_what_one_can_tell_the_other_makes_a_pair() -> None:
    (pair,) = drafted(ADA, BEN).pairs
    assert set(pair.members) == {"ada", "ben"}
    assert pair.gains == ((DraftReason(kind=GainKind.SERVED, mine=0, theirs=0),),) * 2


def test_nobody_is_chosen_for_somebody_who_gains_nothing_from_it() -> None:
    generous = a_participant("ben", offers=(about("canteen"),))
    found = drafted(ADA, generous)
    assert found.pairs == ()
    assert found.unmatched == {"ada": Unmatched.NO_REASON, "ben": Unmatched.LITTLE_SAID}


def test_who_came_too_late_to_be_read_is_counted_with_the_others() -> None:
    found = drafted(ADA, BEN, a_participant("dora", wishes=(about("beekeeping"),)), late=("emil",))
    assert found.unmatched == {"dora": Unmatched.LITTLE_SAID, "emil": Unmatched.NOT_UNDERSTOOD}
    assert found.reasons_counted == {"little_said": 1, "not_understood": 1}


def test_who_has_all_their_people_already_is_not_missed() -> None:
    assert drafted(replace(ADA, seats=0), BEN).unmatched == {"ben": Unmatched.NOBODY_ALLOWED}


def test_a_draft_holds_no_words_and_the_profiles_give_them_back() -> None:
    ada = a_profile(wishes=("Eins zuerst", "Zwei danach"), interests=("Chor",))
    ben = a_profile(wishes=("Drei davor",), offers=("Vier vorbei",), interests=("Imkern", "Singen"))
    found = [
        DraftReason(kind=GainKind.SERVED, mine=1, theirs=0),
        DraftReason(kind=GainKind.SHARED_WISH, mine=0, theirs=0),
        DraftReason(kind=GainKind.SHARED_INTEREST, mine=0, theirs=1),
    ]
    assert gains_in_words(found, ada, ben, lambda _: None) == (
        Gain(kind=GainKind.SERVED, mine="Zwei danach", theirs="Vier vorbei"),
        Gain(kind=GainKind.SHARED_WISH, mine="Eins zuerst", theirs="Drei davor"),
        Gain(kind=GainKind.SHARED_INTEREST, mine="Chor", theirs="Singen"),
    )


# What both are about


BEES = Bilingual(de="Imkern", en="beekeeping")


def named(*names: str) -> tuple[Understood, ...]:
    """Understand texts that as a whole are names of a concept."""
    return tuple(Understood(literal=name, concepts=(touched(name),)) for name in names)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(GainKind.SERVED, "canteen"), (GainKind.SHARED_WISH, "bees"), (GainKind.SHARED_INTEREST, "choirs")],
)
def test_two_names_of_one_concept_are_told_its_label(kind: GainKind, told: str) -> None:
    ada = a_participant("ada", wishes=named("other", told), interests=named("other", told))
    theirs = named("nothing", told)
    ben = a_participant("ben", wishes=theirs, offers=theirs, interests=theirs)
    reason = DraftReason(kind=kind, mine=1, theirs=1)
    assert topic_of(reason, ada, ben) == Bilingual(de=told, en=told)
    assert topic_of(reason.model_copy(update={"mine": 0}), ada, ben) is None


def test_who_says_more_than_a_name_is_quoted() -> None:
    ada = a_participant("ada", interests=(Understood(literal="1f", concepts=(touched("bees"),)),))
    ben = a_participant("ben", interests=named("bees"))
    assert topic_of(DraftReason(kind=GainKind.SHARED_INTEREST, mine=0, theirs=0), ada, ben) is None


def test_two_who_wanted_to_be_surprised_are_told_of_no_topic() -> None:
    ada, ben = a_participant("ada", wishes=named("bees")), a_participant("ben", wishes=named("bees"))
    assert topic_of(DraftReason(kind=GainKind.SURPRISE, mine=0, theirs=0), ada, ben) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [("Bienen", "bee-keeping", BEES), ("Imkern", "imkern", None), ("Bienen", "Wie fängt man denn nur damit an?", None)],
)
def test_a_topic_is_looked_up_only_where_both_may_be_its_name_in_other_words(
    mine: str, theirs: str, told: Bilingual | None
) -> None:
    ada, ben = a_profile(interests=("Chor", mine)), a_profile(interests=(theirs,))
    found = DraftReason(kind=GainKind.SHARED_INTEREST, mine=1, theirs=0)
    kept = Gain(kind=GainKind.SHARED_INTEREST, mine=mine, theirs=theirs, topic=told)
    assert gains_in_words([found], ada, ben, lambda _: BEES) == (kept,)


def test_a_match_from_before_topics_were_told_is_still_read() -> None:
    gain = Gain(kind=GainKind.SERVED, mine="Bienen", theirs="Imkern")
    assert Gain.model_validate({"kind": "served", "mine": "Bienen", "theirs": "Imkern"}) == gain


def test_no_round_and_no_people_make_an_empty_draft() -> None:
    assert drafted().pairs == ()
    assert drafted().unmatched == {}
    assert drafted(replace(ADA, seats=0)).certificate.bound == 0
