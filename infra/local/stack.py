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
from shared.store import tasks
from shared.store.keys import Key

MINUTE = timedelta(minutes=1)
MOST_DUE = 10_000
MOST_HOPS_IN_VAIN = 20
IDLE_S = 0.3  # between two looks at the queues while nobody does anything


class Stack:
    """Begegnung as template.yaml deploys it, on this machine."""

    def __init__(self, public_url: str, start_at: datetime | None = None) -> None:
        """Start everything; `start_at` sets the clock before anything has a date."""
        self.lock = threading.RLock()
        self._travel: time_machine.travel | None = None
        self._journey: time_machine.Traveller | None = None
        if start_at:
            self.set_clock(start_at)
        self.cloud = local_cloud.start(public_url)
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
        if self._travel:
            self._travel.stop()

    def http(self, request: gateway.Request) -> gateway.Answer:
        """Answer a request as the deployed API would."""
        with self.lock:
            return gateway.handle(self.cloud, request, int(clock.now().timestamp() * 1000))

    def invoke(self, name: str, payload: Any) -> Any:
        """Call a function by its name or logical id; KeyError if there is none."""
        with self.lock:
            function = self.cloud.function(name)
            if function is None:
                raise KeyError(name)
            return lambdas.invoke(function, payload)

    def tick(self) -> None:
        """Let every schedule fire once."""
        with self.lock:
            self.next_tick = clock.now() + MINUTE
            for name in self.cloud.schedules.values():
                try:
                    lambdas.invoke(self.cloud.functions[name], {})
                except lambdas.FunctionFailed:
                    continue  # told on the terminal; the next tick finds what is left, as in AWS

    def drain(self) -> int:
        """Hand messages over until all queues are empty; return how many there were."""
        moved = 0
        with self.lock:
            while batch := sum(queues.poll(self.cloud, mapping) for mapping in self.cloud.mappings):
                moved += batch
        return moved

    def settle(self) -> None:
        """Let everything happen that is due now."""
        with self.lock:
            self.drain()
            tried: list[Key] = []
            # What is due after a tick as before it is failing: the next minute's business.
            while (due := tasks.due_keys(clock.now(), MOST_DUE)) and due != tried:
                self.tick()
                self.drain()
                tried = due

    def turn_to(self, moment: datetime, progress: Callable[[datetime], None] | None = None) -> None:
        """Turn the clock on to a moment, halting wherever something is due, so that each mail has its own time."""
        with self.lock:
            self.settle()
            stuck = 0
            while (due := tasks.next_due()) and due <= moment:
                # What is still due after settling is tried again a minute later, as the clock would.
                stuck = 0 if due > clock.now() else stuck + 1
                if stuck > MOST_HOPS_IN_VAIN:
                    raise RuntimeError("something stays due whatever is done: the terminal says why")
                self.set_clock(due if due > clock.now() else clock.now() + MINUTE)
                if progress:
                    progress(clock.now())
                self.settle()
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
        if self._journey is None:
            self._travel = time_machine.travel(moment, tick=True)
            self._journey = self._travel.start()
        else:
            self._journey.move_to(moment.astimezone(UTC))
        self.next_tick = moment
