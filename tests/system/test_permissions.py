"""What the functions do to the table, held against what their policies let them do: moto would let them do all."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber

from infra.local import gateway, lambdas, people, queues
from infra.local.template import expand
from shared.store import pauses
from tests.system.life import ADA, BO, Life

PREFIX = "dynamodb:"
SHORT = {"not_yet": False, "stay_in_touch": False}


def allowed() -> dict[str, set[str]]:
    """Return the table actions each function's policy names."""
    found: dict[str, set[str]] = defaultdict(set)
    resources = expand()["Resources"]
    for name, one in resources.items():
        if one["Type"] == "AWS::Lambda::Function":
            role = resources[one["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
            for statement in (each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]):
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                found[name] |= {action.removeprefix(PREFIX) for action in actions if action.startswith(PREFIX)}
    return found


def actions(operation: str, body: dict[str, Any]) -> set[str]:
    """Return what a call needs to be allowed: a transaction needs what each of its parts does."""
    if operation != "TransactWriteItems":
        return {operation}
    return {f"{kind}Item" for part in body["TransactItems"] for kind in part}


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Note which table actions each function of the stack takes from now on."""
    found: dict[str, set[str]] = defaultdict(set)
    running: list[str] = []
    invoke, moto = lambdas.invoke, BotocoreStubber.__call__

    def invoke_noting(function: Any, payload: Any) -> Any:
        running.append(function.logical_id)
        try:
            return invoke(function, payload)
        finally:
            running.pop()

    def call_noting(stubber: Any, event_name: str, request: Any, **rest: Any) -> Any:
        _, service, operation = event_name.split(".")
        if service == "dynamodb" and running:
            found[running[-1]] |= actions(operation, json.loads(request.body))
        return moto(stubber, event_name=event_name, request=request, **rest)

    for caller in (gateway, lambdas, queues):
        monkeypatch.setattr(caller, "invoke", invoke_noting)
    monkeypatch.setattr(BotocoreStubber, "__call__", call_noting)
    return found


def test_each_function_may_do_to_the_table_what_it_does_and_no_more(
    life: Life, used: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    life.organise(publish="by hand", retention_days=30, follow_up=SHORT)
    life.organise(
        publish="by hand",
        retention_days=30,
        follow_up=SHORT,
        starts_at=f"{life.start:%Y-%m-%d}T11:00:00",
        breaks=[],
    )
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.command("publish")
    for person in (ADA, BO):
        life.answer(person, "yes")
    with monkeypatch.context() as soon:
        soon.setattr(pauses, "ENOUGH_MAILS", 1)
        for kind in ("SoftBounce", "Bounce", "Complaint"):
            life.stack.inbox.tell(life.mails(ADA)[-1], kind)
        life.stack.drain()
    assert pauses.LETTERS in life.command("status")["paused"]
    life.command("pause", event_id="")
    life.command("resume", event_id="")
    life.command("pause")
    life.command("resume")
    life.turn_to(days=-9)
    life.outcome(BO, "good_conversation")
    life.command("status")
    people.press(life.stack, f"{life.link(BO, '/me/')}/leave", "")
    people.press(life.stack, f"{life.link(ADA, '/me/')}/erase", "")
    life.turn_to(days=-40)
    assert used == allowed()
