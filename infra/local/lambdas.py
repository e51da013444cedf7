"""Running the template's functions in this process, as Lambda would call them."""

from __future__ import annotations

import importlib
import json
import os
import time
import traceback
import uuid
from types import SimpleNamespace
from typing import Any

from infra.local.cloud import REGION, Lambda

LARGEST_PAYLOAD = 6 * 1024 * 1024  # bytes, of a synchronous call


class PayloadTooLarge(Exception):
    """Lambda takes no request or answer beyond 6 MB."""


class FunctionFailed(Exception):
    """The handler raised; `answer` is what Lambda would return."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["errorType"])
        self.answer = answer


def context(function: Lambda) -> SimpleNamespace:
    """Tell a handler of its invocation what Lambda tells it."""
    ends = time.monotonic() + function.timeout_s
    return SimpleNamespace(
        function_name=function.name,
        memory_limit_in_mb=function.memory_mb,
        invoked_function_arn=f"arn:aws:lambda:{REGION}:123456789012:function:{function.name}",
        aws_request_id=str(uuid.uuid4()),
        get_remaining_time_in_millis=lambda: int((ends - time.monotonic()) * 1000),
    )


def share_environment(functions: list[Lambda]) -> None:
    """Give this process the functions' variables: one name has one value in the whole template, or this refuses."""
    merged: dict[str, tuple[str, str]] = {}
    for function in functions:
        for name, value in function.environment.items():
            other, known = merged.setdefault(name, (function.logical_id, value))
            if known != value:
                raise ValueError(f"{name} differs between {other} and {function.logical_id}: give it two names")
    os.environ.update({name: value for name, (_, value) in merged.items()})  # noqa: TID251 - prepares it for the functions


def invoke(function: Lambda, payload: Any) -> Any:
    """Call a handler with a copy of the payload as JSON, and return its answer the same way."""
    request = json.dumps(payload)
    if len(request.encode()) > LARGEST_PAYLOAD:
        raise PayloadTooLarge
    module, name = function.handler.rsplit(".", 1)
    handler = getattr(importlib.import_module(module), name)
    try:
        answer = handler(json.loads(request), context(function))
    except Exception as error:
        traceback.print_exc()
        raise FunctionFailed({"errorType": type(error).__name__, "errorMessage": str(error)}) from error
    return json.loads(json.dumps(answer))
