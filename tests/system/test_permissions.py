"""What the functions do to AWS, held against what their policies let them do: moto would let them do all."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from moto.core.botocore_stubber import BotocoreStubber

from infra.local import people
from infra.local.cloud import Cloud
from infra.local.template import expand
from shared.secret import hash_secret
from shared.store import pauses
from tests.system.life import ADA, BO, CY, Life

Right: TypeAlias = tuple[str, str]  # an action, and the resource as the template names it

SHORT = {"not_yet": False, "stay_in_touch": False}
# Lambda itself puts a tick that failed there, with the function's role.
OF_LAMBDA = {("FollowUpFunction", ("sqs:SendMessage", "LostEvents"))}


def allowed() -> dict[str, set[Right]]:
    """Return what each function's policy lets it do."""
    found: dict[str, set[Right]] = defaultdict(set)
    resources = expand()["Resources"]
    for name, one in resources.items():
        if one["Type"] == "AWS::Lambda::Function":
            role = resources[one["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
            for statement in (each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]):
                rights = {
                    (action, named(on)) for action in many(statement["Action"]) for on in many(statement["Resource"])
                }
                found[name] |= {right for right in rights if (name, right) not in OF_LAMBDA}
    return found


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def named(resource: Any) -> str:
    """Write a policy's resource shortly: Table, Table/index/due, identity/SenderIdentity."""
    if isinstance(resource, str):
        return resource
    ((kind, value),) = resource.items()
    if kind == "Fn::GetAtt":
        return str(value[0])
    return str(value).rsplit(":", 1)[-1].replace(".Arn}", "}").replace("${", "").replace("}", "")


def needed(cloud: Cloud, service: str, operation: str, request: Any) -> Iterator[Right]:
    """Say which rights AWS asks for at a call; a transaction takes what each of its parts does."""
    body = json.loads(request.body or "{}") if service not in ("s3", "sns") else {}
    if service == "dynamodb":
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        parts = [f"{kind}Item" for part in body.get("TransactItems", []) for kind in part] or [operation]
        yield from ((f"dynamodb:{part}", f"Table{index}") for part in parts)
    elif service == "sqs":
        queues = {queue.physical_resource_id: name for name, queue in cloud.queues.items()}
        yield f"sqs:{operation.removesuffix('Batch')}", queues[body["QueueUrl"]]
    elif service == "s3":
        path = urlsplit(request.url).path.removeprefix(f"/{os.environ['DRAFT_BUCKET']}")
        yield f"s3:{operation}", f"DraftBucket/{path.split('/')[1]}/*"
    elif service == "secrets-manager":
        yield f"secretsmanager:{operation}", "HashSecret"
    elif (service, operation) == ("sesv2", "SendEmail"):
        # A whole message is checked under the older call's name.
        for action in ("ses:SendEmail", "ses:SendRawEmail") if "Raw" in body["Content"] else ("ses:SendEmail",):
            yield action, "identity/*"
            yield action, "configuration-set/MailSettings"
    elif service == "sesv2":
        yield f"ses:{operation}", "*" if operation == "GetAccount" else "identity/SenderIdentity"
    elif (service, operation) != ("sns", "PublishBatch"):  # that is SES telling what became of a mail
        yield f"{service}:{operation}", "AlarmTopic"


@pytest.fixture
def used(life: Life, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[Right]]:
    """Note which rights each function of the stack needs from now on."""
    found: dict[str, set[Right]] = defaultdict(set)
    running: list[str] = []
    cloud = life.stack.cloud
    invoke, moto = cloud.invoke, BotocoreStubber.__call__

    def invoke_noting(function: Any, payload: Any) -> Any:
        running.append(function.logical_id)
        hash_secret.cache_clear()  # each function reads it for itself
        try:
            return invoke(function, payload)
        finally:
            running.pop()

    def call_noting(stubber: Any, event_name: str, request: Any, **rest: Any) -> Any:
        _, service, operation = event_name.split(".")
        if running:
            found[running[-1]] |= set(needed(cloud, service, operation, request))
        return moto(stubber, event_name=event_name, request=request, **rest)

    monkeypatch.setattr(cloud, "invoke", invoke_noting)
    monkeypatch.setattr(BotocoreStubber, "__call__", call_noting)
    return found


def test_each_function_may_do_what_it_does_and_no_more(
    life: Life, used: dict[str, set[Right]], monkeypatch: pytest.MonkeyPatch
) -> None:
    life.organise(publish="by hand", retention_days=30, follow_up=SHORT)
    life.organise(
        publish="by hand",
        retention_days=30,
        follow_up=SHORT,
        starts_at=f"{life.start:%Y-%m-%d}T11:00:00",
        breaks=[],
    )
    life.send(CY)
    life.stack.drain()
    people.press(life.stack, life.link(CY, "/confirm/"), "")
    life.stack.tick()  # before the queue's message has arrived
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.command("publish")
    life.organise(retention_days=30, follow_up=SHORT)  # from now on rounds publish themselves
    for person in (ADA, BO):
        life.answer(person, "yes")
    with monkeypatch.context() as soon:
        soon.setattr(pauses, "ENOUGH_MAILS", 1)
        for kind in ("SoftBounce", "Bounce", "Complaint"):
            life.stack.inbox.tell(life.mails(ADA)[-1], kind)
        life.stack.drain()
    assert pauses.LETTERS in life.command("status")["paused"]
    life.command("preflight")
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
    needed_too, not_needed = {}, {}
    for name, rights in allowed().items():
        needed_too[name], not_needed[name] = used[name] - rights, rights - used[name]
    assert not any(needed_too.values()), needed_too
    assert not any(not_needed.values()), not_needed
