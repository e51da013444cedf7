"""What a text is about when there is no model: the letters it shares with the aliases of each concept. Pure.

Runs of a few letters survive inflection, compounds and typing errors, and since a concept has aliases in both
languages, a German text and an English one may both be like it without being like each other.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from functions.interests.space import Floats, softmax, unit
from functions.interests.vocabulary import flat
from shared.words import words_of

LENGTHS = (3, 4, 5)  # letters, with a mark at both ends of a word
SHORTEST_WORD = 4
PLACES = 8192  # a run of letters is hashed into one of these
# Fitted on the same texts as the constants of the model's space.
NAMED, OTHER, WARMTH = 0.2, 0.35, 0.03


class Ngrams:
    """The letters of each concept's aliases, weighed by how few concepts have them (Spärck Jones 1972)."""

    def __init__(self, aliases: dict[str, Sequence[str]], silent: Collection[str]) -> None:
        """Take the aliases of each concept, and the words that say nothing."""
        self.names, self.silent = tuple(aliases), silent
        counted = self.counted(" ".join(texts) for texts in aliases.values())
        self.rarity = np.maximum(np.log((len(aliases) + 1) / ((counted > 0).sum(axis=0) + 0.5)), 0)
        self.centres = self.weighed(counted)

    def shares(self, texts: Sequence[str], named: Sequence[frozenset[str]]) -> Floats:
        """Say how much each text is about each concept (n x K); what is missing to 1 is about another topic."""
        hits = np.array([[name in some for name in self.names] for some in named]).reshape(-1, len(self.names))
        return softmax(self.weighed(self.counted(texts)) @ self.centres.T + NAMED * hits, OTHER, WARMTH)

    def weighed(self, counted: Floats) -> Floats:
        return unit(np.log1p(counted) * self.rarity)

    def counted(self, texts: Iterable[str]) -> Floats:
        rows = []
        for text in texts:
            row = np.zeros(PLACES, np.float32)
            for place, times in Counter(self.places(text)).items():
                row[place] = times
            rows.append(row)
        return np.array(rows)

    def places(self, text: str) -> Iterable[int]:
        for word in words_of(text):
            letters = f"^{flat(word)}$"
            if len(word) >= SHORTEST_WORD and word.casefold() not in self.silent:
                for length in LENGTHS:
                    for start in range(len(letters) - length + 1):
                        yield zlib.crc32(letters[start : start + length].encode()) % PLACES
