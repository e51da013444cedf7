"""What of a copy comes back, and how. Pure: an item as it was and what is known now in, what to put or why none out.

Whatever has been taken back, stopped, erased, forgotten or done since stays so, and no mail leaves twice or late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from shared.chain import KINDS, as_of, data_end, next_digest, occasions
from shared.clock import utc_text
from shared.models import (
    Attendee,
    AttendeeState,
    Cap,
    Event,
    Mail,
    MailKind,
    MailState,
    Match,
    MatchState,
    Owner,
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
    FORGOTTEN = "forgotten with their event"
    GONE = "belongs to what is not there"
    EXPIRED = "expired"
    OVER = "its time has passed"
    DONE = "no longer needed"
    OBSOLETE = "the event has changed"
    SETTLED = "settled or set aside since"
    COUNTS = "only counts what is over"
    PAUSE = "may have been resumed: set it again by hand"
    UNKNOWN = "of an unknown kind"


def is_expired(item: Item, now: datetime) -> bool:
    return "ttl" in item and int(item["ttl"]) <= now.timestamp()


def settled(item: Item, state: MailState) -> Item:
    """End a mail without sending it (again)."""
    kept = {name: value for name, value in item.items() if name not in ("due_shard", "due_at")}
    return kept | {"state": state, "reason": "restored"}


def event(item: Item, then: Event, versions: Iterable[int]) -> Item:
    """Give an event the newest number it had, which its counters know: letters on its next change are named by it."""
    return item | {"version": max([then.version, *versions])}


def round_(item: Item, then: Round, its_event: Event, others: Collection[Round], now: datetime) -> Item | LeftOut:
    """Bring a round back if it has run, or if the event as it is now still wants it."""
    if then.state is RoundState.PLANNED:
        wanted = not its_event.cancelled and then.due in its_event.rounds
        return item if wanted and then.due not in {one.due for one in others} else LeftOut.OBSOLETE
    is_over = then.state is RoundState.PUBLISHED and then.answer_by is not None and then.answer_by <= now
    return item | {"state": RoundState.CLOSED} if is_over else item


def person(
    then: Attendee,
    address: Item | None,
    letters: Iterable[Mail],
    understood: int,
    *,
    is_swept: bool,
    has_traces: bool,
    ends: datetime,
    now: datetime,
) -> Attendee | LeftOut:
    """Bring back somebody who was lost; `letters` are those to them that are there, `understood` the version of texts.

    Erasing leaves its mark at the address, forgetting leaves nothing: it is known by the end of the event's data.
    """
    if is_swept or (address is not None and address.get("person_id") != then.person_id):
        return LeftOut.ERASED
    if ends <= now:
        return LeftOut.FORGOTTEN
    if not has_traces:
        return LeftOut.PERHAPS_ERASED
    # A leaver's last letter outlives them.
    left = any(one.kind is MailKind.GOODBYE and int(one.wave) >= then.version for one in letters)
    # What is understood of later texts must not be taken for these.
    version = then.version if understood <= then.version else understood + 1
    state = AttendeeState.WITHDRAWN if left else then.state
    return then.model_copy(update={"version": version, "state": state})


def mail(item: Item, then: Mail, *, leaves: bool, now: datetime) -> Item | LeftOut:
    """Bring back what became of a mail, so that it is not planned again; planned only where it cannot have left."""
    if is_expired(item, now):
        return LeftOut.EXPIRED
    if then.state is MailState.PLANNED:
        still_comes = leaves and then.due is not None and then.due > now
        return item if still_comes else settled(item, MailState.CANCELLED)
    if then.state is MailState.SENDING:
        return settled(item, MailState.UNKNOWN)
    return item


def may_leave(letter: Mail, its_event: Event, to: Attendee | None, before: Attendee | None) -> bool:
    """Say whether a mail to come still may leave: not to who left, stopped its kind or ended the pause it waits for."""
    topic = KINDS[letter.kind].topic
    if letter.owner is not Owner.PERSON:
        return topic is not Topic.DIGEST or its_event.follow_up.digest
    if to is None or to.state is AttendeeState.WITHDRAWN:
        return False
    if before is not None and letter.due == before.paused_until != to.paused_until:
        return False
    return topic is Topic.SERVICE or bool(getattr(to.consents, topic))


def match(item: Item, then: Match, rounds: Collection[Round], *, met_since: bool, now: datetime) -> Item | LeftOut:
    """Bring a match of two who are there back; an open one whose time is over is closed.

    Who have met since were introduced, or one of them set the other aside: the copy knows nothing of it.
    """
    if then.state is not MatchState.INTRODUCED and met_since:
        return LeftOut.SETTLED
    is_closed = any(one.number == then.round and one.state is RoundState.CLOSED for one in rounds)
    if then.state is MatchState.PROPOSED and (is_closed or as_of(then, rounds).answer_by <= now):
        return item | {"state": MatchState.CLOSED}
    return item


def unmatched(item: Item, here: Collection[str], now: datetime) -> Item | LeftOut:
    why = {person_id: reason for person_id, reason in item["why"].items() if person_id in here}
    return LeftOut.EXPIRED if is_expired(item, now) or not why else item | {"why": why}


def cap(item: Item, then: Cap, events: Collection[str], now: datetime) -> Item | LeftOut:
    """Bring the count of letters back, but for events that know this address no more."""
    asked = [one.model_dump(mode="json") for one in then.asked if one.event_id in events]
    return LeftOut.EXPIRED if is_expired(item, now) or not asked else item | {"asked": asked}


def task(
    item: Item,
    then: Task,
    its_event: Event,
    rounds: Mapping[int, Round],
    *,
    has_people: bool,
    last_digest: datetime,
    now: datetime,
) -> Item | LeftOut:
    """Bring back work whose time is to come and that the event as it is now still wants.

    Of what was due before, only the end of people's data: the rest plans mails, which may have left and been lost.
    """
    if then.kind is TaskKind.FORGET:
        is_needed = data_end(its_event) > now or has_people
        return item | {"due_at": utc_text(data_end(its_event))} if is_needed else LeftOut.DONE
    if its_event.cancelled:
        return LeftOut.OBSOLETE
    if then.kind is TaskKind.DIGEST:
        wanted = its_event.follow_up.digest and now <= last_digest
        later = max(then.due, next_digest(its_event, now))
        return item | {"due_at": utc_text(later)} if wanted else LeftOut.OBSOLETE
    if then.due <= now:
        return LeftOut.OVER
    return item if _is_wanted(then, its_event, rounds) else LeftOut.OBSOLETE


def _is_wanted(then: Task, its_event: Event, rounds: Mapping[int, Round]) -> bool:
    if then.kind is TaskKind.OCCASION:
        return (then.subject, then.due) in {(f"{one.occasion}:{one.wave}", one.due) for one in occasions(its_event)}
    its_round = rounds.get(int(then.subject)) if then.subject.isdigit() else None
    if then.kind is TaskKind.ROUND and its_round:
        return its_round.state is RoundState.PLANNED and its_round.due == then.due
    if then.kind is TaskKind.CLOSE and its_round:
        return its_round.state is RoundState.PUBLISHED and its_round.answer_by == then.due
    # Publishing and planning are at work as long as they are there.
    return False
