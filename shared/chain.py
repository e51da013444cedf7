"""The plan of an event: which letter goes to whom, and when. Pure rules, used by whoever causes a letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.clock import utc_text
from shared.meeting import coming_breaks
from shared.models import (
    Answer,
    Attendance,
    Attendee,
    AttendeeState,
    Event,
    Mail,
    MailKind,
    Match,
    MatchState,
    Outcome,
    Owner,
    Round,
    RoundState,
    Submission,
    Task,
    TaskKind,
    Topic,
)
from shared.store.keys import PARTITIONS

ANSWER_WITHIN = timedelta(days=5)
BEFORE_NEXT_ROUND = timedelta(hours=1)
NUDGE_LEAVES = timedelta(hours=24)  # to answer; with less left a nudge would only push
REMIND_AT = time(10, 0)
ASK_AT = time(9, 30)
DIGEST_AT = time(8, 0)  # on Mondays
WEEK = timedelta(days=7)
SATURDAY = 5
# Where the event begins just before midnight it is ten in the morning 14 hours before; one more for the clocks' change.
EARLIEST_REMINDER = timedelta(hours=15)


class KindRule(NamedTuple):
    """`must_arrive`: rather twice than never, where SES leaves it open whether a mail left.

    `stops` is the consent that the mail's unsubscribe link takes back; None where a mail carries no such link.
    """

    topic: Topic
    must_arrive: bool
    stops: Topic | None


KINDS: dict[MailKind, KindRule] = {
    MailKind.CONFIRMATION: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.PAGE_LINK: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.WELCOME: KindRule(Topic.SERVICE, must_arrive=True, stops=Topic.MATCHING),
    MailKind.PROPOSAL: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.NUDGE: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.NO_MATCH: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.INTRODUCTION: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.ROUND_CLOSED: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.REMINDER: KindRule(Topic.MATCHING, must_arrive=False, stops=Topic.MATCHING),
    MailKind.DID_YOU_MEET: KindRule(Topic.FOLLOW_UP, must_arrive=False, stops=Topic.FOLLOW_UP),
    MailKind.NOT_YET: KindRule(Topic.FOLLOW_UP, must_arrive=False, stops=Topic.FOLLOW_UP),
    MailKind.STAY_IN_TOUCH: KindRule(Topic.FOLLOW_UP, must_arrive=False, stops=Topic.FOLLOW_UP),
    MailKind.EVENT_CHANGED: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.EVENT_CANCELLED: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.MEETING_OFF: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.YOUR_DATA: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.GOODBYE: KindRule(Topic.SERVICE, must_arrive=True, stops=None),
    MailKind.DIGEST: KindRule(Topic.DIGEST, must_arrive=False, stops=Topic.DIGEST),
}


class Occasion(StrEnum):
    """When many people get a letter at once; a task per partition then plans them."""

    PROPOSALS = "proposals"  # wave: the round's number, as of the next
    CLOSING = "closing"
    REMINDER = "reminder"  # wave: the start it reminds of, so that a moved event reminds anew
    DID_YOU_MEET = "did_you_meet"  # wave: 1 or 2, and the end of the event it asks about
    CHANGED = "changed"  # wave: the event's version, as of the next
    MEETINGS = "meetings"  # wave: the event's version and the numbers of its breaks that are new, for who meets there
    CANCELLED = "cancelled"


class Moment(NamedTuple):
    """One dated occasion."""

    occasion: Occasion
    wave: str
    due: datetime


def at_local(day: date, clock_time: time, zone: str) -> datetime:
    """Say when it is this time on this day in this zone, in UTC.

    A time that daylight saving skips moves on by the skipped hour; of one that exists twice it is the first.
    """
    return datetime.combine(day, clock_time, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def business_day_after(moment: datetime, zone: str) -> date:
    """Return the first Monday to Friday after the moment's day in this zone."""
    day = moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def zone_of(event: Event, attendee: Attendee) -> str:
    """Return the time zone somebody lives in during an event: their own where they come online."""
    online = event.place is None or (event.link and attendee.profile.attendance is not Attendance.ON_SITE)
    return attendee.profile.time_zone if online and attendee.profile.time_zone else event.time_zone


