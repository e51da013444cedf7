"""Submissions, and the attendees they become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from shared.clock import utc_text
from shared.errors import EventChangedMeanwhile, LinkUnknown
from shared.models import (
    Attendee,
    AttendeeState,
    Erased,
    Mail,
    MailState,
    Submission,
    Task,
    TaskKind,
    Token,
    Topic,
    Understanding,
)
from shared.store import addresses
from shared.store.items import item_of, mail_of, plan_mail, plan_task, read
from shared.store.keys import (
    PARTITIONS,
    address_key,
    attendee_key,
    attendee_partition,
    counter_key,
    counter_keys,
    erased_key,
    form_key,
    mail_key,
    match_key,
    match_of,
    person_partition,
    submission_key,
    token_key,
    understanding_key,
    understanding_partition,
)
from shared.store.table import ABSENT, Cancelled, ConditionFailed, Operation, table


def submit(submission: Submission, mail: Mail, event_version: int) -> None:
    """Store a filled form and plan one mail to its address: the same writes whoever has this address.

    Raise EventChangedMeanwhile where the event is no longer as it was read.
    """
    total = table().update(
        counter_key(submission.event_id, submission.submission_id),
        "ADD submissions :forms",
        "attribute_not_exists(event_version) OR event_version = :version",
        forms=1 if submission.profile else 0,
        version=event_version,
    )
    stored = table().put(item_of(submission_key(submission.submission_id), submission, submission.expires_at), ABSENT)
    pointer = form_key(submission.address_hash, submission.submission_id)
    ttl = int(submission.expires_at.timestamp())
    found_by = table().put(
        pointer | {"event_id": submission.event_id, "sent_at": utc_text(submission.submitted_at), "ttl": ttl}
    )
    try:
        table().transact([stored, plan_mail(mail), found_by, total])
    except Cancelled:
        raise EventChangedMeanwhile from None


def submission(submission_id: str, now: datetime) -> Submission | None:
    """Read a submission that has not expired."""
    item = table().get(submission_key(submission_id))
    found = read(Submission, item) if item else None
    return found if found and found.expires_at > now else None


def submissions(event_id: str) -> int:
    """Count the forms that came for an event, repeated ones too."""
    return sum(int(item.get("submissions", 0)) for item in table().batch_get(counter_keys(event_id)))


def attendee(event_id: str, person_id: str) -> Attendee | None:
    item = table().get(attendee_key(event_id, person_id))
    return read(Attendee, item) if item else None


def attendees(event_id: str) -> Iterator[Attendee]:
    """Read everybody of an event, in no order."""
    for partition in range(PARTITIONS):
        yield from attendees_in(event_id, partition)


def attendees_in(event_id: str, partition: int) -> Iterator[Attendee]:
    for item in table().query(attendee_partition(event_id, partition)):
        yield read(Attendee, item)


def attendees_by_id(event_id: str, person_ids: set[str]) -> dict[str, Attendee]:
    items = table().batch_get(attendee_key(event_id, person_id) for person_id in sorted(person_ids))
    return {found.person_id: found for found in (read(Attendee, item) for item in items)}


def confirm(found: Attendee, before: Attendee | None, welcome: Sequence[Mail], understand: Task, page: Token) -> bool:
    """Make a submission an attendee, or the next version of the one `before`; False where somebody was quicker.

    The address of somebody new must still be free.
    """
    is_new = before is None
    condition, bound = (ABSENT, {}) if before is None else unchanged(before)
    address = table().put(
        address_key(found.address_hash, found.event_id) | {"person_id": found.person_id},
        # An address erased later than this form was sent must not come back through an old link.
        "(attribute_not_exists(pk) OR erased_at < :asked)" if is_new else "person_id = :person",
        **({"asked": utc_text(found.submitted_at)} if is_new else {"person": found.person_id}),
    )
    person = table().put(item_of(attendee_key(found.event_id, found.person_id), found), condition, **bound)
    try:
        table().transact([address, person, plan_task(understand), put_token(page), *map(plan_mail, welcome)])
    except Cancelled:
        return False
    return True


def unchanged(before: Attendee) -> tuple[str, dict[str, Any]]:
    """Shape the demand that somebody is as they were read, with its values.

    Neither taking back a consent nor a pause makes a new version: a whole item written over them would undo them.
    """
    item = item_of({}, before)
    paused = item.get("paused_until")
    condition = "version = :version AND #state = :state AND consents = :consents AND " + (
        "paused_until = :paused" if paused else "attribute_not_exists(paused_until)"
    )
    bound = {"name_state": "state", "version": before.version, "state": before.state, "consents": item["consents"]}
    return condition, bound | ({"paused": paused} if paused else {})


def change_profile(changed: Attendee, before: Attendee, understand: Task) -> bool:
    """Write an attendee's next version, to be understood anew; False where somebody was quicker."""
    condition, bound = unchanged(before)
    person = table().put(item_of(attendee_key(changed.event_id, changed.person_id), changed), condition, **bound)
    try:
        table().transact([person, plan_task(understand)])
    except Cancelled:
        return False
    return True


