"""What a person sees on their page of their matches. The other's answer is no part of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared import local_time, phrases
from shared.chain import as_of, ask_at, next_round_after, out, remind_at, zone_of
from shared.clock import utc_text
from shared.meeting import meeting
from shared.models import (
    Answer,
    Attendee,
    Event,
    Mail,
    MailKind,
    MailState,
    Match,
    MatchState,
    Outcome,
    Round,
    SetAside,
)
from shared.texts import Voice

MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")  # as it can stand in a link


class Standing(StrEnum):
    """How a match looks to one of the two. A decline, silence and a bounced mail all look the same."""

    OPEN = "open"
    SAID_YES = "said_yes"
    SAID_NOT_NOW = "said_not_now"
    INTRODUCED = "introduced"
    CLOSED = "closed"
    KNOWN = "known"
    BLOCKED = "blocked"
    GONE = "gone"


IN_ORDER = (
    Standing.INTRODUCED,
    Standing.OPEN,
    Standing.SAID_YES,
    Standing.SAID_NOT_NOW,
    Standing.KNOWN,
    Standing.CLOSED,
    Standing.BLOCKED,
    Standing.GONE,
)


@dataclass(frozen=True)
class Card:
    """One match as its reader sees it; contact and place only after both said yes."""

    match_id: str
    standing: Standing
    name: str
    about: str
    reasons: tuple[str, ...]
    opener: str
    answer_by: str
    contact: str = ""
    address: str = ""  # the contact, where it is a mail address
    place: str = ""
    recognise: str = ""
    i_write: bool = False
    outcome: Outcome | None = None
    suggested: str = ""  # what the link in a mail was about to say; only a button says it
    meets_at: datetime | None = None
    meets_until: datetime | None = None
    where: str = ""


def cards(
    event: Event,
    rounds: list[Round],
    me: Attendee,
    matches: list[Match],
    partners: dict[str, Attendee],
    voice: Voice,
    now: datetime,
) -> list[Card]:
    """Show the matches of all rounds that are out: what asks for something first, then the newest round."""
    shown = [as_of(match, rounds) for match in out(matches, rounds)]
    found = [
        card(event, me, match, partners.get(match.other(me.person_id)), voice, now)
        for match in sorted(shown, key=lambda match: -match.round)
    ]
    first = Standing.OPEN if stage(event, now) is Stage.AHEAD else Standing.INTRODUCED
    return sorted(found, key=lambda one: (one.standing is not first, IN_ORDER.index(one.standing), meets(one)))


def meets(one: Card) -> str:
    """Sort by when two meet; those without a time come last."""
    return utc_text(one.meets_at) if one.meets_at else "~"


def card(event: Event, me: Attendee, match: Match, partner: Attendee | None, voice: Voice, now: datetime) -> Card:
    zone = zone_of(event, me)
    moment = local_time.for_reader(match.answer_by, zone, event.time_zone, voice.language)
    if partner is None or not match.may_show(partner):
        return Card(match.match_id, Standing.GONE, "", "", (), "", moment)
    profile = partner.profile
    if match.is_blocked_by(me.person_id):
        return Card(match.match_id, Standing.BLOCKED, profile.first_name, "", (), "", moment)
    stands = standing(match, me.person_id, now)
    if event.cancelled and stands in CAN_BE_SAID and stands is not Standing.INTRODUCED:
        stands = Standing.CLOSED
    seen = Card(
        match_id=match.match_id,
        standing=stands,
        name=profile.first_name,
        about=profile.about,
        reasons=phrases.reasons(match, me.person_id, profile.first_name, voice),
        opener=phrases.opener(match, me.person_id, voice),
        answer_by=moment,
    )
    return seen if seen.standing is not Standing.INTRODUCED else with_contact(seen, event, me, match, partner, voice)


def with_suggestion(seen: Card, asked: Mapping[str, str]) -> Card:
    """Mark the answer or outcome somebody has chosen in a mail, where it can still be given."""
    say = asked.get("say", "")
    meant = asked.get("match") == seen.match_id and say in CAN_BE_SAID.get(seen.standing, ()) and say != seen.outcome
    return replace(seen, suggested=say) if meant else seen


CAN_BE_SAID: dict[Standing, tuple[str, ...]] = {
    Standing.OPEN: tuple(Answer),
    Standing.SAID_YES: (Answer.NOT_NOW,),
    Standing.SAID_NOT_NOW: (Answer.YES,),
    Standing.INTRODUCED: tuple(Outcome),
}


def standing(match: Match, person_id: str, now: datetime) -> Standing:
    """Say how a match stands for one of the two; at `answer_by` all open ones close alike."""
    if match.state is MatchState.INTRODUCED:
        return Standing.INTRODUCED
    if match.set_aside.get(person_id) is SetAside.KNOWN:
        return Standing.KNOWN
    if match.state is MatchState.CLOSED or match.answer_by <= now:
        return Standing.CLOSED
    return BY_ANSWER.get(match.answer_of(person_id), Standing.OPEN)


BY_ANSWER: dict[str, Standing] = {Answer.YES: Standing.SAID_YES, Answer.NOT_NOW: Standing.SAID_NOT_NOW}


def with_contact(seen: Card, event: Event, me: Attendee, match: Match, partner: Attendee, voice: Voice) -> Card:
    """Add what an introduction gives: contact, place and time, who writes first."""
    spot = None if event.cancelled else meeting(event, match, (me, partner), voice.language)
    place = ""
    if spot:
        when = local_time.for_reader(spot.starts_at, zone_of(event, me), event.time_zone, voice.language)
        place = f"{when}, {spot.where}"
        seen = replace(seen, meets_at=spot.starts_at, meets_until=spot.ends_at, where=spot.where)
    contact = partner.profile.contact or partner.email
    return replace(
        seen,
        contact=contact,
        address=contact if MAIL_ADDRESS.fullmatch(contact) else "",
        place=place,
        recognise=partner.profile.recognise,
        i_write=match.writes_first == me.person_id,
        outcome=match.outcomes.get(me.person_id),
    )


class Stage(StrEnum):
    """Where an event stands, as its people see it."""

    AHEAD = "ahead"
    TODAY = "today"
    OVER = "over"
    CANCELLED = "cancelled"


def stage(event: Event, now: datetime) -> Stage:
    """Say where an event stands; its day begins as it does there."""
    if event.cancelled:
        return Stage.CANCELLED
    if event.ends_at <= now:
        return Stage.OVER
    zone = ZoneInfo(event.time_zone)
    is_here = event.starts_at.astimezone(zone).date() <= now.astimezone(zone).date()
    return Stage.TODAY if is_here else Stage.AHEAD


class Appointment(NamedTuple):
    """Who, where and when, on the day itself."""

    card: Card
    at: str


def today(event: Event, me: Attendee, seen: list[Card], now: datetime, voice: Voice) -> list[Appointment]:
    """Return whom somebody meets today, those that are over left out; who has no time yet comes last."""
    if stage(event, now) is not Stage.TODAY:
        return []
    zone, here = zone_of(event, me), ZoneInfo(event.time_zone)
    day = now.astimezone(here).date()
    agreed = [
        one
        for one in seen
        if one.standing is Standing.INTRODUCED
        and not is_over(one, now)
        and (one.meets_at is None or one.meets_at.astimezone(here).date() == day)
    ]
    timed = sorted((one for one in agreed if one.meets_at), key=lambda one: one.meets_at or now)
    clocks = [
        Appointment(
            one, local_time.clock_time(one.meets_at, zone, voice.language) + local_time.abroad(zone, event.time_zone)
        )
        for one in timed
        if one.meets_at
    ]
    return [*clocks, *(Appointment(one, "") for one in agreed if one.meets_at is None)]


def is_over(one: Card, now: datetime) -> bool:
    return one.meets_until is not None and one.meets_until <= now


LETTER_AFTER = {Outcome.NOT_YET: MailKind.NOT_YET, Outcome.STAY_IN_TOUCH: MailKind.STAY_IN_TOUCH}


class Coming(NamedTuple):
    """A letter that is to come: its kind in the catalogue, and when, in the reader's words."""

    kind: str
    when: str