def occasions(event: Event) -> list[Moment]:
    """Date the planning of the letters that depend on the event's time alone.

    Each person's letter then has its own due time in their zone, so it is planned before the first of these.
    """
    follow_up, start, end = event.follow_up, start_wave(event), end_wave(event)
    found = []
    if follow_up.reminder is not None:
        first = event.starts_at - timedelta(days=follow_up.reminder) - EARLIEST_REMINDER
        here = remind_at(event, event.time_zone, follow_up.reminder)
        found.append(Moment(Occasion.REMINDER, start, first if event.link else here))
    if follow_up.did_you_meet is not None:
        found.append(Moment(Occasion.DID_YOU_MEET, f"1-{end}", event.ends_at))
        if follow_up.once_more is not None:
            found.append(Moment(Occasion.DID_YOU_MEET, f"2-{end}", event.ends_at + timedelta(follow_up.once_more)))
    return found


def remind_at(event: Event, zone: str, days: int) -> datetime:
    """Say when to remind somebody in this zone: so many days before the day on which the event begins there."""
    first_day = event.starts_at.astimezone(ZoneInfo(zone)).date()
    return at_local(first_day - timedelta(days=days), REMIND_AT, zone)


def ask_at(event: Event, zone: str, wave: str) -> datetime:
    """Say when to ask what became of it: on a business day after the event, and once more some days later."""
    day = event.ends_at
    for _ in range(event.follow_up.did_you_meet or 1):
        day = at_local(business_day_after(day, zone), ASK_AT, zone)
    later = event.follow_up.once_more or 0 if wave.startswith("2") else 0
    return at_local(day.astimezone(ZoneInfo(zone)).date() + timedelta(days=later), ASK_AT, zone)


def start_wave(event: Event) -> str:
    """Name a start in a task's subject and a mail's wave, without the colons that part them."""
    return utc_text(event.starts_at).replace(":", "")


def end_wave(event: Event) -> str:
    return utc_text(event.ends_at).replace(":", "")


def answer_by(event: Event, rounds: Sequence[Round], number: int, published: datetime) -> datetime:
    """Return until when a round's proposals may be answered.

    The earliest of five days, an hour before the next round, and the event's start; for a round on the event's own
    day its last break takes the start's place, as that is when people can still meet. A limit that has passed when a
    round is published late gives way to the one after it: the next round itself, or the event's end.
    """
    next_round = min((one.due for one in rounds if one.due > published and one.number > number), default=None)
    limits = [published + ANSWER_WITHIN]
    if next_round is not None:
        before = next_round - BEFORE_NEXT_ROUND
        limits.append(before if before > published else next_round)
    limits.append(event.starts_at if not is_on_the_day(event, published) else last_break(event, published))
    return min(limits)


def as_of(match: Match, rounds: Iterable[Round]) -> Match:
    """Return a match with less time to answer where its round ends sooner, as the event has moved towards it."""
    ends = [one.answer_by for one in rounds if one.number == match.round and one.answer_by]
    return match.model_copy(update={"answer_by": min([match.answer_by, *ends])})


def out(matches: Iterable[Match], rounds: Iterable[Round]) -> list[Match]:
    """Return the matches of the rounds that are out: before that nobody may see or hear of them."""
    numbers = {one.number for one in rounds if one.is_out}
    return [match for match in matches if match.round in numbers]


def is_on_the_day(event: Event, moment: datetime) -> bool:
    """Say whether it is the event's first day, or later, where the event is."""
    zone = ZoneInfo(event.time_zone)
    return moment.astimezone(zone).date() >= event.starts_at.astimezone(zone).date()


def last_break(event: Event, now: datetime) -> datetime:
    """Return when the last break begins that is still to come, or the event's end."""
    return max((one.starts_at for _, one in coming_breaks(event, now)), default=event.ends_at)


def latest_run(rounds: Iterable[Round]) -> Round | None:
    """Return the last round that has run, published or not."""
    return max((one for one in rounds if one.state is not RoundState.PLANNED), key=lambda one: one.number, default=None)


def next_round_after(rounds: Iterable[Round], now: datetime) -> Round | None:
    """Return the round that is to run next."""
    coming = [one for one in rounds if one.state is RoundState.PLANNED and one.due > now]
    return min(coming, key=lambda one: one.due, default=None)


def confirmation(submission: Submission, wait: timedelta = timedelta(0)) -> Mail:
    """Plan the answer to a filled form, or to who asks for their link; what it says is decided when it leaves."""
    return Mail(
        event_id=submission.event_id,
        owner=Owner.SUBMISSION,
        owner_id=submission.submission_id,
        kind=MailKind.CONFIRMATION if submission.profile else MailKind.PAGE_LINK,
        wave="1",
        due=submission.submitted_at + wait,
        not_after=submission.expires_at,
    )


