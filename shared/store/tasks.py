"""Work for later: what is due, who has it, when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.logs import log_fault
from shared.models import MailRef, Task, TaskRef
from shared.store.items import drop_task, plan_task, task_from
from shared.store.keys import MAILS_DUE, TASKS_DUE, Key, ref_of, task_key
from shared.store.table import Cancelled, ConditionFailed, table


def due_mails(now: datetime, limit: int) -> list[MailRef]:
    """Return about `limit` mails that are due, the oldest of each shard."""
    return [ref for ref in _due(MAILS_DUE, now, limit) if isinstance(ref, MailRef)]


def due_tasks(now: datetime, limit: int) -> list[TaskRef]:
    """Return about `limit` tasks that are due, the oldest of each shard."""
    return [ref for ref in _due(TASKS_DUE, now, limit) if isinstance(ref, TaskRef)]


def _due(shards: Sequence[str], now: datetime, limit: int) -> list[MailRef | TaskRef]:
    until, each = utc_text(now), -(-limit // len(shards))
    return [ref for shard in shards for key in table().due(shard, until, each) if (ref := _readable(key))]


def _readable(key: Key) -> MailRef | TaskRef | None:
    """Read the key of something due; what another version of the code has left must not stop everything else."""
    try:
        return ref_of(key)
    except ValueError as fault:
        log_fault(fault)
        return None


def next_due() -> datetime | None:
    """Return when the next mail or task is due."""
    moments = [moment for shard in (*MAILS_DUE, *TASKS_DUE) if (moment := table().next_due(shard))]
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
    table().write_if_still(change)


def finish(task: Task, following: Sequence[Task] = ()) -> None:
    """Take a claimed task away and write what follows from it, in one step."""
    try:
        table().transact([drop_task(task), *map(plan_task, following)])
    except Cancelled:
        return
