"""Pairs and places as chance makes them, and what could be chosen from them at best, by trying everything."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from functions.matching.arrays import Bools, Pairs, Places, degrees


def pairs_of(scores: dict[tuple[int, int], float]) -> Pairs:
    left, right = np.array(sorted(scores), np.int64).reshape(-1, 2).T
    return Pairs(left, right, np.array([scores[pair] for pair in sorted(scores)], np.float64))


def places_of(seats: list[int], bonus: list[float] | None = None) -> Places:
    return Places(np.array(seats, np.int64), np.array([1.0] * len(seats) if bonus is None else bonus, np.float64))


def chosen_of(pairs: Pairs, taken: Bools) -> set[tuple[int, int]]:
    return {(int(one), int(other)) for one, other in zip(pairs.left[taken], pairs.right[taken], strict=True)}


def covered_of(pairs: Pairs, places: Places, taken: Bools) -> int:
    """Count who is owed a match and has one."""
    return int((places.wanting & (degrees(pairs, taken, len(places.seats)) > 0)).sum())


@st.composite
def rounds(draw: st.DrawFn, most_seats: int = 3, bonuses: tuple[float, ...] = (1.0,)) -> tuple[Pairs, Places]:
    """Draw allowed pairs among up to eight people with a few seats each."""
    people = draw(st.integers(1, 8))
    couples = list(combinations(range(people), 2))
    allowed = draw(st.lists(st.sampled_from(couples), unique=True, max_size=14)) if couples else []
    seats = draw(st.lists(st.integers(1, most_seats), min_size=people, max_size=people))
    bonus = draw(st.lists(st.sampled_from(bonuses), min_size=people, max_size=people))
    return pairs_of({couple: draw(st.integers(1, 100)) / 100 for couple in allowed}), places_of(seats, bonus)


def best_of(pairs: Pairs, places: Places) -> tuple[float, float]:
    """Return the largest sum of covered people's bonuses, and the largest weight that comes with it."""
    left, right, score = pairs.left.tolist(), pairs.right.tolist(), pairs.score.tolist()
    bonus = places.bonus.tolist()

    @cache
    def best(pair: int, free: tuple[int, ...], covered: frozenset[int]) -> tuple[float, float]:
        if pair == len(left):
            return sum(bonus[one] for one in covered), 0.0
        found = best(pair + 1, free, covered)
        one, other = left[pair], right[pair]
        if free[one] and free[other]:
            after = tuple(seats - (place in (one, other)) for place, seats in enumerate(free))
            bonuses, weight = best(pair + 1, after, covered | {one, other})
            found = max(found, (bonuses, weight + score[pair]))
        return found

    return best(0, tuple(places.seats.tolist()), frozenset())
