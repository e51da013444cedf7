"""From a model's raw vectors to what is compared: places, and shares of subjects and concepts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

LEARNT = Path(__file__).parent / "space.npz"
# Fitted on tests/similarity/tuning.tsv and tuning_oblique.tsv; docs/understanding.md tells what else was tried.
NEAREST = 0.5  # weight of a concept's nearest alias beside its centre
NAMED = 0.15  # what an alias in the text adds
OTHER, SUBJECT_OTHER = 0.5, 0.45  # how near a concept, or a subject, has to be to beat "another topic"
WARMTH, SUBJECT_WARMTH = 0.05, 0.025
SIGNS = 256  # that a text's subjects are folded into


class Space(NamedTuple):
    """What was learnt of examples and of the vocabulary's aliases with one model. Vectors stand in rows."""

    mean: Floats  # of raw vectors, d numbers
    mapping: Floats  # d x d
    subjects: Floats  # S x d: the middle of each subject's examples
    signs: Floats  # S x SIGNS, each 1 or -1
    names: tuple[str, ...]  # of K concepts
    centres: Floats  # K x d
    aliases: Floats  # N x d, concept after concept
    starts: npt.NDArray[np.int64]  # where each concept's begin

    def placed(self, raw: Floats) -> Floats:
        """Return unit vectors that lie close together where texts are about the same, in whatever language."""
        return unit(unit(raw - self.mean) @ self.mapping)

    def with_subjects(self, placed: Floats) -> Floats:
        """Put beside each place which subjects the text is about: unit vectors of d + SIGNS numbers.

        The roots of the shares are folded by random signs, which keeps their inner products nearly
        (Achlioptas 2003): there are thousands of subjects, and a text is about a few of them.
        """
        shares = softmax(placed @ self.subjects.T, SUBJECT_OTHER, SUBJECT_WARMTH)
        return unit(np.hstack([placed, np.sqrt(shares / SIGNS) @ self.signs]))

    def shares(self, placed: Floats, named: Sequence[frozenset[str]]) -> Floats:
        """Say how much each text is about each concept (n x K); what is missing to 1 is about another topic.

        Softmax over how near a concept's centre and its nearest alias are, with "another topic" as one class more.
        """
        hits = np.array([[name in some for name in self.names] for some in named], np.float32).reshape(
            -1, len(self.names)
        )
        nearest = np.maximum.reduceat(placed @ self.aliases.T, self.starts, axis=1)
        near = (1 - NEAREST) * (placed @ self.centres.T) + NEAREST * nearest + NAMED * hits
        return softmax(near, OTHER, WARMTH)

    def with_concepts(self, own: Mapping[str, Floats]) -> Space:
        """Add concepts by the placed vectors of their aliases."""
        sizes = np.cumsum([len(self.aliases), *(len(placed) for placed in own.values())])[:-1]
        return self._replace(
            names=(*self.names, *own),
            centres=np.vstack([self.centres, *(unit(placed.mean(axis=0, keepdims=True)) for placed in own.values())]),
            aliases=np.vstack([self.aliases, *own.values()]),
            starts=np.concatenate([self.starts, sizes]),
        )


def softmax(near: Floats, other: float, warmth: float) -> Floats:
    """Turn nearness into shares; `other` is how near "another topic" always is."""
    logits = np.hstack([near, np.full((len(near), 1), other)]) / warmth
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray((weights / weights.sum(axis=1, keepdims=True))[:, :-1])


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


@cache
def learnt(model_id: str) -> Space:
    """Load what was learnt with a model; raise ValueError if it was another one."""
    with np.load(LEARNT) as file:
        if str(file["model_id"]) != model_id:
            raise ValueError(f"{LEARNT.name} was learnt with {file['model_id']}, not {model_id}: run `make space`.")
        aliases = unit(file["aliases"].astype(np.float32))
        return Space(
            mean=file["mean"],
            mapping=file["mapping"].astype(np.float32),
            subjects=unit(file["subjects"].astype(np.float32)),
            signs=np.unpackbits(file["signs"], axis=1).astype(np.float32) * 2 - 1,
            names=tuple(file["names"].tolist()),
            centres=unit(np.add.reduceat(aliases, file["starts"])),
            aliases=aliases,
            starts=file["starts"],
        )
