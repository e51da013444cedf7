"""Everything a letter needs, read at the moment of sending, when everything is asked again."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from functions.mailing.subject import Meeting, Subject
from shared.chain import KINDS, as_of, day_told, end_wave, needs_closing_words, next_round_after, out, start_wave
from shared.counts import count
from shared.logs import logger
from shared.models import (
    NO_ANSWER,
    Answer,
    Attendee,
    AttendeeState,
    Event,
    Mail,
    MailKind,
    MailState,
    Match,
    MatchState,
    Outcome,
    Owner,
    Round,
    Topic,
)
from shared.store import addresses, attendees, events, limits, mails, matches, pauses
from shared.texts import Voice, voice_for

LOOK_AGAIN = timedelta(hours=1)  # whether a pause still holds
ASKED_A_DAY = 5  # mails of a kind that anybody may ask for, to one mailbox: with more somebody is playing


class Skip(StrEnum):
    """Why a mail does not leave; kept with it, for those who ask why it did not come."""

    GONE = "gone"
    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no_consent"
    UNKNOWN_ADDRESS = "unknown_address"
    SUPPRESSED = "suppressed"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"
    PAUSED = "paused"
    SWITCHED_OFF = "switched_off"
    NOT_RELEVANT = "not_relevant"
    REJECTED = "rejected"
    EVENT_CANCELLED = "event_cancelled"


class Wait(NamedTuple):
    """A mail may leave later."""

    until: datetime


def gather(mail: Mail, now: datetime) -> Subject | Skip | Wait:
    """Read what a mail speaks of, or say why it is not to be sent now, or not any more."""
    event, rounds = events.event_with_rounds(mail.event_id)
    if is_switched_off(mail, event):
        return Skip.SWITCHED_OFF
    pause = pauses.paused(event.event_id, mail.kind, KINDS[mail.kind].topic, now)
    if pause:
        until = min(pause.until or now + LOOK_AGAIN, now + LOOK_AGAIN)
        return Wait(until) if until <= mail.not_after else Skip.PAUSED
    if mail.owner is Owner.SUBMISSION:
        return _for_submission(mail, event, now)
    if mail.owner is Owner.ORGANISER:
        return _for_organiser(mail, event, rounds, now)
    attendee = attendees.attendee(mail.event_id, mail.owner_id)
    if attendee is None:
        return Skip.GONE
    refusal = _refusal(mail, event, attendee, now)
    if refusal:
        return refusal
    if attendee.paused_until and attendee.is_paused(now) and may_wait(mail):
        return Wait(attendee.paused_until) if attendee.paused_until <= mail.not_after else Skip.PAUSED
    about = Subject(
        event=event,
        voice=voice_for(event, attendee.language),
        now=now,
        variant=mail.variant,
        recipient=attendee.email,
        attendee=attendee,
        rounds=tuple(rounds),
        next_round=next_round_after(rounds, now),
    )
    if mail.kind is MailKind.YOUR_DATA:
        return _with_data(about, attendee)
    return _with_matches(mail, about, attendee)


def is_switched_off(mail: Mail, event: Event) -> bool:
    """Say whether the event's follow-up, as it is now, does without letters of this kind."""
    again = mail.kind is MailKind.DID_YOU_MEET and mail.wave.startswith("2")
    wanted = getattr(event.follow_up, "once_more" if again else mail.kind, True)
    return wanted is None or wanted is False


def may_wait(mail: Mail) -> bool:
    """Say whether a letter leaves somebody alone who asked for it: all but what they set off or agreed to before."""
    return KINDS[mail.kind].topic is not Topic.SERVICE and mail.kind not in AGREED_BEFORE


AGREED_BEFORE = {MailKind.INTRODUCTION, MailKind.REMINDER}


def _with_data(about: Subject, attendee: Attendee) -> Subject:
    """Add what was proposed and sent to somebody, as far as they may know of it."""
    theirs = out(matches.matches_of(attendee.event_id, attendee.person_id), about.rounds)
    sent = attendees.mails_of(attendee.event_id, attendee.person_id)
    return about._replace(mails=tuple(sent), matches=tuple(theirs))


