"""Everybody's best allowed partners, found block by block."""

from __future__ import annotations

import numpy as np
import pytest

from functions.matching import candidates
from functions.matching.arrays import BadMatrix, Floats
from functions.matching.candidates import Factors, top_pairs
from functions.matching.rules import Rules, allowed


def an_event(people: int, seed: int) -> tuple[Factors, Rules]:
    """Draw an event in which not all may meet and some gains are negative."""
    rng = np.random.default_rng(seed)
    wants, gives = (rng.normal(0.2, 1, (people, 6)).astype(np.float32) for _ in range(2))
    nobody = np.zeros(people, bool)
    one, other = rng.integers(0, people, (2, people))
    apart = np.unique(np.concatenate([one * people + other, other * people + one]))
    company, languages = rng.integers(0, people // 3 + 1, people), rng.integers(1, 4, people)
    return Factors(wants, gives), Rules(company, nobody, languages, np.full(people, 3), nobody, nobody, apart)


def plainly(factors: Factors, rules: Rules, top: int) -> dict[tuple[int, int], float]:
    """Score everybody with everybody, and keep what is among the best of one of the two."""
    everybody = slice(0, rules.people)
    mine: Floats = np.maximum(factors.wants @ factors.gives.T, 0)
    score = np.where(mine * mine.T > 0, 2 * mine * mine.T / np.maximum(mine + mine.T, 1e-9), 0)
    score *= allowed(rules, everybody, everybody)
    found = {}
    for one in range(rules.people):
        for other in np.argsort(-score[one])[:top].tolist():
            if score[one, other] > 0:
                found[min(one, other), max(one, other)] = min(1.0, float(score[one, other]))
    return found


@pytest.mark.parametrize("block", [7, 16, 1000])
@pytest.mark.parametrize("top", [1, 4, 60])
def test_the_best_are_found_whatever_the_size_of_the_blocks(
    block: int, top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "BLOCK", block)
    factors, rules = an_event(40, seed=top)
    found = top_pairs(factors, rules, top)
    expected = plainly(factors, rules, top)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == sorted(expected)
    assert found.score == pytest.approx([expected[pair] for pair in sorted(expected)], rel=1e-4)


@pytest.mark.parametrize("people", [1, 2])
def test_the_smallest_events_have_their_pairs(people: int) -> None:
    rules = Rules(
        *(np.arange(people), np.zeros(people, bool), np.ones(people, int), np.ones(people, int)),
        *(np.zeros(people, bool), np.zeros(people, bool), np.zeros(0, int)),
    )
    ones = np.ones((people, 1), np.float32)
    assert top_pairs(Factors(ones, ones), rules, 5).size == people - 1


def test_nobody_makes_no_pairs() -> None:
    none = np.zeros(0, int)
    rules = Rules(none, none.astype(bool), none, none, none.astype(bool), none.astype(bool), none)
    assert top_pairs(Factors(np.zeros((0, 3)), np.zeros((0, 3))), rules, 5).size == 0


def test_gains_that_are_no_numbers_or_of_other_people_are_refused() -> None:
    factors, rules = an_event(5, seed=1)
    spoilt = factors.wants.copy()
    spoilt[2, 3] = np.nan
    for wrong in (Factors(spoilt, factors.gives), Factors(factors.wants[:4], factors.gives)):
        with pytest.raises(BadMatrix, match="matrix of gains"):
            top_pairs(wrong, rules, 3)
