"""Whether an item of the copy comes back: reads what its kind's rule has to know, and shapes what is to be written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from functions.follow_up.moving import LAST_DIGEST, take_out
from infra.restoring import rules
from infra.restoring.rules import LeftOut
from shared.chain import data_end
from shared.clock import utc_text
from shared.models import (
    Attendee,
    AttendeeState,
    Erased,
    Event,
    MailKind,
    Match,
    MatchState,
    Owner,
    Purpose,
    Round,
    Submission,
    Task,
    TaskKind,
    TaskRef,
    Token,
    Topic,
    match_id_of,
)
from shared.store import keys
from shared.store.items import mail_of, plan_task, read, task_from
from shared.store.keys import ItemKind, Key, ids_of, kind_of
from shared.store.table import ABSENT, Item, Operation, Table

THERE = "attribute_exists(pk)"


class Back(NamedTuple):
    """What is written, in one transaction, and as what the item comes back."""

    operations: list[Operation]
    told: str = ""


Decision: TypeAlias = Back | LeftOut


class Deciding:
    """The living table and its copy; `traceless` brings back also those of whom nothing else is left.

    `now` stays while it goes on: a mail that is due after it has not left, as the loss was before.
    """

    def __init__(self, living: Table, copy: Table, now: datetime, *, traceless: bool, write: bool) -> None:
        self.living, self.copy, self.now, self.traceless, self.write = living, copy, now, traceless, write
        self._rules: dict[ItemKind, Callable[[Item], Item | Decision]] = {
            ItemKind.EVENT: self._event,
            ItemKind.ROUND: self._round,
            ItemKind.COUNTER: lambda item: item | {"event_version": self._event_of(ids_of(item)[0]).version},
            ItemKind.ATTENDEE: self._attendee,
            ItemKind.UNDERSTANDING: lambda item: self._reading(item["event_id"], item["person_id"]),
            ItemKind.MATCH: self._match,
            ItemKind.MAIL: self._mail,
            ItemKind.ERASED: self._erased,
            ItemKind.SUBMISSION: self._submission,
            ItemKind.TRANSIENT: lambda item: LeftOut.ERASED if self._has_left(ids_of(item)[0]) else item,
            ItemKind.CAP: self._cap,
            ItemKind.MET: self._met,
            ItemKind.TASK: self._task,
            ItemKind.PAUSE: lambda _: LeftOut.PAUSE,
            ItemKind.LIMIT: lambda _: LeftOut.COUNTS,
            ItemKind.UNMATCHED: lambda _: LeftOut.COUNTS,
        }

    def decide(self, item: Item) -> Decision:
        """Say what becomes of an item of the copy that the living table does not have."""
        kind = kind_of(item)
        if kind is None:
            return LeftOut.UNKNOWN
        if rules.is_expired(item, self.now):
            return LeftOut.EXPIRED
        try:
            owners = OWNERS[kind](item) if kind in OWNERS else []
            if not all(self.living.get(one) for one in owners):
                return self._still_told(item) if kind is ItemKind.POINTER else LeftOut.GONE
            again = self._rules[kind](item) if kind in self._rules else item
        except ValueError:  # of a model that another version of the code wrote
            return LeftOut.UNKNOWN
        if isinstance(again, LeftOut):
            return again
        operations, told = again if isinstance(again, Back) else self._put(again)
        return Back([*operations, *(self.living.check(one, THERE) for one in owners)], told)

    def _put(self, item: Item, *others: Operation) -> Back:
        """Put an item where none is, together with others."""
        return Back([self.living.put(item, ABSENT), *others], str(item.get("state", "")))

    def _event(self, item: Item) -> Item:
        """Give an event the newest number it had, which its counters know: letters on changes are named by it."""
        counters = self.living.batch_get(keys.counter_keys(item["event_id"]))
        versions = [int(one.get("event_version", 0)) for one in counters]
        return item | {"version": max([read(Event, item).version, *versions])}

    def _event_of(self, event_id: str) -> Event:
        return read(Event, self.living.get(keys.event_key(event_id)) or {})

    def _rounds(self, event_id: str) -> list[Round]:
        return [read(Round, item) for item in self.living.query(keys.event_key(event_id)["pk"], "ROUND#")]

    def _round(self, item: Item) -> Item | LeftOut:
        then = read(Round, item)
        return rules.round_(item, then, self._event_of(then.event_id), self._rounds(then.event_id), self.now)

    def _attendee(self, item: Item) -> Decision:
        """Bring somebody back together with their address, and have their texts read.

        Erasing leaves its mark at the address, forgetting leaves nothing: it is known by the end of the event's data.
        """
        then = read(Attendee, item)
        event_id, person_id = then.event_id, then.person_id
        if self._is_erased(then):
            return LeftOut.ERASED
        if self._has_forgotten(event_id):
            return LeftOut.FORGOTTEN
        address, about = keys.address_key(then.address_hash, event_id), keys.understanding_key(event_id, person_id)
        beside, understood = list(self.living.query(keys.person_partition(event_id, person_id))), self.living.get(about)
        if not (self.traceless or beside or understood or self.living.get(address)):
            return LeftOut.PERHAPS_ERASED
        # A leaver's last letter outlives them.
        letters = [mail_of(one) for one in beside if kind_of(one) is ItemKind.MAIL]
        if any(one.kind is MailKind.GOODBYE and int(one.wave) >= then.version for one in letters):
            item = item | {"state": AttendeeState.WITHDRAWN}
        # What is understood of later texts must not be taken for these.
        if understood and understood["version"] > then.version:
            item = item | {"version": understood["version"] + 1}
        free = "attribute_not_exists(pk) OR person_id = :person"
        put_address = self.living.put(address | {"person_id": person_id}, free, person=person_id)
        return self._put(item, put_address, self._plan_reading(event_id, person_id))

    def _is_erased(self, then: Attendee) -> bool:
        address = self.living.get(keys.address_key(then.address_hash, then.event_id))
        is_another = address is not None and address.get("person_id") != then.person_id
        return is_another or self.living.get(keys.erased_key(then.event_id, then.person_id)) is not None

    def _has_forgotten(self, event_id: str) -> bool:
        """Say whether an event's data have ended; one that was prolonged afterwards does not know its people again."""
        found = [table.get(keys.event_key(event_id)) for table in (self.living, self.copy)]
        return min((data_end(read(Event, one)) for one in found if one), default=self.now) <= self.now

    def _plan_reading(self, event_id: str, person_id: str) -> Operation:
        return plan_task(Task(kind=TaskKind.UNDERSTAND, event_id=event_id, subject=person_id, due=self.now))

    def _reading(self, event_id: str, person_id: str) -> Decision:
        """Have texts read anew, as they may have changed since: without it no round takes them in."""
        planned = keys.task_key(TaskRef(kind=TaskKind.UNDERSTAND, event_id=event_id, subject=person_id))
        person = self.living.get(keys.attendee_key(event_id, person_id)) or {}
        understood = self.living.get(keys.understanding_key(event_id, person_id))
        if self.living.get(planned) or (understood and understood["version"] >= person["version"]):
            return LeftOut.DONE
        return Back([self._plan_reading(event_id, person_id)])

    def _match(self, item: Item) -> Item | LeftOut:
        then = read(Match, item)
        people = [self.living.get(one) or {} for one in OWNERS[ItemKind.MATCH](item)]
        met = keys.met_key(*(one["address_hash"] for one in people))
        met_since = self.living.get(met) is not None and self.copy.get(met) is None
        return rules.match(item, then, self._rounds(then.event_id), met_since=met_since)

    def _still_told(self, pointer: Item) -> LeftOut:
        """Take the words of somebody erased out of a match that their sweep missed, as the pointer to it was lost."""
        event_id, person_id, match_id = ids_of(pointer)
        match = self.living.get(keys.match_key(event_id, match_id))
        person = self.copy.get(keys.attendee_key(event_id, person_id))
        if not match or not person or not match["gains"][person_id] or not self._is_erased(read(Attendee, person)):
            return LeftOut.GONE
        if self.write:
            take_out(read(Match, match), read(Erased, person | {"erased_at": self.now}))
        return LeftOut.STILL_TOLD

    def _mail(self, item: Item) -> Item:
        then, (owner,) = mail_of(item), OWNERS[ItemKind.MAIL](item)
        people = [table.get(owner) if then.owner is Owner.PERSON else None for table in (self.living, self.copy)]
        to, before = (read(Attendee, one) if one else None for one in people)
        return rules.mail(item, then, to, before, self.now)

    def _erased(self, item: Item) -> Item | LeftOut:
        """Go on with a sweep that has left something, or that something has come back to."""
        left = read(Erased, item)
        about = keys.understanding_key(left.event_id, left.person_id)
        return item if self.living.get(about) or any(self.living.query(item["pk"])) else LeftOut.DONE

    def _submission(self, item: Item) -> Decision:
        """Bring back a form that nobody has confirmed, with what finds it for whoever has themselves erased."""
        given = read(Submission, item)
        asked = utc_text(given.submitted_at)
        where = keys.address_key(given.address_hash, given.event_id)
        pointer = keys.form_key(given.address_hash, given.submission_id)
        address, then = self.living.get(where) or {}, self.copy.get(where) or {}
        if address.get("erased_at", "") >= asked:
            return LeftOut.ERASED
        if "person_id" in then | address:
            return LeftOut.DONE
        if not (self.traceless or self.living.get(pointer) or any(self.living.query(item["pk"]))):
            return LeftOut.PERHAPS_ERASED
        found_by = self.living.put(pointer | {"event_id": given.event_id, "sent_at": asked, "ttl": item["ttl"]})
        free = self.living.check(where, "attribute_not_exists(pk) OR erased_at < :asked", asked=asked)
        return self._put(item, found_by, free)

    def _people_at(self, address_hash: str) -> set[tuple[str, str | None]]:
        """Return (event_id, person_id) of whoever has or had this address; no person where they were erased."""
        return {
            (ids_of(item)[1], item.get("person_id"))
            for table in (self.living, self.copy)
            for item in table.query(keys.address_key(address_hash, "")["pk"], "EVENT#")
        }

    def _is_here(self, event_id: str, person_id: str) -> bool:
        return self.living.get(keys.attendee_key(event_id, person_id)) is not None

    def _has_left(self, address_hash: str) -> bool:
        """Say whether somebody at this address had themselves erased, or may have, from any event."""
        people = self._people_at(address_hash)
        return not all(
            one and (self._is_here(event_id, one) or self._has_forgotten(event_id)) for event_id, one in people
        )

    def _cap(self, item: Item) -> Item | LeftOut:
        """Bring the count of letters back, but for events that know this address no more."""
        people = self._people_at(ids_of(item)[0])
        here = {event_id for event_id, one in people if one and self._is_here(event_id, one)}
        asked = [one for one in item.get("asked", ()) if one["event_id"] in here]
        return item | {"asked": asked} if asked else LeftOut.GONE

    def _met(self, item: Item) -> Item | LeftOut:
        """Bring back who has met, unless that was taken back: their match tells."""
        one, other = ids_of(item)
        if self._has_left(one) or self._has_left(other):
            return LeftOut.ERASED
        pairs = [
            keys.match_key(event_id, match_id_of(event_id, (mine, theirs)))
            for event_id, mine in self._people_at(one)
            for at, theirs in self._people_at(other)
            if mine and theirs and at == event_id
        ]
        found = [read(Match, match) for match in map(self.living.get, pairs) if match]
        lasts = any(match.set_aside or match.state is MatchState.INTRODUCED for match in found)
        return item if lasts or not found else LeftOut.DONE

    def _task(self, item: Item) -> Item | Decision:
        then = task_from(item)
        if then.kind is TaskKind.ERASE:
            return item
        if then.kind is TaskKind.UNDERSTAND:
            return self._reading(then.event_id, then.subject)
        event, rounds = self._event_of(then.event_id), self._rounds(then.event_id)
        if then.kind is TaskKind.DIGEST and self.now > event.ends_at + LAST_DIGEST:
            return LeftOut.OVER
        has_people = then.kind is TaskKind.FORGET and any(
            self.living.query(keys.attendee_partition(then.event_id, int(then.subject)))
        )
        return rules.task(item, then, event, rounds, has_people=has_people, now=self.now)