def _for_submission(mail: Mail, event: Event, now: datetime) -> Subject | Skip | Wait:
    submission = attendees.submission(mail.owner_id, now)
    if submission is None:
        return Skip.GONE
    if addresses.suppression(submission.address_hash).stops(mail.kind, Topic.SERVICE, now):
        return Skip.SUPPRESSED
    is_form = mail.kind is MailKind.CONFIRMATION
    if now > mail.not_after or (is_form and now > event.ends_at):
        return Skip.TOO_LATE
    if event.cancelled and is_form:
        return Skip.EVENT_CANCELLED
    if addresses.was_erased(submission):
        return Skip.GONE
    if addresses.mails_asked_for(submission, mail.kind, now) >= ASKED_A_DAY:
        return Skip.TOO_MANY
    person_id = addresses.person_at(submission.address_hash, event.event_id)
    known = attendees.attendee(event.event_id, person_id) if person_id else None
    if known is None and not is_form:
        return Skip.UNKNOWN_ADDRESS
    if is_form and known and known.state is AttendeeState.WITHDRAWN:
        known = None  # to come back is to register
    if known is None and limits.mails_today(event.event_id, now) >= event.mail_budget:
        # An alarm waits for these words.
        logger.error("mail budget spent", event_id=event.event_id)
        tomorrow = some_time_tomorrow(mail, now)
        return Wait(tomorrow) if tomorrow <= mail.not_after else Skip.TOO_MANY
    return Subject(
        event=event,
        voice=voice_for(event, submission.language),
        now=now,
        recipient=submission.email,
        attendee=known,
        submission=submission,
        expires_at=min(submission.expires_at, event.ends_at),
    )


def some_time_tomorrow(mail: Mail, now: datetime) -> datetime:
    """Spread what waits for the next day's budget over that day, so that it does not stand before all other mail."""
    next_day = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    return next_day + timedelta(seconds=zlib.crc32(mail.mail_id.encode()) % DAY_SECONDS)


DAY_SECONDS = 24 * 60 * 60


def _for_organiser(mail: Mail, event: Event, rounds: list[Round], now: datetime) -> Subject | Skip:
    if now > mail.not_after:
        return Skip.TOO_LATE
    if event.cancelled:
        return Skip.EVENT_CANCELLED
    people, pairs = list(attendees.attendees(event.event_id)), list(matches.all_matches(event.event_id))
    unreachable = len(addresses.unreachable({person.address_hash for person in people}, now))
    return Subject(
        event=event,
        voice=Voice(event.languages[0], event.address),
        now=now,
        recipient=event.reply_to,
        next_round=next_round_after(rounds, now),
        rounds=tuple(rounds),
        counts=count(people, pairs, attendees.submissions(event.event_id), unreachable),
    )


def _refusal(mail: Mail, event: Event, attendee: Attendee, now: datetime) -> Skip | None:
    topic = KINDS[mail.kind].topic
    if attendee.state is AttendeeState.WITHDRAWN and mail.kind not in REACHES_WHO_LEFT:
        return Skip.WITHDRAWN
    if topic is Topic.MATCHING and not attendee.consents.matching:
        return Skip.NO_CONSENT
    if topic is Topic.FOLLOW_UP and not attendee.consents.follow_up:
        return Skip.NO_CONSENT
    if addresses.suppression(attendee.address_hash).stops(mail.kind, topic, now):
        return Skip.SUPPRESSED
    if now > mail.not_after:
        return Skip.TOO_LATE
    if event.cancelled and mail.kind not in REACHES_AFTER_CANCELLING:
        return Skip.EVENT_CANCELLED
    return Skip.NOT_RELEVANT if _is_outdated(mail, event, attendee, now) else None


REACHES_WHO_LEFT = {MailKind.GOODBYE, MailKind.YOUR_DATA}
REACHES_AFTER_CANCELLING = {MailKind.EVENT_CANCELLED, MailKind.GOODBYE, MailKind.YOUR_DATA}


def _is_outdated(mail: Mail, event: Event, attendee: Attendee, now: datetime) -> bool:
    """Say whether what a mail speaks of has changed since it was planned."""
    if mail.kind is MailKind.EVENT_CANCELLED:
        return not event.cancelled
    if mail.kind is MailKind.REMINDER:
        return mail.wave != start_wave(event)
    if mail.kind is MailKind.DID_YOU_MEET:
        return mail.wave[2:] != end_wave(event) or now < event.ends_at
    if mail.kind is MailKind.NUDGE:
        return not _proposal_had_its_time(mail, now)
    if mail.kind is MailKind.EVENT_CHANGED:
        return _is_told_again(mail)
    return mail.kind is MailKind.GOODBYE and attendee.state is not AttendeeState.WITHDRAWN


