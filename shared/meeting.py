"""Where and when two introduced people can meet: in the first of the event's breaks that both still have free."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from shared.models import Attendance, Attendee, Event, Language, Match


class Meeting(NamedTuple):
    """A time, and a place or a link."""

    starts_at: datetime
    ends_at: datetime
    where: str


def free_break(event: Event, members: Iterable[Attendee], taken: Collection[int], now: datetime) -> int | None:
    """Return the number of the first break to come that is not taken; None where the two have nowhere to meet."""
    if _is_online(members) and event.link is None:
        return None
    coming = (number for number, pause in enumerate(event.breaks) if pause.starts_at > now and number not in taken)
    return next(coming, None)


def meeting(event: Event, match: Match, members: Iterable[Attendee], language: Language) -> Meeting | None:
    """Say where two meet, the same to both; None where they found no break, or it is gone."""
    if match.meets_in is None or match.meets_in >= len(event.breaks):
        return None
    pause = event.breaks[match.meets_in]
    where = str(event.link) if _is_online(members) else pause.place.in_language(language)
    return Meeting(pause.starts_at, pause.ends_at, where)


def _is_online(members: Iterable[Attendee]) -> bool:
    return any(person.profile.attendance is Attendance.VIRTUAL for person in members)
