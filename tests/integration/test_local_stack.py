"""The local stack behaves as the services it stands in for."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.follow_up import app as follow_up
from infra.local import control, queues, server
from infra.local.cloud import Cloud
from infra.local.gateway import Request, route
from infra.local.lambdas import FunctionFailed
from shared import clock
from shared.models import Task, TaskKind
from shared.store import tasks
from shared.store.table import table
from tests.system.life import ADA, Life


def call(life: Life, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    asked = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    content = json.dumps(body).encode() if body is not None else b""
    where, _, query = path.partition("?")
    answer = server.dispatch(life.stack, Request(method, where, query, asked, content))
    return answer.status, json.loads(answer.body) if answer.body.startswith((b"{", b"[", b"null")) else answer.body


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/style.css", ("GET /style.css", {})),
        ("GET", "/styleXcss", ("$default", {})),
        ("GET", "/events/a%20b", ("GET /events/{event_id}", {"event_id": "a b"})),
        ("POST", "/events/x", ("$default", {})),
        ("GET", "/events/x/y", ("$default", {})),
        ("GET", "/events/closed", ("GET /events/closed", {})),
        ("PUT", "/files/a/b", ("ANY /files/{path+}", {"path": "a/b"})),
    ],
)
def test_a_path_finds_its_route_as_the_gateway_says(method: str, path: str, found: tuple[str, dict[str, str]]) -> None:
    keys = ["$default", "GET /style.css", "GET /events/{event_id}", "GET /events/closed", "ANY /files/{path+}"]
    assert route(Cloud(routes=dict.fromkeys(keys, "")), method, path) == found


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"a", "b"}),
    ],
)
def test_partial_failures_are_read_as_the_service_reads_them(answer: Any, failed: set[str]) -> None:
    assert queues.failures(answer, {"a", "b"}) == failed


def test_the_stack_can_be_driven_by_plain_calls(life: Life) -> None:
    prefix = control.PREFIX
    status, registered = call(life, "POST", f"{prefix}/people", {"event_id": life.event_id, "count": 4})
    assert (status, len(registered["registered"])) == (200, 4)
    after_first_round = clock.utc_text(life.start - timedelta(days=9))
    status, turned = call(life, "POST", f"{prefix}/clock", {"to": after_first_round})
    assert status == 200
    assert turned["new_mails"] >= 4
    _, mails = call(life, "GET", f"{prefix}/mails")
    _, mail = call(life, "GET", f"{prefix}/mails/{mails[0]['number']}")
    assert {"headers", "text", "html", "links", "tags"} <= set(mail)
    assert call(life, "GET", f"{prefix}/round?event_id={life.event_id}")[1]["number"] == 1
    assert len(call(life, "GET", f"{prefix}/attendees?event_id={life.event_id}")[1]) == 4
    assert call(life, "POST", f"{prefix}/mails/{mails[0]['number']}/bounce", {})[0] == 200
    assert sum(call(life, "GET", f"{prefix}/state")[1]["dead_letters"].values()) == 0


@pytest.mark.parametrize("body", [{"days": -1}, {"to": "yesterday"}, {"to": "2027-01-01T00:00:00"}])
def test_a_clock_order_that_makes_no_sense_is_refused(life: Life, body: dict[str, Any]) -> None:
    assert call(life, "POST", f"{control.PREFIX}/clock", body)[0] == 400


def test_other_websites_and_hosts_give_no_orders(life: Life) -> None:
    path = f"{control.PREFIX}/clock"
    assert call(life, "POST", path, {"days": 1}, sec_fetch_site="cross-site")[0] == 403
    assert call(life, "POST", path, {"days": 1}, host="evil.example")[0] == 403


def test_functions_are_called_as_through_lambdas_api(life: Life) -> None:
    path = "/2015-03-31/functions/{}/invocations"
    command = {"command": "status", "event_id": life.event_id}
    for name in ("begegnung-organiser", "OrganiserFunction"):
        assert call(life, "POST", path.format(name), command)[1]["event_id"] == life.event_id
    assert call(life, "POST", path.format("nobody"), {})[0] == 404


def test_an_unknown_command_and_one_that_comes_too_early_are_refused(life: Life) -> None:
    assert "refused" in life.command("dance")
    assert "refused" in life.command("publish")


def test_the_same_file_again_changes_nothing(life: Life) -> None:
    life.join(ADA)
    answer = life.organise()
    assert (answer["changed"], answer["letters"]) == ([], [])


@pytest.mark.parametrize(
    ("path", "asked"),
    [("clock", [1]), ("clock", {"days": None}), ("clock", {"days": 1e12}), ("people", {"count": -1}), ("answers", 1)],
)
def test_a_call_that_cannot_be_carried_out_says_so(life: Life, path: str, asked: Any) -> None:
    if isinstance(asked, dict):
        asked |= {"event_id": life.event_id}
    status, answer = call(life, "POST", f"/_local/{path}", asked)
    assert status == 400
    assert answer["error"]


def test_whoever_works_on_a_task_cannot_finish_the_one_that_took_its_place(life: Life) -> None:
    now, lease = clock.now(), timedelta(minutes=5)
    task = Task(kind=TaskKind.UNDERSTAND, event_id=life.event_id, subject="nobody", due=now)
    tasks.add(task)
    first = tasks.claim(task.ref, now, lease)
    tasks.add(task)
    assert tasks.claim(task.ref, now, lease)
    assert first
    tasks.finish(first)
    assert tasks.claim(task.ref, now + lease, lease)


@pytest.mark.usefixtures("life")
def test_what_is_larger_than_one_page_is_read_whole() -> None:
    for number in range(12):
        table().write(table().put({"pk": "LARGE", "sk": f"{number:02}", "text": "x" * 100_000}))
    assert [item["sk"] for item in table().query("LARGE")] == [f"{number:02}" for number in range(12)]


def test_a_task_that_fails_keeps_no_other_waiting_and_is_told(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fail(task: Task, _: datetime) -> None:
        if not done:
            done.append("failed")
            raise ValueError("somebody's words")
        tasks.finish(task)
        done.append(task.subject)

    monkeypatch.setitem(follow_up.OWN_WORK, TaskKind.FORGET, fail)
    for subject in ("1", "2"):
        tasks.add(Task(kind=TaskKind.FORGET, event_id=life.event_id, subject=subject, due=clock.now()))
    with pytest.raises(FunctionFailed, match="TaskFailed"):
        life.stack.invoke("FollowUpFunction", {})
    assert len(done) == 2