def _proposal_had_its_time(nudge: Mail, now: datetime) -> bool:
    """Say whether a proposal left long enough ago to be reminded of; one that perhaps left needs it most."""
    proposal = mails.mail(nudge.model_copy(update={"kind": MailKind.PROPOSAL}).ref)
    if proposal is None or proposal.state is MailState.UNKNOWN:
        return proposal is not None
    return proposal.sent_at is not None and proposal.sent_at <= now - BEFORE_NUDGE


BEFORE_NUDGE = timedelta(hours=12)


def _is_told_again(news: Mail) -> bool:
    """Say whether a later version's letter is planned as well: one tells how it is now."""
    theirs = attendees.mails_of(news.event_id, news.owner_id)
    later = [one for one in theirs if one.kind is news.kind and _version(one) > _version(news)]
    return any(one.state not in (MailState.SKIPPED, MailState.CANCELLED, MailState.UNKNOWN) for one in later)


def _version(news: Mail) -> int:
    return int(news.wave.partition("-")[0])


def _with_matches(mail: Mail, about: Subject, attendee: Attendee) -> Subject | Skip:
    """Add the matches a letter speaks of; without any it has nothing to say."""
    if mail.kind not in SPEAKS_OF | TELLS_EVERYBODY:
        return about
    every = out(matches.matches_of(mail.event_id, attendee.person_id), about.rounds)
    theirs = [as_of(one, about.rounds) for one in every if not one.is_blocked_by(attendee.person_id)]
    if mail.kind is MailKind.NO_MATCH:
        return Skip.NOT_RELEVANT if any(one.state is not MatchState.CLOSED for one in theirs) else about
    spoken_of = [one for one in theirs if _is_spoken_of(mail, one, attendee.person_id)]
    if mail.kind is MailKind.ROUND_CLOSED:
        return about if spoken_of else Skip.NOT_RELEVANT
    partners = attendees.attendees_by_id(mail.event_id, {one.other(attendee.person_id) for one in spoken_of})
    # Of who had themselves erased nothing is left, and the letter that says it is off speaks of nobody.
    gone = attendee.model_copy(update={"state": AttendeeState.WITHDRAWN}) if mail.kind is MailKind.MEETING_OFF else None
    meetings = tuple(
        Meeting(one, partner)
        for one in spoken_of
        if (partner := partners.get(one.other(attendee.person_id)) or gone)
        and one.may_show(partner) != (mail.kind is MailKind.MEETING_OFF)
    )
    return about._replace(meetings=meetings) if meetings or mail.kind in TELLS_EVERYBODY else Skip.NOT_RELEVANT


SPEAKS_OF = {
    MailKind.PROPOSAL,
    MailKind.NUDGE,
    MailKind.NO_MATCH,
    MailKind.ROUND_CLOSED,
    MailKind.INTRODUCTION,
    MailKind.MEETING_OFF,
    MailKind.REMINDER,
    MailKind.DID_YOU_MEET,
    MailKind.NOT_YET,
    MailKind.STAY_IN_TOUCH,
}
TELLS_EVERYBODY = {MailKind.EVENT_CHANGED, MailKind.EVENT_CANCELLED}  # with their meetings, if they have any
AFTER_OUTCOME = {MailKind.NOT_YET: Outcome.NOT_YET, MailKind.STAY_IN_TOUCH: Outcome.STAY_IN_TOUCH}


def _is_spoken_of(mail: Mail, match: Match, reader: str) -> bool:
    introduced = match.state is MatchState.INTRODUCED
    mine = match.answer_of(reader)
    if mail.kind in (MailKind.PROPOSAL, MailKind.NUDGE):
        undecided = mine == NO_ANSWER if mail.kind is MailKind.NUDGE else mine != Answer.NOT_NOW
        return match.state is MatchState.PROPOSED and str(match.round) == mail.wave and undecided
    if mail.kind is MailKind.ROUND_CLOSED:
        return str(match.round) == mail.wave and needs_closing_words(match, reader)
    if mail.kind is MailKind.INTRODUCTION:
        return introduced and match.match_id == mail.wave
    if mail.kind is MailKind.MEETING_OFF:
        return introduced and match.match_id == mail.wave.partition(".")[0]
    if mail.kind is MailKind.DID_YOU_MEET:
        return introduced and reader not in match.outcomes
    if mail.kind in AFTER_OUTCOME:
        told = match.told_at.get(reader)
        is_its_day = told is not None and day_told(told) == mail.wave
        return introduced and is_its_day and match.outcomes.get(reader) is AFTER_OUTCOME[mail.kind]
    return introduced
