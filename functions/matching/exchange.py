"""Diminishing returns: over a person's few matches, different wishes should be met, not the same one again.

What somebody gains from a set P of matches is f(P) = sum over their wishes t of max over j in P of s(t, j), divided by
the number of wishes: a facility-location function, to which a second match for the same wish adds only the difference
(Nemhauser, Wolsey and Fisher 1978). Pairs are exchanged while sum of (w + MU [each meets a wish of the other]) +
LAMBDA sum of f grows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from functions.matching.arrays import Bools, Floats, Ints, Pairs, Places
from functions.matching.choice import finish
from functions.matching.prices import SHORT, prices

MOST_PEOPLE = 300  # all exchanges of a round are weighed in one array
MU, LAMBDA = 1.0, 2.0
LEAST = 1e-9
STEPS = 200
MOST_TRIES, TRIES = 40, 3000  # choices over again: so many, or fewer where there are many people
AGAIN = (0.05, 0.6)  # what a wish counts that others meet already, when all is chosen over again
NOISE = 0.1  # of a score, then
NOBODY = -1


class Wants(NamedTuple):
    """Everybody's wishes: `owner` (sorted), how well each person meets each (wishes x people), and what is met already.

    `met` is how well the introductions of earlier rounds meet them.
    """

    owner: Ints
    served: Floats
    met: Floats


def covered(wants: Wants, pairs: Pairs, taken: Bools) -> tuple[float, float]:
    """Return how many wishes the chosen pairs meet, by how well, and how many anybody allowed could meet."""
    people = wants.served.shape[1]
    by_chosen, by_allowed = (
        np.maximum((wants.served * between(pairs, kept, people)[wants.owner]).max(axis=1, initial=0), wants.met).sum()
        for kept in (taken, np.ones(pairs.size, bool))
    )
    return float(by_chosen), float(by_allowed)


def between(pairs: Pairs, kept: Bools, people: int) -> Bools:
    """Return these pairs as a symmetric matrix."""
    matrix = np.zeros((people, people), bool)
    matrix[pairs.left[kept], pairs.right[kept]] = matrix[pairs.right[kept], pairs.left[kept]] = True
    return matrix


def diversify(pairs: Pairs, places: Places, taken: Bools, wants: Wants, seed: int) -> Bools:
    """Return pairs that meet more wishes than the chosen ones, with no fewer in which each meets a wish of the other.

    Exchanges stop where no single one pays, so all is chosen over again a few times, a wish counting less where others
    meet it already; each is exchanged to its end, and the best one stays. For up to MOST_PEOPLE people.
    """
    before, most = covered(wants, pairs, taken)
    if not taken.any() or before > most - LEAST or len(places.seats) > MOST_PEOPLE:
        return taken
    board = Board(pairs, places, wants)
    rng = np.random.default_rng(seed)
    best = now = board.exchanged(taken)
    for _ in range(min(MOST_TRIES, TRIES // len(places.seats))):
        worth = board.worth_beside(now, rng.uniform(*AGAIN)) * (1 + rng.normal(0, NOISE, pairs.size))
        again = pairs._replace(score=np.clip(worth / worth.max(), LEAST, 1))
        now = board.exchanged(finish(again, places, prices(again, places, SHORT)).taken)
        if board.mutual[now].sum() >= board.mutual[taken].sum() and board.objective(now) > board.objective(best):
            best = now
    return best


class Board:
    """The pairs as they are, and the worth of every exchange: a pair (a, c) comes, of each at most one match goes.

    Those who lose one by it, b and d, get each other where they may and it pays.
    """

    def __init__(self, pairs: Pairs, places: Places, wants: Wants) -> None:
        self.pairs, self.places, self.wants = pairs, places, wants
        people = len(places.seats)
        self.edge = np.full((people, people), NOBODY)
        self.edge[pairs.left, pairs.right] = self.edge[pairs.right, pairs.left] = np.arange(pairs.size)
        serves = np.zeros((people, people), bool)  # who meets any wish of whom
        np.logical_or.at(serves, wants.owner, wants.served > 0)
        self.mutual = (serves & serves.T)[pairs.left, pairs.right]
        self.worth = pairs.score + MU * self.mutual
        self.share = 1 / np.bincount(wants.owner, minlength=people).clip(1)[wants.owner]

    def objective(self, taken: Bools) -> float:
        met = np.maximum(self.met_by(taken).max(axis=1, initial=0), self.wants.met)
        return float(self.worth[taken].sum() + LAMBDA * (met * self.share).sum())

    def met_by(self, taken: Bools) -> Floats:
        """Return how well each wish (rows) is met by each person (columns), 0 for those who are no match."""
        return self.wants.served * between(self.pairs, taken, len(self.places.seats))[self.wants.owner]

    def worth_beside(self, taken: Bools, again: float) -> Floats:
        """Return each pair's worth beside the chosen ones: what a wish is met already counts `again` as much."""
        met = self.met_by(taken)
        second, first = np.partition(np.pad(met, ((0, 0), (2, 0))), -2, axis=1)[:, -2:].T
        others = np.where((met == first[:, None]) & (met > 0), second[:, None], first[:, None])
        others = np.maximum(others, self.wants.met[:, None])
        served = self.wants.served
        value = np.maximum(served - others, 0) + again * np.minimum(served, others)
        people = len(self.places.seats)
        gain = np.zeros((people, people))
        np.add.at(gain, self.wants.owner, value * self.share[:, None])
        left, right = self.pairs.left, self.pairs.right
        return np.asarray(self.pairs.score + MU + LAMBDA * (gain[left, right] + gain[right, left]))

    def exchanged(self, taken: Bools) -> Bools:
        """Exchange pairs while it pays; nobody loses their only match, and nobody gets more than their seats."""
        self.taken = taken.copy()
        for _ in range(STEPS):
            if not self.step():
                break
        return self.taken

    def step(self) -> bool:
        """Carry out the best exchanges that do not touch each other; say whether there was any."""
        partner, slot = self.partners()
        gains, loss = self.gains(partner)
        new = np.flatnonzero(~self.taken)
        delta, closes = self.weigh(new, partner, slot, gains, loss)
        done = False
        touched: set[int] = set()
        order = np.argsort(-delta, axis=None, kind="stable")
        for place in order[: int((delta > LEAST).sum())].tolist():
            row, mine, theirs = np.unravel_index(place, delta.shape)
            a, c = int(self.pairs.left[new[row]]), int(self.pairs.right[new[row]])
            b, d = int(partner[a, mine]), int(partner[c, theirs])
            if touched & {a, b, c, d}:
                continue
            touched |= {a, b, c, d} - {NOBODY}
            self.taken[new[row]] = done = True
            for one, other in ((a, b), (c, d)):
                if other != NOBODY:
                    self.taken[self.edge[one, other]] = False
            if closes[row, mine, theirs]:
                self.taken[self.edge[b, d]] = True
        return done

    def partners(self) -> tuple[Ints, Ints]:
        """Return each person's matches by slot, the last slot always empty, and in which slot a match is."""
        people = len(self.places.seats)
        partner = np.full((people, int(self.places.seats.max()) + 1), NOBODY)
        slot = np.full((people, people), NOBODY)
        degree = [0] * people
        for edge in np.flatnonzero(self.taken):
            left, right = int(self.pairs.left[edge]), int(self.pairs.right[edge])
            for one, other in ((left, right), (right, left)):
                partner[one, degree[one]], slot[one, other] = other, degree[one]
                degree[one] += 1
        return partner, slot

    def gains(self, partner: Ints) -> tuple[Floats, Floats]:
        """Return what f gains for each person if a slot's match goes and somebody comes, and what it loses without."""
        wants, owner = self.wants, self.wants.owner
        slots = partner.shape[1]
        level = np.where(partner[owner] == NOBODY, 0, np.take_along_axis(wants.served, partner[owner], axis=1))
        without = np.empty_like(level)
        for place in range(slots):
            without[:, place] = np.maximum(np.delete(level, place, axis=1).max(axis=1, initial=0), wants.met)
        now = np.maximum(level.max(axis=1), wants.met)
        after = np.maximum(without[:, :, None], wants.served[:, None, :]) - now[:, None, None]
        people = len(self.places.seats)
        gains, loss = np.zeros((people, slots, people)), np.zeros((people, slots))
        np.add.at(gains, owner, after * self.share[:, None, None])
        np.add.at(loss, owner, (without - now[:, None]) * self.share[:, None])
        return gains, loss

    def weigh(self, new: Ints, partner: Ints, slot: Ints, gains: Floats, loss: Floats) -> tuple[Floats, Bools]:
        """Return the worth of bringing in each new pair for each slot of its two, and whether those left close up."""
        a, c = self.pairs.left[new][:, None, None], self.pairs.right[new][:, None, None]
        slots = np.arange(partner.shape[1])
        mine, theirs = slots[None, :, None], slots[None, None, :]
        b, d = partner[a, mine], partner[c, theirs]
        degree = (partner != NOBODY).sum(axis=1)
        worth = np.append(self.worth, 0.0)  # the last for no pair
        delta = self.worth[new][:, None, None] + LAMBDA * (gains[a, mine, c] + gains[c, theirs, a])
        delta = (
            delta
            - worth[np.where(b == NOBODY, -1, self.edge[a, b])]
            - worth[np.where(d == NOBODY, -1, self.edge[c, d])]
        )
        spare = (degree > 1) | (self.places.bonus == 0)
        apart = delta
        for one, other in ((a, b), (c, d)):
            fine = (other == NOBODY) | spare[other]
            apart = apart + np.where(other == NOBODY, 0, LAMBDA * loss[other, slot[other, one]])
            apart = np.where(fine, apart, -np.inf)
        edge = self.edge[b, d]
        may_close = (b != NOBODY) & (d != NOBODY) & (b != d) & (edge != NOBODY)
        may_close &= ~np.append(self.taken, True)[edge]  # the last for no pair
        together = delta + worth[edge] + LAMBDA * (gains[b, slot[b, a], d] + gains[d, slot[d, c], b])
        together = np.where(may_close, together, -np.inf)
        best = np.maximum(apart, together)
        full = degree >= self.places.seats
        # An empty slot stands for a free seat, once; two cannot both lose the same person.
        for one, other, place in ((a, b, mine), (c, d, theirs)):
            best = np.where((other == NOBODY) & (full[one] | (place > degree[one])), -np.inf, best)
        best = np.where((b == d) & (b != NOBODY), -np.inf, best)
        return best, together > apart
