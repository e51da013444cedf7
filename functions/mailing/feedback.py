"""Queue: what SES tells of a mail afterwards. Events come late, twice, in any order, or never."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import MailRef, MailState, Owner, Topic
from shared.secret import hash_secret
from shared.store import addresses, attendees, mails, pauses
from shared.tokens import address_hash

STATES = {
    "Send": MailState.SENT,
    "Delivery": MailState.DELIVERED,
    "Bounce": MailState.BOUNCED,
    "Reject": MailState.BOUNCED,
    "Complaint": MailState.COMPLAINED,
}
COUNTED = {
    MailState.DELIVERED: "delivered",
    MailState.BOUNCED: "bounced",
    MailState.COMPLAINED: "complained",
}


class Bounce(StrEnum):
    """Why a mail came back."""

    FINAL = "final"  # there is no such mailbox
    PASSING = "passing"  # full, slow, away
    POLICY = "policy"  # somebody does not want mail from us, or of this kind: it says nothing about the address


def take_in(body: str) -> None:
    """Note what SES tells: an SNS message in an SQS message, with our tags on the mail."""
    event = json.loads(json.loads(body)["Message"])
    kind, now = event["eventType"], clock.now()
    tags = {name: values[0] for name, values in event["mail"].get("tags", {}).items() if values}
    if kind not in STATES:
        logger.info("feedback without effect", kind=kind, mail_id=tags.get("mail_id"))
        return
    for address in event["mail"].get("destination", []):
        note_address(address_hash(hash_secret(), address), kind, event, now)
    if kind == "Reject":
        logger.error("rejected by SES", mail_id=tags.get("mail_id"))
    if "mail_id" not in tags:
        return
    ref = MailRef.model_validate({name: tags[name] for name in MailRef.model_fields})
    if kind == "Complaint" and ref.owner is Owner.PERSON:
        take_back(ref)
    if mails.note_event(ref, STATES[kind], now):
        note_health(STATES[kind], now)
    logger.info("feedback", kind=kind, mail_id=ref.mail_id)


def note_address(hashed: str, kind: str, event: dict[str, Any], now: datetime) -> None:
    """Remember what an address told about itself; done twice, it is done once."""
    if kind == "Delivery":
        addresses.note_delivery(hashed)
    elif kind == "Complaint":
        addresses.note_complaint(hashed, now)
    elif kind == "Bounce":
        why = bounce(event["bounce"])
        if why is Bounce.FINAL:
            addresses.note_bounce(hashed, now)
        elif why is Bounce.PASSING:
            addresses.note_soft_bounce(hashed, event["mail"]["messageId"], now)
        else:
            logger.error("blocked by policy")


def bounce(told: dict[str, Any]) -> Bounce:
    """Tell apart what is about the address from what is about us: status or diagnosis 5.7.x, whatever the type."""
    recipients = told.get("bouncedRecipients", [])
    codes = " ".join(f"{one.get('status', '')} {one.get('diagnosticCode', '')}" for one in recipients)
    if any(word.startswith("5.7.") for word in codes.split()):
        return Bounce.POLICY
    return Bounce.FINAL if told.get("bounceType") == "Permanent" else Bounce.PASSING


def take_back(ref: MailRef) -> None:
    """End the questions to somebody who called one a nuisance."""
    found = attendees.attendee(ref.event_id, ref.owner_id)
    if found is not None:
        attendees.take_back(found, Topic.FOLLOW_UP)


def note_health(state: MailState, now: datetime) -> None:
    """Count what became of our mail, and stop all but service before SES stops everything."""
    if state not in COUNTED:
        return
    pauses.count(COUNTED[state], now)
    trouble = pauses.trouble(now) if state is not MailState.DELIVERED else None
    if trouble:
        pauses.pause(pauses.LETTERS, trouble, now)
        logger.error("letters paused", reason=trouble)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, take_in)
