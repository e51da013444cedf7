"""What each letter says. Pure: everything it speaks of is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from functions.mailing.letter import Aside, Button, Facts, Letter, Paragraph, Person
from functions.mailing.subject import Meeting, Subject
from shared import meeting, phrases
from shared.calendar_entries import Entry, event_entry, meeting_entries
from shared.chain import latest_run
from shared.counts import hidden
from shared.export import export
from shared.models import PRIVATE, Answer, Attendance, Mail, MailKind, Outcome, RoundState


def compose(mail: Mail, about: Subject) -> Letter:
    """Write the letter of the mail's kind."""
    return WRITERS[mail.kind](about)


def _letter(about: Subject, kind: str, *blocks: Paragraph | Aside | Person | Facts | Button, **values: str) -> Letter:
    """Frame a letter: greeting before, closing after, why it came and how to get no more."""
    name = about.attendee.profile.first_name if about.attendee else ""
    why = f"{kind}.why" if about.voice.has(f"letters.{kind}.why") else "common.why"
    return Letter(
        subject=about.say(values.pop("subject", f"{kind}.subject"), **values),
        preheader=about.say(f"{kind}.preheader"),
        blocks=(
            Paragraph(about.say("common.greeting", name=name) if name else about.say("confirmation.hello")),
            *blocks,
            Paragraph(about.say("common.closing" if name else "confirmation.closing")),
        ),
        why=about.say(why),
        stop=Button(about.say("common.stop"), about.stop_url) if about.stop_url else None,
    )


def _paragraph(about: Subject, key: str, **values: object) -> Paragraph:
    return Paragraph(about.say(key, **values))


def _aside(about: Subject, kind: str) -> Aside:
    return Aside(about.say(f"{kind}.aside"))


def _button(about: Subject, kind: str) -> Button:
    return Button(about.say(f"{kind}.button"), about.page_url)


def _when_and_where(about: Subject, kind: str) -> Facts:
    return Facts(((about.say(f"{kind}.when"), about.when()), (about.say(f"{kind}.where"), about.where())))


def _person(about: Subject, one: Meeting, *, agreed: bool = False, choices: tuple[Button, ...] = ()) -> Person:
    """Tell of somebody; contact, place and how to recognise them only once both have agreed."""
    reader, profile = about.reader.person_id, one.partner.profile
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
    lines = {"contact": _contact(one), "place": about.spot_in_words(one), "recognise": profile.recognise}
    return tuple((about.say(f"introduction.{label}"), value) for label, value in lines.items() if value)


def _contact(one: Meeting) -> str:
    return one.partner.profile.contact or one.partner.email


def _choices(about: Subject, one: Meeting, labels: str, possible: Iterable[Answer | Outcome]) -> tuple[Button, ...]:
    """Offer what can be said about somebody: each opens the page at that person, where a button says it."""
    match_id = one.match.match_id
    # Who answers wants to read once more whom about; who tells what became of it, the buttons.
    spot = match_id if labels == "me" else f"outcomes-{match_id}"
    return tuple(
        Button(about.voice(f"pages.{labels}.{said}"), f"{about.page_url}?match={match_id}&say={said}#{spot}")
        for said in possible
    )


def _event_entry(about: Subject, *, cancelled: bool = False) -> Entry:
    return event_entry(about.event, about.reader, about.voice, about.now, cancelled=cancelled)


def _meeting_entries(about: Subject, *, cancelled: bool = False) -> tuple[Entry, ...]:
    return meeting_entries(about.event, about.reader, about.meetings, about.voice, about.now, cancelled=cancelled)


def _goes_on(about: Subject, kind: str) -> Paragraph:
    """Say when the next round is, or after the last where to join in."""
    event, me = about.event, about.attendee
    if about.next_round:
        return _paragraph(about, f"{kind}.next_round", when=about.moment(about.next_round.due))
    if event.link and (event.place is None or (me and me.profile.attendance is Attendance.VIRTUAL)):
        return _paragraph(about, "common.last_online", link=event.link)
    places = [one.place.in_language(about.voice.language) for _, one in meeting.coming_breaks(event, about.now)]
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
            Button(about.say("your_page.take_over_button"), about.confirm_url),
        )
    until = about.moment(about.expires_at) if about.expires_at else ""
    return _letter(
        about,
        "confirmation",
        _paragraph(about, "confirmation.text", when=about.when(), until=until),
        Button(about.say("confirmation.button"), about.confirm_url),
        _paragraph(about, "confirmation.ignore"),
    )


