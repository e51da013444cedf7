"""Choosing the pairs of a round: first that nobody is left out who can be matched, then the best pairs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Pair(NamedTuple):
    """An allowed pair worth it to both."""

    one: str
    other: str
    score: float


def choose(pairs: Sequence[Pair], seats: Mapping[str, int], settled: Mapping[str, int]) -> list[Pair]:
    """Choose pairs so that nobody exceeds their seats.

    Greedy by score, people without any introduction first; then everybody still without a match is given one along an
    alternating walk, which takes a match only from somebody who keeps another. `settled` counts earlier introductions.
    """
    chosen: dict[str, set[str]] = {person: set() for person in seats}

    def has_seat(person: str) -> bool:
        return len(chosen[person]) < seats[person]

    def is_new(pair: Pair) -> int:
        return (settled.get(pair.one, 0) == 0) + (settled.get(pair.other, 0) == 0)

    # First one match for each, so that popular people's seats do not go to the popular.
    in_order = sorted(pairs, key=lambda pair: (-pair.score, pair.one, pair.other))
    for pair in sorted(in_order, key=lambda pair: -is_new(pair)):
        if has_seat(pair.one) and has_seat(pair.other) and not (chosen[pair.one] and chosen[pair.other]):
            link(chosen, pair.one, pair.other)
    partners: dict[str, list[str]] = {person: [] for person in seats}
    for pair in in_order:
        partners[pair.one].append(pair.other)
        partners[pair.other].append(pair.one)
    for person in sorted(seats):
        if seats[person] > 0 and not chosen[person]:
            cover(person, partners, chosen, seats, settled)
    for pair in in_order:
        if has_seat(pair.one) and has_seat(pair.other) and pair.other not in chosen[pair.one]:
            link(chosen, pair.one, pair.other)
    return [pair for pair in in_order if pair.other in chosen[pair.one]]


def cover(
    start: str,
    partners: Mapping[str, Sequence[str]],
    chosen: dict[str, set[str]],
    seats: Mapping[str, int],
    settled: Mapping[str, int],
) -> bool:
    """Give `start` a match by the shortest alternating walk: add an unchosen pair, drop a chosen one, and so on.

    The walk ends where somebody has a free seat, or where the one who loses a match keeps another.
    """
    came_from: dict[str, tuple[str, str]] = {}  # who lacks a match -> (who lacked before, the partner between them)
    tried: set[str] = set()
    waiting = deque([start])
    while waiting:
        lacking = waiting.popleft()
        for partner in partners[lacking]:
            if (
                seats[partner] == 0
                or partner in chosen[lacking]
                or partner in tried
                or (partner == start and seats[start] == 1)
            ):
                continue
            tried.add(partner)
            if len(chosen[partner]) < seats[partner]:
                apply(start, lacking, partner, None, came_from, chosen)
                return True
            for loser in sorted(chosen[partner]):
                if loser == start or loser in came_from:
                    continue
                drops = dropped(lacking, start, came_from)
                takes_one = any(loser == taker for _, taker in drops)
                # Whoever swaps a match for another earlier in this walk can end it, but not go on with it.
                if takes_one and (len(chosen[loser]) == 1 or (partner, loser) in drops):
                    continue
                keeps_another = len(chosen[loser]) > 1
                if keeps_another or (settled.get(loser, 0) and not settled.get(start, 0)):
                    apply(start, lacking, partner, loser, came_from, chosen)
                    return True
                came_from[loser] = (lacking, partner)
                waiting.append(loser)
    return False


def dropped(lacking: str, start: str, came_from: Mapping[str, tuple[str, str]]) -> set[tuple[str, str]]:
    """Return (who loses a match, with whom) on the walk that led to `lacking`; the latter gets another each time."""
    found = set()
    while lacking != start:
        loser = lacking
        lacking, partner = came_from[lacking]
        found.add((loser, partner))
    return found


def apply(
    start: str,
    lacking: str,
    partner: str,
    loser: str | None,
    came_from: Mapping[str, tuple[str, str]],
    chosen: dict[str, set[str]],
) -> None:
    """Carry a found walk out, from its end back to its start."""
    while True:
        if loser is not None:
            chosen[loser].discard(partner)
            chosen[partner].discard(loser)
        link(chosen, lacking, partner)
        if lacking == start:
            return
        loser = lacking
        lacking, partner = came_from[lacking]


def link(chosen: dict[str, set[str]], one: str, other: str) -> None:
    chosen[one].add(other)
    chosen[other].add(one)
