"""How well similarities find the pairs of texts that belong together. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

TEXTS = ("a", "b")
GROUPS = ("topic", "languages", "kind")  # columns by whose values is reported, too
FIELD = "field"  # pairs of one field are hard to tell apart
FEWEST = 2  # pairs; a single one can be mistaken for no other
RESAMPLES = 2000
FALSE_HITS = 0.01
MISTYPED = re.compile(r"[^\W\d_]{5,}")
KEYS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")  # of a German keyboard


class Unreadable(Exception):
    """The pairs are wrong; `faults` say where and what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Pair(NamedTuple):
    """Two texts that belong together; `about` holds what further columns tell of them."""

    a: str
    b: str
    about: dict[str, str]


class Miss(NamedTuple):
    """A text to which another one was at least as near as its own partner."""

    behind: float
    text: str
    partner: str
    nearest: str


def pairs_in(data: bytes) -> list[Pair]:
    """Read a file of pairs: UTF-8, columns parted by tabs, quotation marks as ordinary characters.

    Raise Unreadable with the number of each line that is wrong.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable([f"Line {line}: this is not UTF-8. Save the file as UTF-8, and try again."]) from None
    header, *rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    columns = header.split("\t")
    if tuple(columns[:2]) != TEXTS:
        raise Unreadable(["Line 1: the first line has to name the columns: a, a tab, b; others may follow."])
    faults, pairs = [], []
    for number, row in enumerate(rows, start=2):
        cells = [cell.strip() for cell in row.split("\t")]
        if len(cells) < len(TEXTS):
            faults.append(f"Line {number}: there is no tab between two texts.")
        elif len(cells) > len(columns):
            faults.append(f"Line {number}: {len(cells)} cells, but only {len(columns)} columns have names.")
        elif not all(cells[:2]):
            faults.append(f"Line {number}: the text {TEXTS[bool(cells[0])]} is empty.")
        else:
            pairs.append(Pair(cells[0], cells[1], dict(zip(columns[2:], cells[2:], strict=False))))
    if not faults and len(pairs) < FEWEST:
        faults.append(f"{len(pairs)} pairs: at least {FEWEST} are needed, as each is to be told from the others.")
    if faults:
        raise Unreadable(faults)
    return pairs


def auc(matched: Floats, mismatched: Floats) -> float:
    """Return how often a match is more similar than a mismatch (Hanley and McNeil 1982); a tie counts half."""
    ordered = np.sort(mismatched)
    below, not_above = (np.searchsorted(ordered, matched, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(mismatched))


def mismatches(similarity: Floats, kept: Bools) -> Floats:
    """Return an n x n matrix's entries beside the diagonal, of which row or column is one of these pairs."""
    beside = ~np.eye(len(similarity), dtype=bool)
    return np.asarray(similarity[beside & (kept[:, None] | kept[None, :])])


def hard_mismatches(similarity: Floats, fields: Sequence[str]) -> Floats:
    """Return the entries beside the diagonal of pairs of the same field; an empty one is none."""
    names = np.array(fields)
    same = (names[:, None] == names[None, :]) & (names != "")
    return np.asarray(similarity[same & ~np.eye(len(similarity), dtype=bool)])


def nearest_is_own(similarity: Floats) -> Bools:
    """Say for each row whether its own partner, on the diagonal, is nearer than all others; a tie is a miss."""
    return np.asarray(np.diagonal(similarity) > of_others(similarity).max(axis=1))


def of_others(similarity: Floats) -> Floats:
    """Leave out the diagonal."""
    return np.where(np.eye(len(similarity), dtype=bool), -np.inf, similarity)


def recall(matched: Floats, mismatched: Floats, false_hits: float) -> float:
    """Return the share of matches above the lowest cut that lets no more than this share of mismatches through."""
    cut = np.sort(mismatched)[::-1][int(false_hits * len(mismatched))]
    return float((matched > cut).mean())


def interval(hits: Bools, rng: np.random.Generator) -> tuple[float, float]:
    """Return 95 % of the shares of hits that other pairs of the same kind could have given (Efron 1979)."""
    shares = hits[rng.integers(len(hits), size=(RESAMPLES, len(hits)))].mean(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


def misses(similarity: Floats, pairs: Sequence[Pair]) -> list[Miss]:
    """Return the misses in both directions, the worst first."""
    found = []
    lefts, rights = [pair.a for pair in pairs], [pair.b for pair in pairs]
    for own, theirs, matrix in ((lefts, rights, similarity), (rights, lefts, similarity.T)):
        others = of_others(matrix)
        for place, nearest in enumerate(others.argmax(axis=1).tolist()):
            behind = float(others[place, nearest] - matrix[place, place])
            if behind >= 0:
                found.append(Miss(behind, own[place], theirs[place], theirs[nearest]))
    return sorted(found, key=lambda miss: -miss.behind)


def mistyped(text: str, rng: random.Random) -> str:
    """Put one slip into a word of five letters or more: two swapped, one dropped, one doubled, or the key beside."""
    words = list(MISTYPED.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    place = rng.randrange(word.start(), word.end() - 1)
    one, following = text[place], text[place + 1]
    typed = rng.choice((following + one, following, 2 * one + following, key_beside(one, rng) + following))
    if typed == one + following:
        typed = 2 * one + following
    return text[:place] + typed + text[place + 2 :]


def key_beside(letter: str, rng: random.Random) -> str:
    """Return a neighbour on the keyboard, or the letter itself where it has no key of its own."""
    small = letter.lower()
    for row in KEYS:
        if small in row:
            place = row.index(small)
            beside = rng.choice(row[max(place - 1, 0) : place] + row[place + 1 : place + 2])
            return beside.upper() if letter.isupper() else beside
    return letter
