"""One event for each function, as AWS would send it: python -m infra.sam_local.samples writes them to tests/events."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from infra.local import gateway, queues
from infra.local.template import ROOT

FOLDER = ROOT / "tests" / "events"
EVENT_ID = "was-als-naechstes"  # of docs/event.toml
ID = "d0f5c2a4-0000-4000-8000-000000000000"
# Somebody who is not there: each call takes imports, environment, credentials and the table, and changes nothing.
MAIL = {"event_id": EVENT_ID, "owner": "person", "owner_id": "nobody", "mail_id": "none"}
SENT = {"messageId": "none", "timestamp": "2027-05-20T07:30:00.123Z", "destination": ["ada@example.org"]}
DELIVERED = {"eventType": "Delivery", "mail": SENT | {"tags": {name: [value] for name, value in MAIL.items()}}}
TICK = {
    "version": "0",
    "id": ID,
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "account": "123456789012",
    "time": "2027-05-20T07:30:00Z",
    "region": "eu-central-1",
    "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/begegnung-minute"],
    "detail": "{}",
}


def samples() -> dict[str, Any]:
    """Return an event by the template's name of the function it is for."""
    return {
        "RegistrationFunction": asking_for_the_form(),
        "OrganiserFunction": {"command": "status", "event_id": EVENT_ID},
        "FollowUpFunction": TICK,
        "InterestsFunction": message("ProfileQueue", {"kind": "understand", "event_id": EVENT_ID, "subject": "nobody"}),
        "MatchingFunction": message("RoundQueue", {"kind": "round", "event_id": EVENT_ID, "subject": "1"}),
        "MailingFunction": message("MailQueue", MAIL),
        "FeedbackFunction": message("FeedbackQueue", {"Type": "Notification", "Message": json.dumps(DELIVERED)}),
    }


def asking_for_the_form() -> dict[str, Any]:
    request = gateway.Request("GET", f"/events/{EVENT_ID}", "", {"accept": "text/html", "accept-language": "en"}, b"")
    event = gateway.event(request, "GET /events/{event_id}", {"event_id": EVENT_ID})
    event["requestContext"] |= {"requestId": ID, "timeEpoch": 1811230200000}
    return event


def message(queue: str, body: Any) -> dict[str, Any]:
    """Wrap a message as a queue hands it over."""
    told: dict[str, Any] = {"MessageId": ID, "ReceiptHandle": "none", "MD5OfBody": ""}
    told |= {"Body": json.dumps(body), "Attributes": {"ApproximateReceiveCount": "1"}}
    return {"Records": [queues.record(f"arn:aws:sqs:eu-central-1:123456789012:begegnung-{queue}", told)]}


def file_of(function: str) -> Path:
    return FOLDER / f"{function}.json"


def as_text(event: Any) -> str:
    return json.dumps(event, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write every event to its file."""
    FOLDER.mkdir(exist_ok=True)
    for function, event in samples().items():
        file_of(function).write_text(as_text(event), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
