"""Dates and times as people read them, in the event's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.models import Language

WEEKDAYS = {
    Language.DE: ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    Language.DE: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    Language.EN: "January February March April May June July August September October November December".split(),
}


def long_date(moment: datetime, zone: str, language: Language) -> str:
    """Write for example "Dienstag, 1. Dezember 2026" or "Tuesday, 1 December 2026"."""
    local = moment.astimezone(ZoneInfo(zone))
    day, month = WEEKDAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    dot = "." if language is Language.DE else ""
    return f"{day}, {local.day}{dot} {month} {local.year}"


def clock_time(moment: datetime, zone: str, language: Language) -> str:
    """Write for example "10:30 Uhr" or "10:30"."""
    local = moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    return f"{local} Uhr" if language is Language.DE else local


def date_and_time(moment: datetime, zone: str, language: Language) -> str:
    """Write for example "Dienstag, 1. Dezember 2026, 10:30 Uhr"."""
    return f"{long_date(moment, zone, language)}, {clock_time(moment, zone, language)}"


def for_reader(moment: datetime, zone: str, home: str, language: Language) -> str:
    """Write a time as the reader's clock shows it; in another zone than the event's, saying in which."""
    return date_and_time(moment, zone, language) + abroad(zone, home)


def abroad(zone: str, home: str) -> str:
    return f" ({zone})" if zone != home else ""


def span(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """Write from when to when, naming the day once where both are on it."""
    if start.astimezone(ZoneInfo(zone)).date() == end.astimezone(ZoneInfo(zone)).date():
        first = start.astimezone(ZoneInfo(zone)).strftime("%H:%M")
        return f"{long_date(start, zone, language)}, {first}–{clock_time(end, zone, language)}"
    return f"{date_and_time(start, zone, language)} – {date_and_time(end, zone, language)}"
