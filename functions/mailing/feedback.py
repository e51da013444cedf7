"""Queue: what SES tells of a mail afterwards. Events come late, twice, in any order, or never."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import Attendee, MailRef, MailState, Owner, Submission
from shared.store import attendees, mails

STATES = {
    "Send": MailState.SENT,
    "Delivery": MailState.DELIVERED,
    "Bounce": MailState.BOUNCED,
    "Reject": MailState.BOUNCED,
    "Complaint": MailState.COMPLAINED,
}


def take_in(record: SQSRecord) -> None:
    """Note what SES tells: an SNS message in an SQS message, with our tags on the mail."""
    event = json.loads(json.loads(record.body)["Message"])
    kind, now = event["eventType"], clock.now()
    tags = {name: values[0] for name, values in event["mail"]["tags"].items() if values}
    if kind not in STATES or "mail_id" not in tags:
        logger.info("feedback without effect", kind=kind)
        return
    ref = MailRef.model_validate({name: tags[name] for name in MailRef.model_fields})
    mails.note_event(ref, STATES[kind], now)
    if is_final(kind, event):
        suppress(ref, kind.lower(), now)
    logger.info("feedback", kind=kind, mail_id=ref.mail_id)


def is_final(kind: str, event: dict[str, Any]) -> bool:
    """Say whether an address must get no more mail: it does not exist, or somebody complained.

    A refusal by policy (status 5.7.x) is about us, not about the address.
    """
    if kind == "Complaint":
        return True
    bounce = event.get("bounce", {})
    statuses = [recipient.get("status", "") for recipient in bounce.get("bouncedRecipients", [])]
    by_policy = any(status.startswith("5.7.") for status in statuses)
    return kind == "Bounce" and bounce.get("bounceType") == "Permanent" and not by_policy


def suppress(ref: MailRef, reason: str, now: datetime) -> None:
    """Keep the address a mail went to from getting more, if it is still known here."""
    owner: Attendee | Submission | None
    if ref.owner is Owner.PERSON:
        owner = attendees.attendee(ref.event_id, ref.owner_id)
    else:
        owner = attendees.submission(ref.owner_id, now)
    if owner is not None:
        attendees.suppress(owner.address_hash, reason, now)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return each_record(event, context, take_in)
