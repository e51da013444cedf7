"""A calendar file (RFC 5545): entries to take over, to change, or to strike out.

To be imported where a file is written, not at the start: it takes as long as all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from shared.calendar_entries import Entry


def method(entries: Sequence[Entry]) -> str:
    """Return what the file asks of the calendar; nobody is invited, so nothing is to be answered."""
    return "CANCEL" if entries[0].cancelled else "PUBLISH"


def calendar_file(entries: Sequence[Entry]) -> bytes:
    """Write the file; the same entries give the same bytes, and no address is in it."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Begegnung//DE")
    calendar.add("method", method(entries))
    for entry in entries:
        calendar.add_component(component(entry))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def component(entry: Entry) -> Event:
    zone = ZoneInfo(entry.time_zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.written_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", entry.title)
    if entry.where:
        event.add("location", entry.where)
    if entry.notes:
        event.add("description", entry.notes)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event
