"""SES's other side: every mail that was sent, and what SES would tell of it afterwards."""

from __future__ import annotations

import base64
import email.policy
import json
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import boto3

from infra.local.cloud import Cloud
from shared import clock
from shared.aws import client

BOUNCES = {"Bounce": ("Permanent", "5.1.1"), "SoftBounce": ("Transient", "4.2.2")}  # type and status by our names


@dataclass(frozen=True)
class Received:
    """One mail as SES took it."""

    number: int
    ses_id: str
    at: datetime
    recipient: str
    configuration_set: str
    tags: dict[str, str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = BytesParser(policy=email.policy.default).parsebytes(self.raw)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - the default policy makes no other kind
        return parsed

    def part(self, kind: str) -> str:
        """Return the body of a kind, "html" or "plain"."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found else ""


@dataclass
class Inbox:
    """Everybody's mail."""

    cloud: Cloud
    mails: list[Received] = field(default_factory=list)
    _asked: dict[str, Any] = field(default_factory=dict)

    def listen(self) -> None:
        """Take note of each SendEmail: moto forgets its tags and configuration set."""
        session = boto3.DEFAULT_SESSION
        assert session is not None  # noqa: S101 - made when the cloud started
        events = session.events
        events.register("before-send.sesv2.SendEmail", self._note_request)
        events.register("after-call.sesv2.SendEmail", self._note_answer)

    def _note_request(self, request: Any, **_: Any) -> None:
        self._asked = json.loads(request.body)

    def _note_answer(self, parsed: dict[str, Any], **_: Any) -> None:
        if "MessageId" in parsed:
            self.take(self._asked, parsed["MessageId"])

    def take(self, asked: dict[str, Any], ses_id: str) -> None:
        """Keep a mail that SES was given under this id, and tell what became of it."""
        mail = Received(
            number=len(self.mails) + 1,
            ses_id=ses_id,
            at=clock.now(),
            recipient=asked["Destination"]["ToAddresses"][0],
            configuration_set=asked["ConfigurationSetName"],
            tags={tag["Name"]: tag["Value"] for tag in asked.get("EmailTags", [])},
            raw=base64.b64decode(asked["Content"]["Raw"]["Data"]),
        )
        self.mails.append(mail)
        self.tell(mail, "Send", "Delivery")

    def tell(self, mail: Received, *kinds: str) -> None:
        """Publish events about a mail: those that its configuration set asks for, where it says so."""
        topic, wanted = self.cloud.mail_topics.get(mail.configuration_set, ("", set()))
        told = [
            {"Id": one, "Message": json.dumps(self._event(mail, one))}
            for one in kinds
            if one.lower().removeprefix("soft") in wanted
        ]
        if told:
            client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=told)

    def _event(self, mail: Received, kind: str) -> dict[str, Any]:
        event: dict[str, Any] = {
            "eventType": kind,
            "mail": {
                "messageId": mail.ses_id,
                "timestamp": clock.utc_text(mail.at),
                "destination": [mail.recipient],
                "tags": {name: [value] for name, value in mail.tags.items()},
            },
        }
        if kind in BOUNCES:
            bounce, status = BOUNCES[kind]
            recipients = [{"emailAddress": mail.recipient, "status": status}]
            event["eventType"] = "Bounce"
            event["bounce"] = {"bounceType": bounce, "bounceSubType": "General", "bouncedRecipients": recipients}
        return event
