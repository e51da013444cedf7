"""What the holder of a link may do, and whose page it opens."""

from __future__ import annotations

from shared import clock
from shared.errors import LinkUnknown
from shared.models import Attendee, Event, Purpose, Round, Token
from shared.store import attendees, events
from shared.tokens import token_hash


def allowed(token: str, purpose: Purpose) -> Token:
    """Return what a link allows; a foreign, an expired and a wrong one are all the same to its holder."""
    found = attendees.token(token_hash(token), clock.now())
    if found is None or found.purpose is not purpose:
        raise LinkUnknown
    return found


def reader(token: str) -> tuple[Event, list[Round], Attendee]:
    """Return whose page this is."""
    link = allowed(token, Purpose.PAGE)
    event, rounds = events.event_with_rounds(link.event_id)
    me = attendees.attendee(link.event_id, link.subject_id)
    if me is None:
        raise LinkUnknown
    return event, rounds, me
