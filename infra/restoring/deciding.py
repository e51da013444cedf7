"""Whether an item of the copy comes back: reads what its kind's rule has to know, and shapes what is to be written.

An answer does not depend on what has come back already, so that a dry run tells what the real one will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from pydantic import ValidationError

from functions.follow_up.moving import LAST_DIGEST
from infra.restoring import rules
from infra.restoring.rules import LeftOut
from shared.chain import data_end
from shared.clock import utc_text
from shared.models import (
    Attendee,
    Cap,
    Erased,
    Event,
    Match,
    MatchState,
    Owner,
    Purpose,
    Round,
    Submission,
    Task,
    TaskKind,
    Token,
    Topic,
    Understanding,
    match_id_of,
)
from shared.store.items import due_attributes, item_of, mail_of, plan_task, read, task_from
from shared.store.keys import (
    TASKS_DUE,
    ItemKind,
    Key,
    address_key,
    attendee_key,
    attendee_partition,
    counter_keys,
    erased_key,
    event_key,
    form_key,
    ids_of,
    kind_of,
    match_key,
    met_key,
    person_partition,
    submission_key,
    task_key,
    understanding_key,
)
from shared.store.table import ABSENT, Item, Operation, Table

REMEMBERED = 5000  # people, matches, forms: some tens of megabytes
THERE = "attribute_exists(pk)"


class Back(NamedTuple):
    """What is written, in one transaction, and as what the item comes back."""

    operations: list[Operation]
    told: str = ""


class WithAnother(NamedTuple):
    """An item that is written together with the one it belongs to."""


class StillTells(NamedTuple):
    """A match with words of somebody erased: the sweep found them by the pointers that were lost."""

    match: Match
    left: Erased


Decision: TypeAlias = Back | LeftOut | WithAnother | StillTells


class Deciding:
    """The living table and its copy; `traceless` brings back also those of whom nothing else is left.

    `now` stays while it goes on: a mail that is due after it has not left, as the loss was before.
    """

    def __init__(self, living: Table, copy: Table, now: datetime, *, traceless: bool = False) -> None:
        self.living, self.copy, self.now, self.traceless = living, copy, now, traceless
        self.event = lru_cache(REMEMBERED)(self._event)
        self.rounds = lru_cache(REMEMBERED)(self._rounds)
        self.person = lru_cache(REMEMBERED)(self._person)
        self.match = lru_cache(REMEMBERED)(self._match)
        self.submission = lru_cache(REMEMBERED)(self._submission)
        self.is_erased = lru_cache(REMEMBERED)(self._is_erased)
        self._of_kind: dict[ItemKind, Callable[[Item], Decision]] = {
            ItemKind.EVENT: self._of_event,
            ItemKind.ROUND: self._of_round,
            ItemKind.COUNTER: self._of_counter,
            ItemKind.UNMATCHED: self._of_unmatched,
            ItemKind.ATTENDEE: self._of_attendee,
            ItemKind.UNDERSTANDING: self._of_understanding,
            ItemKind.MATCH: self._of_match,
            ItemKind.POINTER: self._of_pointer,
            ItemKind.BOOKING: self._of_booking,
            ItemKind.MAIL: self._of_mail,
            ItemKind.ERASED: self._of_erased,
            ItemKind.SUBMISSION: self._of_submission,
            ItemKind.ADDRESS: self._of_address,
            ItemKind.SUPPRESSION: self._as_it_was,
            ItemKind.FORM: self._of_form,
            ItemKind.TRANSIENT: self._of_transient,
            ItemKind.CAP: self._of_cap,
            ItemKind.MET: self._of_met,
            ItemKind.TOKEN: self._of_token,
            ItemKind.TASK: self._of_task,
            ItemKind.PAUSE: lambda _: LeftOut.PAUSE,
            ItemKind.LIMIT: lambda _: LeftOut.COUNTS,
        }

    def decide(self, item: Item) -> Decision:
        """Say what becomes of an item of the copy that the living table does not have."""
        kind = kind_of(key_of(item))
        try:
            return self._of_kind[kind](item) if kind else LeftOut.UNKNOWN
        except ValidationError:
            return LeftOut.UNKNOWN

    # What is known now, or will be once all has come back

    def _event(self, event_id: str) -> Event | None:
        key = event_key(event_id)
        found = self.living.get(key)
        if found is None and (then := self.copy.get(key)):
            versions = [int(one.get("event_version", 0)) for one in self.living.batch_get(counter_keys(event_id))]
            found = rules.event(then, read(Event, then), versions)
        return read(Event, found) if found else None

    def _rounds(self, event_id: str) -> dict[int, Round]:
        living, then = (
            {
                one.number: one
                for one in (read(Round, item) for item in table.query(event_key(event_id)["pk"], "ROUND#"))
            }
            for table in (self.living, self.copy)
        )
        event, coming = self.event(event_id), dict[int, Round]()
        for number, lost in then.items():
            again = rules.round_(item_of({}, lost), lost, event, living.values(), self.now) if event else LeftOut.GONE
            if not isinstance(again, LeftOut):
                coming[number] = read(Round, again)
        return coming | living

    def _person(self, event_id: str, person_id: str) -> Attendee | LeftOut:
        """Return somebody as they are, or as they come back, or why they do not."""
        key = attendee_key(event_id, person_id)
        if found := self.living.get(key):
            return read(Attendee, found)
        item, event = self.copy.get(key), self.event(event_id)
        if item is None or event is None:
            return LeftOut.GONE
        then = read(Attendee, item)
        address = self.living.get(address_key(then.address_hash, event_id))
        beside = list(self.living.query(person_partition(event_id, person_id)))
        understood = self.living.get(understanding_key(event_id, person_id))
        # An event that was prolonged after it had forgotten its people does not know them again.
        was = self.copy.get(event_key(event_id))
        return rules.person(
            then,
            address,
            [mail_of(one) for one in beside if kind_of(key_of(one)) is ItemKind.MAIL],
            read(Understanding, understood).version if understood else 0,
            is_swept=any(kind_of(key_of(one)) is ItemKind.ERASED for one in beside),
            has_traces=self.traceless or bool(address or beside or understood),
            ends=min(data_end(one) for one in (event, read(Event, was) if was else event)),
            now=self.now,
        )

    def _match(self, event_id: str, match_id: str) -> Item | LeftOut:
        """Return a match as it is, or as it comes back, or why it does not."""
        key = match_key(event_id, match_id)
        if found := self.living.get(key):
            return found
        item = self.copy.get(key)
        if item is None:
            return LeftOut.GONE
        then = read(Match, item)
        hashes = []
        for member in then.members:
            known = self.person(event_id, member)
            if isinstance(known, LeftOut):
                return known
            hashes.append(known.address_hash)
        met = met_key(*hashes)
        met_since = self._has(met) and self.copy.get(met) is None
        return rules.match(item, then, self.rounds(event_id).values(), met_since=met_since, now=self.now)

    def _submission(self, submission_id: str) -> Submission | LeftOut:
        """Return a form that is there, or that comes back as nobody has confirmed it yet."""
        key = submission_key(submission_id)
        found = self.living.get(key)
        item = found or self.copy.get(key)
        if item is None:
            return LeftOut.GONE
        given = read(Submission, item)
        if given.expires_at <= self.now:
            return LeftOut.EXPIRED
        where = address_key(given.address_hash, given.event_id)
        address, then = self.living.get(where) or {}, self.copy.get(where) or {}
        if address.get("erased_at", "") >= utc_text(given.submitted_at):
            return LeftOut.ERASED
        if found:
            return given
        if "person_id" in then:
            known = self.person(given.event_id, then["person_id"])
            return known if isinstance(known, LeftOut) else LeftOut.DONE
        if "person_id" in address:
            return LeftOut.DONE
        pointer = form_key(given.address_hash, submission_id)
        has_traces = self.traceless or self._has(pointer) or any(self.living.query(key["pk"]))
        return given if has_traces else LeftOut.PERHAPS_ERASED

    def _is_erased(self, address_hash: str) -> bool:
        """Say whether somebody at this address had themselves erased, or may have, from any event."""
        return any(
            "erased_at" in one or self.person(event_id, one["person_id"]) in (LeftOut.ERASED, LeftOut.PERHAPS_ERASED)
            for event_id, one in self._at(address_hash)
        )

    def _at(self, address_hash: str) -> Iterator[tuple[str, Item]]:
        """Yield (event_id, item) for whoever has or had this address."""
        for table in (self.living, self.copy):
            for item in table.query(address_key(address_hash, "")["pk"], "EVENT#"):
                yield ids_of(key_of(item))[1], item

    def _people_at(self, address_hash: str) -> set[tuple[str, str]]:
        return {(event_id, one["person_id"]) for event_id, one in self._at(address_hash) if "person_id" in one}

    def _has(self, key: Key) -> bool:
        return self.living.get(key) is not None

    # What is written

    def _as_it_was(self, item: Item, *conditions: Operation) -> Back:
        """Put an item where none is, under conditions on others."""
        return Back([self.living.put(item, ABSENT), *conditions], str(item.get("state", "")))

    def _made(self, again: Item | LeftOut, *conditions: Operation) -> Decision:
        """Put what a rule made of an item, or pass on why there is nothing to put."""
        return again if isinstance(again, LeftOut) else self._as_it_was(again, *conditions)

    def _with_person(self, event_id: str, person_id: str, again: Item | LeftOut) -> Decision:
        """Put what belongs to somebody who is there: whoever is erased meanwhile stays erased."""
        known = self.person(event_id, person_id)
        here = self.living.check(attendee_key(event_id, person_id), THERE)
        return known if isinstance(known, LeftOut) else self._made(again, here)

    def _of_event(self, item: Item) -> Decision:
        event = self.event(item["event_id"])
        return self._as_it_was(item | {"version": event.version}) if event else LeftOut.GONE

    def _of_round(self, item: Item) -> Decision:
        then = read(Round, item)
        again = self.rounds(then.event_id).get(then.number)
        return self._as_it_was(item | {"state": again.state}) if again else LeftOut.OBSOLETE

    def _of_counter(self, item: Item) -> Decision:
        event = self.event(ids_of(key_of(item))[0])
        return self._as_it_was(item | {"event_version": event.version}) if event else LeftOut.GONE

    def _of_unmatched(self, item: Item) -> Decision:
        event_id = ids_of(key_of(item))[0]
        here = {one for one in item["why"] if isinstance(self.person(event_id, one), Attendee)}
        return self._made(rules.unmatched(item, here, self.now))

    def _of_attendee(self, item: Item) -> Decision:
        """Bring somebody back together with their address, and have their texts read."""
        event_id, person_id = item["event_id"], item["person_id"]
        known = self.person(event_id, person_id)
        if isinstance(known, LeftOut):
            return known
        address = self.living.put(
            address_key(known.address_hash, event_id) | {"person_id": person_id},
            "attribute_not_exists(pk) OR person_id = :person",
            person=person_id,
        )
        understand = Task(kind=TaskKind.UNDERSTAND, event_id=event_id, subject=person_id, due=self.now)
        again = item | {"version": known.version, "state": known.state}
        return self._as_it_was(again, address, plan_task(understand))

    def _of_understanding(self, item: Item) -> Decision:
        """Have texts read anew: they may have changed since."""
        event_id, person_id = item["event_id"], item["person_id"]
        task = Task(kind=TaskKind.UNDERSTAND, event_id=event_id, subject=person_id, due=self.now)
        key = task_key(task.ref)
        if self._has(key) or not self._has(attendee_key(event_id, person_id)):
            known = self.person(event_id, person_id)
            return known if isinstance(known, LeftOut) else WithAnother()
        anew = item_of(key, task) | due_attributes(TASKS_DUE, key["pk"], task.due)
        del anew["due"]
        return self._with_person(event_id, person_id, anew)

    def _of_match(self, item: Item) -> Decision:
        event_id = item["event_id"]
        here = [self.living.check(attendee_key(event_id, member), THERE) for member in item["members"]]
        return self._made(self.match(event_id, item["match_id"]), *here)

    def _of_pointer(self, item: Item) -> Decision:
        event_id, person_id, match_id = ids_of(key_of(item))
        match = self.match(event_id, match_id)
        decision = self._with_person(event_id, person_id, match if isinstance(match, LeftOut) else item)
        if decision is LeftOut.ERASED and (left := self._still_told(event_id, person_id, match_id)):
            return left
        return decision

    def _still_told(self, event_id: str, person_id: str, match_id: str) -> StillTells | None:
        there, then = self.living.get(match_key(event_id, match_id)), self.copy.get(attendee_key(event_id, person_id))
        match = read(Match, there) if there else None
        if match is None or then is None or not match.gains[person_id]:
            return None
        hashed = then["address_hash"]
        left = Erased(event_id=event_id, person_id=person_id, address_hash=hashed, erased_at=self.now)
        return StillTells(match, left)

    def _of_booking(self, item: Item) -> Decision:
        event_id, person_id, _ = ids_of(key_of(item))
        match = self.match(event_id, item["match_id"])
        return self._with_person(event_id, person_id, match if isinstance(match, LeftOut) else item)

    def _of_mail(self, item: Item) -> Decision:
        then = mail_of(item)
        event = self.event(then.event_id)
        if event is None:
            return LeftOut.GONE
        if then.owner is Owner.PERSON:
            known = self.person(then.event_id, then.owner_id)
            before = self.copy.get(attendee_key(then.event_id, then.owner_id))
            to = known if isinstance(known, Attendee) else None
            leaves = rules.may_leave(then, event, to, read(Attendee, before) if before else None)
            return self._with_person(then.event_id, then.owner_id, rules.mail(item, then, leaves=leaves, now=self.now))
        again = rules.mail(item, then, leaves=rules.may_leave(then, event, None, None), now=self.now)
        if then.owner is Owner.ORGANISER:
            return self._made(again)
        given = self.submission(then.owner_id)
        there = self.living.check(submission_key(then.owner_id), THERE)
        return given if isinstance(given, LeftOut) else self._made(again, there)

    def _of_erased(self, item: Item) -> Decision:
        """Go on with a sweep that has left something, or that something has come back to."""
        left = read(Erased, item)
        about = understanding_key(left.event_id, left.person_id)
        if not self._has(about) and not any(self.living.query(person_partition(left.event_id, left.person_id))):
            return LeftOut.DONE
        sweep = Task(kind=TaskKind.ERASE, event_id=left.event_id, subject=left.person_id, due=self.now)
        return self._as_it_was(item, plan_task(sweep))

    def _of_submission(self, item: Item) -> Decision:
        """Bring a form back together with what finds it for whoever has themselves erased."""
        given = self.submission(item["submission_id"])
        if isinstance(given, LeftOut):
            return given
        asked = utc_text(given.submitted_at)
        pointer = form_key(given.address_hash, given.submission_id) | {"event_id": given.event_id, "sent_at": asked}
        free = self.living.check(
            address_key(given.address_hash, given.event_id),
            "attribute_not_exists(pk) OR erased_at < :asked",
            asked=asked,
        )
        return self._as_it_was(item, self.living.put(pointer | {"ttl": item["ttl"]}), free)

    def _of_form(self, item: Item) -> Decision:
        _, submission_id = ids_of(key_of(item))
        given, key = self.submission(submission_id), submission_key(submission_id)
        if isinstance(given, LeftOut):
            return given
        return self._as_it_was(item, self.living.check(key, THERE)) if self._has(key) else WithAnother()

    def _of_address(self, item: Item) -> Decision:
        address_hash, event_id = ids_of(key_of(item))
        if "erased_at" in item:
            return LeftOut.EXPIRED if rules.is_expired(item, self.now) else self._as_it_was(item)
        key = attendee_key(event_id, item["person_id"])
        known = self.person(event_id, item["person_id"])
        if isinstance(known, LeftOut):
            return known
        theirs = self.living.check(key, "address_hash = :address", address=address_hash)
        return self._as_it_was(item, theirs) if self._has(key) else WithAnother()

    def _of_transient(self, item: Item) -> Decision:
        if rules.is_expired(item, self.now):
            return LeftOut.EXPIRED
        return LeftOut.ERASED if self.is_erased(ids_of(key_of(item))[0]) else self._as_it_was(item)

    def _of_cap(self, item: Item) -> Decision:
        address_hash = ids_of(key_of(item))[0]
        if self.is_erased(address_hash):
            return LeftOut.ERASED
        people = self._people_at(address_hash)
        events = {event_id for event_id, one in people if isinstance(self.person(event_id, one), Attendee)}
        return self._made(rules.cap(item, read(Cap, item), events, self.now))

    def _of_met(self, item: Item) -> Decision:
        """Bring back who has met, unless that was taken back: their match tells."""
        one, other = ids_of(key_of(item))
        if self.is_erased(one) or self.is_erased(other):
            return LeftOut.ERASED
        pairs = [
            (event_id, match_id_of(event_id, (mine, theirs)))
            for event_id, mine in self._people_at(one)
            for at, theirs in self._people_at(other)
            if at == event_id
        ]
        found = [read(Match, match) for pair in pairs if (match := self.living.get(match_key(*pair)))]
        lasting = [match for match in found if match.set_aside or match.state is MatchState.INTRODUCED]
        return LeftOut.DONE if found and not lasting else self._as_it_was(item)

    def _of_token(self, item: Item) -> Decision:
        then = read(Token, item)
        if then.expires_at <= self.now:
            return LeftOut.EXPIRED
        if then.topic is Topic.DIGEST:
            return self._as_it_was(item) if self.event(then.event_id) else LeftOut.GONE
        if then.purpose is not Purpose.CONFIRM:
            return self._with_person(then.event_id, then.subject_id, item)
        given = self.submission(then.subject_id)
        there = self.living.check(submission_key(then.subject_id), THERE)
        return given if isinstance(given, LeftOut) else self._as_it_was(item, there)

    def _of_task(self, item: Item) -> Decision:
        then = task_from(item)
        if then.kind is TaskKind.UNDERSTAND:
            return self._of_reading(item, then)
        if then.kind is TaskKind.ERASE:
            needed = self._has(erased_key(then.event_id, then.subject))
            return self._as_it_was(item) if needed else LeftOut.DONE
        event = self.event(then.event_id)
        if event is None:
            return LeftOut.GONE
        forgets = then.kind is TaskKind.FORGET
        again = rules.task(
            item,
            then,
            event,
            self.rounds(then.event_id),
            has_people=forgets and any(self.living.query(attendee_partition(then.event_id, int(then.subject)))),
            last_digest=event.ends_at + LAST_DIGEST,
            now=self.now,
        )
        return self._made(again)

    def _of_reading(self, item: Item, then: Task) -> Decision:
        """Have texts read that nobody has read yet: it harms nothing, and without it no round takes them in."""
        key = understanding_key(then.event_id, then.subject)
        known, understood = self.person(then.event_id, then.subject), self.living.get(key)
        if isinstance(known, LeftOut):
            return known
        if understood and read(Understanding, understood).version >= known.version:
            return LeftOut.DONE
        comes_with = not self._has(attendee_key(then.event_id, then.subject)) or (not understood and self.copy.get(key))
        return WithAnother() if comes_with else self._with_person(then.event_id, then.subject, item)


def key_of(item: Item) -> Key:
    return {"pk": item["pk"], "sk": item["sk"]}
