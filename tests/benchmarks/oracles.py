"""What could be reached at best, or is reached by others: HiGHS through scipy, and networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, eye, hstack, vstack

from functions.matching.arrays import Bools, Floats, Pairs, Places

FIRST = 20.0  # what somebody's first match counts, so that coverage goes before any weight


def incidence(pairs: Pairs, people: int) -> csr_matrix:
    ends = np.concatenate([pairs.left, pairs.right])
    return csr_matrix((np.ones(len(ends)), (ends, np.tile(np.arange(pairs.size), 2))), shape=(people, pairs.size))


def programme(pairs: Pairs, places: Places) -> tuple[Floats, csr_matrix, Floats]:
    """Return costs, matrix and limits of: each within their seats, and covered only with a match."""
    people = len(places.seats)
    owed = np.flatnonzero(places.wanting)
    has = incidence(pairs, people)
    matrix = vstack([hstack([has, csr_matrix((people, len(owed)))]), hstack([-has[owed], eye(len(owed))])]).tocsr()
    costs = np.concatenate([-pairs.score, np.full(len(owed), -FIRST)])
    return costs, matrix, np.concatenate([places.seats, np.zeros(len(owed))])


def linear(pairs: Pairs, places: Places) -> tuple[float, float, Floats]:
    """Solve the linear programme, coverage first; return weight, covered people, and how far each pair is taken."""
    costs, matrix, limits = programme(pairs, places)
    found = linprog(costs, matrix, limits, bounds=(0, 1), method="highs").x
    return float(pairs.score @ found[: pairs.size]), float(found[pairs.size :].sum()), found[: pairs.size]


def exact(pairs: Pairs, places: Places) -> tuple[float, int]:
    """Solve it in whole numbers; return weight and covered people."""
    if not pairs.size:
        return 0.0, 0
    costs, matrix, limits = programme(pairs, places)
    whole = np.ones(len(costs))
    options = {"mip_rel_gap": 0}
    found = milp(costs, integrality=whole, bounds=Bounds(0, 1), options=options,
                 constraints=LinearConstraint(matrix, -np.inf, limits)).x.round()  # fmt: skip
    return float(pairs.score @ found[: pairs.size]), int(found[pairs.size :].sum())


def most_covered(pairs: Pairs, places: Places) -> int:
    """Return how many people can be covered at all."""
    return exact(pairs._replace(score=np.full(pairs.size, 1e-6)), places)[1]


def rounded(pairs: Pairs, places: Places, share: Floats) -> Bools:
    """Take what a linear solution takes, the most certain first, then what still fits."""
    free = places.seats.tolist()
    taken = np.zeros(pairs.size, bool)
    for pair in np.lexsort((-pairs.score, -share.round(6))).tolist():
        one, other = int(pairs.left[pair]), int(pairs.right[pair])
        if free[one] and free[other]:
            taken[pair] = True
            free[one] -= 1
            free[other] -= 1
    return taken


def matching_rounds(pairs: Pairs, seats: int) -> float:
    """Match everybody at most once, as well as possible, so many times over; return the weight of all of it."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.score.tolist(), strict=True))
    weight = 0.0
    for _ in range(seats):
        chosen = nx.max_weight_matching(graph)
        weight += sum(graph.edges[pair]["weight"] for pair in chosen)
        graph.remove_edges_from(chosen)
    return weight
