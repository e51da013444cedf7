"""What a pair is worth to each of the two, and to both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from functions.matching.arrays import Floats, Ints, Pairs
from functions.matching.candidates import Factors
from functions.matching.participants import Participant
from functions.matching.rules import Rules, allowed
from shared import closeness as compare
from shared.closeness import closeness, features, named, size_of
from shared.models import GainKind, Understood

WORTH = {GainKind.SERVED: 1.0, GainKind.SHARED_WISH: 0.8, GainKind.SHARED_INTEREST: 0.3, GainKind.SURPRISE: 0.1}
FIRST, FURTHER = 0.9, 0.5  # how much of the best reason counts, and of each further one
SURE = 0.14  # what one of the two has to gain at least: two weak reasons are easily two mistakes
RANKING = 0.04  # share of the score that format and newcomers decide: they rank, and never make a pair
SHOWN = 2  # reasons a person reads for one match
CLEAR = 0.2  # closeness from which a reason is told beside a better one


class Reason(NamedTuple):
    """Why one of a pair gains: the index of their own text and of the other's."""

    kind: GainKind
    mine: int
    theirs: int
    closeness: float


def reasons(one: Participant, other: Participant) -> list[Reason]:
    """Return why `one` gains from `other`, best first, each own text at most once."""
    found = []
    for kind, mine, theirs in (
        (GainKind.SERVED, one.wishes, other.offers),
        (GainKind.SHARED_WISH, one.wishes, other.wishes),
        (GainKind.SHARED_INTEREST, one.interests, other.interests),
    ):
        close = closeness(mine, theirs)
        found += [Reason(kind, int(i), int(j), float(close[i, j])) for i, j in zip(*np.nonzero(close), strict=True)]
    found.sort(key=lambda reason: (-WORTH[reason.kind] * reason.closeness, reason.kind, reason.mine, reason.theirs))
    chosen: list[Reason] = []
    used: set[tuple[bool, int]] = set()
    for reason in found:
        own_text = (reason.kind is GainKind.SHARED_INTEREST, reason.mine)
        if own_text not in used:
            used.add(own_text)
            chosen.append(reason)
    if not chosen and one.surprise_me and other.surprise_me:
        return [Reason(GainKind.SURPRISE, 0, 0, 1.0)]
    return chosen


def reciprocal(mine: Floats, theirs: Floats) -> Floats:
    """Return the harmonic mean of both gains; 0 if either is (Pizzato et al., RECON, RecSys 2010)."""
    return np.where((mine > 0) & (theirs > 0), 2 * mine * theirs / np.maximum(mine + theirs, 1e-12), 0.0)


class Texts:
    """Everybody's texts of one kind, person after person; somebody without any has an empty one."""

    def __init__(self, texts: Sequence[Sequence[Understood]]) -> None:
        each = [list(own) or [Understood()] for own in texts]
        self.starts = np.concatenate([[0], np.cumsum([len(own) for own in each])]).astype(np.int64)
        self.compared = compare.Texts([text for own in each for text in own])

    def of(self, people: Ints) -> tuple[Ints, Ints]:
        """Return the places of some people's texts, and where in them each person's begin."""
        lengths = self.starts[people + 1] - self.starts[people]
        begin = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return np.repeat(self.starts[people] - begin, lengths) + np.arange(int(lengths.sum())), begin

    def close_to(self, other: Texts, person: int, texts: Ints) -> Floats:
        """Return the closeness of one person's texts in here (rows) to some texts of another kind (columns)."""
        return self.compared.closeness(np.arange(self.starts[person], self.starts[person + 1]), other.compared, texts)