def _page_link(about: Subject) -> Letter:
    return _letter(about, "page_link", _paragraph(about, "page_link.text"), _button(about, "page_link"))


def _welcome(about: Subject) -> Letter:
    may_match = about.attendee is not None and about.attendee.consents.matching
    if not may_match:
        goes_on = _paragraph(about, "welcome.without_consent")
    elif about.next_round:
        goes_on = _paragraph(about, "welcome.next_round", when=about.moment(about.next_round.due))
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
    count, me = len(about.meetings), about.reader
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
    return about.moment(min(one.match.answer_by for one in about.meetings))


def _nudge(about: Subject) -> Letter:
    return _letter(
        about,
        "nudge",
        _paragraph(about, "nudge.text", names=about.names(), when=_answer_by(about)),
        *(Person(one.partner.profile.first_name, choices=_choices(about, one, "me", Answer)) for one in about.meetings),
        _paragraph(about, "nudge.either"),
        _aside(about, "nudge"),
        _button(about, "nudge"),
    )


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
        Button(about.say("no_match.form_button"), f"{about.page_url}/profile")
        if more_would_help
        else _button(about, "no_match"),
    )


def _introduction(about: Subject) -> Letter:
    (brought,) = about.meetings
    me, partner = about.reader, brought.partner
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
        _paragraph(about, "reminder.text", when=about.moment(about.event.starts_at)),
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
        _paragraph(about, "did_you_meet.text", names=about.names()),
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
        _paragraph(about, "not_yet.text", names=about.names()),
        _paragraph(about, "not_yet.plan"),
        *_contacts(about),
        _aside(about, "not_yet"),
        _button(about, "not_yet"),
    )


def _stay_in_touch(about: Subject) -> Letter:
    return _letter(
        about,
        "stay_in_touch",
        _paragraph(about, "stay_in_touch.text", names=about.names()),
        _paragraph(about, "stay_in_touch.word"),
        *_contacts(about),
        _aside(about, "stay_in_touch"),
        _button(about, "stay_in_touch"),
    )


def _contacts(about: Subject) -> list[Facts]:
    return [Facts(tuple((one.partner.profile.first_name, _contact(one)) for one in about.meetings))]


def _event_changed(about: Subject) -> Letter:
    meetings = tuple(
        (one.partner.profile.first_name, about.spot_in_words(one) or about.say("event_changed.no_break"))
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


def _meeting_off(about: Subject) -> Letter:
    """Tell that somebody left, without a name: they are gone, and the time says which meeting it was."""
    (off,) = about.meetings
    spot = about.spot_in_words(off)
    letter = _letter(
        about,
        "meeting_off",
        _paragraph(about, "meeting_off.text"),
        *([_paragraph(about, "meeting_off.spot", spot=spot)] if spot else []),
        _paragraph(about, "meeting_off.others"),
        _button(about, "meeting_off"),
    )
    return letter._replace(entries=_meeting_entries(about, cancelled=True))


def _your_data(about: Subject) -> Letter:
    letter = _letter(about, "your_data", _paragraph(about, "your_data.text"), _button(about, "your_data"))
    return letter._replace(data=export(about.event, about.reader, about.matches, about.mails, about.now))


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
    people = [(about.say(f"digest.{name}"), str(hidden(count))) for name, count in told._asdict().items()]
    blocks: list[Paragraph | Facts] = [_paragraph(about, "digest.text"), Facts(tuple(people))]
    if rounds and rounds[-1].unmatched:
        alone = [(about.say(f"digest.{why}"), str(hidden(count))) for why, count in rounds[-1].unmatched.items()]
        blocks += [_paragraph(about, "digest.why_alone", number=rounds[-1].number), Facts(tuple(alone))]
    latest = latest_run(about.rounds)
    if latest and latest.state is RoundState.DRAFT:
        blocks.append(_paragraph(about, "digest.draft", number=latest.number, event_id=about.event.event_id))
    if about.next_round:
        blocks.append(_paragraph(about, "digest.next_round", when=about.moment(about.next_round.due)))
    return _letter(about, "digest", *blocks, _aside(about, "digest"))


WRITERS: dict[MailKind, Callable[[Subject], Letter]] = {
    MailKind.CONFIRMATION: _confirmation,
    MailKind.PAGE_LINK: _page_link,
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
    MailKind.MEETING_OFF: _meeting_off,
    MailKind.YOUR_DATA: _your_data,
    MailKind.GOODBYE: _goodbye,
    MailKind.DIGEST: _digest,
}
