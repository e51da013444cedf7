"""What each letter says. Pure: everything it speaks of is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from functions.mailing.export import export
from functions.mailing.letter import Aside, Button, Entry, Facts, Letter, Paragraph, Person
from shared import local_time, meeting, phrases
from shared.chain import latest_run, zone_of
from shared.counts import Counts, hidden
from shared.models import (
    PRIVATE,
    Answer,
    Attendance,
    Attendee,
    Event,
    Mail,
    MailKind,
    Match,
    Outcome,
    Round,
    RoundState,
    natural_id,
)
from shared.texts import Voice


class Meeting(NamedTuple):
    """A match and the other person in it."""

    match: Match
    partner: Attendee


class Subject(NamedTuple):
    """What a letter is about, as it is at the moment of sending."""

    event: Event
    voice: Voice
    now: datetime
    recipient: str
    variant: str = ""
    attendee: Attendee | None = None
    meetings: tuple[Meeting, ...] = ()
    next_round: Round | None = None
    rounds: tuple[Round, ...] = ()  # what the organiser is told about
    counts: Counts | None = None
    mails: tuple[Mail, ...] = ()  # what somebody was sent, for those who ask for their data
    matches: tuple[Match, ...] = ()  # what was proposed to them, likewise
    expires_at: datetime | None = None  # of the submission to confirm
    page_url: str = ""
    confirm_url: str = ""
    form_url: str = ""
    stop_url: str = ""


def compose(mail: Mail, about: Subject) -> Letter:
    """Write the letter of the mail's kind."""
    return WRITERS[mail.kind](about)


def _say(about: Subject, key: str, **values: object) -> str:
    title = about.event.title.in_language(about.voice.language)
    return about.voice(f"letters.{key}", title=title, sender=about.event.sender_name, **values)


def _letter(about: Subject, kind: str, *blocks: Paragraph | Aside | Person | Facts | Button, **values: str) -> Letter:
    """Frame a letter: greeting before, closing after, why it came and how to get no more."""
    name = about.attendee.profile.first_name if about.attendee else ""
    why = f"{kind}.why" if about.voice.has(f"letters.{kind}.why") else "common.why"
    return Letter(
        subject=_say(about, values.pop("subject", f"{kind}.subject"), **values),
        preheader=_say(about, f"{kind}.preheader"),
        blocks=(
            Paragraph(_say(about, "common.greeting", name=name) if name else _say(about, "confirmation.hello")),
            *blocks,
            Paragraph(_say(about, "common.closing" if name else "confirmation.closing")),
        ),
        why=_say(about, why),
        stop=Button(_say(about, "common.stop"), about.stop_url) if about.stop_url else None,
    )


def _paragraph(about: Subject, key: str, **values: object) -> Paragraph:
    return Paragraph(_say(about, key, **values))


def _aside(about: Subject, kind: str) -> Aside:
    return Aside(_say(about, f"{kind}.aside"))


def _button(about: Subject, kind: str) -> Button:
    return Button(_say(about, f"{kind}.button"), about.page_url)


def _zone(about: Subject) -> str:
    return zone_of(about.event, about.attendee) if about.attendee else about.event.time_zone


def _moment(about: Subject, moment: datetime) -> str:
    """Write a time as the reader's clock shows it; in another zone than the event's, saying in which."""
    zone = _zone(about)
    abroad = f" ({zone})" if zone != about.event.time_zone else ""
    return local_time.date_and_time(moment, zone, about.voice.language) + abroad


def _when(about: Subject) -> str:
    event, zone = about.event, _zone(about)
    abroad = f" ({zone})" if zone != event.time_zone else ""
    return local_time.span(event.starts_at, event.ends_at, zone, about.voice.language) + abroad


def _where(about: Subject) -> str:
    event = about.event
    return event.place.in_language(about.voice.language) if event.place else str(event.link)


