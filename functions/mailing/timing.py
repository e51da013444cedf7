"""When a letter may disturb, and how often. Pure: the clock, the person's zone and what was sent are handed in."""

from __future__ import annotations

import zlib
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.chain import KINDS, SATURDAY, at_local
from shared.models import Cap, Event, Mail, MailKind, Topic

AT_ONCE = {
    MailKind.CONFIRMATION,
    MailKind.PAGE_LINK,
    MailKind.WELCOME,
    MailKind.YOUR_DATA,
    MailKind.GOODBYE,
}  # answers to what somebody did a moment ago
NEAR = timedelta(hours=24)  # to the event: what concerns it is worth a sound at night
JITTER_S = 20 * 60
DAYS_APART = 7
MOST_PER_EVENT = 4
MOST_UNANSWERED = 2


class Hours(StrEnum):
    """When letters of a kind may leave, in the reader's zone."""

    ANY = "any"
    DAY = "day"
    WORK = "work"


WINDOWS = {Hours.DAY: (time(7), time(22)), Hours.WORK: (time(9), time(18))}


def hours(mail: Mail, event: Event, now: datetime) -> Hours:
    """Say which hours suit a letter: questions come at work, news by day, and near the event at once."""
    if KINDS[mail.kind].topic is Topic.FOLLOW_UP:
        return Hours.WORK
    near = event.starts_at - NEAR <= now <= event.ends_at
    return Hours.ANY if mail.kind in AT_ONCE or near else Hours.DAY


def next_opening(mail: Mail, suiting: Hours, zone: str, now: datetime) -> datetime:
    """Return now, or when the next suitable hours begin, spread so that not everybody's phone sounds at once."""
    if suiting is Hours.ANY:
        return now
    opens, closes = WINDOWS[suiting]
    local = now.astimezone(ZoneInfo(zone))
    if suits(local.date(), suiting) and opens <= local.time() < closes:
        return now
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    while not suits(day, suiting):
        day += timedelta(days=1)
    return at_local(day, opens, zone) + timedelta(seconds=zlib.crc32(mail.mail_id.encode()) % JITTER_S)


def suits(day: date, suiting: Hours) -> bool:
    return suiting is not Hours.WORK or day.weekday() < SATURDAY


def may_ask(cap: Cap, mail: Mail, since: datetime, zone: str, now: datetime) -> datetime | None:
    """Return from when on one more question to an address is bearable; None if never.

    At most one in seven local days over all events, four for one event, and after two that were left unanswered
    since somebody last answered, or joined this event, none.
    """
    before = [one for one in cap.asked if one.mail_id != mail.mail_id]
    heard = max(since, cap.answered_at or since)
    of_event = [one for one in before if one.event_id == mail.event_id]
    if len(of_event) >= MOST_PER_EVENT or sum(one.at > heard for one in before) >= MOST_UNANSWERED:
        return None
    days = [one.at.astimezone(ZoneInfo(zone)).date() + timedelta(days=DAYS_APART) for one in before]
    free = max(days, default=date.min)
    return now if free <= now.astimezone(ZoneInfo(zone)).date() else at_local(free, WINDOWS[Hours.WORK][0], zone)
