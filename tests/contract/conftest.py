"""The store under test: moto's table in this process, or DynamoDB Local's where `plugin` puts it into moto's place."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import BotocoreStubber

from tests.contract.differences import Store
from tests.integration.faults import Faults

if TYPE_CHECKING:
    from infra.local.stack import Stack

Instead = Callable[[str, Callable[[dict[str, Any]], dict[str, Any]]], None]


@pytest.fixture
def store(pytestconfig: pytest.Config) -> Store:
    is_local = pytestconfig.pluginmanager.has_plugin("tests.contract.plugin")
    return Store.DYNAMODB_LOCAL if is_local else Store.MOTO


@pytest.fixture(autouse=True)
def emptied(stack: Stack) -> Iterator[None]:  # noqa: ARG001 - it must be running
    """Leave nothing in moto's table; the plugin cleans up after itself."""
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - not before the stack

    yield
    for table in dynamodb_backends["123456789012"]["eu-central-1"].tables.values():
        table.items.clear()
        vars(table).pop("_by_attribute", None)  # what moto_patch remembers of it


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Let an operation's next call be answered by the test, with no effect behind the answer."""
    monkeypatch.setattr("shared.store.table.time", types.SimpleNamespace(sleep=lambda _: None))

    def answer(operation: str, body: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        behind, waiting = BotocoreStubber.__call__, [body]

        def call(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
            if event_name != f"before-send.dynamodb.{operation}" or not waiting:
                return behind(stubber, event_name=event_name, request=request, **more)
            told = waiting.pop()(json.loads(request.body))
            content = json.dumps(told).encode()
            raw: Any = types.SimpleNamespace(stream=lambda **_: iter([content]))
            return AWSResponse(request.url, 400 if "__type" in told else 200, {}, raw)  # type: ignore[arg-type] # as Faults

        monkeypatch.setattr(BotocoreStubber, "__call__", call)

    return answer
