"""The running system: one process, one lock, a clock that can be turned."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from infra.local import cloud as local_cloud
from infra.local import gateway, lambdas, queues
from infra.local.inbox import Inbox
from shared import clock
from shared.aws import client
from shared.store import tasks
from shared.store.table import Item, table, values

MINUTE = timedelta(minutes=1)
MOST_DUE = 10_000
MOST_HOPS_IN_VAIN = 20
IDLE_S = 0.3  # between two looks at the queues while nobody does anything


class Stack:
    """Begegnung as template.yaml deploys it, on this machine."""

    turns = True  # whether its clock can be turned

    def __init__(self, public_url: str, start_at: datetime | None = None, *, clock_runs: bool = True) -> None:
        """Start everything; `start_at` sets the clock before anything has a date.

        A clock that does not run moves only when it is turned: what is lived does not depend on how fast this machine
        is.
        """
        self.lock = threading.RLock()
        self._travel = time_machine.travel(start_at or clock.now(), tick=clock_runs)
        self._journey = self._travel.start()
        self.cloud = local_cloud.start(public_url)
        self.cloud.invoke = lambdas.invoke
        lambdas.share_environment(list(self.cloud.functions.values()))
        self.inbox = Inbox(self.cloud)
        self.inbox.listen()
        self.next_tick = clock.now()
        # moto keeps all of AWS as Python objects; looking through them for garbage took a fifth of the time.
        gc.freeze()
        gc.set_threshold(200_000, 20, 100)

    def stop(self) -> None:
        """End moto and let the clock go; for tests, as a process that ends needs neither."""
        local_cloud.stop()
        gc.unfreeze()
        self._travel.stop()

    def http(self, request: gateway.Request) -> gateway.Answer:
        """Answer a request as the deployed API would."""
        with self.lock:
            return gateway.handle(self.cloud, request)

    def invoke(self, name: str, payload: Any) -> Any:
        """Call a function by its name or logical id; KeyError if there is none."""
        with self.lock:
            names = {one.name: one for one in self.cloud.functions.values()} | self.cloud.functions
            return self.cloud.invoke(names[name], payload)

    def tick(self) -> None:
        """Let every schedule fire once."""
        with self.lock:
            self.next_tick = clock.now() + MINUTE
            for name in self.cloud.schedules:
                try:
                    self.cloud.invoke(self.cloud.functions[name], {})
                except lambdas.FunctionFailed:
                    continue  # told on the terminal; the next tick finds what is left, as in AWS

    def drain(self) -> None:
        """Hand messages over until all queues are empty."""
        with self.lock:
            while sum(queues.poll(self.cloud, mapping) for mapping in self.cloud.mappings):
                pass

    def settle(self, due: datetime | None = None) -> datetime | None:
        """Let everything happen that is due now; return when the next thing is. `due` is what is known of that."""
        with self.lock:
            self.drain()
            before, tried = None, None
            due = due or tasks.next_due()
            while due and due <= clock.now():
                if due == before:
                    # What is due after a tick as before it is failing: the next minute's business.
                    waiting = [*tasks.due_mails(clock.now(), MOST_DUE), *tasks.due_tasks(clock.now(), MOST_DUE)]
                    if waiting == tried:
                        break
                    tried = waiting
                self.tick()
                self.drain()
                before, due = due, tasks.next_due()
            return due

    def turn_to(self, moment: datetime, progress: Callable[[datetime], None] | None = None) -> None:
        """Turn the clock on to a moment, halting wherever something is due, so that each mail has its own time."""
        if not self.turns:
            raise ValueError("this stack's clock cannot be turned")
        with self.lock:
            due, stuck = self.settle(), 0
            while due and due <= moment:
                # What is still due after settling is tried again a minute later, as the clock would.
                stuck = 0 if due > clock.now() else stuck + 1
                if stuck > MOST_HOPS_IN_VAIN:
                    raise RuntimeError("something stays due whatever is done: the terminal says why")
                self.set_clock(due if due > clock.now() else clock.now() + MINUTE)
                if progress:
                    progress(clock.now())
                due = self.settle(due)
            if moment > clock.now():
                self.set_clock(moment)
                self.settle()

    def run_for_ever(self) -> None:
        """Keep the queues moving and the clock ticking, as AWS does when nobody looks."""
        while True:
            self.drain()
            if clock.now() >= self.next_tick:
                self.tick()
            time.sleep(IDLE_S)

    def set_clock(self, moment: datetime) -> None:
        """Set the time of the whole process, whatever is due on the way; it runs on from there."""
        self._journey.move_to(moment.astimezone(UTC))
        self.next_tick = moment


def items_under(sk: str) -> list[Item]:
    """Find the items whose sort key begins so; only a table as small as a local stack's may be read whole."""
    pages = (
        client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table().name,
            FilterExpression="begins_with(sk, :sk)",
            ExpressionAttributeValues={":sk": {"S": sk}},
        )
    )
    return [values(item) for page in pages for item in page["Items"]]
