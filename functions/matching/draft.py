"""A round's draft: from participants to pairs with their reasons, and why the others have none. Pure."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol

from functions.matching import engine
from functions.matching.engine import Matched, Unmatched
from functions.matching.participants import Participant
from functions.matching.scores import CLEAR, SHOWN, Reason, reasons
from shared.models import MILLION, Bilingual, Certificate, Gain, GainKind, Profile, Understood, Value
from shared.phrases import OPENERS

MOST_WORDS = 6  # of a text that may be the name of a topic and no more


class HasTexts(Protocol):
    """Somebody whose texts were understood."""

    @property
    def wishes(self) -> tuple[Understood, ...]: ...

    @property
    def offers(self) -> tuple[Understood, ...]: ...

    @property
    def interests(self) -> tuple[Understood, ...]: ...


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
    openers: tuple[int, int]
    writes_first: str


class Draft(Value):
    """What a round chose. Ids and indices only."""

    event_id: str
    round: int
    seed: int
    pairs: tuple[DraftPair, ...]
    unmatched: dict[str, Unmatched]
    certificate: Certificate

    @property
    def reasons_counted(self) -> dict[str, int]:
        return dict(Counter(str(reason) for reason in self.unmatched.values()))


def draft(
    event_id: str, number: int, seed: int, people: Sequence[Participant], late: Sequence[str], model_id: str = ""
) -> Draft:
    """Choose a round's pairs; the same people and seed give the same draft in whatever order they come.

    `late` are the ids of people whose texts nobody has read yet; `model_id` is what read the others'.
    """
    found = matched(people, seed)
    return Draft(
        event_id=event_id,
        round=number,
        seed=seed,
        pairs=draft_pairs(found, seed),
        unmatched={found.people[one].person_id: why for one, why in found.unmatched.items()}
        | dict.fromkeys(late, Unmatched.NOT_UNDERSTOOD),
        certificate=found.certificate.model_copy(update={"model_id": model_id}),
    )


def matched(people: Sequence[Participant], seed: int, tell: Callable[[float], None] = lambda _: None) -> Matched:
    """Match those who have a seat, in an order of their ids that only the seed decides."""
    taking_part = [one for one in people if one.seats > 0]
    return engine.match(sorted(taking_part, key=lambda one: rank(seed, one.person_id)), seed, tell)


def draft_pairs(found: Matched, seed: int) -> tuple[DraftPair, ...]:
    """Write the chosen pairs down with their reasons, strongest first."""
    chosen = sorted(
        (-float(score), int(left), int(right))
        for left, right, score in zip(*(array[found.taken] for array in found.pairs), strict=True)
    )
    couples = [(found.people[left], found.people[right]) for _, left, right in chosen]
    first = writers(couples, seed)
    asked: Counter[str] = Counter({one.person_id: len(one.proposed) for one in found.people})
    pairs = []
    for (score, _, _), (one, other), writes_first in zip(chosen, couples, first, strict=True):
        pairs.append(
            DraftPair(
                members=(one.person_id, other.person_id),
                versions=(one.version, other.version),
                score=round(-score * MILLION),
                gains=(shown(reasons(one, other)), shown(reasons(other, one))),
                openers=(opener_of(one, asked), opener_of(other, asked)),
                writes_first=writes_first,
            )
        )
        asked.update((one.person_id, other.person_id))
    return tuple(pairs)


def shown(found: Sequence[Reason]) -> tuple[DraftReason, ...]:
    """Keep the reasons that somebody will read: the best, and others that are clear."""
    return tuple(
        DraftReason(kind=reason.kind, mine=reason.mine, theirs=reason.theirs)
        for place, reason in enumerate(found[:SHOWN])
        if place == 0 or reason.closeness >= CLEAR
    )


def opener_of(reader: Participant, asked: Counter[str]) -> int:
    """Choose the question a reader is given, by number: another one for each person they are ever proposed."""
    return (zlib.crc32(reader.person_id.encode()) + asked[reader.person_id]) % OPENERS


def writers(couples: Sequence[tuple[Participant, Participant]], seed: int) -> list[str]:
    """Name who writes first in each pair: not somebody who would rather be written to, if the other does not mind.

    Where both are alike everybody is first in half of their pairs, give or take one: the pairs are walked along in
    trails (Euler 1736), and whoever the trail comes from writes.
    """
    named = ["" for _ in couples]
    open_pairs: dict[str, list[int]] = defaultdict(list)
    for place, (one, other) in enumerate(couples):
        if one.write_me_first != other.write_me_first:
            named[place] = (other if one.write_me_first else one).person_id
        else:
            for member in (one, other):
                open_pairs[member.person_id].append(place)
    # Trails that begin where the number of pairs is odd end at another such place; the rest are rounds.
    for start in sorted(open_pairs, key=lambda one: (len(open_pairs[one]) % 2 == 0, rank(seed, one))):
        person = start
        while remaining := [place for place in open_pairs[person] if not named[place]]:
            named[remaining[0]] = person
            one, other = couples[remaining[0]]
            person = other.person_id if one.person_id == person else one.person_id
    return named


def rank(seed: int, person_id: str) -> str:
    """Order people by a hash of seed and id, so that no order of arrival matters."""
    return hashlib.sha256(f"{seed}:{person_id}".encode()).hexdigest()


Topic = Callable[[DraftReason], Bilingual | None]


def gains_in_words(found: Sequence[DraftReason], mine: Profile, theirs: Profile, topic: Topic) -> tuple[Gain, ...]:
    """Put the two people's own words to the indices of a draft; `topic` is asked where both may be a topic's name."""
    texts = {
        GainKind.SERVED: (mine.wishes, theirs.offers),
        GainKind.SHARED_WISH: (mine.wishes, theirs.wishes),
        GainKind.SHARED_INTEREST: (mine.interests, theirs.interests),
        GainKind.SURPRISE: (mine.wishes, theirs.wishes),
    }
    return tuple(in_words(one, texts[one.kind][0][one.mine], texts[one.kind][1][one.theirs], topic) for one in found)


def in_words(reason: DraftReason, mine: str, theirs: str, topic: Topic) -> Gain:
    """Quote both; where both are one topic's names in other words, its label is told as well."""
    short = all(len(text.split()) <= MOST_WORDS for text in (mine, theirs)) and mine.casefold() != theirs.casefold()
    return Gain(kind=reason.kind, mine=mine, theirs=theirs, topic=topic(reason) if short else None)


def topic_of(reason: DraftReason, one: HasTexts, other: HasTexts) -> Bilingual | None:
    """Return the label of the concept that both texts of a reason as a whole are names of."""
    texts = {
        GainKind.SERVED: (one.wishes, other.offers),
        GainKind.SHARED_WISH: (one.wishes, other.wishes),
        GainKind.SHARED_INTEREST: (one.interests, other.interests),
    }
    if reason.kind not in texts:  # a surprise is about nothing in particular
        return None
    mine, theirs = texts[reason.kind][0][reason.mine], texts[reason.kind][1][reason.theirs]
    named = [touched for touched in mine.concepts if touched.concept == mine.literal == theirs.literal]
    return Bilingual(de=named[0].de, en=named[0].en) if named else None
