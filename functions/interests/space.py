"""From a model's raw vectors to what is compared: one space for both languages, and shares of concepts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Bytes = npt.NDArray[np.int8]

LEARNT = Path(__file__).parent / "space.npz"
# Fitted on tests/similarity/tuning.tsv and tuning_oblique.tsv; docs/understanding.md tells what else was tried.
REMOVED = 2  # leading components: how a text is written, not what of
SLOPE = 8.0  # of the logistic curve from one language's mean to the other's
NEAREST = 0.5  # weight of a concept's nearest alias beside its centre
NAMED = 0.15  # what an alias in the text adds
OTHER = 0.45  # how near a concept has to be to beat "another topic"
WARMTH = 0.05


class Space(NamedTuple):
    """What was learnt of the vocabulary's aliases with one model. Vectors stand in rows and have d numbers."""

    german: Floats  # mean raw vector, d
    english: Floats
    removed: Floats  # REMOVED x d
    names: tuple[str, ...]  # of K concepts
    centres: Floats  # K x d
    aliases: Floats  # N x d, concept after concept
    starts: npt.NDArray[np.int64]  # where each concept's begin

    def placed(self, raw: Floats) -> Floats:
        """Centre each vector by its language, drop the leading components, and make it a unit vector again."""
        centred = unit(raw - self.mean(raw))
        return unit(centred - (centred @ self.removed.T) @ self.removed)

    def mean(self, raw: Floats) -> Floats:
        """Return the mean to subtract from each: a mixture, by where the vector lies between both languages' means."""
        axis = self.german - self.english
        place = (raw - (self.german + self.english) / 2) @ axis / (axis @ axis)
        german = 1 / (1 + np.exp(-np.clip(SLOPE * place, -50, 50)))[:, None]
        return np.asarray(german * self.german + (1 - german) * self.english)

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
            german=file["german"],
            english=file["english"],
            removed=file["removed"],
            names=tuple(file["names"].tolist()),
            centres=unit(np.add.reduceat(aliases, file["starts"])),
            aliases=aliases,
            starts=file["starts"],
        )
