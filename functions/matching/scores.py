"""What a pair is worth to each of the two, and to both."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from functions.matching.candidates import Candidate
from shared.models import GainKind, Understood

WORTH = {GainKind.SERVED: 1.0, GainKind.SHARED_WISH: 0.8, GainKind.SHARED_INTEREST: 0.3}
WORDS_ALONE = 0.5  # closeness of texts that share words but no concept, at most
SHOWN = 2  # reasons a person reads for one match


class Reason(NamedTuple):
    """Why one of a pair gains: the index of their own text and of the other's."""

    kind: GainKind
    mine: int
    theirs: int
    closeness: float


def closeness(one: Understood, other: Understood) -> float:
    """Say how much two texts are about the same, from 0 to 1.

    Sharing a concept counts full over the larger number of concepts; shared words count as Dice's coefficient
    (Dice 1945), halved, from two words on.
    """
    shared = len(set(one.concepts) & set(other.concepts))
    by_concept = shared / max(len(one.concepts), len(other.concepts)) if shared else 0.0
    words = len(set(one.words) & set(other.words))
    enough = words >= min(2, len(one.words), len(other.words)) and words > 0
    by_words = WORDS_ALONE * 2 * words / (len(one.words) + len(other.words)) if enough else 0.0
    return max(by_concept, by_words)


def reasons(one: Candidate, other: Candidate) -> list[Reason]:
    """Return why `one` gains from `other`, best first, each own text at most once."""
    found = []
    for kind, mine, theirs in (
        (GainKind.SERVED, one.wishes, other.offers),
        (GainKind.SHARED_WISH, one.wishes, other.wishes),
        (GainKind.SHARED_INTEREST, one.interests, other.interests),
    ):
        for (i, text), (j, their_text) in product(enumerate(mine), enumerate(theirs)):
            close = closeness(text, their_text)
            if close > 0:
                found.append(Reason(kind, i, j, close))
    found.sort(key=lambda reason: (-WORTH[reason.kind] * reason.closeness, reason.kind, reason.mine, reason.theirs))
    chosen: list[Reason] = []
    used: set[tuple[bool, int]] = set()
    for reason in found:
        own_text = (reason.kind is GainKind.SHARED_INTEREST, reason.mine)
        if own_text not in used:
            used.add(own_text)
            chosen.append(reason)
    return chosen


def gain(found: list[Reason]) -> float:
    """Return what a person gains, from 0 to 1: the best reason full, each further one half of what is left."""
    left = 1.0
    for place, reason in enumerate(found):
        left *= 1 - WORTH[reason.kind] * reason.closeness * (0.9 if place == 0 else 0.5)
    return 1 - left


def reciprocal(mine: float, theirs: float) -> float:
    """Return the harmonic mean of both gains; 0 if either is (Pizzato et al., RECON, RecSys 2010)."""
    return 2 * mine * theirs / (mine + theirs) if mine > 0 and theirs > 0 else 0.0
