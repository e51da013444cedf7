"""An event, the people at it and what lies between them, for tests that care about one detail of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.matching.participants import Participant
from shared.models import (
    Attendance,
    Attendee,
    Consents,
    Event,
    FormOfAddress,
    Gain,
    GainKind,
    Language,
    Match,
    Profile,
    Round,
    Submission,
    Touched,
    Understood,
    match_id_of,
)
from shared.texts import Voice

DU, SIE, ENGLISH = Voice(Language.DE), Voice(Language.DE, FormOfAddress.SIE), Voice(Language.EN)
VOICES = (DU, SIE, ENGLISH)
NO_TEXTS = Understood()


def berlin(text: str) -> datetime:
    """Read "2027-06-03 09:00", a time in Berlin, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def an_event(**changed: Any) -> Event:
    coffee = {"de": "Kaffeebar", "en": "coffee bar"}
    event = {
        "event_id": "what-next",
        "version": 1,
        "title": {"de": "Was als Nächstes?", "en": "What next?"},
        "starts_at": berlin("2027-06-03 09:00"),
        "ends_at": berlin("2027-06-03 17:30"),
        "time_zone": "Europe/Berlin",
        "place": {"de": "Alte Seifenfabrik", "en": "The old soap works"},
        "languages": ("de", "en"),
        "address": "du",
        "rounds": (berlin("2027-05-24 09:00"), berlin("2027-06-01 09:00"), berlin("2027-06-03 06:00")),
        "matches_per_person": 3,
        "breaks": (
            {"starts_at": berlin("2027-06-03 10:30"), "ends_at": berlin("2027-06-03 11:00"), "place": coffee},
            {"starts_at": berlin("2027-06-03 15:30"), "ends_at": berlin("2027-06-03 16:00"), "place": coffee},
        ),
        "publish": "auto",
        "sender_name": "Was als Nächstes?",
        "reply_to": "hallo@begegnung.example",
        "imprint": "Verein für Weitermachen e. V., Lindenau",
        "privacy_url": "https://begegnung.example/datenschutz",
        "retention_days": 120,
    }
    return Event.model_validate(event | changed)


def rounds_of(event: Event) -> list[Round]:
    return [Round(event_id=event.event_id, number=place, due=due) for place, due in enumerate(event.rounds, start=1)]


def a_profile(**changed: Any) -> Profile:
    profile = {
        "first_name": "Ada",
        "languages": ("de",),
        "wishes": ("Wie eine Kantine überlebt",),
        "offers": ("Unsere erste Saftpresse",),
        "interests": ("Imkern",),
        "about": "leitet die Nachtschicht einer Bäckerei",
    }
    return Profile.model_validate(profile | changed)


def an_attendee(person_id: str = "ada", profile: dict[str, Any] | None = None, **changed: Any) -> Attendee:
    attendee = {
        "event_id": "what-next",
        "person_id": person_id,
        "version": 1,
        "email": f"{person_id}@example.org",
        "address_hash": f"address of {person_id}",
        "company_hash": "",
        "avoid": (),
        "language": "de",
        "profile": a_profile(**{"first_name": person_id.title()} | (profile or {})),
        "consents": Consents(matching=True, follow_up=True, wording="read"),
        "submission_id": f"form of {person_id}",
        "submitted_at": berlin("2027-05-01 12:00"),
        "confirmed_at": berlin("2027-05-01 12:05"),
    }
    return Attendee.model_validate(attendee | changed)


def a_submission(person_id: str = "ada", **changed: Any) -> Submission:
    attendee = an_attendee(person_id).model_dump()
    submission = {name: value for name, value in attendee.items() if name in Submission.model_fields}
    more = {"expires_at": berlin("2027-05-08 12:00"), "mailbox_hash": f"mailbox of {person_id}"}
    return Submission.model_validate(submission | more | changed)


def a_match(one: str = "ada", other: str = "ben", **changed: Any) -> Match:
    """Let one hear from the other what they wish to, and both share an interest."""
    match = {
        "event_id": "what-next",
        "match_id": match_id_of("what-next", (one, other)),
        "round": 1,
        "members": tuple(sorted((one, other))),
        "score": 500_000,
        "gains": {
            one: (Gain(kind=GainKind.SERVED, mine="Wie eine Kantine überlebt", theirs="Unsere Kantine lebt noch"),),
            other: (Gain(kind=GainKind.SHARED_INTEREST, mine="Bienen", theirs="Imkern"),),
        },
        "writes_first": one,
        "answer_by": berlin("2027-05-29 09:00"),
    }
    return Match.model_validate(match | changed)


def a_participant(person_id: str = "ada", **changed: Any) -> Participant:
    """See somebody as a round does who has nothing to say yet, and nothing against anybody."""
    participant: dict[str, Any] = {
        "person_id": person_id,
        "version": 1,
        "address_hash": f"address of {person_id}",
        "company_hash": "",
        "languages": frozenset({"de"}),
        "attendance": Attendance.ON_SITE,
        "avoid": frozenset[str](),
        "met": frozenset[str](),
        "proposed": frozenset[str](),
        "seats": 3,
        "introduced": frozenset[str](),
        "write_me_first": False,
        "wishes": (),
        "offers": (),
        "interests": (),
    }
    return Participant(**participant | changed)


def about(*concepts: str) -> Understood:
    """Understand a text as being about these concepts, in words of its own."""
    return Understood(concepts=tuple(map(touched, concepts)))


def touched(concept: str, share: int = 1000, *, named: bool = True) -> Touched:
    return Touched(concept=concept, share=share, named=named, de=concept, en=concept)
