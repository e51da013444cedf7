"""What each letter says. Pure: everything it speaks of is handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.mailing.letter import Aside, Button, Facts, Letter, Paragraph, Person
from shared import local_time, phrases
from shared.meeting import meeting_place
from shared.models import Attendee, Event, Mail, MailKind, Match, Round
from shared.texts import Voice


@dataclass(frozen=True)
class Meeting:
    """A match and the other person in it."""

    match: Match
    partner: Attendee


@dataclass(frozen=True)
class Subject:
    """What a letter is about, as it is at the moment of sending."""

    event: Event
    voice: Voice
    recipient: str
    attendee: Attendee | None = None
    meetings: tuple[Meeting, ...] = ()
    next_round: Round | None = None
    expires_at: datetime | None = None  # of the submission to confirm
    page_url: str = ""
    confirm_url: str = ""


def compose(mail: Mail, about: Subject) -> Letter:
    """Write the letter of the mail's kind."""
    return WRITERS[mail.kind](about)


def _say(about: Subject, key: str, **values: object) -> str:
    title = about.event.title.in_language(about.voice.language)
    return about.voice(f"letters.{key}", title=title, sender=about.event.sender_name, **values)


def _letter(about: Subject, kind: str, *blocks: Paragraph | Aside | Person | Facts | Button, **values: str) -> Letter:
    """Frame a letter: greeting before, closing after, and why it came."""
    name = about.attendee.profile.first_name if about.attendee else ""
    why = f"{kind}.why" if about.voice.has(f"letters.{kind}.why") else "common.why"
    return Letter(
        subject=_say(about, values.pop("subject", f"{kind}.subject"), **values),
        preheader=_say(about, f"{kind}.preheader"),
        blocks=(
            Paragraph(_say(about, "common.greeting", name=name) if name else _say(about, "confirmation.hello")),
            *blocks,
            Paragraph(_say(about, "common.closing")),
        ),
        why=_say(about, why),
    )


def _paragraph(about: Subject, key: str, **values: object) -> Paragraph:
    return Paragraph(_say(about, key, **values))


def _aside(about: Subject, kind: str) -> Aside:
    return Aside(_say(about, f"{kind}.aside"))


def _button(about: Subject, kind: str) -> Button:
    return Button(_say(about, f"{kind}.button"), about.page_url)


def _moment(about: Subject, moment: datetime) -> str:
    return local_time.date_and_time(moment, about.event.time_zone, about.voice.language)


def _when(about: Subject) -> str:
    event = about.event
    return local_time.span(event.starts_at, event.ends_at, event.time_zone, about.voice.language)


def _where(about: Subject) -> str:
    event = about.event
    return event.place.in_language(about.voice.language) if event.place else str(event.link)


def _when_and_where(about: Subject, kind: str) -> Facts:
    return Facts(((_say(about, f"{kind}.when"), _when(about)), (_say(about, f"{kind}.where"), _where(about))))


def _person(about: Subject, meeting: Meeting) -> Person:
    assert about.attendee is not None  # noqa: S101 - only attendees have matches
    reader, profile = about.attendee.person_id, meeting.partner.profile
    return Person(
        name=profile.first_name,
        about=profile.about,
        reasons=phrases.reasons(meeting.match, reader, profile.first_name, about.voice),
        opener=phrases.opener(meeting.match, reader, about.voice),
    )


def _goes_on(about: Subject, kind: str) -> Paragraph:
    """Say when the next round is, or after the last where to join in."""
    if about.next_round:
        return _paragraph(about, f"{kind}.next_round", when=_moment(about, about.next_round.due))
    places = [one.place.in_language(about.voice.language) for one in about.event.breaks]
    if not places:
        return _paragraph(about, f"{kind}.last_without_place")
    return _paragraph(about, f"{kind}.last", places=", ".join(dict.fromkeys(places)))


def _confirmation(about: Subject) -> Letter:
    if about.attendee:
        return _letter(
            about,
            "your_page",
            _paragraph(about, "your_page.text"),
            _button(about, "your_page"),
            _paragraph(about, "your_page.take_over"),
            Button(_say(about, "your_page.take_over_button"), about.confirm_url),
        )
    until = _moment(about, about.expires_at) if about.expires_at else ""
    return _letter(
        about,
        "confirmation",
        _paragraph(about, "confirmation.text", when=_when(about), until=until),
        Button(_say(about, "confirmation.button"), about.confirm_url),
        _paragraph(about, "confirmation.ignore"),
    )