def give_consent(found: Attendee, topic: Topic, wording: str) -> None:
    """Note that somebody agrees to letters of a topic, and which words they read; raise LinkUnknown."""
    change = table().update(
        attendee_key(found.event_id, found.person_id),
        "SET consents.#topic = :yes, consents.wording = :wording",
        STILL_HERE,
        name_topic=topic,
        name_state="state",
        yes=True,
        wording=wording,
        confirmed=AttendeeState.CONFIRMED,
    )
    try:
        table().write(change)
    except ConditionFailed:
        raise LinkUnknown from None


def pause(found: Attendee, until: datetime | None) -> None:
    """Leave somebody alone until a time, or no longer; raise LinkUnknown."""
    change = table().update(
        attendee_key(found.event_id, found.person_id),
        "SET paused_until = :until" if until else "REMOVE paused_until",
        STILL_HERE,
        name_state="state",
        confirmed=AttendeeState.CONFIRMED,
        **({"until": utc_text(until)} if until else {}),
    )
    try:
        table().write(change)
    except ConditionFailed:
        raise LinkUnknown from None


STILL_HERE = "#state = :confirmed"


def take_back(found: Attendee, topic: Topic, now: datetime) -> None:
    """Note that somebody no longer agrees to letters of a topic; a form they sent before gives it back to nobody."""
    change = table().update(
        attendee_key(found.event_id, found.person_id),
        "SET consents.#topic = :no, submitted_at = :now",
        "attribute_exists(pk)",
        name_topic=topic,
        no=False,
        now=utc_text(now),
    )
    table().write_if_still(change)


def withdraw(found: Attendee, letters: Sequence[Mail], now: datetime) -> None:
    """Let somebody leave: no round takes them in any more, what was planned is cancelled, the last letters go out.

    A form they sent before brings nobody back.
    """
    leave = table().update(
        attendee_key(found.event_id, found.person_id),
        "SET #state = :withdrawn, submitted_at = :now",
        "#state = :confirmed",
        name_state="state",
        confirmed=AttendeeState.CONFIRMED,
        withdrawn=AttendeeState.WITHDRAWN,
        now=utc_text(now),
    )
    last = {letter.mail_id for letter in letters}
    planned = [
        mail
        for mail in mails_of(found.event_id, found.person_id)
        # Planned by pressing the button just before: no transaction takes one item twice.
        if mail.state is MailState.PLANNED and mail.mail_id not in last
    ]
    for cancelled in (planned, []):
        # A mail may leave between reading and writing: the claim of every other one asks for the state again.
        with suppress(Cancelled):
            table().transact([leave, *map(plan_mail, letters), *map(cancel_mail, cancelled)])
            return


EVIDENCE_KEPT = timedelta(days=3 * 365)  # as long as somebody may ask whether they ever agreed


def erase(found: Attendee, letters: Sequence[Mail], now: datetime) -> bool:
    """Let go of a person at once, with the task that sweeps up after them; False where they changed meanwhile.

    What stays is that this address was erased, and when, so that no old link brings it back, and what they had agreed
    to. `letters` go to others.
    """
    event_id, person_id = found.event_id, found.person_id
    condition, bound = unchanged(found)
    gone = table().delete(attendee_key(event_id, person_id), condition, **bound)
    evidence = found.consents.model_dump() | {"confirmed_at": utc_text(found.confirmed_at)}
    address = table().put(
        address_key(found.address_hash, event_id)
        | {"erased_at": utc_text(now), "consents": evidence, "ttl": int((now + EVIDENCE_KEPT).timestamp())},
        "person_id = :person",
        person=person_id,
    )
    left = Erased(
        event_id=event_id,
        person_id=person_id,
        address_hash=found.address_hash,
        erased_at=now,
    )
    trace = table().put(item_of(erased_key(event_id, person_id), left))
    sweep = plan_task(Task(kind=TaskKind.ERASE, event_id=event_id, subject=person_id, due=now))
    planned = [mail for mail in mails_of(event_id, person_id) if mail.state is MailState.PLANNED]
    for cancelled in (planned, []):
        # As when somebody leaves: a mail that has just been claimed finds nobody to go to.
        with suppress(Cancelled):
            table().transact([gone, address, trace, sweep, *map(plan_mail, letters), *map(cancel_mail, cancelled)])
            return True
    return False


