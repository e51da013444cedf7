"""Every letter as it may be written, for tests of all of them."""

from __future__ import annotations

from typing import Any

from functions.mailing.composing import compose
from functions.mailing.letter import Letter
from functions.mailing.subject import Meeting, Subject
from shared.chain import KINDS
from shared.counts import Counts
from shared.models import Event, Mail, MailKind, Owner, RoundState
from shared.texts import Voice
from tests.people import DU, a_match, an_attendee, an_event, berlin, rounds_of

PAGE, CONFIRM = "https://begegnung.example/me/page-token", "https://begegnung.example/confirm/confirm-token"
STOP = "https://begegnung.example/stop/stop-token"
NOW = berlin("2027-05-24 09:30")
COUNTS = Counts(
    registered=80,
    confirmed=61,
    without_consent=3,
    thin_profile=12,
    left=0,
    without_a_match=7,
    without_an_introduction=20,
    unreachable=1,
    introductions=33,
)
BEN = an_attendee("ben", profile={"first_name": "Ben", "recognise": "ein roter Hut", "contact": "+49 171 1234567"})
CEM = an_attendee("cem", profile={"first_name": "Cem", "about": ""})
BOTH = (
    Meeting(a_match("ada", "ben", meets_in=0), BEN),
    Meeting(a_match("ada", "cem", meets_in=1, writes_first="cem"), CEM),
)


def a_subject(voice: Voice = DU, **changed: Any) -> Subject:
    """Write to Ada about all there can be to say."""
    event: Event = changed.pop(
        "event", an_event(address=voice.address, greeting={"de": "schön hier", "en": "nice here"})
    )
    subject: dict[str, Any] = {
        "event": event,
        "voice": voice,
        "now": NOW,
        "recipient": "ada@example.org",
        "attendee": an_attendee("ada"),
        "meetings": BOTH,
        "next_round": rounds_of(event)[1],
        "page_url": PAGE,
        "stop_url": STOP,
    }
    return Subject(**subject | changed)


def to_stranger(voice: Voice = DU, **changed: Any) -> Subject:
    """Write to an address that somebody typed into the form."""
    return a_subject(
        voice,
        **{"attendee": None, "meetings": (), "page_url": "", "stop_url": "", "confirm_url": CONFIRM}
        | {"expires_at": berlin("2027-05-08 12:00")}
        | changed,
    )


def to_organiser(voice: Voice = DU) -> Subject:
    """Tell the organiser how it stands after the first round."""
    event = an_event(address=voice.address)
    first, second, _ = rounds_of(event)
    out = first.model_copy(update={"state": RoundState.PUBLISHED, "unmatched": {"little_said": 6, "all_taken": 2}})
    return a_subject(
        voice,
        event=event,
        attendee=None,
        meetings=(),
        page_url="",
        rounds=(out, second),
        next_round=second,
        counts=COUNTS,
    )


def a_letter(kind: MailKind, about: Subject) -> Letter:
    owner = Owner.SUBMISSION if kind is MailKind.CONFIRMATION else Owner.PERSON
    mail = Mail(
        event_id=about.event.event_id,
        owner=owner,
        owner_id="ada",
        kind=kind,
        wave="1",
        due=berlin("2027-05-24 09:30"),
        not_after=about.event.ends_at,
    )
    return compose(mail, about)


def every_letter(voice: Voice) -> dict[str, tuple[Letter, Event]]:
    """Write each kind of letter, and those of its variants that say something else."""
    subjects = {
        (MailKind.CONFIRMATION, "to a stranger"): to_stranger(voice),
        (MailKind.CONFIRMATION, "to somebody known"): to_stranger(voice, attendee=an_attendee("ada"), page_url=PAGE),
        (MailKind.WELCOME, "without consent"): a_subject(voice, attendee=an_attendee("ada", consents={})),
        (MailKind.WELCOME, "after the last round"): a_subject(voice, next_round=None),
        (MailKind.PROPOSAL, "of one"): a_subject(voice, meetings=BOTH[:1]),
        (MailKind.NO_MATCH, "as all were taken"): a_subject(voice, variant="all_taken"),
        (MailKind.NO_MATCH, "as little was said"): a_subject(voice, variant="little_said"),
        (MailKind.NO_MATCH, "as the texts came late"): a_subject(voice, variant="not_understood"),
        (MailKind.NO_MATCH, "for another reason"): a_subject(voice, variant="no_language"),
        (MailKind.NO_MATCH, "after the last round"): a_subject(voice, next_round=None),
        (MailKind.NO_MATCH, "without breaks"): a_subject(voice, next_round=None, event=an_event(breaks=())),
        (MailKind.ROUND_CLOSED, "after the last round"): a_subject(voice, next_round=None),
        (MailKind.ROUND_CLOSED, "without breaks"): a_subject(voice, next_round=None, event=an_event(breaks=())),
        (MailKind.INTRODUCTION, "where one writes"): a_subject(voice, meetings=BOTH[:1]),
        (MailKind.INTRODUCTION, "where one is written to"): a_subject(voice, meetings=BOTH[1:]),
        (MailKind.EVENT_CHANGED, "online"): a_subject(
            voice, event=an_event(place=None, link="https://meet.example.org/next")
        ),
    }
    apart = (MailKind.CONFIRMATION, MailKind.INTRODUCTION, MailKind.DIGEST, MailKind.MEETING_OFF)
    whole = [kind for kind in MailKind if kind not in apart]
    subjects[MailKind.MEETING_OFF, "with a break"] = a_subject(voice, meetings=BOTH[:1])
    subjects[MailKind.DIGEST, "after a round"] = to_organiser(voice)
    subjects |= {(kind, "in full"): a_subject(voice) for kind in whole}
    subjects = {
        (kind, how): about if KINDS[kind].stops else about._replace(stop_url="")
        for (kind, how), about in subjects.items()
    }
    return {f"{kind} {how}": (a_letter(kind, about), about.event) for (kind, how), about in subjects.items()}