class Scorer:
    """What everybody gains from everybody, from what they wrote. People are numbers, in the order given."""

    def __init__(self, people: Sequence[Participant]) -> None:
        self.wishes = Texts([one.wishes for one in people])
        self.offers = Texts([one.offers for one in people])
        self.interests = Texts([one.interests for one in people])
        self.surprise_me = np.array([one.surprise_me for one in people], bool)
        self.first_time = np.array([one.first_time for one in people], bool)
        self.attendance = np.array([one.attendance for one in people])

    def served(self, person: int, others: Ints) -> Floats:
        """Return how well each of somebody's wishes (rows) is met by each of the others (columns), from 0 to 1.

        The best of what the other can tell, or a wish of theirs about the same, which is a gain for both.
        """
        offers, by_offer = self.offers.of(others)
        wishes, by_wish = self.wishes.of(others)
        told = np.maximum.reduceat(self.wishes.close_to(self.offers, person, offers), by_offer, axis=1)
        shared = np.maximum.reduceat(self.wishes.close_to(self.wishes, person, wishes), by_wish, axis=1)
        return np.maximum(WORTH[GainKind.SERVED] * told, WORTH[GainKind.SHARED_WISH] * shared)

    def gains(self, person: int, others: Ints) -> tuple[Floats, Floats]:
        """Return what somebody gains from each of the others, and each of the others from them."""
        topics, by_topic = self.interests.of(others)
        wishes, by_wish = self.wishes.of(others)
        liked = WORTH[GainKind.SHARED_INTEREST] * self.interests.close_to(self.interests, person, topics)
        mine = gain_of([(self.served(person, others), None), (np.maximum.reduceat(liked, by_topic, axis=1), None)])
        told = WORTH[GainKind.SERVED] * self.offers.close_to(self.wishes, person, wishes).max(axis=0)
        shared = WORTH[GainKind.SHARED_WISH] * self.wishes.close_to(self.wishes, person, wishes).max(axis=0)
        theirs = gain_of([(np.maximum(told, shared)[None], by_wish), (liked.max(axis=0)[None], by_topic)])
        if self.surprise_me[person]:
            least = np.where(self.surprise_me[others], WORTH[GainKind.SURPRISE] * FIRST, 0)
            mine, theirs = np.maximum(mine, least), np.maximum(theirs, least)
        return mine, theirs

    def score(self, pairs: Pairs, tell: Callable[[float], None] = lambda _: None) -> Pairs:
        """Return those of the pairs in which both gain and one surely, with their reciprocal score.

        `tell` hears the share done.
        """
        score = np.zeros(pairs.size)
        starts = np.searchsorted(pairs.left, np.arange(len(self.surprise_me) + 1))
        for person, (begin, end) in enumerate(pairwise(starts)):
            if begin < end:
                others = pairs.right[begin:end]
                mine, theirs = self.gains(person, others)
                sure = (np.maximum(mine, theirs) >= SURE) | (self.surprise_me[person] & self.surprise_me[others])
                both = reciprocal(mine, theirs) * sure
                score[begin:end] = np.where(both > 0, (1 - RANKING) * both + RANKING * self.ranking(person, others), 0)
            tell((person + 1) / len(self.surprise_me))
        return pairs._replace(score=score.round(6)).only(score > 0)

    def ranking(self, person: int, others: Ints) -> Floats:
        """Rank from 0 to 1: half for wanting to meet in the same way, half for a newcomer with somebody who is not."""
        same_way = self.attendance[others] == self.attendance[person]
        shown_around = self.first_time[others] != self.first_time[person]
        return np.asarray((same_way.astype(np.float64) + shown_around) / 2)


def gain_of(parts: Sequence[tuple[Floats, Ints | None]]) -> Floats:
    """Return what people gain, from 0 to 1: the best reason nearly full, each further one half of what is left.

    1 - (1 - FIRST v_best) times the product of (1 - FURTHER v) over the other reasons' values v.
    A part holds values with reasons in rows and people in columns; or, where people have different numbers of reasons,
    one row of values and where in it each person's begin.
    """
    best, rest = np.zeros(1), np.ones(1)
    for value, begin in parts:
        most, left = value.max(axis=0), (1 - FURTHER * value).prod(axis=0)
        if begin is not None:
            most, left = np.maximum.reduceat(value[0], begin), np.multiply.reduceat(left, begin)
        best, rest = np.maximum(best, most), rest * left
    return np.asarray(1 - (1 - FIRST * best) * rest / (1 - FURTHER * best))


def every_pair(rules: Rules) -> Pairs:
    """Return every allowed pair, not scored yet."""
    everybody = slice(0, rules.people)
    left, right = np.nonzero(np.triu(allowed(rules, everybody, everybody), 1))
    return Pairs(left, right, np.ones(len(left)))


def factors(people: Sequence[Participant]) -> Factors:
    """Return matrices whose product is near what each gains from each: a sieve for events too large to score all pairs.

    A person's texts are summed, and each kind of reason has its own dimensions, so that wants @ gives adds up the
    similarities of all texts that could meet.
    """
    size = size_of(text for one in people for text in texts_of(one))
    place = {name: at for at, name in enumerate(sorted({name for one in people for name in names_of(one)}))}

    def summed(texts: Sequence[Sequence[Understood]]) -> Floats:
        """Add up each person's rows, all of them written at once."""
        flat = [text for own in texts for text in own]
        rows = features(flat, size) if size else counted(flat, place)
        ends = np.cumsum([len(own) for own in texts])
        return np.array([rows[end - len(own) : end].sum(axis=0) for own, end in zip(texts, ends, strict=True)])

    wishes, offers = summed([one.wishes for one in people]), summed([one.offers for one in people])
    interests = summed([one.interests for one in people]) * np.float32(np.sqrt(WORTH[GainKind.SHARED_INTEREST]))
    surprise = np.array([[np.sqrt(WORTH[GainKind.SURPRISE]) * one.surprise_me] for one in people], np.float32)
    return Factors(
        wants=np.hstack([wishes, wishes, interests, surprise]),
        gives=np.hstack([offers, np.float32(WORTH[GainKind.SHARED_WISH]) * wishes, interests, surprise]),
    )


def names_of(one: Participant) -> set[str]:
    return {name for text in texts_of(one) for name in named(text)}


def counted(texts: Sequence[Understood], place: Mapping[str, int]) -> Floats:
    """Write the named concepts of each text in a row, each in its place: all there is where models were mixed."""
    rows = np.zeros((len(texts), len(place)), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for concept in named(text):
            row[place[concept]] = 1 / np.sqrt(len(named(text)))
    return rows


def texts_of(one: Participant) -> tuple[Understood, ...]:
    return (*one.wishes, *one.offers, *one.interests)
