"""How much texts are about the same, from what was understood of them. Pure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from shared.models import Understood

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

CONCEPT = 0.6  # what a concept adds to the cosine that both texts are about and nothing else
FAR, NEAR = 0.3, 0.8  # similarities from which closeness begins, and at which it is full
FAR_ALONE, NEAR_ALONE = 0.05, 1.0  # the same without a model
SAME = 1 + CONCEPT  # similarity of texts that say literally the same
WORDS_ALONE = 0.5  # closeness of texts that share words but no concept, at most
STEP, WHOLE = 127, 255  # the largest bytes, with a sign and without


class Texts:
    """Understood texts side by side; all of them read with a model, or all without."""

    def __init__(self, texts: Sequence[Understood]) -> None:
        self.literal = np.array([text.literal for text in texts], str)
        self.says_something = self.literal != ""
        self.by_vector = np.array([bool(text.vector) for text in texts], bool)
        self.features = features(texts, size_of(texts))
        self.concepts = Shared([named(text) for text in texts])
        self.words = Shared([text.words for text in texts])

    def closeness(self, rows: Ints, other: Texts, columns: Ints) -> Floats:
        """Return the closeness (0 to 1) of some of these texts (rows) to some of the others' (columns)."""
        with_model = self.by_vector[rows][:, None]
        return closeness_of(self.similarity(rows, other, columns), with_model)

    def similarity(self, rows: Ints, other: Texts, columns: Ints) -> Floats:
        """Return the similarity of some of these texts (rows) to some of the others' (columns): up to SAME.

        With a model cos(x, x') + CONCEPT times the sum of sqrt(q q') over the concepts' shares q (Bhattacharyya 1943);
        without one that sum, and what named concepts and words they have in common.
        """
        found = self.by_features(rows, other, columns)
        for place, row in enumerate(rows):
            if not self.by_vector[row]:
                found[place] += self.by_words(row, other, columns)
        same = (self.literal[rows][:, None] == other.literal[columns]) & self.says_something[rows][:, None]
        return np.where(same, SAME, found)

    def by_features(self, rows: Ints, other: Texts, columns: Ints) -> Floats:
        if other.features.shape[1] != self.features.shape[1]:  # one side says nothing at all
            return np.zeros((len(rows), len(columns)), np.float32)
        # Picking columns first copies them: worth it for a few only.
        if 4 * len(columns) < len(other.features):
            return np.asarray(self.features[rows] @ other.features[columns].T)
        return np.asarray((self.features[rows] @ other.features.T)[:, columns])

    def by_words(self, row: int, other: Texts, columns: Ints) -> Floats:
        """Sharing a named concept counts full over the larger number; words as Dice's coefficient (1945), halved."""
        mine, named_by_me = self.words.members[row], self.concepts.members[row]
        concepts, words = other.concepts.with_any(named_by_me)[columns], other.words.with_any(mine)[columns]
        their_concepts, their_words = other.concepts.sizes[columns], other.words.sizes[columns]
        by_concept = concepts / np.maximum(np.maximum(len(named_by_me), their_concepts), 1)
        enough = words >= np.maximum(np.minimum(2, np.minimum(len(mine), their_words)), 1)
        by_words = np.where(enough, WORDS_ALONE * 2 * words / np.maximum(len(mine) + their_words, 1), 0)
        return np.where(other.by_vector[columns], 0, np.maximum(by_concept, by_words))


class Shared:
    """An inverted index: which texts hold a concept, or a word."""

    def __init__(self, members: Sequence[tuple[str, ...]]) -> None:
        self.members = members
        self.sizes = np.array([len(one) for one in members], np.float64)
        found: dict[str, list[int]] = {}
        for text, own in enumerate(members):
            for feature in own:
                found.setdefault(feature, []).append(text)
        self.texts = {feature: np.array(texts, np.int64) for feature, texts in found.items()}

    def with_any(self, features: Iterable[str]) -> Floats:
        """Count for every text how many of these it holds."""
        hits = [self.texts[feature] for feature in features if feature in self.texts]
        if not hits:
            return np.zeros(len(self.sizes))
        return np.bincount(np.concatenate(hits), minlength=len(self.sizes)).astype(np.float64)


def closeness(mine: Sequence[Understood], theirs: Sequence[Understood]) -> Floats:
    """Say how much each of some texts (rows) is about the same as each of others (columns), from 0 to 1."""
    return each_of(Texts.closeness, mine, theirs)


def similarity(mine: Sequence[Understood], theirs: Sequence[Understood]) -> Floats:
    """Return the similarity of each of some texts (rows) to each of others (columns)."""
    return each_of(Texts.similarity, mine, theirs)


def each_of(
    measure: Callable[[Texts, Ints, Texts, Ints], Floats], mine: Sequence[Understood], theirs: Sequence[Understood]
) -> Floats:
    return measure(Texts(mine), np.arange(len(mine)), Texts(theirs), np.arange(len(theirs)))


def closeness_of(similarity: Floats, with_model: npt.NDArray[np.bool_]) -> Floats:
    """Map a similarity to [0, 1]: nothing up to FAR, all from NEAR on, a straight line between."""
    far, near = np.where(with_model, FAR, FAR_ALONE), np.where(with_model, NEAR, NEAR_ALONE)
    return np.asarray(np.clip((similarity - far) / (near - far), 0, 1))


def features(texts: Sequence[Understood], size: int) -> Floats:
    """Return rows whose inner products are similarities: the unit vector beside the roots of weighted shares."""
    rows = np.zeros((len(texts), size), np.float32)
    for row, text in zip(rows, texts, strict=True):
        if text.vector:
            row[:] = np.concatenate([unpacked(text.vector), np.sqrt(CONCEPT * unpacked_shares(text.shares))])
        elif text.shares:
            row[:] = np.sqrt(unpacked_shares(text.shares))
    return rows


def size_of(texts: Iterable[Understood]) -> int:
    """Return how many numbers the features of these texts have: none where no text has any."""
    some = next((text for text in texts if text.shares), None)
    return sum(len(base64.b64decode(packed)) for packed in (some.vector, some.shares)) if some else 0


def named(text: Understood) -> tuple[str, ...]:
    return tuple(touched.concept for touched in text.concepts if touched.named)


def packed(vector: Floats) -> str:
    """Write a vector's direction as signed bytes; its length is lost."""
    steps = np.rint(vector / np.abs(vector).max() * STEP).astype(np.int8)
    return base64.b64encode(steps.tobytes()).decode()


def unpacked(vector: str) -> Floats:
    steps = np.frombuffer(base64.b64decode(vector), np.int8).astype(np.float32)
    return steps / np.linalg.norm(steps)


def packed_shares(shares: Floats) -> str:
    """Write shares as bytes, by their roots, so that small ones count as well."""
    return base64.b64encode(np.rint(np.sqrt(shares) * WHOLE).astype(np.uint8).tobytes()).decode()


def unpacked_shares(shares: str) -> Floats:
    return (np.frombuffer(base64.b64decode(shares), np.uint8).astype(np.float32) / WHOLE) ** 2
