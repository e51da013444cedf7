"""Queue: turn an attendee's texts into what the matching compares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.interests.embedding import MODEL_ID, understand
from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import Attendee, TaskRef, Understanding
from shared.store import attendees, tasks

LEASE = timedelta(minutes=5)


def understand_one(body: str) -> None:
    """Understand the texts of the attendee a task names; one who is gone needs none."""
    ref = TaskRef.model_validate_json(body)
    task = tasks.claim(ref, clock.now(), LEASE)
    if task is None:
        return
    attendee = attendees.attendee(ref.event_id, ref.subject)
    if attendee is not None:
        attendees.save_understanding(understanding_of(attendee))
    tasks.finish(task)


def understanding_of(attendee: Attendee) -> Understanding:
    profile = attendee.profile
    return Understanding(
        event_id=attendee.event_id,
        person_id=attendee.person_id,
        version=attendee.version,
        model_id=MODEL_ID,
        wishes=understand(profile.wishes),
        offers=understand(profile.offers),
        interests=understand(profile.interests),
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, understand_one)
