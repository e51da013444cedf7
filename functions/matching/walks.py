"""Mending a choice along alternating walks: add a pair, drop a pair of the same person, add one, and so on.

A walk is searched by Dijkstra's algorithm over states (person, lacks a match) and (person, has one too many). Adding a
pair costs max(0, -rc), dropping one max(0, rc), where rc is the pair's score less both prices: at the right prices a
pair worth taking has rc >= 0, so a cheap walk costs little weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import TypeAlias

import numpy as np

from functions.matching.arrays import Bools, Floats, Pairs, Places, by_person
from functions.matching.prices import reduced

State: TypeAlias = tuple[int, int]  # who, and one of:
LACKS, OVER, DONE = 0, 1, 2
MOST_STATES = 400  # a completion walk looks at before it gives up
NEAREST = 8  # pairs per person, beyond their seats, that a completion walk tries
LEAST_GAIN = 1e-9
LEAST_WEIGHT = 1e-12
ROUNDS = 3  # of completion walks for everybody


class Choice:
    """A choice in the making: which pairs are taken, and by whom."""

    def __init__(self, pairs: Pairs, places: Places, price: Floats, chosen: Bools) -> None:
        """Start from chosen pairs within everybody's seats."""
        rc = reduced(pairs, price)
        self.pairs, self.places = pairs, places
        self.price: list[float] = price.tolist()
        self.reduced: list[float] = rc.tolist()
        self.score: list[float] = pairs.score.tolist()
        self.seats: list[int] = places.seats.tolist()
        self.bonus: list[float] = places.bonus.tolist()
        self.left: list[int] = pairs.left.tolist()
        self.right: list[int] = pairs.right.tolist()
        self.taken: list[set[int]] = [set() for _ in self.seats]
        self._edges, starts = by_person(pairs, rc, len(self.seats))
        self._starts: list[int] = starts.tolist()
        self._lists: dict[int, list[int]] = {}
        for edge in np.flatnonzero(chosen).tolist():
            self.take(edge)

    def edges(self, person: int) -> list[int]:
        """Return the pairs somebody could be in, the best reduced score first."""
        if person not in self._lists:
            self._lists[person] = self._edges[self._starts[person] : self._starts[person + 1]].tolist()
        return self._lists[person]

    def other(self, edge: int, person: int) -> int:
        return self.right[edge] if self.left[edge] == person else self.left[edge]

    def take(self, edge: int) -> None:
        self.taken[self.left[edge]].add(edge)
        self.taken[self.right[edge]].add(edge)

    def drop(self, edge: int) -> None:
        self.taken[self.left[edge]].remove(edge)
        self.taken[self.right[edge]].remove(edge)

    def free(self, person: int) -> int:
        return self.seats[person] - len(self.taken[person])

    def can_spare(self, person: int, start: int) -> bool:
        """Say whether somebody may lose a match for `start`: they keep another, or are owed one less than `start`."""
        return len(self.taken[person]) > 1 or self.bonus[person] < self.bonus[start]

    def lacking(self) -> Iterator[int]:
        """Yield who is owed a match and has none, the highest bonus and then the lowest price first.

        Whoever loses theirs meanwhile has a lower bonus, and comes later.
        """
        for bonus in sorted({one for one in self.bonus if one > 0}, reverse=True):
            for person in sorted(range(len(self.seats)), key=lambda one: (self.price[one], one)):
                if self.bonus[person] == bonus and self.seats[person] > 0 and not self.taken[person]:
                    yield person

    @property
    def chosen(self) -> Bools:
        chosen = np.zeros(self.pairs.size, dtype=bool)
        chosen[[edge for edges in self.taken for edge in edges]] = True
        return chosen

    def walk(self, changed: list[tuple[int, int]]) -> bool:
        """Carry out a walk of (pair, OVER: take it, else: drop it); a pair may not occur twice."""
        if len({edge for edge, _ in changed}) < len(changed):
            return False
        for edge, kind in changed:
            if kind != OVER:
                self.drop(edge)
        for edge, kind in changed:
            if kind == OVER:
                self.take(edge)
        return True


def cover(choice: Choice) -> None:
    """Give everybody who has nobody a match by the cheapest walk that leaves nobody else without one."""
    dead: set[State] = set()  # nothing that a failed search saw leads anywhere
    for person in choice.lacking():
        cover_one(choice, person, dead)