def welcome(attendee: Attendee, event: Event) -> Mail:
    """Plan the first letter to somebody who joins, or comes back."""
    wave = str(attendee.version)
    return to_person(event, attendee.person_id, MailKind.WELCOME, wave, attendee.confirmed_at, event.ends_at)


def goodbye(attendee: Attendee, event: Event, now: datetime) -> Mail:
    """Plan the last letter to somebody who leaves; who comes back and leaves again gets it again."""
    until = now + WEEK
    return to_person(event, attendee.person_id, MailKind.GOODBYE, str(attendee.version), now, until)


def meetings_off(leaver: Attendee, event: Event, matches: Iterable[Match], now: datetime) -> list[Mail]:
    """Plan the letter to each of those a person was introduced to who leaves before the event is over."""
    if now >= event.ends_at:
        return []
    return [
        # Who comes back and leaves again is told of again.
        to_person(
            event,
            one.other(leaver.person_id),
            MailKind.MEETING_OFF,
            f"{one.match_id}.{leaver.version}",
            now,
            event.ends_at,
        )
        for one in matches
        if one.state is MatchState.INTRODUCED
    ]


def your_data(attendee: Attendee, event: Event, now: datetime) -> Mail:
    """Plan a letter with all that is kept about somebody, at most one a day."""
    return to_person(event, attendee.person_id, MailKind.YOUR_DATA, utc_text(now)[:10], now, now + WEEK)


def introductions(match: Match, event: Event, now: datetime) -> list[Mail]:
    """Plan the letter that brings two people together, once for each."""
    return [
        to_person(event, member, MailKind.INTRODUCTION, match.match_id, now, event.ends_at) for member in match.members
    ]


def after_outcome(outcome: Outcome, event: Event, attendee: Attendee, now: datetime) -> list[Mail]:
    """Plan the letter an outcome asks for; one speaks of all of a person's matches that were told of on the same day.

    Where the event's data would be gone by then, nothing is promised.
    """
    later = {
        Outcome.NOT_YET: (MailKind.NOT_YET, event.follow_up.not_yet),
        Outcome.STAY_IN_TOUCH: (MailKind.STAY_IN_TOUCH, event.follow_up.stay_in_touch),
    }
    kind, days = later.get(outcome, (None, None))
    if kind is None or days is None or not attendee.consents.follow_up:
        return []
    zone = zone_of(event, attendee)
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    due, end = at_local(day, ASK_AT, zone), data_end(event)
    wave = day_told(now)
    return [to_person(event, attendee.person_id, kind, wave, due, min(due + WEEK, end))] if due < end else []


def day_told(moment: datetime) -> str:
    """Name the day of an outcome in its letter's wave."""
    return utc_text(moment)[:10]


def digest(event: Event, wave: str, now: datetime) -> Mail:
    """Plan the organiser's letter on how it stands."""
    return Mail(
        event_id=event.event_id,
        owner=Owner.ORGANISER,
        owner_id=event.event_id,
        kind=MailKind.DIGEST,
        wave=wave,
        due=now,
        not_after=now + timedelta(days=3),
    )


def next_digest(event: Event, now: datetime) -> datetime:
    """Return the next Monday morning at the event."""
    day = now.astimezone(ZoneInfo(event.time_zone)).date()
    due = at_local(day - timedelta(days=day.weekday()), DIGEST_AT, event.time_zone)
    return due if due > now else at_local(day - timedelta(days=day.weekday() - 7), DIGEST_AT, event.time_zone)


