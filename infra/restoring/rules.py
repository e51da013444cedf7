"""What of a copy comes back, and how. Pure: an item as it was and what is known now in, what to put or why none out.

Whatever has been taken back, stopped, erased, forgotten or done since stays so, and no mail leaves twice or late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from functions.organiser.change import change
from shared.chain import KINDS
from shared.clock import utc_text
from shared.models import (
    Attendee,
    AttendeeState,
    Event,
    Mail,
    MailState,
    Match,
    MatchState,
    Round,
    RoundState,
    Task,
    TaskKind,
    Topic,
)

Item: TypeAlias = dict[str, Any]


class LeftOut(StrEnum):
    """Why an item does not come back."""

    ERASED = "of somebody who was erased"
    PERHAPS_ERASED = "nothing else is left of them: erased or lost, nobody can tell"
    STILL_TOLD = "of somebody who was erased, whose words are taken out of the match"
    FORGOTTEN = "forgotten with their event"
    GONE = "belongs to what is not there"
    EXPIRED = "expired"
    OVER = "its time has passed"
    DONE = "no longer needed"
    OBSOLETE = "the event has changed"
    SETTLED = "settled or set aside since"
    COUNTS = "serves only the moment it was written in"
    PAUSE = "may have been resumed: set it again by hand"
    UNKNOWN = "of an unknown kind"


def is_expired(item: Item, now: datetime) -> bool:
    return "ttl" in item and int(item["ttl"]) <= now.timestamp()


def round_(item: Item, then: Round, its_event: Event, others: Collection[Round], now: datetime) -> Item | LeftOut:
    """Bring a round back if it has run, or if the event as it is now still wants it."""
    if then.state is RoundState.PLANNED:
        wanted = not its_event.cancelled and then.due in its_event.rounds
        return item if wanted and then.due not in {one.due for one in others} else LeftOut.OBSOLETE
    is_over = then.state is RoundState.PUBLISHED and then.answer_by is not None and then.answer_by <= now
    return item | {"state": RoundState.CLOSED} if is_over else item


def match(item: Item, then: Match, rounds: Collection[Round], *, met_since: bool) -> Item | LeftOut:
    """Bring a match of two who are there back; an open one of a closed round is closed.

    Who have met since were introduced, or one of them set the other aside: the copy knows nothing of it.
    """
    if then.state is MatchState.INTRODUCED:
        return item
    closed = {one.number for one in rounds if one.state is RoundState.CLOSED}
    again = item | {"state": MatchState.CLOSED} if then.round in closed else item
    return LeftOut.SETTLED if met_since else again


def mail(item: Item, then: Mail, to: Attendee | None, before: Attendee | None, now: datetime) -> Item:
    """Bring back what became of a mail, so that it is not planned again; planned only where it cannot have left.

    `to` is its reader as they are now, `before` as they were; None where it goes to somebody who is no attendee.
    """
    if then.state is MailState.SENDING:
        return settled(item, MailState.UNKNOWN)
    is_to_come = then.due is not None and then.due > now and not (to and is_stopped(then, to, before))
    return item if then.state is not MailState.PLANNED or is_to_come else settled(item, MailState.CANCELLED)


def is_stopped(letter: Mail, to: Attendee, before: Attendee | None) -> bool:
    """Say whether somebody has left, has stopped its kind, or has ended the pause it waited for: then it has left."""
    topic = KINDS[letter.kind].topic
    return (
        to.state is AttendeeState.WITHDRAWN
        or not (topic is Topic.SERVICE or getattr(to.consents, topic))
        or (before is not None and letter.due == before.paused_until != to.paused_until)
    )


def settled(item: Item, state: MailState) -> Item:
    """End a mail without sending it (again)."""
    kept = {name: value for name, value in item.items() if name not in ("due_shard", "due_at")}
    return kept | {"state": state, "reason": "restored"}


def task(
    item: Item, then: Task, its_event: Event, rounds: Sequence[Round], *, has_people: bool, now: datetime
) -> Item | LeftOut:
    """Bring work back for when the event as it is now wants it, if that is still to come.

    Of what was due before, only the end of people's data: the rest plans mails, which may have left and been lost.
    Publishing and planning, which an event does not want by itself, are at work as long as they are there.
    """
    due = {one.ref: one.due for one in change(its_event, its_event, rounds, now).tasks}.get(then.ref)
    if then.kind is TaskKind.CLOSE:
        is_open = {str(one.number): one.answer_by for one in rounds if one.state is RoundState.PUBLISHED}
        due = is_open.get(then.subject)
    if due is None:
        return LeftOut.OBSOLETE
    return item | {"due_at": utc_text(due)} if due > now or has_people else LeftOut.OVER