def _welcome(about: Subject) -> Letter:
    may_match = about.attendee is not None and about.attendee.consents.matching
    if not may_match:
        goes_on = _paragraph(about, "welcome.without_consent")
    elif about.next_round:
        goes_on = _paragraph(about, "welcome.next_round", when=_moment(about, about.next_round.due))
    else:
        goes_on = _paragraph(about, "welcome.no_round")
    greeting = about.event.greeting
    return _letter(
        about,
        "welcome",
        *([Paragraph(greeting.in_language(about.voice.language))] if greeting else []),
        _paragraph(about, "welcome.text"),
        goes_on,
        _when_and_where(about, "welcome"),
        _aside(about, "welcome"),
        _button(about, "welcome"),
    )


def _proposal(about: Subject) -> Letter:
    count = len(about.meetings)
    until = min(meeting.match.answer_by for meeting in about.meetings)
    return _letter(
        about,
        "proposal",
        _paragraph(about, "proposal.text"),
        *(_person(about, meeting) for meeting in about.meetings),
        _paragraph(about, "proposal.how"),
        _paragraph(about, "proposal.until", when=_moment(about, until)),
        _aside(about, "proposal"),
        _button(about, "proposal"),
        subject="proposal.subject_one" if count == 1 else "proposal.subject_many",
        count=str(count),
    )


def _no_match(about: Subject) -> Letter:
    return _letter(
        about,
        "no_match",
        _paragraph(about, "no_match.text"),
        _goes_on(about, "no_match"),
        *([_paragraph(about, "no_match.richer")] if about.next_round else []),
        _button(about, "no_match"),
    )


def _introduction(about: Subject) -> Letter:
    (meeting,) = about.meetings
    me, partner, match = about.attendee, meeting.partner, meeting.match
    assert me is not None  # noqa: S101 - only attendees have matches
    name = partner.profile.first_name
    lines = [(_say(about, "introduction.contact"), partner.profile.contact or partner.email)]
    place = meeting_place(about.event, match, me, partner)
    if place:
        when = local_time.date_and_time(place.starts_at, about.event.time_zone, about.voice.language)
        value = _say(about, "introduction.place_value", when=when, place=place.place.in_language(about.voice.language))
        lines.append((_say(about, "introduction.place"), value))
    if partner.profile.recognise:
        lines.append((_say(about, "introduction.recognise"), partner.profile.recognise))
    writes = "you_write" if match.writes_first == me.person_id else "they_write"
    letter = _letter(
        about,
        "introduction",
        _paragraph(about, "introduction.text", name=name),
        _person(about, meeting),
        Facts(tuple(lines)),
        _paragraph(about, f"introduction.{writes}", name=name),
        _aside(about, "introduction"),
        _button(about, "introduction"),
        me=me.profile.first_name,
        name=name,
    )
    return Letter(letter.subject, letter.preheader, letter.blocks, letter.why, reply_to=partner.email)


def _round_closed(about: Subject) -> Letter:
    return _letter(
        about,
        "round_closed",
        _paragraph(about, "round_closed.text"),
        _goes_on(about, "round_closed"),
        _aside(about, "round_closed"),
        _button(about, "round_closed"),
    )


def _reminder(about: Subject) -> Letter:
    return _letter(
        about,
        "reminder",
        _paragraph(about, "reminder.text"),
        *(_person(about, meeting) for meeting in about.meetings),
        _when_and_where(about, "reminder"),
        _aside(about, "reminder"),
        _button(about, "reminder"),
    )


def _did_you_meet(about: Subject) -> Letter:
    names = ", ".join(meeting.partner.profile.first_name for meeting in about.meetings)
    return _letter(
        about,
        "did_you_meet",
        _paragraph(about, "did_you_meet.text", names=names),
        _aside(about, "did_you_meet"),
        _button(about, "did_you_meet"),
    )


def _event_changed(about: Subject) -> Letter:
    return _letter(
        about,
        "event_changed",
        _paragraph(about, "event_changed.text"),
        _when_and_where(about, "event_changed"),
        _button(about, "event_changed"),
    )


def _event_cancelled(about: Subject) -> Letter:
    return _letter(
        about, "event_cancelled", _paragraph(about, "event_cancelled.text"), _button(about, "event_cancelled")
    )


WRITERS: dict[MailKind, Callable[[Subject], Letter]] = {
    MailKind.CONFIRMATION: _confirmation,
    MailKind.WELCOME: _welcome,
    MailKind.PROPOSAL: _proposal,
    MailKind.NO_MATCH: _no_match,
    MailKind.INTRODUCTION: _introduction,
    MailKind.ROUND_CLOSED: _round_closed,
    MailKind.REMINDER: _reminder,
    MailKind.DID_YOU_MEET: _did_you_meet,
    MailKind.EVENT_CHANGED: _event_changed,
    MailKind.EVENT_CANCELLED: _event_cancelled,
}
