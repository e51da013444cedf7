"""Queue: turn an attendee's texts into what the matching compares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.interests.understanding import Reader, reader
from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import Attendee, Event, TaskRef, Understanding
from shared.reading import reading_of
from shared.store import attendees, events, tasks

LEASE = timedelta(minutes=5)
TRIES = 10


class Batch:
    """The records of one invocation. What was embedded for one of them serves the others, and goes with the batch."""

    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {}

    def understand_one(self, body: str) -> None:
        """Understand the texts of the attendee a task names; one who is gone needs none."""
        ref = TaskRef.model_validate_json(body)
        task = tasks.claim(ref, clock.now(), LEASE)
        if task is None:
            return
        attendee = attendees.attendee(ref.event_id, ref.subject)
        if attendee is not None:
            event = events.event(ref.event_id)
            before = attendees.understanding(ref.event_id, ref.subject)
            # A text that ends the process would do so for ever, and take others along.
            attendee = attendee if task.attempt <= TRIES else without_texts(attendee)
            attendees.save_understanding(understanding_of(attendee, event, self.reader_of(event), before))
        tasks.finish(task)

    def reader_of(self, event: Event) -> Reader:
        reading = reading_of(event)
        if reading not in self.readers:
            self.readers[reading] = reader(event.concepts)
        return self.readers[reading]


def understanding_of(
    attendee: Attendee, event: Event, with_reader: Reader, before: Understanding | None
) -> Understanding:
    """Read an attendee's texts; what was read of the same ones `before` in the same way is taken over."""
    profile, reading, model_id = attendee.profile, reading_of(event), with_reader.model_id
    same = before is not None and (before.reading, before.model_id) == (reading, model_id)
    known = before.texts if before is not None and same else ()
    return Understanding(
        event_id=attendee.event_id,
        person_id=attendee.person_id,
        version=attendee.version,
        reading=reading,
        model_id=model_id,
        wishes=with_reader.read(profile.wishes, known),
        offers=with_reader.read(profile.offers, known),
        interests=with_reader.read(profile.interests, known),
    )


def without_texts(attendee: Attendee) -> Attendee:
    """Leave as many texts, and nothing in them: they are about nothing."""
    blank = {name: ("",) * len(getattr(attendee.profile, name)) for name in ("wishes", "offers", "interests")}
    return attendee.model_copy(update={"profile": attendee.profile.model_copy(update=blank)})


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, Batch().understand_one)