def _names(about: Subject) -> str:
    """List first names as a sentence does."""
    names = [meeting.partner.profile.first_name for meeting in about.meetings]
    return _say(about, "common.and", first=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else names[0]


def _event_entry(about: Subject, *, cancelled: bool = False) -> Entry:
    """Enter the event into somebody's calendar; what changes it later has the same id."""
    event = about.event
    return Entry(
        uid=f"{event.event_id}@begegnung",
        sequence=event.version - 1,
        written_at=about.now,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        title=event.title.in_language(about.voice.language),
        where=_where(about),
        cancelled=cancelled,
    )


def _when_and_where(about: Subject, kind: str) -> Facts:
    return Facts(((_say(about, f"{kind}.when"), _when(about)), (_say(about, f"{kind}.where"), _where(about))))


def _person(about: Subject, one: Meeting, *, agreed: bool = False, choices: tuple[Button, ...] = ()) -> Person:
    """Tell of somebody; contact, place and how to recognise them only once both have agreed."""
    assert about.attendee is not None  # noqa: S101 - only attendees have matches
    reader, profile = about.attendee.person_id, one.partner.profile
    return Person(
        name=profile.first_name,
        about=profile.about,
        reasons=phrases.reasons(one.match, reader, profile.first_name, about.voice),
        opener=phrases.opener(one.match, reader, about.voice),
        facts=_facts(about, one) if agreed else (),
        choices=choices,
    )


def _facts(about: Subject, one: Meeting) -> tuple[tuple[str, str], ...]:
    """Say how to reach and find somebody, as far as it is known."""
    profile = one.partner.profile
    lines = {"contact": _contact(one), "place": _spot(about, one), "recognise": profile.recognise}
    return tuple((_say(about, f"introduction.{label}"), value) for label, value in lines.items() if value)


def _contact(one: Meeting) -> str:
    return one.partner.profile.contact or one.partner.email


def _spot(about: Subject, one: Meeting) -> str:
    """Say when and where the two can meet, or nothing."""
    spot = _meeting_of(about, one)
    return f"{_moment(about, spot.starts_at)}, {spot.where}" if spot else ""


def _meeting_of(about: Subject, one: Meeting) -> meeting.Meeting | None:
    assert about.attendee is not None  # noqa: S101 - only attendees have matches
    return meeting.meeting(about.event, one.match, (about.attendee, one.partner), about.voice.language)


def _choices(about: Subject, one: Meeting, labels: str, possible: Iterable[Answer | Outcome]) -> tuple[Button, ...]:
    """Offer what can be said about somebody: each opens the page at that person, where a button says it."""
    match_id = one.match.match_id
    return tuple(
        Button(about.voice(f"pages.{labels}.{said}"), f"{about.page_url}?match={match_id}&say={said}#{match_id}")
        for said in possible
    )


def _goes_on(about: Subject, kind: str) -> Paragraph:
    """Say when the next round is, or after the last where to join in."""
    event, me = about.event, about.attendee
    if about.next_round:
        return _paragraph(about, f"{kind}.next_round", when=_moment(about, about.next_round.due))
    if event.link and (event.place is None or (me and me.profile.attendance is Attendance.VIRTUAL)):
        return _paragraph(about, "common.last_online", link=event.link)
    coming = [one for one in event.breaks if one.starts_at > about.now]
    places = [one.place.in_language(about.voice.language) for one in coming]
    if not places:
        return _paragraph(about, "common.last_without_breaks")
    return _paragraph(about, "common.last", places=", ".join(dict.fromkeys(places)))


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
    letter = _letter(
        about,
        "welcome",
        _paragraph(about, "welcome.text"),
        *([Paragraph(greeting.in_language(about.voice.language))] if greeting else []),
        goes_on,
        _when_and_where(about, "welcome"),
        _aside(about, "welcome"),
        _button(about, "welcome"),
    )
    return letter._replace(entries=(_event_entry(about),))


def _proposal(about: Subject) -> Letter:
    assert about.attendee is not None  # noqa: S101 - only attendees have matches
    count, me = len(about.meetings), about.attendee
    # Who wanted to be introduced straight away has said yes already, and may still think better of it.
    open_to = [[one for one in Answer if one != meeting.match.answer_of(me.person_id)] for meeting in about.meetings]
    is_asked = not me.profile.standing_yes or any(len(answers) == len(Answer) for answers in open_to)
    return _letter(
        about,
        "proposal",
        _paragraph(about, "proposal.text"),
        *(
            _person(about, one, choices=_choices(about, one, "me", answers))
            for one, answers in zip(about.meetings, open_to, strict=True)
        ),
        _paragraph(about, "proposal.how"),
        _paragraph(about, "proposal.until" if is_asked else "proposal.standing", when=_answer_by(about)),
        _aside(about, "proposal"),
        _button(about, "proposal"),
        subject="proposal.subject_one" if count == 1 else "proposal.subject_many",
        count=str(count),
    )


def _answer_by(about: Subject) -> str:
    return _moment(about, min(one.match.answer_by for one in about.meetings))


def _nudge(about: Subject) -> Letter:
    return _letter(
        about,
        "nudge",
        _paragraph(about, "nudge.text", names=_names(about), when=_answer_by(about)),
        *(Person(one.partner.profile.first_name, choices=_choices(about, one, "me", Answer)) for one in about.meetings),
        _paragraph(about, "nudge.either"),
        _aside(about, "nudge"),
        _button(about, "nudge"),
    )


def _meeting_entries(about: Subject, *, cancelled: bool = False) -> tuple[Entry, ...]:
    """Enter each meeting that has a break; what changes one later has the same id."""
    me, entries = about.attendee, []
    for one in about.meetings:
        spot = _meeting_of(about, one) if me else None
        if me and spot:
            entries.append(
                Entry(
                    # One id for each reader: two people's files for one meeting may lie in one calendar.
                    uid=f"{natural_id(one.match.match_id, me.person_id)}@begegnung",
                    sequence=about.event.version - 1,
                    written_at=about.now,
                    starts_at=spot.starts_at,
                    ends_at=spot.ends_at,
                    time_zone=_zone(about),
                    title=_say(about, "introduction.entry", name=one.partner.profile.first_name),
                    where=spot.where,
                    notes=phrases.opener(one.match, me.person_id, about.voice),
                    cancelled=cancelled,
                )
            )
    return tuple(entries)


NOTHING_TO_ADD = {"all_taken", "not_understood"}  # where it was not for want of words


def _no_match(about: Subject) -> Letter:
    key = f"no_match.text_{about.variant}"
    more_would_help = about.next_round and about.variant not in NOTHING_TO_ADD
    return _letter(
        about,
        "no_match",
        _paragraph(about, key if about.variant and about.voice.has(f"letters.{key}") else "no_match.text"),
        _goes_on(about, "no_match"),
        *([_paragraph(about, "no_match.richer")] if more_would_help else []),
        Button(_say(about, "no_match.form_button"), about.form_url) if more_would_help else _button(about, "no_match"),
    )


def _introduction(about: Subject) -> Letter:
    (brought,) = about.meetings
    me, partner = about.attendee, brought.partner
    assert me is not None  # noqa: S101 - only attendees have matches
    name = partner.profile.first_name
    writes = "you_write" if brought.match.writes_first == me.person_id else "they_write"
    letter = _letter(
        about,
        "introduction",
        _paragraph(about, "introduction.text", name=name),
        _person(about, brought, agreed=True),
        _paragraph(about, f"introduction.{writes}", name=name),
        _aside(about, "introduction"),
        _button(about, "introduction"),
        me=me.profile.first_name,
        name=name,
    )
    return letter._replace(reply_to=partner.email, entries=_meeting_entries(about))


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
        _paragraph(about, "reminder.text", when=_moment(about, about.event.starts_at)),
        # Why they wanted to meet has been said twice by now.
        *(_person(about, one, agreed=True)._replace(reasons=()) for one in about.meetings),
        _when_and_where(about, "reminder"),
        _paragraph(about, "reminder.cannot"),
        _aside(about, "reminder"),
        _button(about, "reminder"),
    )