def of_event(item: Item) -> list[Key]:
    return [keys.event_key(ids_of(item)[0])]


def of_pair(item: Item) -> list[Key]:
    event_id, person_id, ending = ids_of(item)
    return [keys.attendee_key(event_id, person_id), keys.match_key(event_id, item.get("match_id", ending))]


def of_address(item: Item) -> list[Key]:
    return [keys.attendee_key(ids_of(item)[1], item["person_id"])] if "person_id" in item else []


def of_mail(item: Item) -> list[Key]:
    mail = mail_of(item)
    if mail.owner is Owner.PERSON:
        return [keys.attendee_key(mail.event_id, mail.owner_id)]
    return [keys.submission_key(mail.owner_id) if mail.owner is Owner.SUBMISSION else keys.event_key(mail.event_id)]


def of_token(item: Item) -> list[Key]:
    token = read(Token, item)
    if token.topic is Topic.DIGEST:
        return [keys.event_key(token.event_id)]
    confirms = token.purpose is Purpose.CONFIRM
    return [keys.submission_key(token.subject_id) if confirms else keys.attendee_key(token.event_id, token.subject_id)]


def of_task(item: Item) -> list[Key]:
    task = task_from(item)
    its = {TaskKind.UNDERSTAND: keys.attendee_key, TaskKind.ERASE: keys.erased_key}.get(task.kind)
    return [its(task.event_id, task.subject) if its else keys.event_key(task.event_id)]


# What an item belongs to: without it, it does not come back.
OWNERS: dict[ItemKind, Callable[[Item], list[Key]]] = {
    ItemKind.ROUND: of_event,
    ItemKind.COUNTER: of_event,
    ItemKind.ATTENDEE: of_event,
    ItemKind.UNDERSTANDING: lambda item: [keys.attendee_key(item["event_id"], item["person_id"])],
    ItemKind.MATCH: lambda item: [keys.attendee_key(item["event_id"], member) for member in item["members"]],
    ItemKind.POINTER: of_pair,
    ItemKind.BOOKING: of_pair,
    ItemKind.MAIL: of_mail,
    ItemKind.ADDRESS: of_address,
    ItemKind.FORM: lambda item: [keys.submission_key(ids_of(item)[1])],
    ItemKind.TOKEN: of_token,
    ItemKind.TASK: of_task,
}
