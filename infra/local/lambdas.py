"""Running the template's functions in this process, as Lambda would call them."""

from __future__ import annotations

import importlib
import json
import os
import time
import traceback
import uuid
from dataclasses import dataclass, field
from typing import Any

from infra.local.cloud import Lambda

LARGEST_PAYLOAD = 6 * 1024 * 1024  # bytes, of a synchronous call


class PayloadTooLarge(Exception):
    """Lambda takes no request or answer beyond 6 MB."""


class FunctionFailed(Exception):
    """The handler raised; `answer` is what Lambda would return."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["errorType"])
        self.answer = answer


@dataclass
class Context:
    """What Lambda tells a handler about its invocation."""

    function: Lambda
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)

    @property
    def function_name(self) -> str:
        return self.function.name

    @property
    def memory_limit_in_mb(self) -> int:
        return self.function.memory_mb

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:eu-central-1:123456789012:function:{self.function.name}"

    def get_remaining_time_in_millis(self) -> int:
        return int((self.function.timeout_s - (time.monotonic() - self.started)) * 1000)


def share_environment(functions: list[Lambda]) -> None:
    """Give this process the functions' variables: one name has one value in the whole template, or this refuses."""
    merged: dict[str, tuple[str, str]] = {}
    for function in functions:
        for name, value in function.environment.items():
            other, known = merged.setdefault(name, (function.logical_id, value))
            if known != value:
                raise ValueError(f"{name} differs between {other} and {function.logical_id}: give it two names")
    # The endpoint stays out: empty means AWS, and here AWS is this process.
    shared = {name: value for name, (_, value) in merged.items() if name != "AWS_ENDPOINT_URL"}
    os.environ.update(shared)  # noqa: TID251 - prepares it for the functions


def invoke(function: Lambda, payload: Any) -> Any:
    """Call a handler with a copy of the payload as JSON, and return its answer the same way."""
    request = json.dumps(payload)
    if len(request.encode()) > LARGEST_PAYLOAD:
        raise PayloadTooLarge
    module, name = function.handler.rsplit(".", 1)
    handler = getattr(importlib.import_module(module), name)
    try:
        answer = handler(json.loads(request), Context(function))
    except Exception as error:
        traceback.print_exc()
        raise FunctionFailed({"errorType": type(error).__name__, "errorMessage": str(error)}) from error
    return json.loads(json.dumps(answer))
