"""Playing an event's life on the local stack, and counting what each function asks of AWS."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import TextIOBase
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from infra.costs import capacity
from infra.costs.usage import DUE, FunctionUse, Life, Measured
from infra.local import people
from infra.local.cloud import REGION, Lambda
from infra.local.demo import ANSWER_AFTERWARDS, REGISTERED_BEFORE, SHOWN, new_mails, waves_of
from infra.local.demo_event import demo_event
from infra.local.gateway import Answer, Request
from infra.local.stack import Stack
from shared import clock
from shared.logs import logger
from shared.models import MailKind
from shared.store import events
from shared.store.table import table

START = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)
SEED = 7
TICKS = 200
LINE_BYTES = 26  # that CloudWatch counts for each line
ITEM_BYTES = 100  # that DynamoDB counts for each stored item, and for each entry of an index
PAGES_FILES = ("/style.css", "/page.js", "/icon.svg")


class Visited(Stack):
    """The stack as people use it with a browser: they see a page before they press, and follow where they are sent."""

    def http(self, request: Request) -> Answer:
        if request.method == "POST" and request.path.startswith("/confirm/"):
            people.get(self, request.path)
        answer = super().http(request)
        if answer.status == HTTPStatus.SEE_OTHER:
            people.get(self, answer.headers["location"].partition("#")[0].partition("?")[0])
        return answer

    def look(self, page: str) -> None:
        """Open a page for the first time that day."""
        for path in (page, *PAGES_FILES):
            people.get(self, path)


class Meter(TextIOBase):
    """Listens to every call, invocation and log line; `life` is what is being counted."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.life = Life()
        self._use: FunctionUse | None = None
        self._away_s = 0.0  # of processor time, in what stands in for AWS
        self._lock = threading.Lock()
        self._inbox = stack.inbox
        self._invoke, stack.cloud.invoke = stack.cloud.invoke, self._run
        session = boto3.DEFAULT_SESSION
        assert session is not None  # noqa: S101 - made when the cloud started
        session.events.register("before-call", self._asks)
        session.events.register_last("after-call", self._is_answered)
        logger.setLevel("INFO")
        logger.registered_handler.setStream(self)  # type: ignore[attr-defined] # it is a StreamHandler

    def write(self, text: str, /) -> int:
        if self._use:
            self._use.log_bytes += len(text.strip().encode()) + (LINE_BYTES if text.strip() else 0)
        return len(text)

    def _run(self, function: Lambda, payload: Any) -> Any:
        use = self.life.functions.setdefault(function.logical_id, FunctionUse())
        self._use, self._away_s, began = use, 0, time.process_time()
        try:
            answer = self._invoke(function, payload)
        finally:
            use.processor_s += time.process_time() - began - self._away_s
            self._use = None
        use.invocations += 1
        use.messages += len(payload.get("Records", []))
        if "routeKey" in payload:
            self.life.answer_bytes += len(json.dumps(answer, ensure_ascii=False).encode())
        return answer

    def _asks(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["began"] = time.thread_time()
        if self._use and model.service_model.service_name == "dynamodb":
            context["asked"] = asked = json.loads(params["body"])
            context["keys"] = list(capacity.written_keys(model.name, asked))
            context["before"] = list(map(stored, context["keys"]))

    def _is_answered(self, parsed: Any, model: Any, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.service_name
        if not self._use or service == "sns":  # there SES speaks, not a function
            return
        with self._lock:
            name = f"{service}.{model.name}"
            if asked := context.get("asked"):
                changes = zip(context["before"], map(stored, context["keys"]), strict=True)
                in_transaction = model.name == "TransactWriteItems"
                self._use.write_units += capacity.write_units(changes, transaction=in_transaction)
                self._use.read_units += capacity.read_units(model.name, asked, parsed)
                name = DUE if "IndexName" in asked else name
            self._use.calls[name] = self._use.calls.get(name, 0) + 1
            self._away_s += time.thread_time() - context["began"]


def stored(key: capacity.Item) -> capacity.Item:
    """Return the item that lies in the table, or nothing."""
    partition = tables_items().get(DynamoType(key["pk"]), {})
    item = partition.get(DynamoType(key["sk"]))
    return wire(item) if item else {}


def wire(item: Any) -> capacity.Item:
    attributes: capacity.Item = item.to_json()["Attributes"]
    return attributes


def tables_items() -> dict[Any, dict[Any, Any]]:
    found: dict[Any, dict[Any, Any]] = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[table().name].items
    return found


def stored_bytes() -> int:
    """Return what the table and its index hold, in bytes."""
    items = [wire(item) for partition in tables_items().values() for item in partition.values()]
    entries = [entry for entry in map(capacity.entry, items) if entry]
    return sum(capacity.size(one) + ITEM_BYTES for one in (*items, *entries))


def measure(on: datetime, count: int) -> Measured:
    """Count empty ticks, an event for nobody, and one for so many people."""
    stack = Visited("http://127.0.0.1:8000", start_at=START)
    meter = Meter(stack)
    stack.tick()  # the first one imports
    meter.life = ticks = Life()
    for _ in range(TICKS):
        stack.tick()
    lives = [live(stack, meter, folk) for folk in ([], people.everybody()[:count])]
    return Measured(on=on.date(), people=count, ticks=ticks, nobody=lives[0], everybody=lives[1])


def live(stack: Visited, meter: Meter, folk: list[dict[str, Any]]) -> Life:
    """Play an event from its creation until its data are deleted."""
    rng = random.Random(SEED)  # noqa: S311 - decides invented answers, nothing secret
    meter.life = life = Life()
    first, held = len(stack.inbox.mails), stored_bytes()
    content = demo_event(clock.now(), days_ahead=14) | {"id": f"event-of-{len(folk)}"}
    event_id = stack.invoke("OrganiserFunction", {"command": "event", "event": content})["event_id"]
    event, rounds = events.event_with_rounds(event_id)
    for one, wave in zip(rounds, waves_of(folk), strict=True):
        stack.turn_to(one.due - REGISTERED_BEFORE[one.number])
        look_at(stack, [f"/events/{event_id}"] * len(wave))
        list(people.register(stack, event_id, wave))
        since = len(stack.inbox.mails)
        stack.turn_to(one.due + timedelta(minutes=5))
        proposals = new_mails(stack, since, MailKind.PROPOSAL)
        look_at(stack, map(people.page_of, proposals))
        people.answer(stack, proposals, lambda: rng.random() < SHOWN)
        look_at(stack, map(people.page_of, new_mails(stack, since, MailKind.INTRODUCTION)))
    since = len(stack.inbox.mails)
    stack.turn_to(event.ends_at + timedelta(days=5))
    asked = [mail for mail in new_mails(stack, since, MailKind.DID_YOU_MEET) if rng.random() < ANSWER_AFTERWARDS]
    look_at(stack, map(people.page_of, asked))
    people.tell_outcomes(stack, asked, rng)
    life.stored_bytes = stored_bytes() - held
    stack.turn_to(event.ends_at + timedelta(days=event.retention_days + 2))
    mails = stack.inbox.mails[first:]
    life.mails, life.mail_bytes = len(mails), sum(len(mail.raw) for mail in mails)
    return life


def look_at(stack: Visited, pages: Iterable[str]) -> None:
    for page in pages:
        stack.look(page)
