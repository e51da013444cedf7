"""Who may meet whom: each hard rule, whoever it comes from, and all of them at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from functions.matching.arrays import BadMatrix
from functions.matching.participants import Participant, rules_of
from functions.matching.rules import Rules, allowed, check_rules
from shared.models import Attendance
from tests.people import a_participant
from tests.unit.strategies import people

ADA, BEN = a_participant("ada"), a_participant("ben")


def may_meet(one: Participant, other: Participant) -> bool:
    everybody = slice(0, 2)
    found = allowed(rules_of([one, other]), everybody, everybody)
    assert found[0, 1] == found[1, 0]
    return bool(found[0, 1])


def may_meet_in_words(one: Participant, other: Participant) -> bool:
    """Say it pair by pair, as the rules are told."""
    colleagues = bool(one.company_hash) and one.company_hash == other.company_hash
    return not (
        one.person_id == other.person_id
        or one.address_hash == other.address_hash
        or (colleagues and not (one.colleagues_welcome and other.colleagues_welcome))
        or one.avoid & {other.address_hash, other.company_hash}
        or other.avoid & {one.address_hash, one.company_hash}
        or other.address_hash in one.met
        or one.address_hash in other.met
        or other.person_id in one.proposed
        or one.person_id in other.proposed
        or not one.languages & other.languages
        or {one.attendance, other.attendance} == {Attendance.ON_SITE, Attendance.VIRTUAL}
        or (one.provider and other.no_providers)
        or (other.provider and one.no_providers)
    )


@given(people)
def test_the_rules_for_all_at_once_are_the_rules_pair_by_pair(folk: list[Participant]) -> None:
    rules = rules_of(folk)
    check_rules(rules)
    everybody = slice(0, len(folk))
    found = allowed(rules, everybody, everybody)
    assert found.tolist() == [[may_meet_in_words(one, other) for other in folk] for one in folk]
    for start in range(len(folk)):
        rows, columns = slice(start, min(start + 2, len(folk))), slice(start // 2, start + 1)
        assert (allowed(rules, rows, columns) == found[rows, columns]).all()


def test_two_who_have_nothing_against_each_other_may_meet() -> None:
    assert may_meet(ADA, BEN)


@pytest.mark.parametrize(
    ("ada", "ben"),
    [
        ({}, {"address_hash": ADA.address_hash}),
        ({"company_hash": "mill"}, {"company_hash": "mill"}),
        ({"company_hash": "mill", "colleagues_welcome": True}, {"company_hash": "mill"}),
        ({"avoid": frozenset({"address of ben"})}, {}),
        ({"avoid": frozenset({"mill"})}, {"company_hash": "mill"}),
        ({"met": frozenset({"address of ben"})}, {}),
        ({"proposed": frozenset({"ben"})}, {}),
        ({"languages": frozenset({"en", "fr"})}, {}),
        ({"attendance": Attendance.VIRTUAL}, {}),
        ({"provider": True}, {"no_providers": True}),
    ],
)
def test_each_rule_keeps_two_apart_whoever_it_comes_from(ada: dict[str, Any], ben: dict[str, Any]) -> None:
    one, other = replace(ADA, **ada), replace(BEN, **ben)
    assert not may_meet(one, other)
    assert not may_meet(other, one)


def test_without_a_company_nobody_is_a_colleague() -> None:
    assert may_meet(replace(ADA, company_hash=""), replace(BEN, company_hash=""))


def test_colleagues_may_meet_where_both_say_so() -> None:
    assert may_meet(*(replace(one, company_hash="mill", colleagues_welcome=True) for one in (ADA, BEN)))


def test_providers_may_meet_each_other_and_whoever_does_not_mind() -> None:
    assert may_meet(replace(ADA, provider=True), BEN)
    assert may_meet(replace(ADA, provider=True), replace(BEN, provider=True))
    assert may_meet(replace(ADA, no_providers=True), replace(BEN, no_providers=True))


@pytest.mark.parametrize("attendance", Attendance)
def test_who_comes_both_ways_may_meet_everybody(attendance: Attendance) -> None:
    assert may_meet(replace(ADA, attendance=Attendance.BOTH), replace(BEN, attendance=attendance))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"apart": np.array([1])}, "not kept apart from them"),
        ({"apart": np.array([2, 1])}, "not sorted"),
        ({"apart": np.array([1, 1])}, "twice there"),
        ({"apart": np.array([4])}, "of nobody"),
        ({"provider": np.zeros(3, bool)}, "different numbers of people"),
    ],
)
def test_rules_that_make_no_sense_are_refused(changed: dict[str, Any], words: str) -> None:
    rules: Rules = rules_of([ADA, BEN])._replace(**changed)
    with pytest.raises(BadMatrix, match=words):
        check_rules(rules)
