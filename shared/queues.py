"""Wake-ups: messages that make due work start sooner. A lost one costs a minute, a second one nothing."""

from __future__ import annotations

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws import client
from shared.logs import log_fault
from shared.models import MailRef, TaskRef

BATCH = 10  # SQS takes no more in one call


def wake(queue_url: str, refs: Sequence[MailRef | TaskRef], each_second: int | None = None) -> None:
    """Tell a queue's function that these mails or tasks are due, all at once or spread over the seconds to come."""
    for start in range(0, len(refs), BATCH):
        entries = [
            {"Id": str(place), "MessageBody": ref.model_dump_json()}
            | ({"DelaySeconds": place // each_second} if each_second and place >= each_second else {})
            for place, ref in enumerate(refs[start : start + BATCH], start=start)
        ]
        # What SQS refuses is not repeated here: the clock finds it in the table.
        try:
            client("sqs").send_message_batch(QueueUrl=queue_url, Entries=entries)
        except (BotoCoreError, ClientError) as fault:
            log_fault(fault)
