"""Work for later: what is due, who has it, when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.models import Task, TaskRef
from shared.store.items import drop_task, plan_task, task_from
from shared.store.keys import ALL_DUE_SHARDS, Key, task_key
from shared.store.table import Cancelled, ConditionFailed, table


def due_keys(now: datetime, limit: int) -> list[Key]:
    """Return the keys of about `limit` mails and tasks that are due, the oldest of each shard."""
    until, each = utc_text(now), -(-limit // len(ALL_DUE_SHARDS))
    return [key for shard in ALL_DUE_SHARDS for key in table().due(shard, until, each)]


def next_due() -> datetime | None:
    """Return when the next mail or task is due."""
    moments = [moment for shard in ALL_DUE_SHARDS if (moment := table().next_due(shard))]
    return datetime.fromisoformat(min(moments)) if moments else None


def add(task: Task) -> None:
    """Write a task, or give the one that is there its new due time."""
    table().write(plan_task(task))


def claim(ref: TaskRef, now: datetime, lease: timedelta) -> Task | None:
    """Take a due task for the time of a lease; None where it is done, moved or in other hands."""
    change = table().update(
        task_key(ref),
        "SET due_at = :until, attempt = attempt + :one",
        "due_at <= :now",
        until=utc_text(now + lease),
        one=1,
        now=utc_text(now),
    )
    try:
        return task_from(table().write(change))
    except ConditionFailed:
        return None


def defer(task: Task, until: datetime, cursor: int | None = None) -> None:
    """Give a claimed task back for later, with how far it has come."""
    change = table().update(
        task_key(task.ref),
        "SET due_at = :until, #cursor = :cursor",
        "attempt = :mine",
        name_cursor="cursor",
        until=utc_text(until),
        cursor=task.cursor if cursor is None else cursor,
        mine=task.attempt,
    )
    try:
        table().write(change)
    except ConditionFailed:
        return


def finish(task: Task, following: Sequence[Task] = ()) -> None:
    """Take a claimed task away and write what follows from it, in one step."""
    try:
        table().transact([drop_task(task), *map(plan_task, following)])
    except Cancelled:
        return
