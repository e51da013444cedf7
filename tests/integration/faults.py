"""Breaking AWS calls at will, in the place where moto stands: a refused call has no effect behind it."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber


class Died(BaseException):
    """The sandbox was killed here. Not an Exception: neither handlers nor the SDK's retries may survive it."""


class Faults:
    """`plan` maps an operation, and which of its calls (from 1), to a fault; `calls` lists operations as asked.

    `sizes` lists the length of what each call sent, but for files. `left` is told of each mail that SES took without
    its sender learning of it. `meanwhile` is what somebody does once, just before an operation's next call arrives.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.plan: dict[tuple[str, int], str] = {}
        self.calls: list[str] = []
        self.sizes: list[int] = []
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.dead = False
        self.left: Callable[[dict[str, Any]], None] = lambda _: None
        moto = BotocoreStubber.__call__
        monkeypatch.setattr(
            BotocoreStubber, "__call__", lambda stubber, **call: self._call(lambda: moto(stubber, **call), **call)
        )
        monkeypatch.setattr("botocore.endpoint.time", types.SimpleNamespace(sleep=lambda _: None))

    def _call(self, effect: Callable[[], Any], event_name: str, request: Any, **_: Any) -> Any:
        operation = event_name.removeprefix("before-send.")
        if self.dead:
            raise Died(operation)
        self.calls.append(operation)
        self.sizes.append(len(request.body) if isinstance(request.body, bytes | str) else 0)
        self.meanwhile.pop(operation, lambda: None)()
        fault = self.plan.get((operation, self.calls.count(operation)), "")
        if fault == "cannot connect":
            raise EndpointConnectionError(endpoint_url=request.url)
        if fault == "die before":
            self.dead = True
            raise Died(operation)
        if fault and fault not in ("die after", "answer lost"):
            return refusal(request.url, fault)
        answer = effect()
        if fault and operation == "sesv2.SendEmail":
            # It has left all the same, though nobody here gets to hear of it.
            self.left(json.loads(answer.content))
        if fault == "die after":
            self.dead = True
            raise Died(operation)
        if fault == "answer lost":
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer


def refusal(url: str, code: str) -> AWSResponse:
    body = json.dumps({"__type": code}).encode()
    raw = types.SimpleNamespace(stream=lambda **_: iter([body]))
    headers: Any = {"x-amzn-errortype": code}
    return AWSResponse(url, 500 if code == "InternalServerError" else 400, headers, raw)