def coming(
    event: Event, rounds: list[Round], me: Attendee, seen: list[Card], mails: list[Mail], voice: Voice, now: datetime
) -> list[Coming]:
    """Say which letters are to come, from nothing but what this person sees and said: no other's answer shows in it."""
    if event.cancelled:
        return []
    zone, stands = zone_of(event, me), {one.standing for one in seen}
    moments: list[tuple[datetime, str]] = []
    next_round = next_round_after(rounds, max(now, me.paused_until or now))
    has_somebody = bool(stands - {Standing.CLOSED, Standing.BLOCKED, Standing.KNOWN, Standing.GONE})
    if next_round and me.wants_matches:
        moments.append((next_round.due, "round_more" if has_somebody else "round"))
    waiting = [one for one in mails if one.state is MailState.PLANNED and one.due and one.due > now]
    own = {LETTER_AFTER[one.outcome] for one in seen if one.outcome in LETTER_AFTER and me.consents.follow_up}
    own |= {MailKind.NUDGE} if Standing.OPEN in stands and me.consents.matching else set()
    moments += [
        (one.due, str(one.kind)) for one in waiting if one.due and one.kind in own and not me.is_paused(one.due)
    ]
    if Standing.INTRODUCED in stands and event.follow_up.reminder is not None and me.consents.matching:
        moments.append((remind_at(event, zone, event.follow_up.reminder), "reminder"))
    untold = any(one.standing is Standing.INTRODUCED and one.outcome is None for one in seen)
    if untold and event.follow_up.did_you_meet is not None and me.consents.follow_up:
        moments.append((ask_at(event, zone, "1"), "did_you_meet"))
        if event.follow_up.once_more is not None:
            moments.append((ask_at(event, zone, "2"), "once_more"))
    to_come = sorted(moment for moment in moments if moment[0] > now)
    return [Coming(kind, local_time.long_date(due, zone, voice.language)) for due, kind in to_come]
