"""Mails, tasks and links as they are planned and people as they join, for tests that care about one detail of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shared import chain
from shared.models import Attendee, Mail, MailKind, Owner, Purpose, Task, TaskKind, Token
from shared.store import attendees
from shared.tokens import new_token, token_hash
from tests.people import an_event, berlin

NOW = berlin("2027-05-20 09:30")
LEASE = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def a_mail(wave: str = "1", due: datetime = NOW, **changed: Any) -> Mail:
    mail: dict[str, Any] = {
        "event_id": "what-next",
        "owner": Owner.PERSON,
        "owner_id": "ada",
        "kind": MailKind.REMINDER,
        "wave": wave,
        "due": due,
        "not_after": NOW + timedelta(days=14),
    }
    return Mail(**mail | changed)


def a_task(subject: str = "1", due: datetime = NOW, **changed: Any) -> Task:
    return Task(**{"kind": TaskKind.ROUND, "event_id": "what-next", "subject": subject, "due": due} | changed)


def a_token(raw: str = "a word only its holder knows", **changed: Any) -> Token:
    token: dict[str, Any] = {
        "token_hash": token_hash(raw),
        "purpose": Purpose.PAGE,
        "event_id": "what-next",
        "subject_id": "ada",
        "expires_at": NOW + timedelta(days=7),
    }
    return Token(**token | changed)


def understand(one: Attendee) -> Task:
    return Task(kind=TaskKind.UNDERSTAND, event_id=one.event_id, subject=one.person_id, due=NOW)


def confirm(one: Attendee, before: Attendee | None = None) -> bool:
    """Let somebody join, or come back as they are now."""
    welcome = chain.welcome(one, an_event())
    return attendees.confirm(one, before, [welcome], understand(one), a_token(new_token()))