def erased(event_id: str, person_id: str) -> Erased | None:
    """Read what is left to sweep up after somebody."""
    item = table().get(erased_key(event_id, person_id))
    return read(Erased, item) if item else None


def sweep(left: Erased, now: datetime, *, is_last: bool) -> None:
    """Delete what an event knows of somebody who is gone: texts, mails, forms; at last what tells of them and theirs.

    Matches stay with the other one, without a word of theirs.
    """
    event_id, person_id = left.event_id, left.person_id
    own = [{"pk": item["pk"], "sk": item["sk"]} for item in table().query(person_partition(event_id, person_id))]
    trace = erased_key(event_id, person_id)
    forms = addresses.forms_of(left.address_hash, event_id, left.erased_at)
    if not is_last:
        own = [one for one in own if match_of(one) is None]
    table().delete_all([one for one in (*own, *forms, understanding_key(event_id, person_id)) if one != trace])
    addresses.forget_event(left.address_hash, event_id, now)
    if is_last:
        table().delete_all([trace])


def mails_of(event_id: str, person_id: str) -> list[Mail]:
    return [mail_of(item) for item in table().query(person_partition(event_id, person_id), "MAIL#")]


def forget(found: Attendee, now: datetime) -> None:
    """Delete what an event knows of somebody: matches, mails, texts, address; themselves last.

    A run that broke off half-way finds them again. What stays is hashes that serve later events: who has met whom,
    and which address gets no more mail.
    """
    event_id, person_id = found.event_id, found.person_id
    own = [{"pk": item["pk"], "sk": item["sk"]} for item in table().query(person_partition(event_id, person_id))]
    shared = [match_key(event_id, match_id) for key in own if (match_id := match_of(key))]
    about = [understanding_key(event_id, person_id), address_key(found.address_hash, event_id)]
    table().delete_all([*own, *shared, *about])
    addresses.forget_event(found.address_hash, event_id, now)
    table().delete_all([attendee_key(event_id, person_id)])


def cancel_mail(mail: Mail) -> Operation:
    return table().update(
        mail_key(mail),
        "SET #state = :cancelled REMOVE due_shard, due_at",
        "#state = :planned",
        name_state="state",
        planned=MailState.PLANNED,
        cancelled=MailState.CANCELLED,
    )


def save_understanding(understanding: Understanding) -> None:
    """Store what a profile's texts are about; what a newer profile said wins, and of who is gone nothing is kept."""
    key = understanding_key(understanding.event_id, understanding.person_id)
    change = table().put(
        item_of(key, understanding), "attribute_not_exists(pk) OR version <= :mine", mine=understanding.version
    )
    here = table().check(attendee_key(understanding.event_id, understanding.person_id), "attribute_exists(pk)")
    with suppress(Cancelled):
        table().transact([change, here])


def understanding(event_id: str, person_id: str) -> Understanding | None:
    """Read what is known of somebody's texts."""
    item = table().get(understanding_key(event_id, person_id))
    return as_understood(item) if item else None


def understandings(event_id: str) -> dict[str, Understanding]:
    """Read what is known of everybody's texts, by person_id."""
    items = table().query_many([understanding_partition(event_id, partition) for partition in range(PARTITIONS)])
    return {found.person_id: found for item in items if (found := as_understood(item))}


def as_understood(item: Mapping[str, Any]) -> Understanding | None:
    """Read what is known of somebody's texts; what an earlier version wrote otherwise counts as not read yet."""
    try:
        return read(Understanding, item)
    except ValidationError:
        return None


def add_link(page: Token) -> None:
    """Store one more link to somebody's page."""
    table().write(put_token(page))


def put_token(token: Token) -> Operation:
    return table().put(item_of(token_key(token.token_hash), token, token.expires_at), ABSENT)


def token(hashed: str, now: datetime) -> Token | None:
    """Read what a link allows, if it has not expired."""
    item = table().get(token_key(hashed))
    found = read(Token, item) if item else None
    return found if found and found.expires_at > now else None