def cover_one(choice: Choice, start: int, dead: set[State]) -> bool:
    came: dict[State, tuple[State, int]] = {}
    here = (start, LACKS)
    heap = [(0.0, here, here, -1)]
    while heap:
        cost, here, before, edge = heappop(heap)
        if here in came or here in dead:
            continue
        came[here] = (before, edge)
        person, kind = here
        if kind == DONE or (kind == OVER and has_room(choice, person, start)):
            return choice.walk(path(came, here))
        for following, step, is_end in steps(choice, here, choice.edges(person)):
            loser = choice.other(following, person)
            if is_end:
                if loser != start and choice.can_spare(loser, start):
                    heappush(heap, (cost + step + max(0.0, choice.price[loser]), (loser, DONE), here, following))
                else:
                    heappush(heap, (cost + step, (loser, LACKS), here, following))
            else:
                heappush(heap, (cost + step, (loser, OVER), here, following))
    dead.update(came)
    return False


def steps(choice: Choice, here: State, edges: list[int]) -> Iterator[tuple[int, float, bool]]:
    """Yield (pair, cost, whether it is dropped) for each way on."""
    person, kind = here
    if kind == LACKS:
        for edge in edges:
            if edge not in choice.taken[person]:
                yield edge, max(0.0, -choice.reduced[edge]), False
    else:
        for edge in sorted(choice.taken[person]):
            yield edge, max(0.0, choice.reduced[edge]), True


def path(came: dict[State, tuple[State, int]], end: State) -> list[tuple[int, int]]:
    """Return the changes that lead to a state, the last one first."""
    found = []
    before, edge = came[end]
    while edge >= 0:
        found.append((edge, end[1]))
        end = before
        before, edge = came[end]
    return found


def complete(choice: Choice) -> None:
    """Fill sought-after people's free seats by walks that raise the weight, the highest price first."""
    wanting = sorted(
        (one for one, price in enumerate(choice.price) if price > 1e-6),  # noqa: PLR2004 - no price is exactly 0
        key=lambda one: (-choice.price[one], one),
    )
    for _ in range(ROUNDS):
        changed = False
        for person in wanting:
            while choice.free(person) > 0 and complete_one(choice, person):
                changed = True
        if not changed:
            return


def complete_one(choice: Choice, start: int) -> bool:
    """Take the walk from somebody's free seat that raises the weight most, by the prices; say whether one did."""
    came: dict[State, tuple[State, int]] = {}
    here = (start, LACKS)
    heap = [(0.0, here, here, -1)]
    best, end = LEAST_GAIN, None
    while heap and len(came) < MOST_STATES:
        cost, here, before, edge = heappop(heap)
        if choice.price[start] - cost <= best:
            break
        if here in came:
            continue
        came[here] = (before, edge)
        person, kind = here
        worth = choice.price[start] - cost + worth_of_end(choice, here, start)
        if worth > best:
            best, end = worth, here
        if kind == OVER and has_room(choice, person, start):
            continue
        for following, step, is_drop in steps(choice, here, choice.edges(person)[: NEAREST + choice.seats[person]]):
            state = (choice.other(following, person), LACKS if is_drop else OVER)
            if state not in came:
                heappush(heap, (cost + step, state, here, following))
    if end is None:
        return False
    changed = path(came, end)
    added = sum(choice.score[edge] if kind == OVER else -choice.score[edge] for edge, kind in changed)
    return added > LEAST_WEIGHT and choice.walk(changed)


def worth_of_end(choice: Choice, here: State, start: int) -> float:
    """Return what ending here adds to a completion walk's gain; minus infinity where it may not end."""
    person, kind = here
    if kind == OVER and has_room(choice, person, start):
        return max(0.0, choice.price[person])
    if kind == LACKS and person != start and (len(choice.taken[person]) > 1 or not choice.bonus[person]):
        return -choice.price[person]
    return -inf


def has_room(choice: Choice, person: int, start: int) -> bool:
    """Say whether somebody may keep one match more; whoever the walk starts from is given one by it anyway."""
    return choice.free(person) > (person == start)


def fill(choice: Choice) -> None:
    """Take the best pairs between people who still have a seat."""
    pairs = choice.pairs
    free = np.array([choice.free(person) for person in range(len(choice.seats))], dtype=np.int64)
    open_pairs = np.flatnonzero((free[pairs.left] > 0) & (free[pairs.right] > 0))
    for edge in open_pairs[np.argsort(-pairs.score[open_pairs], kind="stable")].tolist():
        left, right = choice.left[edge], choice.right[edge]
        if edge not in choice.taken[left] and choice.free(left) and choice.free(right):
            choice.take(edge)
