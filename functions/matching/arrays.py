"""The shapes the engine works on: people are numbers from 0, pairs are rows of equally long arrays."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.integer[Any]]


class BadMatrix(ValueError):
    """What is to be chosen from makes no sense; the message says where. Prices would only hide it."""


class Pairs(NamedTuple):
    """Allowed pairs worth it to both: `left` < `right`, sorted by both, each pair once, `score` in (0, 1]."""

    left: Ints
    right: Ints
    score: Floats

    @property
    def size(self) -> int:
        return len(self.left)

    def only(self, kept: Bools) -> Pairs:
        return Pairs(self.left[kept], self.right[kept], self.score[kept])


class Places(NamedTuple):
    """What each person may get: `seats` are free places, `bonus` is what a first match counts beyond its score.

    The bonus is 0 for somebody who has an introduction already; a higher one goes first where not all can be covered.
    """

    seats: Ints
    bonus: Floats

    @property
    def wanting(self) -> Bools:
        """Who has a place and nobody yet."""
        return (self.bonus > 0) & (self.seats > 0)


def degrees(pairs: Pairs, chosen: Bools, people: int) -> Ints:
    """Count each person's chosen pairs."""
    ends = np.concatenate([pairs.left[chosen], pairs.right[chosen]])
    return np.bincount(ends, minlength=people)


def by_person(pairs: Pairs, key: Floats, people: int) -> tuple[Ints, Ints]:
    """Return the pairs of person after person, each one's in order of falling key, and where each one's begin."""
    best_first = np.argsort(-key, kind="stable")
    ends = np.stack([pairs.left[best_first], pairs.right[best_first]], axis=1).ravel()
    # The smallest kind of number that holds everybody lets numpy sort by digits.
    order = np.argsort(ends.astype(np.min_scalar_type(people)), kind="stable")
    return best_first[order // 2], np.searchsorted(ends[order], np.arange(people + 1))


def check(pairs: Pairs, places: Places) -> None:
    """Raise BadMatrix unless the pairs and places are what the other functions rely on."""
    people = len(places.seats)
    if len(places.bonus) != people or not len(pairs.left) == len(pairs.right) == len(pairs.score):
        raise BadMatrix("arrays of one kind differ in length")
    if not np.isfinite(places.bonus).all() or (places.bonus < 0).any():
        raise BadMatrix("a bonus is negative or no number")
    if (places.seats < 0).any():
        raise BadMatrix(f"person {int(np.argmin(places.seats))} has a negative number of seats")
    if not pairs.size:
        return
    wrong = ~((pairs.score > 0) & (pairs.score <= 1))  # not a number is neither
    if wrong.any():
        place = int(np.argmax(wrong))
        raise BadMatrix(f"pair {place} has the score {pairs.score[place]}: it must be above 0 and at most 1")
    if pairs.left.min() < 0 or pairs.right.max() >= people or (pairs.left >= pairs.right).any():
        raise BadMatrix("a pair must name two of the people, the smaller number first")
    codes = pairs.left * people + pairs.right
    if (np.diff(codes) <= 0).any():
        raise BadMatrix("the pairs are not sorted, or one stands there twice")
