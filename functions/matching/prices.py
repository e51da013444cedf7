"""Dual prices: what a person's place is worth in this round, so that each pair can be judged on its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from functions.matching.arrays import Floats, Ints, Pairs, Places

STEEPEST = 40.0  # exponents beyond it change nothing in double precision
FLATTEST = 0.001  # smallest slope, as a share of seats over temperature, that a step divides by


class Setting(NamedTuple):
    """How prices are searched: steps, the first and last temperature (units of score) and the damping of a step."""

    steps: int
    first: float
    last: float
    damping: float


SHORT = Setting(steps=40, first=0.05, last=0.002, damping=0.6)
LONG = Setting(steps=320, first=0.2, last=0.002, damping=0.9)  # where a few are sought by many
PROOF = Setting(steps=25, first=0.002, last=0.0003, damping=0.6)  # goes on from prices, to prove a lower bound


def prices(pairs: Pairs, places: Places, setting: Setting, start: Floats | None = None) -> Floats:
    """Return a price per person, in units of score: above 0 for who is sought after, below 0 as a subsidy.

    Damped diagonal Newton steps on the dual of the linear program, smoothed by a temperature tau that falls
    geometrically. A pair (u, v) is taken to the degree x = 1 / (1 + exp(-(w - y_u - y_v) / tau)). A person's price y
    rises while x sums to more than their seats; it falls below 0, down to the bonus, while they have less than one
    match they are owed.
    """
    seats, people = places.seats.astype(np.float64), len(places.seats)
    owed = places.wanting.astype(np.float64)
    flattest = FLATTEST * np.maximum(seats, 1)
    price = np.full(people, np.median(pairs.score) / 2 if pairs.size else 0.0) if start is None else start
    for step in range(setting.steps):
        tau = setting.first * (setting.last / setting.first) ** (step / (setting.steps - 1))
        taken = 1 / (1 + np.exp(np.clip(-reduced(pairs, price) / tau, -STEEPEST, STEEPEST)))
        demand = per_person(pairs, taken, people)
        slope = per_person(pairs, taken * (1 - taken), people) / tau
        target = np.where(price > 0, seats, np.where(price < 0, owed, np.clip(demand, owed, seats)))
        change = setting.damping * (demand - target) / np.maximum(slope, flattest / tau)
        moved = price + np.clip(change, -4 * tau, 4 * tau)
        moved[price * moved < 0] = 0
        price = np.maximum(moved, -places.bonus * owed)
    return price


def reduced(pairs: Pairs, price: Floats) -> Floats:
    """Return what each pair is worth beyond the prices of the two."""
    return pairs.score - price[pairs.left] - price[pairs.right]


def per_person(pairs: Pairs, value: Floats, people: int) -> Floats:
    """Sum a value per pair over each person's pairs."""
    left: Ints = np.bincount(pairs.left, value, people)
    return np.asarray(left + np.bincount(pairs.right, value, people))
