"""One letter of each kind, to invented people of an invented event: what previews show and golden files guard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from functions.mailing.composing import compose
from functions.mailing.letter import Letter
from functions.mailing.mime import html, mime, text
from functions.mailing.subject import Meeting, Subject
from shared.chain import KINDS, confirmation, digest, to_person
from shared.counts import Counts
from shared.models import (
    Attendee,
    Event,
    FormOfAddress,
    Language,
    Mail,
    MailKind,
    MailState,
    Match,
    Round,
    RoundState,
    Submission,
    match_id_of,
)
from shared.texts import Voice

VOICES = {
    "de": Voice(Language.DE),
    "de-sie": Voice(Language.DE, FormOfAddress.SIE),
    "en": Voice(Language.EN),
}
NOW = datetime(2027, 5, 24, 7, 30, tzinfo=UTC)
SENDER = "hallo@begegnung.example"
SITE = "https://meet.begegnung.example"
TOKEN = "Xq3n0aVt7yPbK5sLwR9dZcFhJ2mGuE4oT6iN8vB1kAQ"  # as long as a real one


class Example(NamedTuple):
    """A letter in one voice, as it would leave."""

    name: str
    voice: str
    letter: Letter
    html: str
    text: str
    eml: bytes


def event(address: FormOfAddress) -> Event:
    def day(hour: int, minute: int = 0) -> datetime:
        return datetime(2027, 6, 3, hour - 2, minute, tzinfo=UTC)

    return Event.model_validate(
        {
            "event_id": "was-als-naechstes",
            "version": 2,
            "title": {"de": "Was als Nächstes?", "en": "What next?"},
            "starts_at": day(9),
            "ends_at": day(17, 30),
            "time_zone": "Europe/Berlin",
            "place": {"de": "Alte Seifenfabrik, Uferweg 8, Lindenau", "en": "The old soap works, Uferweg 8, Lindenau"},
            "languages": ("de", "en"),
            "address": address,
            "rounds": (day(9) - timedelta(days=10), day(9) - timedelta(days=2), day(9) - timedelta(hours=3)),
            "matches_per_person": 3,
            "breaks": (
                {
                    "starts_at": day(10, 30),
                    "ends_at": day(11),
                    "place": {"de": "Kaffeebar, Erdgeschoss", "en": "coffee bar, ground floor"},
                },
                {
                    "starts_at": day(12, 30),
                    "ends_at": day(13, 30),
                    "place": {"de": "lange Tafel im Hof", "en": "the long table in the courtyard"},
                },
            ),
            "publish": "auto",
            "greeting": {
                "de": "Wir treffen uns in einer alten Seifenfabrik. Es riecht noch ein wenig nach Lavendel.",
                "en": "We meet in an old soap works. It still smells a little of lavender.",
            },
            "sender_name": "Was als Nächstes?",
            "reply_to": "hallo@begegnung.example",
            "imprint": "Verein für Weitermachen e. V., Uferweg 8, 01234 Lindenau, Vereinsregister Lindenau 567",
            "privacy_url": "https://begegnung.example/datenschutz",
            "retention_days": 120,
        }
    )


def person(name: str, language: Language, wish: str, offer: str, about: str, **more: Any) -> Attendee:
    person_id = name.lower()
    profile = {"first_name": name, "languages": ("de",), "wishes": (wish,), "offers": (offer,), "about": about}
    return Attendee.model_validate(
        {
            "event_id": "was-als-naechstes",
            "person_id": person_id,
            "version": 1,
            "email": f"{person_id}@example.org",
            "address_hash": "0" * 32,
            "company_hash": "",
            "avoid": (),
            "language": language,
            "profile": profile | more,
            "consents": {"matching": True, "follow_up": True, "wording": "0" * 64},
            "submission_id": person_id,
            "submitted_at": NOW - timedelta(days=20),
            "confirmed_at": NOW - timedelta(days=20),
        }
    )


def people(language: Language) -> tuple[Attendee, Attendee, Attendee]:
    """Return the reader and two they meet; what people wrote stays as they wrote it."""
    reader = person(
        "Mira",
        language,
        "Habt ihr eure Werkszeitung eingestellt, und was kam danach?",
        "Wie wir einen Chor im Betrieb gegründet haben, und warum er blieb",
        "leitet die Nachtschicht einer Bäckerei",
    )
    jannis = person(
        "Jannis",
        language,
        "Wie bekommt man Leute dazu, freiwillig mitzusingen?",
        "Unsere Werkszeitung ist seit zwei Jahren ein Podcast. Drei Folgen hört sogar die Geschäftsführung.",
        "kümmert sich um alles, was in einer Gießerei erzählt wird",
        recognise="grüner Schal, auch im Juni",
        contact="+49 160 0000000, am liebsten abends",
    )
    ayse = person(
        "Ayşe",
        language,
        "Wer hat nach dem Umzug die Kollegen wieder zusammengebracht?",
        "Imkern auf dem Bürodach",
        "plant Buslinien",
    )
    return reader, jannis, ayse


def match(reader: Attendee, other: Attendee, gains: dict[str, Any], number: int) -> Match:
    members = tuple(sorted((reader.person_id, other.person_id)))
    return Match.model_validate(
        {
            "event_id": reader.event_id,
            "match_id": match_id_of(reader.event_id, members),
            "round": 1,
            "members": members,
            "score": 700_000,
            "gains": gains,
            "writes_first": reader.person_id,
            "openers": {reader.person_id: number},
            "answer_by": NOW + timedelta(days=5),
            "meets_in": number,
        }
    )


def subject(voice: Voice) -> Subject:
    """Know all there can be to say to one reader."""
    about = event(voice.address)
    reader, jannis, ayse = people(voice.language)
    wish, offer = reader.profile.wishes[0], reader.profile.offers[0]
    first = match(
        reader,
        jannis,
        {
            reader.person_id: ({"kind": "served", "mine": wish, "theirs": jannis.profile.offers[0]},),
            jannis.person_id: ({"kind": "served", "mine": jannis.profile.wishes[0], "theirs": offer},),
        },
        0,
    )
    bees = {"kind": "shared_interest", "topic": {"de": "Imkern", "en": "beekeeping"}}
    second = match(
        reader,
        ayse,
        {
            reader.person_id: (bees | {"mine": "Bienen", "theirs": "Imkern auf dem Bürodach"},),
            ayse.person_id: (bees | {"mine": "Imkern auf dem Bürodach", "theirs": "Bienen"},),
        },
        1,
    )
    rounds = tuple(
        Round(event_id=about.event_id, number=number, due=due) for number, due in enumerate(about.rounds, start=1)
    )
    out = rounds[0].model_copy(update={"state": RoundState.PUBLISHED, "unmatched": {"little_said": 6, "all_taken": 2}})
    planned = to_person(about, reader.person_id, MailKind.WELCOME, "1", NOW, about.ends_at)
    return Subject(
        event=about,
        voice=voice,
        now=NOW,
        recipient=reader.email,
        attendee=reader,
        meetings=(Meeting(first, jannis), Meeting(second, ayse)),
        next_round=rounds[1],
        rounds=(out, *rounds[1:]),
        counts=Counts(80, 61, 3, 12, 0, 7, 20, 1, 33),
        mails=(planned.model_copy(update={"state": MailState.DELIVERED, "due": None, "sent_at": NOW}),),
        expires_at=NOW + timedelta(days=7),
        page_url=f"{SITE}/me/{TOKEN}",
        confirm_url=f"{SITE}/confirm/{TOKEN}",
        stop_url=f"{SITE}/stop/{TOKEN}",
    )


def submission(reader: Attendee) -> Submission:
    shared = {name: value for name, value in reader.model_dump().items() if name in Submission.model_fields}
    return Submission.model_validate(shared | {"mailbox_hash": "", "expires_at": NOW + timedelta(days=7)})


def mail_of(kind: MailKind, about: Subject) -> Mail:
    assert about.attendee is not None  # noqa: S101 - the examples have a reader
    if kind is MailKind.CONFIRMATION:
        return confirmation(submission(about.attendee))
    if kind is MailKind.DIGEST:
        return digest(about.event, "round 1", NOW)
    return to_person(about.event, about.attendee.person_id, kind, "1", NOW, about.event.ends_at)


def written(kind: MailKind, about: Subject) -> Iterator[tuple[str, Subject]]:
    """Tell what a letter of this kind is told when it leaves; one kind says two things."""
    full = about if KINDS[kind].stops else about._replace(stop_url="")
    if kind is MailKind.CONFIRMATION:
        yield "confirmation", full._replace(attendee=None, meetings=(), page_url="")
        yield "your_page", full
    elif kind in (MailKind.INTRODUCTION, MailKind.MEETING_OFF):
        yield str(kind), full._replace(meetings=full.meetings[:1])
    elif kind is MailKind.DIGEST:
        yield str(kind), full._replace(attendee=None, meetings=(), page_url="", recipient=about.event.reply_to)
    else:
        yield str(kind), full


def examples() -> Iterator[Example]:
    for code, voice in VOICES.items():
        about = subject(voice)
        for kind in MailKind:
            mail = mail_of(kind, about)
            for name, told in written(kind, about):
                letter = compose(mail, told)
                yield Example(
                    name,
                    code,
                    letter,
                    html(letter, told.event, voice),
                    text(letter, told.event, voice),
                    mime(letter, told.event, voice, SENDER, told.recipient, mail.mail_id),
                )
