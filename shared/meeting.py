"""Where and when two introduced people can meet."""

from __future__ import annotations

import zlib

from shared.models import Attendance, Attendee, Break, Event, Match


def meeting_place(event: Event, match: Match, one: Attendee, other: Attendee) -> Break | None:
    """Suggest one of the event's breaks, the same to both; None where one of them is not on site, or all are over."""
    on_site = all(person.profile.attendance is not Attendance.VIRTUAL for person in (one, other))
    known = match.introduced_at
    coming = [pause for pause in event.breaks if known is None or pause.starts_at > known]
    if not on_site or not coming:
        return None
    return coming[zlib.crc32(match.match_id.encode()) % len(coming)]
