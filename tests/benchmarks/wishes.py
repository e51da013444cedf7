"""Small events with topics, and the most wishes that could be met at a given number of mutual pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, hstack, vstack

from functions.matching.arrays import Floats, Pairs, Places
from functions.matching.choice import choose
from functions.matching.exchange import Wants, covered, diversify
from tests.benchmarks.oracles import incidence

SEATS, FORBIDDEN = 3, 0.1


class Wishing(NamedTuple):
    """The mutual pairs of an event, and who meets which wish."""

    pairs: Pairs
    places: Places
    wants: Wants


def event(people: int, topics: int, seed: int) -> Wishing:
    """Invent people with three to six wishes and two to five offers among so many topics."""
    rng = np.random.default_rng([seed, people, topics])
    wish, offer = (np.zeros((people, topics), bool) for _ in range(2))
    for person in range(people):
        wish[person, rng.choice(topics, rng.integers(3, 7), replace=False)] = True
        offer[person, rng.choice(topics, rng.integers(2, 6), replace=False)] = True
    gain: Floats = (wish[:, None] & offer).sum(axis=2) / wish.sum(axis=1)[:, None]
    score = np.where(gain * gain.T > 0, 2 * gain * gain.T / np.maximum(gain + gain.T, 1e-9), 0)
    left, right = np.nonzero(np.triu(score, 1) * (rng.random((people, people)) > FORBIDDEN))
    owner, topic = np.nonzero(wish)
    return Wishing(
        Pairs(left, right, score[left, right]),
        Places(np.full(people, SEATS), np.ones(people)),
        Wants(owner, offer[:, topic].T.astype(np.float64), np.zeros(len(owner))),
    )


def most_met(event: Wishing, least: int) -> float:
    """Return how many wishes at most can be met with at least so many pairs, exactly."""
    pairs, places, wants = event
    people, wishes = len(places.seats), len(wants.owner)
    meets = (wants.owner[:, None] == pairs.left) * wants.served[:, pairs.right]
    meets = meets + (wants.owner[:, None] == pairs.right) * wants.served[:, pairs.left]
    matrix = vstack(
        [
            hstack([incidence(pairs, people), csr_matrix((people, wishes))]),
            hstack([csr_matrix(-meets), csr_matrix(np.eye(wishes))]),
            hstack([csr_matrix(-np.ones((1, pairs.size))), csr_matrix((1, wishes))]),
        ]
    )
    limits = np.concatenate([places.seats, np.zeros(wishes), [-least]])
    costs = np.concatenate([np.zeros(pairs.size), -np.ones(wishes)])
    found = milp(costs, integrality=np.ones(len(costs)), bounds=Bounds(0, 1), options={"time_limit": 60},
                 constraints=LinearConstraint(matrix, -np.inf, limits))  # fmt: skip
    return float(-found.fun)


def way(event: Wishing) -> tuple[float, int, int]:
    """Return how far exchanges go from the plain choice to the most wishes met, and both numbers of pairs."""
    taken = choose(event.pairs, event.places, 1).taken
    exchanged = diversify(event.pairs, event.places, taken, event.wants, 1)
    before, after = (covered(event.wants, event.pairs, one)[0] for one in (taken, exchanged))
    most = most_met(event, int(taken.sum()))
    return (after - before) / max(1e-9, most - before), int(taken.sum()), int(exchanged.sum())
