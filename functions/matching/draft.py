"""A round's draft: from candidates to pairs with their reasons, and why the others have none. Pure."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations

from functions.matching.candidates import Candidate, obstacle
from functions.matching.choice import Pair, choose
from functions.matching.scores import SHOWN, Reason, gain, reasons, reciprocal
from shared.models import Gain, GainKind, Profile, Value

MILLION = 1_000_000


class Unmatched(StrEnum):
    """Why somebody has no match in a round."""

    NO_REASON = "no_reason"  # nobody allowed with whom both would gain
    ALL_TAKEN = "all_taken"  # there was somebody, but their seats went to others
    NOT_UNDERSTOOD = "not_understood"  # the texts came too late to be read


class DraftReason(Value):
    """One reason by the indices of the two texts: a draft holds no words."""

    kind: GainKind
    mine: int
    theirs: int


class DraftPair(Value):
    """A chosen pair; `versions` are the profiles the reasons were found in."""

    members: tuple[str, str]
    versions: tuple[int, int]
    score: int
    gains: tuple[tuple[DraftReason, ...], tuple[DraftReason, ...]]
    writes_first: str


class Draft(Value):
    """What a round chose. Ids and indices only."""

    event_id: str
    round: int
    seed: int
    pairs: tuple[DraftPair, ...]
    unmatched: dict[str, Unmatched]

    @property
    def reasons_counted(self) -> dict[str, int]:
        return dict(Counter(str(reason) for reason in self.unmatched.values()))


def draft(event_id: str, number: int, seed: int, people: Sequence[Candidate], late: Sequence[str]) -> Draft:
    """Choose a round's pairs; the same people and seed give the same draft in whatever order they come.

    `late` are the ids of people whose texts nobody has read yet.
    """
    ranked = sorted(people, key=lambda person: rank(seed, person.person_id))
    found: dict[tuple[str, str], tuple[list[Reason], list[Reason]]] = {}
    pairs = []
    for one, other in combinations(ranked, 2):
        if not (one.seats and other.seats) or obstacle(one, other):
            continue
        mine, theirs = reasons(one, other), reasons(other, one)
        score = reciprocal(gain(mine), gain(theirs))
        if score > 0:
            pairs.append(Pair(one.person_id, other.person_id, round(score, 6)))
            found[one.person_id, other.person_id] = (mine, theirs)
    by_id = {person.person_id: person for person in ranked}
    chosen = choose(
        pairs,
        {person.person_id: person.seats for person in ranked},
        {person.person_id: person.introduced for person in ranked},
    )
    reachable = {person_id for pair in pairs for person_id in pair[:2]}
    matched = {person_id for pair in chosen for person_id in pair[:2]}
    rng = random.Random(seed)  # noqa: S311 - chance decides who writes first, nothing secret
    return Draft(
        event_id=event_id,
        round=number,
        seed=seed,
        pairs=tuple(draft_pair(pair, by_id, *found[pair.one, pair.other], rng) for pair in chosen),
        unmatched={
            person.person_id: Unmatched.ALL_TAKEN if person.person_id in reachable else Unmatched.NO_REASON
            for person in ranked
            if person.seats and person.person_id not in matched
        }
        | dict.fromkeys(late, Unmatched.NOT_UNDERSTOOD),
    )


def draft_pair(
    pair: Pair, by_id: dict[str, Candidate], mine: list[Reason], theirs: list[Reason], rng: random.Random
) -> DraftPair:
    one, other = by_id[pair.one], by_id[pair.other]
    return DraftPair(
        members=(one.person_id, other.person_id),
        versions=(one.version, other.version),
        score=round(pair.score * MILLION),
        gains=(shown(mine), shown(theirs)),
        writes_first=writes_first(one, other, rng),
    )


def shown(found: Sequence[Reason]) -> tuple[DraftReason, ...]:
    return tuple(DraftReason(kind=one.kind, mine=one.mine, theirs=one.theirs) for one in found[:SHOWN])


def writes_first(one: Candidate, other: Candidate, rng: random.Random) -> str:
    """Name who writes first: not somebody who would rather be written to, if the other does not mind."""
    if one.write_me_first != other.write_me_first:
        return other.person_id if one.write_me_first else one.person_id
    return rng.choice(sorted((one.person_id, other.person_id)))


def rank(seed: int, person_id: str) -> str:
    """Order people by a hash of seed and id, so that no order of arrival matters."""
    return hashlib.sha256(f"{seed}:{person_id}".encode()).hexdigest()


def gains_in_words(found: Sequence[DraftReason], mine: Profile, theirs: Profile) -> tuple[Gain, ...]:
    """Put the two people's own words to the indices of a draft."""
    texts = {
        GainKind.SERVED: (mine.wishes, theirs.offers),
        GainKind.SHARED_WISH: (mine.wishes, theirs.wishes),
        GainKind.SHARED_INTEREST: (mine.interests, theirs.interests),
    }
    return tuple(
        Gain(kind=one.kind, mine=texts[one.kind][0][one.mine], theirs=texts[one.kind][1][one.theirs]) for one in found
    )
