"""One wrong letter put right before a text is read, because it breaks the pieces that a model sees of a word.

Only in words that neither language has, nor the vocabulary, nor a compound of such words.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json

SHORTEST = 5  # letters; shorter words have too many neighbours
SHORTEST_PART = 4  # letters of a part of a compound
SHORTEST_COMPOUND, LONGEST_COMPOUND = 9, 28  # letters of one in which a wrong letter is looked for
LONGEST = 40  # letters; what is longer is no word, and would take its time
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
LINKS = ("", "s", "n", "en", "es", "er")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
AMBIGUOUS = 4  # a compound that may be this many is left as it is


def corrected(text: str, own: Collection[str]) -> str:
    """Put right what is misspelt; `own` are the words that the vocabulary knows, in small letters."""
    return WORD.sub(lambda found: corrected_word(found.group(), own), text)


def corrected_word(word: str, own: Collection[str]) -> str:
    small = word.lower()
    if (
        not SHORTEST <= len(small) <= LONGEST
        or word.isupper()
        or not set(small) <= set(LETTERS)
        or is_known(small, own)
    ):
        return word
    found = [other for other in with_umlauts(small) if is_known(other, own)]
    found = found or [other for other in set(neighbours(small)) if is_word(other, own)]
    if not found and SHORTEST_COMPOUND <= len(small) <= LONGEST_COMPOUND:
        compounds = compounds_near(small, own)
        found = list(compounds) if len(compounds) < AMBIGUOUS else []
    if not found:
        return word
    best = max(found, key=lambda other: (other in own, frequency(other), other))
    return best.capitalize() if word[0].isupper() else best


def with_umlauts(word: str) -> tuple[str, ...]:
    """Return what a word may be that was typed without a German keyboard."""
    umlauts = word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")
    return umlauts, umlauts.replace("ss", "ß")


def is_known(word: str, own: Collection[str]) -> bool:
    """Say whether a word is one of either language or the vocabulary, or a compound of such words."""
    return is_word(word, own) or any(
        begins_a_compound(word[:end], own) and is_known(word[end:], own)
        for end in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    )


def is_word(word: str, own: Collection[str]) -> bool:
    return word in own or any(word in one.counted for one in languages())


def compounds_near(word: str, own: Collection[str]) -> set[str]:
    """Return the compounds with one part that is one letter away; all before and after it are right."""
    last = len(word)
    starts = [0]
    for place in range(SHORTEST_PART, last):
        if any(begins_a_compound(word[start:place], own) for start in starts):
            starts.append(place)
    ends = [end for end in range(1, last - SHORTEST_PART + 1) if is_known(word[end:], own)]
    return {
        word[:start] + other + word[end:]
        for start in starts
        for end in (*ends, last)
        if end - start >= SHORTEST_PART - 1
        for other in neighbours(word[start:end])
        if (begins_a_compound(other, own) if end < last else len(other) >= SHORTEST_PART and is_word(other, own))
    }


def begins_a_compound(head: str, own: Collection[str]) -> bool:
    return len(head) >= SHORTEST_PART and any(
        head.endswith(link) and is_word(head.removesuffix(link), own) for link in LINKS
    )


def neighbours(word: str) -> Iterator[str]:
    """Yield every word one letter away: left out, added, changed, or two swapped (Damerau 1964)."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


class Words(NamedTuple):
    """The words of a language, and how often each was counted."""

    counted: dict[str, int]
    total: int


def frequency(word: str) -> float:
    """Return how often a word occurs in the language that has it more often, as a share of all words."""
    return max(one.counted.get(word, 0) / one.total for one in languages())


@cache
def languages() -> tuple[Words, ...]:
    """Load the words of both languages: a fifth of a second, so not before the first text."""
    packed = [gzip.decompress((resources() / f"{language}.json.gz").read_bytes()) for language in ("de", "en")]
    counted = [from_json(one, cache_strings=False) for one in packed]  # half the time of the standard library's
    return tuple(Words(one, sum(one.values())) for one in counted)


def resources() -> Path:
    """Find the lists without importing the package around them, which would load a checker of its own."""
    spec = find_spec("spellchecker")
    if spec is None or spec.origin is None:
        raise ImportError("pyspellchecker's word lists are missing")
    return Path(spec.origin).parent / "resources"
