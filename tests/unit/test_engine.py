"""From people to pairs: everybody reached, the others told why, and the proof kept."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings

from functions.matching import engine
from functions.matching.engine import Unmatched, match
from functions.matching.participants import Participant, places_of
from shared.models import Attendance, Understood
from tests.people import a_participant, about
from tests.unit.arrays import covered_of
from tests.unit.strategies import CONCEPTS, people

ADA = a_participant("ada", wishes=(about("canteen"),), offers=(about("choirs"),))
BEN = a_participant("ben", wishes=(about("choirs"),), offers=(about("canteen"),))


def a_crowd(count: int, seed: int) -> list[Participant]:
    """Invent people of a few companies and languages who wish, tell and like a few things."""
    rng = random.Random(seed)
    concepts = [*CONCEPTS, *(f"topic {number}" for number in range(12))]

    def texts(least: int) -> tuple[Understood, ...]:
        return tuple(about(*rng.sample(concepts, rng.choice((1, 1, 2)))) for _ in range(rng.randint(least, 3)))

    return [
        a_participant(
            f"person {number}",
            company_hash=rng.choice(("", "mill", "soap", "tea")),
            languages=frozenset(rng.choice((("de",), ("en",), ("de", "en")))),
            seats=rng.randint(1, 4),
            wishes=texts(1),
            offers=texts(0),
            interests=texts(0),
        )
        for number in range(count)
    ]


def test_the_certificate_says_what_was_reached() -> None:
    found = match([ADA, BEN, a_participant("cem", wishes=(about("beekeeping"),))], 7)
    proven = found.certificate
    assert (proven.reachable, proven.covered, proven.degrees) == (2, 2, (1, 2))
    assert proven.weight == proven.best_weight == round(float(found.pairs.score[found.taken].sum()) * 1_000_000)
    assert proven.bound >= proven.best_weight
    assert proven.gap == pytest.approx(0, abs=1e-3)
    assert proven.given == 0
    assert (proven.wishes_met, proven.wishes_meetable) == (2, 2)
    assert (proven.pairs_looked_at, proven.all_pairs) == (1, True)


@settings(max_examples=30)
@given(people)
def test_the_certificate_is_never_below_the_weight(folk: list[Participant]) -> None:
    proven = match([one for one in folk if one.seats], 7).certificate
    assert proven.weight <= proven.best_weight <= proven.bound + 1
    assert proven.covered <= proven.reachable
    assert sum(proven.degrees) == sum(1 for one in folk if one.seats)
    assert proven.wishes_met <= proven.wishes_meetable


def test_a_crowd_too_large_for_all_pairs_is_matched_nearly_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = a_crowd(200, seed=1)
    whole = match(crowd, 7)
    monkeypatch.setattr(engine, "ALL_PAIRS", 50)
    monkeypatch.setattr(engine, "LOOKED_AT", 30)
    sieved = match(crowd, 7)
    assert whole.certificate.all_pairs
    assert not sieved.certificate.all_pairs
    assert sieved.certificate.pairs_looked_at < whole.certificate.pairs_looked_at
    assert sieved.certificate.best_weight >= 0.99 * whole.certificate.best_weight
    assert sieved.certificate.covered == whole.certificate.covered


def test_whoever_few_candidates_leave_alone_is_looked_at_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # Everybody's one best pair is with the star, who has a single seat.
    star = a_participant("star", seats=1, wishes=(about("a"), about("b")), offers=(about("a"), about("b")))
    crowd = [star, *(a_participant(f"p{n}", wishes=(about("a"), about("b", "c"))) for n in range(4))]
    monkeypatch.setattr(engine, "ALL_PAIRS", 2)
    monkeypatch.setattr(engine, "LOOKED_AT", 1)
    monkeypatch.setattr(engine, "STRONGEST", 1)
    found = match(crowd, 7)
    assert found.unmatched == {}
    assert found.certificate.covered == 5


@pytest.mark.parametrize("complete", [True, False])
def test_nobody_reachable_is_left_out_of_a_crowd(complete: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - both ways
    if not complete:
        monkeypatch.setattr(engine, "ALL_PAIRS", 10)
    found = match([replace(one, seats=2) for one in a_crowd(90, seed=2)], 7)
    assert set(found.unmatched.values()) <= {Unmatched.LITTLE_SAID, Unmatched.NO_REASON}
    assert found.certificate.covered == found.certificate.reachable > 80


def test_each_who_is_left_over_is_told_why() -> None:
    couple = [replace(ADA, seats=1), replace(BEN, seats=1)]
    extra = {
        "cem": a_participant("cem", seats=1, wishes=(about("canteen", "x"),), offers=(about("choirs", "x"),)),
        "dora": a_participant("dora", wishes=(about("hiring"),), offers=(about("beekeeping"),)),
        "emil": a_participant("emil", wishes=(about("beekeeping"),)),
        "fay": a_participant("fay", languages=frozenset({"fr"}), wishes=(about("canteen"),)),
        "gus": a_participant("gus", attendance=Attendance.VIRTUAL, wishes=(about("canteen"),)),
    }
    found = match([*couple, *extra.values()], 7)
    assert {found.people[one].person_id: why for one, why in found.unmatched.items()} == {
        "cem": Unmatched.ALL_TAKEN,
        "dora": Unmatched.NO_REASON,
        "emil": Unmatched.LITTLE_SAID,
        "fay": Unmatched.NO_LANGUAGE,
        "gus": Unmatched.NOBODY_ALLOWED,
    }


def test_over_three_matches_different_wishes_are_met() -> None:
    wishes = tuple(map(about, ("a", "b", "c")))
    ada = a_participant("ada", wishes=wishes, offers=(about("choirs"),), seats=2)
    tellers = [
        a_participant(f"{topic}{number}", wishes=(about("choirs"),), offers=(about(topic),), seats=1)
        for topic in "ab"
        for number in range(3)
    ]
    found = match([ada, *tellers], 7)
    hers = found.taken & (found.pairs.left == 0)
    partners = [found.people[one].offers[0].concepts[0].concept for one in found.pairs.right[hers].tolist()]
    assert sorted(partners) == ["a", "b"]


def test_the_smallest_rounds_are_matched_too() -> None:
    assert match([], 7).certificate.degrees == ()
    alone = match([ADA], 7)
    assert alone.unmatched == {0: Unmatched.NOBODY_ALLOWED}
    assert alone.certificate.bound == 0


def test_how_far_the_work_is_is_told_to_its_end() -> None:
    told: list[float] = []
    match(a_crowd(20, seed=3), 7, told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_pairs_of_a_crowd_are_within_its_seats() -> None:
    crowd = a_crowd(120, seed=4)
    found = match(crowd, 7)
    assert sum(count * people for count, people in enumerate(found.certificate.degrees)) == 2 * found.taken.sum()
    assert covered_of(found.pairs, places_of(crowd), found.taken) == found.certificate.covered
