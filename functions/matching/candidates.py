"""Who takes part in a round, and who may meet whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.models import Attendance, Attendee, Understood


@dataclass(frozen=True)
class Candidate:
    """One person as the round sees them. `seats` is how many people they may be proposed in this round."""

    person_id: str
    version: int
    address_hash: str
    company_hash: str
    languages: frozenset[str]
    attendance: Attendance
    avoid: frozenset[str]  # keyed hashes of addresses and companies
    met: frozenset[str]  # address hashes
    proposed: frozenset[str]  # person ids of everybody they were ever proposed in this event
    seats: int
    introduced: int
    write_me_first: bool
    wishes: tuple[Understood, ...]
    offers: tuple[Understood, ...]
    interests: tuple[Understood, ...]


class Obstacle(StrEnum):
    """Why a pair is out."""

    SAME_PERSON = "same_person"
    SAME_COMPANY = "same_company"
    AVOIDED = "avoided"
    MET_BEFORE = "met_before"
    NO_LANGUAGE = "no_language"
    ATTENDANCE = "attendance"


def obstacle(one: Candidate, other: Candidate) -> Obstacle | None:
    """Say why the two may not be matched, or None. Symmetric: either one's no is enough."""
    if one.person_id == other.person_id or one.address_hash == other.address_hash:
        return Obstacle.SAME_PERSON
    if one.company_hash and one.company_hash == other.company_hash:
        return Obstacle.SAME_COMPANY
    if one.avoid & {other.address_hash, other.company_hash} or other.avoid & {one.address_hash, one.company_hash}:
        return Obstacle.AVOIDED
    if other.person_id in one.proposed or other.address_hash in one.met or one.address_hash in other.met:
        return Obstacle.MET_BEFORE
    if not one.languages & other.languages:
        return Obstacle.NO_LANGUAGE
    if Attendance.BOTH not in (one.attendance, other.attendance) and one.attendance is not other.attendance:
        return Obstacle.ATTENDANCE
    return None


def seats(limit: int, taken: int, *, is_last_round: bool) -> int:
    """Return how many people somebody is proposed in a round.

    Every round but the last keeps one seat back, so that those who register late find partners.
    """
    free = limit - taken
    return max(0, free if is_last_round else min(free, max(1, limit - 1 - taken)))


def candidate(
    attendee: Attendee,
    texts: tuple[tuple[Understood, ...], tuple[Understood, ...], tuple[Understood, ...]],
    met: frozenset[str],
    proposed: frozenset[str],
    introduced: int,
    taken: int,
    *,
    is_last_round: bool,
) -> Candidate:
    """See an attendee as the round does.

    `texts` are what their wishes, offers and interests are about; `taken` counts proposals still to be answered.
    """
    wishes, offers, interests = texts
    return Candidate(
        person_id=attendee.person_id,
        version=attendee.version,
        address_hash=attendee.address_hash,
        company_hash=attendee.company_hash,
        languages=frozenset(attendee.profile.languages),
        attendance=attendee.profile.attendance,
        avoid=frozenset(attendee.avoid),
        met=met,
        proposed=proposed,
        seats=seats(attendee.profile.matches, introduced + taken, is_last_round=is_last_round),
        introduced=introduced,
        write_me_first=attendee.profile.write_me_first,
        wishes=wishes,
        offers=offers,
        interests=interests,
    )
