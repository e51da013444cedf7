"""Every key of the one table, both ways."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from shared.models import Mail, MailRef, Owner, TaskKind, TaskRef

Key: TypeAlias = dict[str, str]

PARTITIONS = 16  # of an event's attendees, vectors and matches: read in parallel, no hot key at the rush


def partition_of(subject_id: str) -> int:
    """Spread ids evenly over the event's partitions; stable for ever, as stored keys depend on it."""
    return zlib.crc32(subject_id.encode()) % PARTITIONS


def event_key(event_id: str) -> Key:
    return {"pk": f"EVENT#{event_id}", "sk": "EVENT"}


def counter_key(event_id: str, subject_id: str) -> Key:
    return counter_keys(event_id)[partition_of(subject_id)]


def counter_keys(event_id: str) -> list[Key]:
    """Count submissions in as many places as there are partitions, or the rush would queue up behind one item.

    Each holds the event's version beside its count, for the same reason.
    """
    return [{"pk": f"EVENT#{event_id}#C#{partition:02}", "sk": "SUBMISSIONS"} for partition in range(PARTITIONS)]


def round_key(event_id: str, number: int) -> Key:
    return {"pk": f"EVENT#{event_id}", "sk": f"ROUND#{number}"}


def unmatched_key(event_id: str, number: int, partition: int) -> Key:
    """Keep why people have nobody in a round beside each other as they are written to: by partition."""
    return {"pk": f"EVENT#{event_id}#U#{partition:02}", "sk": f"ROUND#{number}"}


def attendee_partition(event_id: str, partition: int) -> str:
    return f"EVENT#{event_id}#A#{partition:02}"


def attendee_key(event_id: str, person_id: str) -> Key:
    return {"pk": attendee_partition(event_id, partition_of(person_id)), "sk": person_id}


def understanding_partition(event_id: str, partition: int) -> str:
    return f"EVENT#{event_id}#V#{partition:02}"


def understanding_key(event_id: str, person_id: str) -> Key:
    return {"pk": understanding_partition(event_id, partition_of(person_id)), "sk": person_id}


def match_partition(event_id: str, partition: int) -> str:
    return f"EVENT#{event_id}#M#{partition:02}"


def match_key(event_id: str, match_id: str) -> Key:
    return {"pk": match_partition(event_id, partition_of(match_id)), "sk": match_id}


def person_partition(event_id: str, person_id: str) -> str:
    return f"PERSON#{event_id}#{person_id}"


def pointer_key(event_id: str, person_id: str, match_id: str) -> Key:
    return {"pk": person_partition(event_id, person_id), "sk": f"MATCH#{match_id}"}


def booking_key(event_id: str, person_id: str, number: int) -> Key:
    """Keep one of the event's breaks for one partner: two introductions cannot take the same."""
    return {"pk": person_partition(event_id, person_id), "sk": f"BREAK#{number}"}


def match_of(key: Key) -> str | None:
    """Return which match a key in a person's partition points to, if it is a pointer."""
    kind, _, match_id = key["sk"].partition("#")
    return match_id if kind == "MATCH" else None


def submission_key(submission_id: str) -> Key:
    return {"pk": f"SUBMISSION#{submission_id}", "sk": "SUBMISSION"}


def mail_key(mail: Mail | MailRef) -> Key:
    """Put a mail beside its owner, with the event named by the owner's key or by the mail itself."""
    owners = {
        Owner.PERSON: person_partition(mail.event_id, mail.owner_id),
        Owner.SUBMISSION: submission_key(mail.owner_id)["pk"],
        Owner.ORGANISER: f"ORGANISER#{mail.owner_id}",
    }
    return {"pk": owners[mail.owner], "sk": f"MAIL#{mail.mail_id}"}


def erased_key(event_id: str, person_id: str) -> Key:
    """Keep what a sweep needs where it finds all the rest."""
    return {"pk": person_partition(event_id, person_id), "sk": "ERASED"}


def network_key(network_hash: str, window: str) -> Key:
    return {"pk": f"NETWORK#{network_hash}", "sk": f"FORMS#{window}"}


def budget_key(event_id: str, day: str) -> Key:
    """Count a day's mails to addresses that nobody has confirmed."""
    return {"pk": f"BUDGET#{event_id}", "sk": f"DAY#{day}"}


def pause_key(scope: str) -> Key:
    return {"pk": "PAUSE", "sk": scope}


def health_key(day: str) -> Key:
    """Count a day's deliveries, bounces and complaints."""
    return {"pk": f"HEALTH#{day}", "sk": "HEALTH"}