def _did_you_meet(about: Subject) -> Letter:
    open_to_all = [one for one in Outcome if one not in PRIVATE]
    return _letter(
        about,
        "did_you_meet",
        _paragraph(about, "did_you_meet.text", names=_names(about)),
        *(
            Person(one.partner.profile.first_name, choices=_choices(about, one, "outcomes", open_to_all))
            for one in about.meetings
        ),
        _paragraph(about, "did_you_meet.success"),
        _aside(about, "did_you_meet"),
        _button(about, "did_you_meet"),
    )


def _not_yet(about: Subject) -> Letter:
    return _letter(
        about,
        "not_yet",
        _paragraph(about, "not_yet.text", names=_names(about)),
        _paragraph(about, "not_yet.plan"),
        *_contacts(about),
        _aside(about, "not_yet"),
        _button(about, "not_yet"),
    )


def _stay_in_touch(about: Subject) -> Letter:
    return _letter(
        about,
        "stay_in_touch",
        _paragraph(about, "stay_in_touch.text", names=_names(about)),
        _paragraph(about, "stay_in_touch.word"),
        *_contacts(about),
        _aside(about, "stay_in_touch"),
        _button(about, "stay_in_touch"),
    )


def _contacts(about: Subject) -> list[Facts]:
    return [Facts(tuple((one.partner.profile.first_name, _contact(one)) for one in about.meetings))]


