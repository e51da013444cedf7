"""What is built, in Lambda's image: each function by itself, then the beginning of an event's life through all."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from infra.local import people
from infra.local.inbox import Received
from infra.local.template import ROOT
from infra.sam_local.containers import ContainerStack
from infra.sam_local.samples import EVENT_ID, samples
from infra.sam_local.soon import event_soon
from shared import clock
from tests.system.life import ADA, BO

FIRST_ROUND = timedelta(seconds=75)
PATIENCE_S = 400

is_done = {"batchItemFailures": []}.__eq__
IS_RIGHT: dict[str, Callable[[Any], bool]] = {
    "RegistrationFunction": lambda answer: answer["statusCode"] == 200 and "<form" in answer["body"],
    "OrganiserFunction": lambda answer: answer["event_id"] == EVENT_ID,
    "FollowUpFunction": lambda answer: answer is None,
    "InterestsFunction": is_done,
    "MatchingFunction": is_done,
    "MailingFunction": is_done,
    "FeedbackFunction": is_done,
}


@pytest.fixture(scope="module")
def example(containers: ContainerStack) -> str:
    """Create the example event by the command an organiser would type, and return what it printed."""
    command = ["make", "--silent", "event", "FILE=docs/event.toml", f"ENDPOINT={containers.invoke_address}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    return done.stdout or done.stderr


def test_the_organisers_command_reaches_its_function(example: str) -> None:
    assert json.loads(example)["created"] is True


@pytest.mark.parametrize("name", samples())
@pytest.mark.usefixtures("example")
def test_every_function_answers_in_its_container(containers: ContainerStack, name: str) -> None:
    assert IS_RIGHT[name](containers.cloud.invoke(containers.cloud.functions[name], samples()[name]))


def test_two_people_register_are_matched_and_are_introduced(containers: ContainerStack) -> None:
    content = event_soon(clock.now(), FIRST_ROUND) | {"id": "life-in-containers"}
    assert containers.invoke("OrganiserFunction", {"command": "event", "event": content})["created"]
    for person in (ADA, BO):
        sent = people.send(containers, f"/events/{content['id']}/registrations", person, "de")
        assert sent.status == 202, sent.body
    for person in (ADA, BO):
        assert people.press(containers, link(containers, person, "/confirm/"), "").status == 200
    for person in (ADA, BO):
        page = link(containers, person, "/me/")
        ((standing, match_id),) = wait_for(containers, partial(people.cards, containers, page))
        assert standing == "open"
        answered = people.press(containers, f"{page}/matches/{match_id}/answer", "answer=yes")
        assert answered.status == 303, answered.body
    for person, other in ((ADA, BO), (BO, ADA)):
        subject = f"{person['first_name']} und {other['first_name']}"
        introduction = wait_for(containers, partial(about, containers, person, subject))
        assert other["email"] in introduction.part("plain")
    counted = containers.invoke("OrganiserFunction", {"command": "status", "event_id": content["id"]})
    assert counted["mails"]["introduction delivered"] == "<5"


def wait_for(containers: ContainerStack, what: Callable[[], Any]) -> Any:
    """Let everything happen that is due until something is there: time passes as it does in the containers."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < ends, containers.said()[-8000:]
        containers.settle()
        time.sleep(0.5)
    return found


def mails_of(containers: ContainerStack, person: dict[str, Any]) -> list[Received]:
    return [mail for mail in containers.inbox.mails if mail.recipient == person["email"]]


def about(containers: ContainerStack, person: dict[str, Any], subject: str) -> Received | None:
    return next((mail for mail in mails_of(containers, person) if subject in str(mail.message["Subject"])), None)


def link(containers: ContainerStack, person: dict[str, Any], prefix: str) -> str:
    """Wait for a mail with a link of a kind, and return the newest one's path."""

    def found() -> list[str]:
        return [path for mail in mails_of(containers, person) for path in people.links(mail) if path.startswith(prefix)]

    return str(wait_for(containers, found)[-1])
