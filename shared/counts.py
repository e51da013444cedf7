"""How an event stands, in counts that tell nothing about single people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shared.models import Attendee, AttendeeState, Match, MatchState

HIDDEN_BELOW = 5  # a smaller count could be a person


class Counts(NamedTuple):
    """People are counted by what they lack, as of two counts that make up a third a small one could be told."""

    registered: int
    confirmed: int
    without_consent: int
    thin_profile: int
    left: int
    without_a_match: int
    without_an_introduction: int
    unreachable: int
    introductions: int


def count(people: list[Attendee], pairs: list[Match], registered: int, unreachable: int) -> Counts:
    taking_part = [person for person in people if person.state is AttendeeState.CONFIRMED]
    wanting = [person for person in taking_part if person.wants_matches]
    introduced = [one for one in pairs if one.state is MatchState.INTRODUCED]
    matched, met = members(pairs), members(introduced)
    return Counts(
        registered=registered,
        confirmed=len(taking_part),
        without_consent=sum(not person.wants_matches for person in taking_part),
        thin_profile=sum(not person.profile.offers for person in taking_part),
        left=len(people) - len(taking_part),
        without_a_match=sum(one.person_id not in matched for one in wanting),
        without_an_introduction=sum(one.person_id not in met for one in wanting),
        unreachable=unreachable,
        introductions=len(introduced),
    )


def members(pairs: list[Match]) -> set[str]:
    return {member for one in pairs for member in one.members}


def shown(numbers: Mapping[str, int]) -> dict[str, int | str]:
    return {name: hidden(number) for name, number in numbers.items()}


def hidden(number: int) -> int | str:
    """Hide a count that is too small to be anonymous."""
    return number if number == 0 or number >= HIDDEN_BELOW else f"<{HIDDEN_BELOW}"