def plan(
    occasion: Occasion, wave: str, event: Event, attendee: Attendee, matches: Sequence[Match], now: datetime
) -> list[Mail]:
    """Say which letters an occasion means for one person; consent is asked for again when they leave."""
    if attendee.state is AttendeeState.WITHDRAWN:
        return []
    if not attendee.consents.matching and occasion not in ASK_NO_CONSENT_TO_MATCHING:
        return []
    person_id, zone = attendee.person_id, zone_of(event, attendee)
    matches = [one for one in matches if not one.is_blocked_by(person_id)]
    if occasion is Occasion.PROPOSALS:
        return _after_round(int(wave), event, attendee, matches, now)
    if occasion is Occasion.CLOSING:
        left_open = [one for one in matches if one.round == int(wave) and needs_closing_words(one, person_id)]
        return [to_person(event, person_id, MailKind.ROUND_CLOSED, wave, now, event.ends_at)] if left_open else []
    introduced = [one for one in matches if one.state is MatchState.INTRODUCED]
    if occasion is Occasion.REMINDER:
        # Planned hours ahead where people live in many zones: a proposal may become an introduction till then.
        if not any(one.state is not MatchState.CLOSED for one in matches):
            return []
        due = max(now, remind_at(event, zone, event.follow_up.reminder or 0))
        return [to_person(event, person_id, MailKind.REMINDER, wave, due, event.starts_at)]
    if occasion is Occasion.DID_YOU_MEET:
        if all(person_id in one.outcomes for one in introduced):
            return []
        due = max(now, ask_at(event, zone, wave))
        # Past its week the second asking takes the first one's place.
        return [to_person(event, person_id, MailKind.DID_YOU_MEET, wave, due, due + WEEK)]
    if occasion is Occasion.MEETINGS and not any(one.meets_in in moved_breaks(wave) for one in introduced):
        return []
    kind = MailKind.EVENT_CANCELLED if occasion is Occasion.CANCELLED else MailKind.EVENT_CHANGED
    return [to_person(event, person_id, kind, wave, now, event.ends_at)]


# News, and what has a consent of its own, which is asked for when it leaves.
ASK_NO_CONSENT_TO_MATCHING = {Occasion.CHANGED, Occasion.MEETINGS, Occasion.CANCELLED, Occasion.DID_YOU_MEET}


def meetings_wave(version: int, breaks: Iterable[int]) -> str:
    """Name a version's new breaks in a task's subject and a mail's wave."""
    return f"{version}-{'.'.join(map(str, breaks))}"


def moved_breaks(wave: str) -> set[int]:
    return {int(number) for number in wave.partition("-")[2].split(".") if number}


def _after_round(number: int, event: Event, attendee: Attendee, matches: Sequence[Match], now: datetime) -> list[Mail]:
    """Plan what a person gets after a round: a proposal and its nudge, introductions by standing yes, or no match."""
    of_round = [one for one in matches if one.round == number]
    letters = []
    open_ones = [one for one in of_round if one.state is MatchState.PROPOSED]
    if open_ones:
        until = max(one.answer_by for one in open_ones)
        letters.append(to_person(event, attendee.person_id, MailKind.PROPOSAL, str(number), now, until))
        half_way = now + (until - now) / 2
        if event.follow_up.nudge and until - half_way >= NUDGE_LEAVES:
            latest = until - NUDGE_LEAVES
            letters.append(to_person(event, attendee.person_id, MailKind.NUDGE, str(number), half_way, latest))
    letters += [
        to_person(event, attendee.person_id, MailKind.INTRODUCTION, one.match_id, now, event.ends_at)
        for one in of_round
        if one.state is MatchState.INTRODUCED
    ]
    # Only those who have nobody at all are told so: to the others it would say nothing but "not more yet".
    if not any(one.state is not MatchState.CLOSED for one in matches):
        letters.append(to_person(event, attendee.person_id, MailKind.NO_MATCH, str(number), now, event.ends_at))
    return letters


def needs_closing_words(match: Match, person_id: str) -> bool:
    """Say whether somebody hears that a match closed: not after their own *not now*.

    The same whether the other declined, kept silent or could not be reached, so that nobody learns a no.
    """
    return match.state is not MatchState.INTRODUCED and match.answer_of(person_id) != Answer.NOT_NOW


def to_person(event: Event, person_id: str, kind: MailKind, wave: str, due: datetime, not_after: datetime) -> Mail:
    return Mail(
        event_id=event.event_id,
        owner=Owner.PERSON,
        owner_id=person_id,
        kind=kind,
        wave=wave,
        due=due,
        not_after=not_after,
    )


def forgetting(event: Event) -> list[Task]:
    """Plan the end of what an event knows of its people, partition by partition."""
    due = data_end(event)
    return [
        Task(kind=TaskKind.FORGET, event_id=event.event_id, subject=str(partition), due=due)
        for partition in range(PARTITIONS)
    ]


def data_end(event: Event) -> datetime:
    """Return until when an event's data are kept, and links to pages work."""
    return event.ends_at + timedelta(days=event.retention_days)


def partition_tasks(event_id: str, occasion: Occasion, wave: str, now: datetime) -> list[Task]:
    """Share an occasion's planning out over the event's partitions."""
    return [
        Task(kind=TaskKind.PLAN, event_id=event_id, subject=f"{occasion}:{wave}:{partition}", due=now)
        for partition in range(PARTITIONS)
    ]
