"""A round's draft: from participants to pairs with their reasons, and why the others have none. Pure."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from functions.matching import engine
from functions.matching.engine import Matched, Unmatched
from functions.matching.participants import Participant
from functions.matching.scores import CLEAR, SHOWN, Reason, reasons
from shared.closeness import shared_concept
from shared.models import MILLION, Bilingual, Certificate, Gain, GainKind, Profile, Value
from shared.phrases import OPENERS

MOST_WORDS = 4  # of a text that only names a topic
SENTENCE_MARKS = frozenset(".,:;!?…'’")
SAYS_MORE = frozenset(  # who asks, tells of themselves or wants none of it, says more than a topic
    "ich mich mir mein meine meinen wir uns unser unsere unseren wie was wer wen wo wann warum kein keine keinen nicht "
    "nie ohne gegen i me my we us our how what who where when why no not never without against".split()
)


class DraftReason(Value):
    """One reason by the indices of the two texts, and what both are about: a draft holds nobody's words."""

    kind: GainKind
    mine: int
    theirs: int
    topic: Bilingual | None = None  # the concept's label, where one may be told


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
                gains=(shown(reasons(one, other), one, other), shown(reasons(other, one), other, one)),
                openers=(opener_of(one, asked), opener_of(other, asked)),
                writes_first=writes_first,
            )
        )
        asked.update((one.person_id, other.person_id))
    return tuple(pairs)


def shown(found: Sequence[Reason], one: Participant, other: Participant) -> tuple[DraftReason, ...]:
    """Keep the reasons that `one` will read: the best, and others that are clear, with what both texts are about."""
    return tuple(
        DraftReason(kind=reason.kind, mine=reason.mine, theirs=reason.theirs, topic=topic_of(reason, one, other))
        for place, reason in enumerate(found[:SHOWN])
        if place == 0 or reason.closeness >= CLEAR
    )


def topic_of(reason: Reason, one: Participant, other: Participant) -> Bilingual | None:
    texts = {
        GainKind.SERVED: (one.wishes, other.offers),
        GainKind.SHARED_WISH: (one.wishes, other.wishes),
        GainKind.SHARED_INTEREST: (one.interests, other.interests),
    }
    if reason.kind not in texts:  # a surprise is about nothing in particular
        return None
    mine, theirs = texts[reason.kind]
    shared = shared_concept(mine[reason.mine], theirs[reason.theirs])
    return Bilingual(de=shared.de, en=shared.en) if shared else None


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


def gains_in_words(found: Sequence[DraftReason], mine: Profile, theirs: Profile) -> tuple[Gain, ...]:
    """Put the two people's own words to the indices of a draft."""
    texts = {
        GainKind.SERVED: (mine.wishes, theirs.offers),
        GainKind.SHARED_WISH: (mine.wishes, theirs.wishes),
        GainKind.SHARED_INTEREST: (mine.interests, theirs.interests),
        GainKind.SURPRISE: (mine.wishes, theirs.wishes),
    }
    return tuple(in_words(one, texts[one.kind][0][one.mine], texts[one.kind][1][one.theirs]) for one in found)


def in_words(reason: DraftReason, mine: str, theirs: str) -> Gain:
    """Quote both; what they are about is told where both name a topic and no more, each in other words."""
    alike = mine.casefold() == theirs.casefold()
    topic = reason.topic if is_bare_topic(mine) and is_bare_topic(theirs) and not alike else None
    return Gain(kind=reason.kind, mine=mine, theirs=theirs, topic=topic)


def is_bare_topic(text: str) -> bool:
    """Say whether a text only names a topic, so that nothing is lost if a label stands for it."""
    words = text.casefold().split()
    return len(words) <= MOST_WORDS and not SENTENCE_MARKS & set(text) and SAYS_MORE.isdisjoint(words)
