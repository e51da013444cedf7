"""Events and their rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.errors import EventChangedMeanwhile, EventUnknown
from shared.models import Event, Mail, Round, RoundState, Task, TaskRef
from shared.store.items import drop_task, item_of, plan_mail, plan_task, read
from shared.store.keys import counter_keys, event_key, partition_of, round_key, task_key, unmatched_key
from shared.store.table import Cancelled, table


def event(event_id: str) -> Event:
    """Read an event; raise EventUnknown."""
    item = table().get(event_key(event_id)) if event_id else None
    if item is None:
        raise EventUnknown
    return read(Event, item)


def event_with_rounds(event_id: str) -> tuple[Event, list[Round]]:
    """Read an event and its rounds by number, in one query; raise EventUnknown."""
    found, rounds = None, []
    for item in table().query(event_key(event_id)["pk"]):
        if item["sk"] == "EVENT":
            found = read(Event, item)
        else:
            rounds.append(read(Round, item))
    if found is None:
        raise EventUnknown
    return found, sorted(rounds, key=lambda one: one.number)


REMEMBERED = timedelta(seconds=60)
_remembered: dict[str, tuple[datetime, Event, list[Round]]] = {}


def remembered(event_id: str, now: datetime) -> tuple[Event, list[Round]]:
    """Return an event as this process read it within the last minute; what depends on it checks its version."""
    read_at, found, rounds = _remembered.get(event_id, (None, None, None))
    if read_at is None or found is None or rounds is None or not read_at <= now < read_at + REMEMBERED:
        found, rounds = event_with_rounds(event_id)
        _remembered[event_id] = (now, found, rounds)
    return found, rounds


def forget_remembered(event_id: str) -> None:
    _remembered.pop(event_id, None)


def save(
    changed: Event,
    rounds: Sequence[Round],
    obsolete_rounds: Sequence[int],
    tasks: Sequence[Task],
    obsolete_tasks: Sequence[TaskRef],
    ending_sooner: Mapping[int, datetime],
) -> None:
    """Write an event's next version with the rounds and tasks that follow from it, or nothing.

    A round changes or goes only while it is planned, and ends sooner only while it is open; if it has gone on
    meanwhile, raise EventChangedMeanwhile.
    """
    operations = [
        table().put(
            item_of(event_key(changed.event_id), changed),
            "attribute_not_exists(pk) OR version = :before",
            before=changed.version - 1,
        )
    ]
    for one in rounds:
        item = item_of(round_key(one.event_id, one.number), one)
        operations.append(
            table().put(item, "attribute_not_exists(pk) OR #state = :planned", planned="planned", name_state="state")
        )
    operations += [
        table().delete(
            round_key(changed.event_id, number),
            "attribute_not_exists(pk) OR #state = :planned",
            planned="planned",
            name_state="state",
        )
        for number in obsolete_rounds
    ]
    operations += [
        table().update(
            round_key(changed.event_id, number),
            "SET answer_by = :until",
            "#state = :published",
            name_state="state",
            until=utc_text(until),
            published=RoundState.PUBLISHED,
        )
        for number, until in ending_sooner.items()
    ]
    operations += [plan_task(task) for task in tasks]
    operations += [table().delete(task_key(ref)) for ref in obsolete_tasks]
    operations += [
        table().update(key, "SET event_version = :version", version=changed.version)
        for key in counter_keys(changed.event_id)
    ]
    try:
        table().transact(operations)
    except Cancelled:
        raise EventChangedMeanwhile from None


def save_draft(drafted: Round, running: Task, following: Sequence[Task], letters: Sequence[Mail]) -> None:
    """Note a round's draft and what follows from it; a round that is out already stays as it is."""
    change = table().update(
        round_key(drafted.event_id, drafted.number),
        "SET #state = :draft, draft_key = :key, pairs = :pairs, unmatched = :unmatched, certificate = :certificate",
        "#state IN (:planned, :draft)",
        name_state="state",
        planned=RoundState.PLANNED,
        draft=RoundState.DRAFT,
        key=drafted.draft_key,
        pairs=drafted.pairs,
        unmatched=drafted.unmatched,
        certificate=drafted.certificate and drafted.certificate.model_dump(),
    )
    try:
        table().transact([change, drop_task(running), *map(plan_task, following), *map(plan_mail, letters)])
    except Cancelled:
        return


def save_unmatched(event_id: str, number: int, why: Mapping[str, str], until: datetime) -> None:
    """Keep who took part in a round, and why they have nobody or "", until their data go."""
    shared_out: dict[int, dict[str, str]] = defaultdict(dict)
    for person_id, reason in why.items():
        shared_out[partition_of(person_id)][person_id] = reason
    for partition, reasons in shared_out.items():
        key = unmatched_key(event_id, number, partition)
        table().write(table().put(key | {"why": reasons, "ttl": int(until.timestamp())}))


def unmatched(event_id: str, number: int, partition: int) -> dict[str, str]:
    """Read who of a partition took part in a round, and why they have nobody, by person_id."""
    item = table().get(unmatched_key(event_id, number, partition))
    return dict(item["why"]) if item else {}


def finish_publishing(
    event_id: str, number: int, until: datetime, publishing: Task, following: Sequence[Task], letters: Sequence[Mail]
) -> None:
    """Make a round visible until when it can be answered, with what plans its mails; done twice, it is done once."""
    flip = table().update(
        round_key(event_id, number),
        "SET #state = :published, answer_by = :until",
        "#state = :draft",
        name_state="state",
        until=utc_text(until),
        draft=RoundState.DRAFT,
        published=RoundState.PUBLISHED,
    )
    try:
        table().transact([flip, drop_task(publishing), *map(plan_task, following), *map(plan_mail, letters)])
    except Cancelled:
        return


def close_round(event_id: str, number: int, closing: Task, following: Sequence[Task]) -> None:
    """Close a published round for everybody at once, with the tasks that plan its last mails."""
    close = table().update(
        round_key(event_id, number),
        "SET #state = :closed",
        "#state IN (:published, :closed)",
        name_state="state",
        published=RoundState.PUBLISHED,
        closed=RoundState.CLOSED,
    )
    try:
        table().transact([close, drop_task(closing), *map(plan_task, following)])
    except Cancelled:
        return