def tick_key() -> Key:
    return {"pk": "CLOCK", "sk": "TICK"}


def rate_key(second: int) -> Key:
    """Count the mails of one second, in a partition of its own."""
    return {"pk": f"RATE#{second}", "sk": "RATE"}


def address_key(address_hash: str, event_id: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": f"EVENT#{event_id}"}


def suppression_key(address_hash: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": "SUPPRESSED"}


def address_of(pk: str) -> str:
    return pk.removeprefix("ADDRESS#")


def asked_key(address_hash: str, day: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": f"ASKED#{day}"}


def form_key(address_hash: str, submission_id: str) -> Key:
    """Find the forms of an address, for whoever has themselves erased."""
    return {"pk": f"ADDRESS#{address_hash}", "sk": f"FORM#{submission_id}"}


def transient_key(address_hash: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": "TRANSIENT"}


def cap_key(address_hash: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": "CAP"}


def met_key(address_hash: str, other_hash: str) -> Key:
    return {"pk": f"ADDRESS#{address_hash}", "sk": f"MET#{other_hash}"}


def token_key(token_hash: str) -> Key:
    return {"pk": f"TOKEN#{token_hash}", "sk": "TOKEN"}


def task_key(task: TaskRef) -> Key:
    return {"pk": f"TASK#{task.kind}#{task.event_id}#{task.subject}", "sk": "TASK"}


def ref_of(key: Key) -> MailRef | TaskRef:
    """Read the key of something due back; ids and subjects hold no `#`."""
    kind, *parts = key["pk"].split("#")
    if kind == "TASK":
        return TaskRef(kind=TaskKind(parts[0]), event_id=parts[1], subject=parts[2])
    mail_id = key["sk"].removeprefix("MAIL#")
    if kind == "PERSON":
        return MailRef(event_id=parts[0], owner=Owner.PERSON, owner_id=parts[1], mail_id=mail_id)
    if kind == "ORGANISER":
        return MailRef(event_id=parts[0], owner=Owner.ORGANISER, owner_id=parts[0], mail_id=mail_id)
    # A submission is found without its event; the mail itself names it.
    return MailRef(event_id="", owner=Owner.SUBMISSION, owner_id=parts[0], mail_id=mail_id)


class ItemKind(StrEnum):
    """What an item is, by its key alone: what its partition begins with, and what names it there."""

    EVENT = "EVENT/EVENT"
    ROUND = "EVENT/ROUND"
    ATTENDEE = "EVENT/A"
    UNDERSTANDING = "EVENT/V"
    MATCH = "EVENT/M"
    COUNTER = "EVENT/C"
    UNMATCHED = "EVENT/U"
    POINTER = "PERSON/MATCH"
    BOOKING = "PERSON/BREAK"
    MAIL = "PERSON/MAIL SUBMISSION/MAIL ORGANISER/MAIL"
    ERASED = "PERSON/ERASED"
    SUBMISSION = "SUBMISSION/SUBMISSION"
    ADDRESS = "ADDRESS/EVENT"
    SUPPRESSION = "ADDRESS/SUPPRESSED"
    FORM = "ADDRESS/FORM"
    TRANSIENT = "ADDRESS/TRANSIENT"
    CAP = "ADDRESS/CAP"
    MET = "ADDRESS/MET"
    TOKEN = "TOKEN"
    TASK = "TASK"
    PAUSE = "PAUSE"
    LIMIT = "ADDRESS/ASKED CLOCK NETWORK BUDGET HEALTH RATE"  # counts for a second, some minutes or a day


_KINDS = {beginning: kind for kind in ItemKind for beginning in kind.split()}


def kind_of(key: Key) -> ItemKind | None:
    """Say what an item is; None where another version of the code wrote it."""
    head, *parts = key["pk"].split("#")
    name = parts[1] if head == "EVENT" and len(parts) > 1 else key["sk"].split("#")[0]
    return _KINDS.get(f"{head}/{name}") or _KINDS.get(head)


def ids_of(key: Key) -> list[str]:
    """Return what a key names, in its order: an address hash and a submission, say. Ids hold no `#`."""
    return [*key["pk"].split("#")[1:], *key["sk"].split("#")[1:]]


# The due index's partitions: several, so that a round's mails do not queue up behind one key; the few tasks have one of
# their own, as a round must not wait until a thousand mails have left.
MAILS_DUE = tuple(f"DUE#{shard}" for shard in range(4))
TASKS_DUE = ("DUE#TASKS",)


def due_shard(shards: Sequence[str], natural_key: str) -> str:
    return shards[zlib.crc32(natural_key.encode()) % len(shards)]
