"""Which pairs are worth looking at: everybody's best allowed partners, found by blocks of matrix products."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np

from functions.matching.arrays import BadMatrix, Floats, Ints, Pairs
from functions.matching.rules import Rules, allowed, check_rules

BLOCK = 2000  # people a side: 16 MB for each matrix of single precision


class Factors(NamedTuple):
    """n x d matrices whose inner product is what i gains from j, or bounds it: `wants[i] @ gives[j]`."""

    wants: Floats
    gives: Floats


def top_pairs(factors: Factors, rules: Rules, top: int) -> Pairs:
    """Return every allowed pair that is among the `top` best of one of its two, with its reciprocal score.

    Only pairs in which both gain count. The score is symmetric, so each pair of blocks is computed once. What is known
    of everybody's best so far sifts the rest. Raises BadMatrix.
    """
    check_rules(rules)
    people = rules.people
    if any(len(matrix) != people or not np.isfinite(matrix).all() for matrix in factors):
        raise BadMatrix("a matrix of gains has another number of people, or holds what is no number")
    best = np.zeros((people, max(1, min(top, people - 1))), np.float32)
    blocks = [slice(start, min(start + BLOCK, people)) for start in range(0, people, BLOCK)]
    found = [sifted(factors, rules, rows, columns, best) for rows, columns in combinations_with_replacement(blocks, 2)]
    if not found:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    code = np.concatenate([codes for codes, _ in found])
    score = np.concatenate([scores for _, scores in found])
    left, right = np.divmod(code, people)
    least = best.min(axis=1)
    kept = np.flatnonzero((score >= least[left]) | (score >= least[right]))
    kept = kept[np.argsort(code[kept])]
    return Pairs(left[kept], right[kept], np.minimum(score[kept], 1).astype(np.float64))


def sifted(factors: Factors, rules: Rules, rows: slice, columns: slice, best: Floats) -> tuple[Ints, Floats]:
    """Return codes u * n + v and scores of a block's pairs that may be among somebody's best, and note these best."""
    score = reciprocal_block(factors, rows, columns)
    score *= allowed(rules, rows, columns)
    if rows == columns:
        keep_best(best, rows, score)
        score = np.triu(score, 1)
    else:
        keep_best(best, rows, score)
        keep_best(best, columns, np.ascontiguousarray(score.T))
    kept = score >= best[rows].min(axis=1)[:, None]
    kept |= score >= best[columns].min(axis=1)
    kept &= score > 0
    row, column = np.nonzero(kept)
    return (row + rows.start) * rules.people + column + columns.start, score[row, column]


def reciprocal_block(factors: Factors, rows: slice, columns: slice) -> Floats:
    """Return the harmonic mean of both gains, 2ab / (a + b), 0 where either is not positive (Pizzato et al. 2010)."""
    mine = factors.wants[rows] @ factors.gives[columns].T
    theirs = factors.gives[rows] @ factors.wants[columns].T
    np.maximum(mine, 0, out=mine)
    np.maximum(theirs, 0, out=theirs)
    total = mine + theirs
    mine *= theirs
    mine *= 2
    np.maximum(total, np.finfo(np.float32).tiny, out=total)
    mine /= total
    return mine


def keep_best(best: Floats, people: slice, score: Floats) -> None:
    """Merge some people's scores into their best so far."""
    both = np.concatenate([best[people], score], axis=1)
    best[people] = np.partition(both, both.shape[1] - best.shape[1], axis=1)[:, -best.shape[1] :]
