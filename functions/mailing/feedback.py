"""Queue: what SES tells of a mail afterwards. Events come late, twice, in any order, or never."""

from __future__ import annotations

import json
import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import MailKind, MailRef, MailState, Owner, Topic
from shared.secret import hash_secret
from shared.store import addresses, attendees, mails, pauses
from shared.tokens import address_hash

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

STATES = {
    "Send": MailState.SENT,
    "Delivery": MailState.DELIVERED,
    "Reject": MailState.BOUNCED,
    "Complaint": MailState.COMPLAINED,
}
POLICY_CODE = re.compile(r"(?<![\d.])[45]\.7\.\d")  # RFC 3463, 3.8: security or policy
# What SES did not even try to deliver says nothing new, and SES does not count it either.
NOT_TRIED = "OnAccountSuppressionList"


class Bounce(StrEnum):
    """Why a mail came back."""

    FINAL = "final"  # there is no such mailbox
    PASSING = "passing"  # full, slow, or an automatic answer: "out of office"
    POLICY = "policy"  # somebody does not want mail from us, or of this kind: it says nothing about the address


def take_in(body: str) -> None:
    """Note what SES tells: an SNS message in an SQS message, with our tags on the mail."""
    message, now = json.loads(body)["Message"], clock.now()
    if not message.startswith("{"):
        logger.info("topic greeted")  # SES says hello to a new topic with a plain sentence
        return
    event = json.loads(message)
    kind, told, sent = event["eventType"], event.get("bounce", {}), event["mail"]
    tags = {name: values[0] for name, values in sent.get("tags", {}).items() if values}
    why = bounce(told) if kind == "Bounce" else None
    # Whatever has passed, the mailbox may have taken it all the same: it answers "out of office" after delivery.
    state = MailState.REFUSED if why is Bounce.PASSING else MailState.BOUNCED if why else STATES.get(kind)
    if state is None:
        logger.info("feedback without effect", kind=kind, mail_id=tags.get("mail_id"))
        return
    for address in sent.get("destination", []):
        note_address(address_hash(hash_secret(), address), kind, why, sent, now)
    if kind == "Reject":
        logger.error("rejected by SES", mail_id=tags.get("mail_id"))
    if not MailRef.model_fields.keys() <= tags.keys():
        return
    ref = MailRef.model_validate({name: tags[name] for name in MailRef.model_fields})
    if ref.owner is Owner.ORGANISER and state in (MailState.BOUNCED, MailState.COMPLAINED):
        pauses.pause(pauses.scope(ref.event_id, MailKind.DIGEST), str(state), now)
    if kind == "Complaint" and ref.owner is Owner.PERSON:
        take_back(ref, now)
    tried = NOT_TRIED not in (told.get("bounceSubType"), event.get("complaint", {}).get("complaintSubType"))
    if mails.note_event(ref, state, sent["messageId"], now) and tried:
        note_health(state, now)
    logger.info("feedback", kind=kind, mail_id=ref.mail_id)


def note_address(hashed: str, kind: str, why: Bounce | None, sent: dict[str, Any], now: datetime) -> None:
    """Remember what an address told about itself; done twice, or in another order, it is the same."""
    if kind == "Delivery":
        addresses.note_delivery(hashed, sent["timestamp"], now)
    elif kind == "Complaint":
        addresses.note_complaint(hashed, now)
    elif why is Bounce.FINAL:
        addresses.note_bounce(hashed, now)
    elif why is Bounce.PASSING:
        addresses.note_refusal(hashed, sent["messageId"], sent["timestamp"], now)
    elif why is Bounce.POLICY:
        logger.error("blocked by policy")


def bounce(told: dict[str, Any]) -> Bounce:
    """Tell apart what is about the address from what is about us: status or diagnosis x.7.x, whatever the type."""
    recipients = told.get("bouncedRecipients", [])
    if any(POLICY_CODE.search(f"{one.get('status', '')} {one.get('diagnosticCode', '')}") for one in recipients):
        return Bounce.POLICY
    return Bounce.FINAL if told.get("bounceType") == "Permanent" else Bounce.PASSING


def take_back(ref: MailRef, now: datetime) -> None:
    """End the questions to somebody who called one a nuisance."""
    found = attendees.attendee(ref.event_id, ref.owner_id)
    if found is not None:
        attendees.take_back(found, Topic.FOLLOW_UP, now)


def note_health(state: MailState, now: datetime) -> None:
    """Count what became of our mail, and stop all but service before SES stops everything."""
    if state not in pauses.COUNTED:
        return
    pauses.count(state, now)
    trouble = pauses.trouble(now) if state is not MailState.DELIVERED else None
    if trouble:
        pauses.pause(pauses.LETTERS, trouble, now)
        logger.error("letters paused", reason=trouble)


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, take_in)
