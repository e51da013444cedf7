"""Confirming and answering: read, decide, write under a condition; again if somebody else wrote in between."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from functions.registration.form import Form, submission
from shared import chain
from shared.errors import AnswerTooLate, EventChangedMeanwhile, LinkUnknown, PageUnknown
from shared.meeting import free_break
from shared.models import (
    Answer,
    Attendee,
    AttendeeState,
    Event,
    Mail,
    Match,
    MatchState,
    Outcome,
    Round,
    Submission,
    Task,
    TaskKind,
)
from shared.secret import hash_secret
from shared.store import addresses, attendees, matches
from shared.store.table import repeat_on_conflict
from shared.tokens import page_link


class Confirmed(NamedTuple):
    """What a confirmation set off; the token opens the person's page."""

    attendee: Attendee
    page_token: str
    mails: list[Mail]
    tasks: list[Task]


def confirm(event: Event, submission_id: str, now: datetime) -> Confirmed:
    """Make a submission an attendee, or an attendee's next version; raise LinkUnknown."""

    def attempt() -> Confirmed | None:
        given = attendees.submission(submission_id, now)
        if given is None:
            raise LinkUnknown
        person_id = addresses.person_at(given.address_hash, event.event_id)
        known = attendees.attendee(event.event_id, person_id) if person_id else None
        attendee = next_version(given, known, now)
        raw, page = page_link(event, attendee.person_id)
        if attendee is known:
            attendees.add_link(page)
            return Confirmed(attendee, raw, [], [])
        joins = known is None or known.state is AttendeeState.WITHDRAWN
        welcome = [chain.welcome(attendee, event)] if joins else []
        understand = Task(kind=TaskKind.UNDERSTAND, event_id=event.event_id, subject=attendee.person_id, due=now)
        if not attendees.confirm(attendee, known, welcome, understand, page):
            return None
        return Confirmed(attendee, raw, welcome, [understand])

    return repeat_on_conflict(attempt, otherwise=LinkUnknown)


def next_version(given: Submission, known: Attendee | None, now: datetime) -> Attendee:
    """Shape the attendee a submission makes; an older one, or the same again, leaves what is there as it is.

    Raise LinkUnknown for one that only asked for a link.
    """
    if given.profile is None:
        raise LinkUnknown
    if known and (given.submission_id == known.submission_id or given.submitted_at < known.submitted_at):
        return known
    return Attendee(
        event_id=given.event_id,
        person_id=known.person_id if known else given.submission_id,
        version=known.version + 1 if known else 1,
        state=AttendeeState.CONFIRMED,
        email=given.email,
        address_hash=given.address_hash,
        company_hash=given.company_hash,
        avoid=given.avoid,
        language=given.language,
        profile=given.profile,
        consents=given.consents,
        submission_id=given.submission_id,
        submitted_at=given.submitted_at,
        confirmed_at=known.confirmed_at if known and known.state is AttendeeState.CONFIRMED else now,
        paused_until=known.paused_until if known and known.state is AttendeeState.CONFIRMED else None,
    )


def change_profile(event: Event, me: Attendee, form: Form, now: datetime, *, forget_avoided: bool) -> list[Task]:
    """Give an attendee new answers; return what is to be understood anew. Raise EventChangedMeanwhile.

    What somebody named to avoid is kept as fingerprints only: new ones are added, or the old ones go.
    """
    understand = Task(kind=TaskKind.UNDERSTAND, event_id=event.event_id, subject=me.person_id, due=now)

    def attempt() -> list[Task] | None:
        known = attendees.attendee(event.event_id, me.person_id)
        if known is None or known.state is not AttendeeState.CONFIRMED:
            raise LinkUnknown
        told = submission(form, event, known.language, known.submission_id, hash_secret(), now)
        kept = () if forget_avoided else known.avoid
        changed = known.model_copy(
            update={
                "version": known.version + 1,
                "profile": told.profile,
                "company_hash": told.company_hash,
                "avoid": tuple(dict.fromkeys((*kept, *told.avoid))),
                # A form sent before this must not undo it.
                "submitted_at": now,
            }
        )
        return [understand] if attendees.change_profile(changed, known, understand) else None

    return repeat_on_conflict(attempt, otherwise=EventChangedMeanwhile)


def erase(event: Event, rounds: list[Round], me: Attendee, now: datetime) -> list[Mail]:
    """Let go of somebody; return the letters to those they were to meet. Raise EventChangedMeanwhile."""

    def attempt() -> list[Mail] | None:
        known = attendees.attendee(event.event_id, me.person_id)
        if known is None:
            return []
        theirs = shown_matches(event, rounds, me)
        # Who left before has told them so.
        has_left = known.state is AttendeeState.WITHDRAWN
        letters = [] if has_left else chain.meetings_off(known, event, theirs, now)
        return letters if attendees.erase(known, letters, now) else None

    return repeat_on_conflict(attempt, otherwise=EventChangedMeanwhile)


def shown_matches(event: Event, rounds: list[Round], me: Attendee) -> list[Match]:
    """Return somebody's matches of the rounds that are out."""
    return chain.out(matches.matches_of(event.event_id, me.person_id), rounds)


def shown_match(event: Event, rounds: list[Round], me: Attendee, match_id: str) -> Match:
    """Return a match of a round that is out; raise PageUnknown."""
    match = matches.match(event.event_id, match_id)
    if match is None or me.person_id not in match.members or not chain.out([match], rounds):
        raise PageUnknown
    return match


def answer(event: Event, rounds: list[Round], me: Attendee, match_id: str, said: Answer, now: datetime) -> list[Mail]:
    """Take one member's answer; return the introductions it set off. Raise AnswerTooLate or PageUnknown."""

    def attempt() -> list[Mail] | None:
        match = shown_match(event, rounds, me, match_id)
        until = chain.as_of(match, rounds).answer_by
        if match.state is MatchState.INTRODUCED and said is Answer.YES:
            return []
        if me.person_id in match.set_aside and said is Answer.YES:
            raise AnswerTooLate
        members = attendees.attendees_by_id(event.event_id, set(match.members))
        all_here = all(
            member in members and members[member].state is AttendeeState.CONFIRMED for member in match.members
        )
        if match.state is not MatchState.PROPOSED or until <= now or not all_here or event.cancelled:
            raise AnswerTooLate
        introductions = chain.introductions(match, event, now)
        both = list(members.values())
        taken = matches.booked(event.event_id, match.members) if said is Answer.YES else ()
        meets_in = free_break(event, both, taken, now)
        written = matches.answer(match, me.person_id, said, now, both, introductions, meets_in)
        if written is None:
            return None
        return introductions if written.state is MatchState.INTRODUCED else []

    return repeat_on_conflict(attempt, otherwise=AnswerTooLate)


def tell_outcome(
    event: Event, rounds: list[Round], me: Attendee, match_id: str, outcome: Outcome, now: datetime
) -> None:
    """Take what became of an introduction, with the letter it asks for; raise AnswerTooLate or PageUnknown."""

    def attempt() -> bool | None:
        match = shown_match(event, rounds, me, match_id)
        planned = {mail.mail_id for mail in attendees.mails_of(event.event_id, me.person_id)}
        letters = [mail for mail in chain.after_outcome(outcome, event, me, now) if mail.mail_id not in planned]
        return matches.note_outcome(match, me, outcome, letters, now) or None

    repeat_on_conflict(attempt, otherwise=AnswerTooLate)
