"""Queue: run rounds and publish their drafts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.matching import running
from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import TaskKind, TaskRef
from shared.store import tasks

LEASE = timedelta(minutes=16)  # a little longer than the function may run
WORK = {TaskKind.ROUND: running.run, TaskKind.PUBLISH: running.publish}


def work_on(body: str) -> None:
    """Do the task a wake-up names, if it is still to be done."""
    ref = TaskRef.model_validate_json(body)
    now = clock.now()
    task = tasks.claim(ref, now, LEASE)
    if task is not None:
        WORK[task.kind](task, now)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, work_on)
