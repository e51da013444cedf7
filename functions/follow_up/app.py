"""The clock: once a minute, wake what is due and move every event on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.follow_up import moving
from functions.follow_up.settings import settings
from shared import clock
from shared.logs import log_fault, logger
from shared.models import TaskKind, TaskRef
from shared.queues import wake
from shared.store import tasks, ticks
from shared.store.pauses import usable_rate

LEASE = timedelta(minutes=5)
OVERDUE = timedelta(minutes=5)  # a tick and a try that failed are nothing yet
TIME_TO_STOP_MS = 10_000  # a partition's planning may take seconds; what is left waits for the next minute
TASKS_A_MINUTE = 1000  # at the rush, each confirmation is one
OWN_WORK = {
    TaskKind.OCCASION: moving.begin_occasion,
    TaskKind.PLAN: moving.plan_partition,
    TaskKind.CLOSE: moving.close_round,
    TaskKind.FORGET: moving.forget_partition,
    TaskKind.ERASE: moving.sweep_up,
    TaskKind.DIGEST: moving.tell_organiser,
}


class TaskFailed(Exception):
    """A task could not be done; its lease brings it back, and the log says where."""


@logger.inject_lambda_context
def handler(_: dict[str, Any], context: LambdaContext) -> None:
    """Release what is due to the queues, then do the tasks that are this function's own."""
    now = clock.now()
    each_second = usable_rate(settings().mails_per_second)
    mails = tasks.due_mails(now, limit=each_second * 60)
    wake(settings().mail_queue_url, mails, each_second=each_second)
    waiting = tasks.due_tasks(now, limit=TASKS_A_MINUTE)
    if mails or waiting:
        tell_overdue(now)
    wake(settings().profile_queue_url, [ref for ref in waiting if ref.kind is TaskKind.UNDERSTAND])
    wake(settings().round_queue_url, [ref for ref in waiting if ref.kind in (TaskKind.ROUND, TaskKind.PUBLISH)])
    failed = 0
    for ref in waiting:
        if ref.kind in OWN_WORK and context.get_remaining_time_in_millis() > TIME_TO_STOP_MS:
            failed += not is_moved(ref, now)
    if mails or waiting:
        logger.info("released", mails=len(mails), tasks=len(waiting))
    # Last, so that a clock that dies on the way is seen to be late.
    ticks.note(now)
    if failed:
        raise TaskFailed(f"{failed} of {len(waiting)}")


def tell_overdue(now: datetime) -> None:
    """Log how late the oldest thing is; an alarm counts the minutes."""
    oldest = tasks.next_due()
    if oldest and now - oldest >= OVERDUE:
        logger.warning("overdue", minutes=(now - oldest) // timedelta(minutes=1))


def is_moved(ref: TaskRef, now: datetime) -> bool:
    """Do one task if it is free; a fault of ours must not keep the others waiting."""
    try:
        task = tasks.claim(ref, now, LEASE)
        if task is not None:
            OWN_WORK[task.kind](task, now)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
        log_fault(fault)
        return False
    return True
