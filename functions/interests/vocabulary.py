"""Which concepts a text names: the aliases of a vocabulary, found through inflection, compounds and spellings."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import Stemmer

from shared.models import Concept
from shared.words import folded, literal, words_of

CONCEPTS = Path(__file__).parent / "concepts"
SHORTEST_IN_COMPOUNDS = 5  # letters of an alias that counts at either end of a longer word
SHORTEST_INSIDE = 7  # of one that counts anywhere in it
SHORT_ENDINGS = ("", "e", "en", "n", "s")
SHORTEST_REST = 3  # of what follows an alias in a compound: "honorary" is no fee
ENDINGS = frozenset({"", "e", "en", "er", "ern", "es", "in", "innen", "n", "s"})

german, english = Stemmer.Stemmer("german", 0), Stemmer.Stemmer("english", 0)  # they would keep people's words
Stem = Callable[[str], str]


class AliasTwice(ValueError):
    """Two concepts would be recognised by the same words."""


class Hit(NamedTuple):
    """An alias found in a text: its concept, and from which letter to which it stands in the joined words."""

    start: int
    end: int
    concept: str


class Vocabulary:
    """Concepts and what they are recognised by; `own` are those that an event adds, whose aliases win."""

    def __init__(self, concepts: Mapping[str, Concept], own: Mapping[str, Concept] | None = None) -> None:
        """Index the aliases; raise AliasTwice where two concepts of one of the two have one in common."""
        self.own = dict(own or {})
        self.concepts = {**concepts, **self.own}
        self.whole: dict[str, str] = {}  # literal alias: concept
        self.phrases: dict[Stem, dict[str, list[tuple[tuple[str, ...], str]]]] = {  # by their first stem
            german_stem: defaultdict(list),
            english_stem: defaultdict(list),
        }
        self.capitals: dict[str, str] = {}
        self.short: dict[str, str] = {}  # too short for stems: "chores" is no choir
        self.beginnings: dict[str, str] = {}
        self.parts: dict[str, str] = {}  # of compounds
        taken = {literal(alias) for concept in self.own.values() for alias in aliases_of(concept)}
        for name, concept in self.concepts.items():
            for alias in concept.aliases_de:
                if name in self.own or literal(alias) not in taken:
                    self._add(name, alias, german_stem, in_compounds=True)
            for alias in concept.aliases_en:
                if name in self.own or literal(alias) not in taken:
                    self._add(name, alias, english_stem, in_compounds=False)
        self.words = frozenset(
            word.lower()
            for concept in self.concepts.values()
            for alias in (*aliases_of(concept), concept.de, concept.en)
            for word in words_of(alias)
        )

    @property
    def version(self) -> str:
        """Name this vocabulary: another one has another name."""
        content = [
            (name, concept.model_dump()) for name, concept in self.concepts.items()
        ]  # shares stand in this order
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]

    def with_own(self, own: Mapping[str, Concept]) -> Vocabulary:
        return Vocabulary(self.concepts, own)

    def _add(self, concept: str, alias: str, stem: Stem, *, in_compounds: bool) -> None:
        """Index one alias; the head of the first concepts' file says how one is written."""
        whole = literal(alias)
        if self.whole.setdefault(whole, concept) != concept:
            raise AliasTwice(f"“{alias}” stands in {self.whole[whole]} and in {concept}: keep it in one of them.")
        if alias.isupper():
            self.capitals[alias] = concept
            return
        words = words_of(alias)
        if alias.endswith("-"):
            self.beginnings[flat(words[0])] = concept
            return
        if len(words) == 1 and len(alias) < SHORTEST_IN_COMPOUNDS:
            for ending in SHORT_ENDINGS:
                self.short.setdefault(flat(alias) + ending, concept)
            return
        stems = tuple(stem(word) for word in words)
        self.phrases[stem][stems[0]].append((stems, concept))
        if in_compounds and len(words) == 1 and len(alias) >= SHORTEST_IN_COMPOUNDS:
            self.parts.setdefault(flat(alias), concept)

    def topic(self, text: str) -> str | None:
        """Return the concept that a text as a whole is the name of."""
        return self.whole.get(literal(text))

    def named(self, text: str) -> frozenset[str]:
        """Return the concepts that a text names; an alias inside a longer one found there does not count."""
        words = words_of(text)
        hits = list(self._hits(words))
        return frozenset(
            hit.concept
            for hit in hits
            if not any(
                other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start
                for other in hits
            )
        )

    def _hits(self, words: list[str]) -> Iterable[Hit]:
        starts = [0]
        for word in words:
            starts.append(starts[-1] + len(word) + 1)
        for place, word in enumerate(words):
            if concept := self.capitals.get(word) or self.capitals.get(word.removesuffix("s")):
                yield Hit(starts[place], starts[place] + len(word), concept)
            if concept := self.short.get(flat(word)):
                yield Hit(starts[place], starts[place] + len(word), concept)
            yield from self._inside(flat(word), starts[place])
        for stem, phrases in self.phrases.items():
            stems = tuple(map(stem, words))
            for place, first in enumerate(stems):
                for phrase, concept in phrases.get(first, ()):
                    end = place + len(phrase)
                    if stems[place:end] == phrase:
                        yield Hit(starts[place], starts[end] - 1, concept)

    def _inside(self, word: str, start: int) -> Iterable[Hit]:
        """Find the aliases that a longer word begins with, ends with or, if they are long, holds."""
        for end in range(2, len(word) + 1):
            if concept := self.beginnings.get(word[:end]):
                yield Hit(start, start + end, concept)
        for begin in range(len(word) - SHORTEST_IN_COMPOUNDS + 1):
            for end in range(begin + SHORTEST_IN_COMPOUNDS, len(word) + 1):
                concept, rest = self.parts.get(word[begin:end]), word[end:]
                goes_on = len(rest) >= SHORTEST_REST and (begin == 0 or end - begin >= SHORTEST_INSIDE)
                if concept and (rest in ENDINGS or goes_on):
                    yield Hit(start + begin, start + end, concept)


def aliases_of(concept: Concept) -> tuple[str, ...]:
    return (*concept.aliases_de, *concept.aliases_en)


@cache
def vocabulary() -> Vocabulary:
    """Read the project's own concepts."""
    return Vocabulary(
        {
            name: Concept.model_validate(concept)
            for path in sorted(CONCEPTS.glob("*.toml"))
            for name, concept in tomllib.loads(path.read_text(encoding="utf-8")).items()
        }
    )


def german_stem(word: str) -> str:
    return str(german.stemWord(flat(word)))


def english_stem(word: str) -> str:
    return str(english.stemWord(word.casefold()))


def flat(word: str) -> str:
    """Write a word without umlauts, so that "Gärten" and "Gaerten" are "Garten"."""
    word = folded(word)
    for spelt, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        word = word.replace(spelt, letter)
    return word
