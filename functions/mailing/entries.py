"""What a letter enters into its reader's calendar, changes there, or strikes out."""

from __future__ import annotations

from functions.mailing.letter import Entry
from functions.mailing.subject import Meeting, Subject
from shared import meeting, phrases
from shared.models import Break, Event, natural_id


def event_entry(about: Subject, *, cancelled: bool = False) -> Entry:
    """Enter the event; what changes it later has the same id."""
    event = about.event
    return Entry(
        uid=f"{event.event_id}@begegnung",
        sequence=sequence(event, cancelled=cancelled),
        written_at=about.now,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        title=about.title,
        where=about.where(),
        cancelled=cancelled,
    )


def meeting_entries(about: Subject, *, cancelled: bool = False) -> tuple[Entry, ...]:
    """Enter each meeting still to come, or strike it out; what changes an entry has the same id."""
    found = ((one, meeting.booked_break(about.event, one.match)) for one in about.meetings)
    return tuple(
        meeting_entry(about, one, pause, off=cancelled or pause.gone)
        for one, pause in found
        if pause and pause.ends_at > about.now
    )


def meeting_entry(about: Subject, one: Meeting, pause: Break, *, off: bool) -> Entry:
    reader, spot = about.reader.person_id, about.spot(one)
    return Entry(
        # One id for each reader: two people's files for one meeting may lie in one calendar.
        uid=f"{natural_id(one.match.match_id, reader)}@begegnung",
        sequence=sequence(about.event, cancelled=off),
        written_at=about.now,
        starts_at=pause.starts_at,
        ends_at=pause.ends_at,
        time_zone=about.zone,
        # What is struck out needs no name, of somebody who left least of all.
        title=about.title if off else about.say("introduction.entry", name=one.partner.profile.first_name),
        where=spot.where if spot and not off else "",
        notes="" if off else phrases.opener(one.match, reader, about.voice),
        cancelled=off,
    )


def sequence(event: Event, *, cancelled: bool) -> int:
    """Return a number that rises with each version of an event, and is highest in it for what is struck out."""
    return 2 * (event.version - 1) + cancelled
