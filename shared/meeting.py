"""Where an event is for somebody, and where and when two can meet there: in the first break both still have free."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from shared.models import Attendance, Attendee, Break, Event, Language, Match


class Meeting(NamedTuple):
    """A time, and a place or a link."""

    starts_at: datetime
    ends_at: datetime
    where: str


def free_break(event: Event, members: Iterable[Attendee], taken: Collection[int], now: datetime) -> int | None:
    """Return the number of the first break to come that is not taken; None where the two have nowhere to meet."""
    if _is_online(event, members) and event.link is None:
        return None
    free = [number for number, one in coming_breaks(event, now) if number not in taken]
    return free[0] if free else None


def coming_breaks(event: Event, now: datetime) -> list[tuple[int, Break]]:
    """Return the breaks still to come with their numbers, in the order of time."""
    coming = [(number, one) for number, one in enumerate(event.breaks) if one.starts_at > now and not one.gone]
    return sorted(coming, key=lambda numbered: numbered[1].starts_at)


def where_for(event: Event, attendee: Attendee, language: Language) -> str:
    """Say where the event is for somebody: there, online, or both."""
    comes = attendee.profile.attendance
    place = event.place.in_language(language) if event.place else ""
    if event.link is None or (place and comes is Attendance.ON_SITE):
        return place
    return event.link if comes is Attendance.VIRTUAL or not place else f"{place} / {event.link}"


def meeting(event: Event, match: Match, members: Iterable[Attendee], language: Language) -> Meeting | None:
    """Say where two meet, the same to both; None where they found no break, or can no longer meet in it."""
    pause = booked_break(event, match)
    online = _is_online(event, members)
    if pause is None or pause.gone or (online and event.link is None):
        return None
    where = str(event.link) if online else pause.place.in_language(language)
    return Meeting(pause.starts_at, pause.ends_at, where)


def booked_break(event: Event, match: Match) -> Break | None:
    """Return the break two have booked, called off or not."""
    return event.breaks[match.meets_in] if match.meets_in is not None else None


def _is_online(event: Event, members: Iterable[Attendee]) -> bool:
    return event.place is None or any(person.profile.attendance is Attendance.VIRTUAL for person in members)
