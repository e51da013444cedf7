"""Playing an event's life on the local stack, and counting what each function asks of AWS."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from infra.costs import capacity
from infra.costs.bill import Life, Measured
from infra.local import people
from infra.local.cloud import REGION, Lambda
from infra.local.demo import ANSWER_AFTERWARDS, REGISTERED_BEFORE, SHOWN, new_mails, waves_of
from infra.local.demo_event import demo_event
from infra.local.gateway import Answer, Request
from infra.local.stack import Stack
from shared import clock
from shared.models import MailKind
from shared.store import events
from shared.store.table import table

START = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)
SEED = 7
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

    def look(self, pages: Iterable[str]) -> None:
        """Open pages, each for the first time that day."""
        for page in pages:
            for path in (page, *PAGES_FILES):
                people.get(self, path)


class Meter:
    """Listens to every invocation, and to every call a function makes; `life` is what is being counted."""

    def __init__(self, stack: Stack) -> None:
        self.life = Life()
        self._running = ""
        self._lock = threading.Lock()
        self._invoke, stack.cloud.invoke = stack.cloud.invoke, self._run
        session = boto3.DEFAULT_SESSION
        assert session is not None  # noqa: S101 - made when the cloud started
        session.events.register("before-call", self._asks)
        session.events.register("after-call", self._is_answered)

    def _run(self, function: Lambda, payload: Any) -> Any:
        name, messages, runs = function.logical_id, len(payload.get("Records", [])), self.life.runs
        runs[name] = runs.get(name, 0) + (messages or 1)
        self.life.messages += messages
        self.life.http_requests += "routeKey" in payload
        self._running = name
        try:
            return self._invoke(function, payload)
        finally:
            self._running = ""

    def _asks(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if self._running and model.service_model.service_name == "dynamodb":
            context["asked"] = asked = json.loads(params["body"])
            context["before"] = [(key, stored(key)) for key in capacity.written_keys(model.name, asked)]

    def _is_answered(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        if not self._running or model.service_model.service_name == "sns":  # there SES speaks, not a function
            return
        with self._lock:  # partitions are read in threads
            calls = self.life.calls
            calls[self._running] = calls.get(self._running, 0) + 1
            if asked := context.get("asked"):
                changes = [(before, stored(key)) for key, before in context["before"]]
                in_transaction = model.name == "TransactWriteItems"
                self.life.write_units += capacity.write_units(changes, transaction=in_transaction)
                self.life.read_units += capacity.read_units(model.name, asked)


def stored(key: capacity.Item) -> capacity.Item:
    """Return the item that lies in the table, or nothing."""
    items = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[table().name].items
    item = items.get(DynamoType(key["pk"]), {}).get(DynamoType(key["sk"]))
    attributes: capacity.Item = item.to_json()["Attributes"] if item else {}
    return attributes


def measure(on: datetime, count: int) -> Measured:
    """Count a tick with nothing due, and an event for so many people."""
    stack = Visited("http://127.0.0.1:8000", start_at=START)
    meter = Meter(stack)
    stack.tick()  # the first one imports
    meter.life = tick = Life()
    stack.tick()
    meter.life = event = Life()
    live(stack, people.everybody()[:count])
    event.mails = len(stack.inbox.mails)
    return Measured(on=on.date(), people=count, tick=tick, event=event)


def live(stack: Visited, folk: list[dict[str, Any]]) -> None:
    """Play an event from its creation until its data are deleted."""
    rng = random.Random(SEED)  # noqa: S311 - decides invented answers, nothing secret
    content = demo_event(clock.now(), days_ahead=14)
    event_id = stack.invoke("OrganiserFunction", {"command": "event", "event": content})["event_id"]
    event, rounds = events.event_with_rounds(event_id)
    for one, wave in zip(rounds, waves_of(folk), strict=True):
        stack.turn_to(one.due - REGISTERED_BEFORE[one.number])
        stack.look([f"/events/{event_id}"] * len(wave))
        list(people.register(stack, event_id, wave))
        since = len(stack.inbox.mails)
        stack.turn_to(one.due + timedelta(minutes=5))
        proposals = new_mails(stack, since, MailKind.PROPOSAL)
        stack.look(map(people.page_of, proposals))
        people.answer(stack, proposals, lambda: rng.random() < SHOWN)
        stack.look(map(people.page_of, new_mails(stack, since, MailKind.INTRODUCTION)))
    since = len(stack.inbox.mails)
    stack.turn_to(event.ends_at + timedelta(days=5))
    asked = [mail for mail in new_mails(stack, since, MailKind.DID_YOU_MEET) if rng.random() < ANSWER_AFTERWARDS]
    stack.look(map(people.page_of, asked))
    people.tell_outcomes(stack, asked, rng)
    stack.turn_to(event.ends_at + timedelta(days=event.retention_days + 2))
