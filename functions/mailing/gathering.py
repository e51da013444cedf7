"""Everything a letter needs, read at the moment of sending, when everything is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from functions.mailing.composing import Meeting, Subject
from shared.chain import KINDS, Topic, needs_closing_words, next_round_after, start_wave
from shared.models import (
    Answer,
    Attendee,
    AttendeeState,
    Event,
    Mail,
    MailKind,
    Match,
    MatchState,
    Owner,
    Round,
)
from shared.store import attendees, events, matches
from shared.texts import voice_for

FORMS_A_DAY = 5  # after that many forms for one address in a day, no more mail goes there: somebody is playing


class Skip(StrEnum):
    """Why a mail does not leave; kept with it, for those who ask why it did not come."""

    GONE = "gone"
    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"
    NOT_RELEVANT = "not_relevant"
    REJECTED = "rejected"
    EVENT_CANCELLED = "event_cancelled"


def gather(mail: Mail, now: datetime) -> Subject | Skip:
    """Read what a mail speaks of, or say why it is not to be sent (any more)."""
    event = events.event(mail.event_id)
    if mail.owner is Owner.SUBMISSION:
        return _for_submission(mail, event, now)
    attendee = attendees.attendee(mail.event_id, mail.owner_id)
    if attendee is None:
        return Skip.GONE
    refusal = _refusal(mail, event, attendee, now)
    if refusal:
        return refusal
    about = Subject(
        event=event,
        voice=voice_for(event, attendee.language),
        recipient=attendee.email,
        attendee=attendee,
        next_round=_next_round(event, now) if mail.kind in NAMES_NEXT_ROUND else None,
    )
    return _with_matches(mail, about, attendee)


NAMES_NEXT_ROUND = {MailKind.WELCOME, MailKind.NO_MATCH, MailKind.ROUND_CLOSED}


def _next_round(event: Event, now: datetime) -> Round | None:
    _, rounds = events.event_with_rounds(event.event_id)
    return next_round_after(rounds, now)


def _for_submission(mail: Mail, event: Event, now: datetime) -> Subject | Skip:
    submission = attendees.submission(mail.owner_id, now)
    if submission is None:
        return Skip.GONE
    if now > mail.not_after or now > event.ends_at:
        return Skip.TOO_LATE
    if event.cancelled:
        return Skip.EVENT_CANCELLED
    if attendees.is_suppressed(submission.address_hash):
        return Skip.SUPPRESSED
    if attendees.times_asked(submission) > FORMS_A_DAY:
        return Skip.TOO_MANY
    person_id = attendees.person_at(submission.address_hash, event.event_id)
    known = attendees.attendee(event.event_id, person_id) if person_id else None
    return Subject(
        event=event,
        voice=voice_for(event, submission.language),
        recipient=submission.email,
        attendee=known,
        expires_at=submission.expires_at,
    )


def _refusal(mail: Mail, event: Event, attendee: Attendee, now: datetime) -> Skip | None:
    topic = KINDS[mail.kind].topic
    if attendee.state is AttendeeState.WITHDRAWN:
        return Skip.WITHDRAWN
    if topic is Topic.MATCHING and not attendee.consents.matching:
        return Skip.NO_CONSENT
    if topic is Topic.FOLLOW_UP and not attendee.consents.follow_up:
        return Skip.NO_CONSENT
    if attendees.is_suppressed(attendee.address_hash):
        return Skip.SUPPRESSED
    if now > mail.not_after:
        return Skip.TOO_LATE
    if event.cancelled and mail.kind is not MailKind.EVENT_CANCELLED:
        return Skip.EVENT_CANCELLED
    outdated = (mail.kind is MailKind.EVENT_CANCELLED and not event.cancelled) or (
        mail.kind is MailKind.REMINDER and mail.wave != start_wave(event)
    )
    return Skip.NOT_RELEVANT if outdated else None


def _with_matches(mail: Mail, about: Subject, attendee: Attendee) -> Subject | Skip:
    """Add the matches a letter speaks of; without any it has nothing to say."""
    if mail.kind not in SPEAKS_OF:
        return about
    theirs = matches.matches_of(mail.event_id, attendee.person_id)
    if mail.kind is MailKind.NO_MATCH:
        return Skip.NOT_RELEVANT if any(one.state is not MatchState.CLOSED for one in theirs) else about
    spoken_of = [one for one in theirs if _is_spoken_of(mail, one, attendee.person_id)]
    if mail.kind is MailKind.ROUND_CLOSED:
        return about if spoken_of else Skip.NOT_RELEVANT
    partners = attendees.attendees_by_id(mail.event_id, {one.other(attendee.person_id) for one in spoken_of})
    meetings = tuple(
        Meeting(one, partner)
        for one in spoken_of
        if (partner := partners.get(one.other(attendee.person_id))) and partner.state is AttendeeState.CONFIRMED
    )
    return replace(about, meetings=meetings) if meetings else Skip.NOT_RELEVANT


SPEAKS_OF = {
    MailKind.PROPOSAL,
    MailKind.NO_MATCH,
    MailKind.ROUND_CLOSED,
    MailKind.INTRODUCTION,
    MailKind.REMINDER,
    MailKind.DID_YOU_MEET,
}


def _is_spoken_of(mail: Mail, match: Match, reader: str) -> bool:
    introduced = match.state is MatchState.INTRODUCED
    if mail.kind is MailKind.PROPOSAL:
        undecided = match.answer_of(reader) != Answer.NOT_NOW
        return match.state is MatchState.PROPOSED and str(match.round) == mail.wave and undecided
    if mail.kind is MailKind.ROUND_CLOSED:
        return str(match.round) == mail.wave and needs_closing_words(match, reader)
    if mail.kind is MailKind.INTRODUCTION:
        return introduced and match.match_id == mail.wave
    if mail.kind is MailKind.DID_YOU_MEET:
        return introduced and reader not in match.outcomes
    return introduced
