"""Who takes part in a round, and what the engine's arrays hold of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from functions.matching.arrays import Ints, Places
from functions.matching.rules import ON_SITE, VIRTUAL, Rules
from shared.models import NO_MODEL, Attendance, Attendee, Understanding, Understood

Texts = tuple[tuple[Understood, ...], tuple[Understood, ...], tuple[Understood, ...]]  # wishes, offers, interests
ATTENDANCE = {Attendance.ON_SITE: ON_SITE, Attendance.VIRTUAL: VIRTUAL, Attendance.BOTH: ON_SITE | VIRTUAL}
FIRST_MATCH, FIRST_PROPOSAL = 1.0, 0.25  # bonus for who has no introduction yet, and for who had no proposal either


@dataclass(frozen=True)
class Participant:
    """One person as the round sees them. `seats` is how many people they may be proposed in this round."""

    person_id: str
    version: int
    address_hash: str
    company_hash: str
    languages: frozenset[str]
    attendance: Attendance
    avoid: frozenset[str]  # keyed hashes of addresses and companies: named, blocked or known
    met: frozenset[str]  # address hashes
    proposed: frozenset[str]  # person ids of everybody they were ever proposed in this event
    seats: int
    introduced: frozenset[str]  # person ids
    write_me_first: bool
    wishes: tuple[Understood, ...]
    offers: tuple[Understood, ...]
    interests: tuple[Understood, ...]
    colleagues_welcome: bool = False
    first_time: bool = False
    provider: bool = False
    no_providers: bool = False
    surprise_me: bool = False


@dataclass(frozen=True)
class ReadAlike:
    """Everybody's texts as read by one model, so that they can be compared."""

    texts: dict[str, Texts]  # by person id
    model_id: str
    late: tuple[str, ...]  # person ids: not read as they are now, or without the model that others were read by
    unread: tuple[str, ...]  # those of them who cannot take part


def read_alike(willing: Sequence[Attendee], understood: Mapping[str, Understanding], reading: str) -> ReadAlike:
    """Take what was read of people's present texts in the present way.

    Models are never mixed: as long as not everybody was read by the same one, only vocabulary and words count.
    """
    now = {
        one.person_id: found
        for one in willing
        if (found := understood.get(one.person_id)) and (found.version, found.reading) == (one.version, reading)
    }
    unread = [one.person_id for one in willing if one.person_id not in now]
    models = Counter(found.model_id for found in now.values())
    best = max(models, key=lambda one: (one != NO_MODEL, models[one], one), default="")
    behind = [person_id for person_id, found in now.items() if found.model_id != best]
    texts = {person_id: (found.wishes, found.offers, found.interests) for person_id, found in now.items()}
    if behind:
        texts = {person_id: without_vectors(own) for person_id, own in texts.items()}
    return ReadAlike(texts, NO_MODEL if behind else best, (*unread, *behind), tuple(unread))


def without_vectors(texts: Texts) -> Texts:
    wishes, offers, interests = (
        tuple(one.model_copy(update={"vector": "", "shares": ""}) for one in own) for own in texts
    )
    return wishes, offers, interests


def seats(limit: int, taken: int, *, is_last_round: bool) -> int:
    """Return how many people somebody is proposed in a round.

    Every round but the last keeps one seat back, so that those who register late find partners.
    """
    free = limit - taken
    return max(0, free if is_last_round else min(free, max(1, limit - 1 - taken)))


def participant(
    attendee: Attendee,
    texts: Texts,
    met: frozenset[str],
    proposed: frozenset[str],
    introduced: frozenset[str],
    taken: int,
    *,
    is_last_round: bool,
) -> Participant:
    """See an attendee as the round does.

    `texts` are what their wishes, offers and interests are about; `taken` counts proposals still to be answered.
    """
    wishes, offers, interests = texts
    profile = attendee.profile
    return Participant(
        person_id=attendee.person_id,
        version=attendee.version,
        address_hash=attendee.address_hash,
        company_hash=attendee.company_hash,
        languages=frozenset(profile.languages),
        attendance=profile.attendance,
        avoid=frozenset(attendee.avoid),
        met=met,
        proposed=proposed,
        seats=seats(profile.matches, len(introduced) + taken, is_last_round=is_last_round),
        introduced=introduced,
        write_me_first=profile.write_me_first,
        wishes=wishes,
        offers=offers,
        interests=interests,
        colleagues_welcome=profile.colleagues_welcome,
        first_time=profile.first_time,
        provider=profile.provider,
        no_providers=profile.no_providers,
        surprise_me=profile.surprise_me,
    )


def rules_of(people: Sequence[Participant]) -> Rules:
    """Write down as arrays what keeps these people apart, in their order."""
    companies: dict[str, int] = {}
    nobody = count(len(people))  # a number of their own for those without a company
    bits = {language: 1 << place for place, language in enumerate(sorted({one for p in people for one in p.languages}))}
    return Rules(
        company=np.array(
            [
                companies.setdefault(one.company_hash, len(companies)) if one.company_hash else next(nobody)
                for one in people
            ],
            np.int32,
        ),
        colleagues_welcome=np.array([one.colleagues_welcome for one in people], bool),
        languages=np.array([sum(bits[language] for language in one.languages) for one in people], np.int64),
        attendance=np.array([ATTENDANCE[one.attendance] for one in people], np.int8),
        provider=np.array([one.provider for one in people], bool),
        no_providers=np.array([one.no_providers for one in people], bool),
        apart=apart(people),
    )


def apart(people: Sequence[Participant]) -> Ints:
    """Return the codes u * n + v, both ways round, of pairs that avoid, know or have met each other, or are one."""
    by_id = {one.person_id: place for place, one in enumerate(people)}
    by_hash: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(people):
        by_hash[one.address_hash].append(place)
        if one.company_hash:
            by_hash[one.company_hash].append(place)
    codes = set()
    for place, one in enumerate(people):
        others = [by_id[person_id] for person_id in one.proposed if person_id in by_id]
        others += [other for hashed in (*one.avoid, *one.met, one.address_hash) for other in by_hash.get(hashed, ())]
        codes |= {code for other in others for code in (place * len(people) + other, other * len(people) + place)}
    return np.array(sorted(codes), np.int64)


def places_of(people: Sequence[Participant]) -> Places:
    """Return everybody's seats, and the bonus of a first match: none for whoever has an introduction already."""
    bonus = [0.0 if one.introduced else FIRST_MATCH + (0.0 if one.proposed else FIRST_PROPOSAL) for one in people]
    return Places(np.array([one.seats for one in people], np.int64), np.array(bonus, np.float64))