def _event_changed(about: Subject) -> Letter:
    meetings = tuple(
        (one.partner.profile.first_name, _spot(about, one) or _say(about, "event_changed.no_break"))
        for one in about.meetings
        if one.match.meets_in is not None
    )
    letter = _letter(
        about,
        "event_changed",
        _paragraph(about, "event_changed.text"),
        _when_and_where(about, "event_changed"),
        *((_paragraph(about, "event_changed.meetings"), Facts(meetings)) if meetings else ()),
        _paragraph(about, "event_changed.calendar"),
        _button(about, "event_changed"),
    )
    return letter._replace(entries=(_event_entry(about), *_meeting_entries(about)))


def _event_cancelled(about: Subject) -> Letter:
    letter = _letter(
        about, "event_cancelled", _paragraph(about, "event_cancelled.text"), _button(about, "event_cancelled")
    )
    return letter._replace(entries=(_event_entry(about, cancelled=True), *_meeting_entries(about, cancelled=True)))


def _your_data(about: Subject) -> Letter:
    assert about.attendee is not None  # noqa: S101 - only attendees have data
    letter = _letter(about, "your_data", _paragraph(about, "your_data.text"), _button(about, "your_data"))
    return letter._replace(data=export(about.event, about.attendee, about.matches, about.mails, about.now))


def _goodbye(about: Subject) -> Letter:
    return _letter(
        about,
        "goodbye",
        _paragraph(about, "goodbye.text"),
        _paragraph(about, "goodbye.stays"),
        _aside(about, "goodbye"),
    )


def _digest(about: Subject) -> Letter:
    told, rounds = about.counts, [one for one in about.rounds if one.is_out]
    assert told is not None  # noqa: S101 - gathered for this letter
    people = [(_say(about, f"digest.{name}"), str(hidden(count))) for name, count in told._asdict().items()]
    blocks: list[Paragraph | Facts] = [_paragraph(about, "digest.text"), Facts(tuple(people))]
    if rounds and rounds[-1].unmatched:
        alone = [(_say(about, f"digest.{why}"), str(hidden(count))) for why, count in rounds[-1].unmatched.items()]
        blocks += [_paragraph(about, "digest.why_alone", number=rounds[-1].number), Facts(tuple(alone))]
    latest = latest_run(about.rounds)
    if latest and latest.state is RoundState.DRAFT:
        blocks.append(_paragraph(about, "digest.draft", number=latest.number, event_id=about.event.event_id))
    if about.next_round:
        blocks.append(_paragraph(about, "digest.next_round", when=_moment(about, about.next_round.due)))
    return _letter(about, "digest", *blocks, _aside(about, "digest"))


WRITERS: dict[MailKind, Callable[[Subject], Letter]] = {
    MailKind.CONFIRMATION: _confirmation,
    MailKind.WELCOME: _welcome,
    MailKind.PROPOSAL: _proposal,
    MailKind.NUDGE: _nudge,
    MailKind.NO_MATCH: _no_match,
    MailKind.INTRODUCTION: _introduction,
    MailKind.ROUND_CLOSED: _round_closed,
    MailKind.REMINDER: _reminder,
    MailKind.DID_YOU_MEET: _did_you_meet,
    MailKind.NOT_YET: _not_yet,
    MailKind.STAY_IN_TOUCH: _stay_in_touch,
    MailKind.EVENT_CHANGED: _event_changed,
    MailKind.EVENT_CANCELLED: _event_cancelled,
    MailKind.YOUR_DATA: _your_data,
    MailKind.GOODBYE: _goodbye,
    MailKind.DIGEST: _digest,
}
