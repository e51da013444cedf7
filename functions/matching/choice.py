"""Choosing the pairs of a round: first that nobody is left out who can be matched, then the largest total score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from functions.matching import bounds, walks
from functions.matching.arrays import Bools, Floats, Pairs, Places, check, degrees
from functions.matching.blossoms import cover_exactly
from functions.matching.prices import LONG, PROOF, SHORT, prices, reduced

CUT_OFF = -0.005  # below it a pair takes a seat that a walk fills better: 90 % of all loss would come from there
TINY = 100  # people; so few are restarted until nothing could be better
MOST_RESTARTS, RESTARTS = 200, 8000  # at most so many, or fewer where there are many people
WORTH_RESTARTING = 0.002  # gap, in events that are not tiny
NOISE = (0.003, 0.01, 0.1)  # of score, in turn, in a restart
LOPSIDED = 0.02  # share of people whom a greedy choice may leave without anybody
GOOD = 0.0005  # gap under which nothing more is tried


class Chosen(NamedTuple):
    """What was chosen, and a proof of how good it is."""

    taken: Bools  # one per pair
    weight: float
    bound: float  # no choice that covers as many weighs more
    price: Floats  # that proves it

    @property
    def gap(self) -> float:
        """By which share another choice could be better, at most."""
        return max(0.0, self.bound / self.weight - 1) if self.weight else 0.0


def choose(pairs: Pairs, places: Places, seed: int) -> Chosen:
    """Choose pairs so that nobody exceeds their seats; raise BadMatrix."""
    check(pairs, places)
    price = prices(pairs, places, SHORT)
    if is_lopsided(pairs, places, price):
        # Walks from prices that are far off take minutes: the dual says which prices are nearer.
        price = min(price, prices(pairs, places, LONG), key=lambda one: bounds.dual_value(pairs, places, one))
        best = chosen_from(pairs, places, price)
    else:
        best = chosen_from(pairs, places, price)
        if best.gap > GOOD:
            price = prices(pairs, places, LONG)
            best = better(pairs, places, best, chosen_from(pairs, places, price))
    return restarted(pairs, places, best, price, seed)


def restarted(pairs: Pairs, places: Places, best: Chosen, price: Floats, seed: int) -> Chosen:
    """Start anew from noisy keys while that may pay: one order of the greedy choice misses what another finds."""
    rng = np.random.default_rng(seed)
    for restart in range(min(MOST_RESTARTS, RESTARTS // max(1, len(places.seats)))):
        if best.gap <= (0 if len(places.seats) <= TINY else WORTH_RESTARTING):
            break
        noise = rng.normal(0, NOISE[restart % len(NOISE)], pairs.size)
        best = better(pairs, places, best, finish(pairs, places, price, noise))
    return best


def is_lopsided(pairs: Pairs, places: Places, price: Floats) -> bool:
    """Say whether taking pairs one by one would leave many without anybody: a few are sought by many."""
    taken = degrees(pairs, greedy(pairs, places, reduced(pairs, price)), len(places.seats)) > 0
    return int((places.wanting & ~taken).sum()) > LOPSIDED * len(taken)


def finish(pairs: Pairs, places: Places, price: Floats, noise: Floats | float = 0.0) -> Chosen:
    """Make a choice from prices: greedy, coverage walks, completion walks, and whatever still fits."""
    choice = walks.Choice(pairs, places, price, greedy(pairs, places, reduced(pairs, price) + noise))
    walks.cover(choice)
    cover_exactly(choice)
    walks.complete(choice)
    walks.fill(choice)
    taken = choice.chosen
    return Chosen(taken, float(pairs.score[taken].sum()), proven_bound(pairs, places, taken, price), price)


def chosen_from(pairs: Pairs, places: Places, price: Floats) -> Chosen:
    """Choose from prices, and lower the bound by following them further than choosing needs.

    Where the gap stays large the sharper prices choose too: in a lopsided event they lose half as much.
    """
    chosen = finish(pairs, places, price)
    sharper = prices(pairs, places, PROOF, start=price)
    bound = proven_bound(pairs, places, chosen.taken, sharper)
    if bound < chosen.bound:
        chosen = chosen._replace(bound=bound, price=sharper)
    return chosen if chosen.gap <= GOOD else better(pairs, places, chosen, finish(pairs, places, sharper))


def greedy(pairs: Pairs, places: Places, key: Floats) -> Bools:
    """Take pairs by falling key while both have a seat, down to the cut-off."""
    free = places.seats.tolist()
    taken = np.zeros(pairs.size, dtype=bool)
    order = np.argsort(-key, kind="stable")[: int((key >= CUT_OFF).sum())]
    for pair, one, other in zip(order.tolist(), pairs.left[order].tolist(), pairs.right[order].tolist(), strict=True):
        if free[one] and free[other]:
            taken[pair] = True
            free[one] -= 1
            free[other] -= 1
    return taken


def better(pairs: Pairs, places: Places, one: Chosen, other: Chosen) -> Chosen:
    """Return the choice that covers more, then weighs more, with the lower bound that either's prices prove for it."""
    worth = [(covered_bonus(pairs, places, chosen.taken), chosen.weight) for chosen in (one, other)]
    best = one if worth[0] >= worth[1] else other
    proofs = [(proven_bound(pairs, places, best.taken, chosen.price), chosen.price) for chosen in (one, other)]
    bound, price = min(proofs, key=lambda proof: proof[0])
    return best._replace(bound=bound, price=price)


def proven_bound(pairs: Pairs, places: Places, taken: Bools, price: Floats) -> float:
    """Bound the weight of whatever covers as many as these pairs do."""
    with_coverage = bounds.bound_with_coverage(pairs, places, price, covered_bonus(pairs, places, taken))
    return min(with_coverage, bounds.bound(pairs, places, price))


def covered_bonus(pairs: Pairs, places: Places, taken: Bools) -> float:
    covered = places.wanting & (degrees(pairs, taken, len(places.seats)) > 0)
    return float(places.bonus[covered].sum())
