"""What a letter or a page enters into its reader's calendar, changes there, or strikes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shared import meeting, phrases
from shared.chain import zone_of
from shared.models import Attendee, Event, Match, natural_id
from shared.texts import Voice


class Entry(NamedTuple):
    """Something for the reader's calendar. The same `uid` again with a higher `sequence` changes what is there."""

    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    title: str
    where: str
    notes: str = ""
    cancelled: bool = False


def page_entries(
    event: Event, reader: Attendee, introduced: Iterable[tuple[Match, Attendee]], voice: Voice, now: datetime
) -> tuple[Entry, ...]:
    """Enter the event and each meeting still to come, as the letters do; nothing of an event that is cancelled."""
    if event.cancelled:
        return ()
    meetings = meeting_entries(event, reader, introduced, voice, now)
    return (event_entry(event, reader, voice, now), *(one for one in meetings if not one.cancelled))


def event_entry(event: Event, reader: Attendee, voice: Voice, now: datetime, *, cancelled: bool = False) -> Entry:
    """Enter the event; what changes it later has the same id."""
    return Entry(
        uid=f"{event.event_id}@begegnung",
        sequence=sequence(event, cancelled=cancelled),
        written_at=now,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        title=event.title.in_language(voice.language),
        where=meeting.where_for(event, reader, voice.language),
        cancelled=cancelled,
    )


def meeting_entries(
    event: Event,
    reader: Attendee,
    introduced: Iterable[tuple[Match, Attendee]],
    voice: Voice,
    now: datetime,
    *,
    cancelled: bool = False,
) -> tuple[Entry, ...]:
    """Enter each meeting still to come, or strike it out; what changes an entry has the same id."""
    found = (
        meeting_entry(event, reader, match, partner, voice, now, cancelled=cancelled) for match, partner in introduced
    )
    return tuple(one for one in found if one)


def meeting_entry(
    event: Event, reader: Attendee, match: Match, partner: Attendee, voice: Voice, now: datetime, *, cancelled: bool
) -> Entry | None:
    pause = meeting.booked_break(event, match)
    if pause is None or pause.ends_at <= now:
        return None
    off = cancelled or pause.gone
    spot = meeting.meeting(event, match, (reader, partner), voice.language)
    return Entry(
        # One id for each reader: two people's files for one meeting may lie in one calendar.
        uid=f"{natural_id(match.match_id, reader.person_id)}@begegnung",
        sequence=sequence(event, cancelled=off),
        written_at=now,
        starts_at=pause.starts_at,
        ends_at=pause.ends_at,
        time_zone=zone_of(event, reader),
        # What is struck out needs no name, of somebody who left least of all.
        title=(
            event.title.in_language(voice.language)
            if off
            else voice("letters.introduction.entry", name=partner.profile.first_name)
        ),
        where=spot.where if spot and not off else "",
        notes="" if off else phrases.opener(match, reader.person_id, voice),
        cancelled=off,
    )


def sequence(event: Event, *, cancelled: bool) -> int:
    """Return a number that rises with each version of an event, and is highest in it for what is struck out."""
    return 2 * (event.version - 1) + cancelled
