"""Let AWS's own DynamoDB Local answer the DynamoDB calls of a test run: `pytest -p tests.contract.plugin`.

It stands where moto stands. Functions, store and SDK stay as they are, and tests may plant faults before either.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import BotocoreStubber

if TYPE_CHECKING:
    from infra.local.stack import Stack

SCRIPT = Path(__file__).with_name("dynamodb_local")
TRIES, PAUSE_S = 1800, 0.1  # fetching it may take minutes
# Nobody checks the signature, but who does not sign is refused.
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20270520/eu-central-1/dynamodb/aws4_request, SignedHeaders=, Signature="
# What CreateTable takes of the template's table; backups, encryption and deletion are nothing an emulator has.
OF_THE_TABLE = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
MOTO = BotocoreStubber.__call__
REFUSED: list[str] = []  # calls that were found invalid, in this test; a condition that fails is nothing invalid


# What a call may be told that is as it should be.
ANSWERS = {"None", "ConditionalCheckFailed", "ConditionalCheckFailedException", "ResourceNotFoundException"}


class DynamoDBLocal:
    """The running emulator."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [SCRIPT, str(self._port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        # Without it each call waits 40 ms for an acknowledgement.
        at_once: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._http = URLLib3Session(socket_options=at_once)
        self._wait()

    def _wait(self) -> None:
        for _ in range(TRIES):
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except OSError:
                try:
                    said = self._process.communicate(timeout=PAUSE_S)[0]
                except subprocess.TimeoutExpired:
                    continue
                raise RuntimeError(f"DynamoDB Local ended: {said}") from None
            else:
                return
        self.stop()
        raise RuntimeError("DynamoDB Local does not listen")

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()

    def answer(self, stubber: BotocoreStubber, event_name: str, request: Any, **call: Any) -> Any:
        """Take DynamoDB's calls, and leave all others to moto."""
        service, operation = event_name.split(".")[1:]
        if service != "dynamodb":
            return MOTO(stubber, event_name=event_name, request=request, **call)
        request.url = f"http://127.0.0.1:{self._port}/"
        request.headers["Authorization"] = SIGNED
        answer = self._http.send(request)
        if answer.status_code != 200:
            told = json.loads(answer.content)
            codes = {one["Code"] for one in told.get("CancellationReasons", [])} or {told["__type"].split("#")[1]}
            if not codes <= ANSWERS:
                REFUSED.append(f"{operation}: {told.get('message') or told.get('Message')}")
        return answer


@pytest.fixture(scope="session", autouse=True)
def dynamodb_local(stack: Stack) -> Iterator[DynamoDBLocal]:  # noqa: ARG001 - it is moto's place that is taken
    """Start the emulator and give it the template's table, under the name the functions know."""
    from infra.local import template  # noqa: PLC0415 - prepares the environment, as `stack` does
    from shared.aws import client  # noqa: PLC0415 - as above
    from shared.store.table import table  # noqa: PLC0415 - as above

    running = DynamoDBLocal()

    def answer(stubber: BotocoreStubber, **call: Any) -> Any:
        return running.answer(stubber, **call)

    BotocoreStubber.__call__ = answer
    try:
        properties = template.expand()["Resources"]["Table"]["Properties"]
        client("dynamodb").create_table(TableName=table().name, **{name: properties[name] for name in OF_THE_TABLE})
        yield running
    finally:
        BotocoreStubber.__call__ = MOTO
        running.stop()


@pytest.fixture(autouse=True)
def nothing_refused(dynamodb_local: DynamoDBLocal) -> Iterator[None]:  # noqa: ARG001 - it must be running
    """Fail a test whose calls were invalid, whatever the functions made of that, and leave nothing to the next one."""
    from infra.local.stack import items_under  # noqa: PLC0415 - as above
    from shared.store.table import table  # noqa: PLC0415 - as above

    REFUSED.clear()
    yield
    table().delete_all([{"pk": item["pk"], "sk": item["sk"]} for item in items_under("")])
    assert REFUSED == []
