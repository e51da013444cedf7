"""A preflight as an organiser runs it: the command line, over HTTP, to a stack whose account is as told."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.sns.models import sns_backends
from moto.sns.responses import SNSResponse

from functions.organiser.__main__ import main, opened
from functions.organiser.preflight import State
from infra.local import account, people
from shared import clock
from shared.store import pauses, ticks
from tests.integration.faults import Faults
from tests.system.life import ADA, BO, CY, Life, form

OWN = {"privacy_url": "https://127.0.0.1:9/datenschutz", "reply_to": "post@verein.de"}
IN_THE_SANDBOX = False

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture
def ready(life: Life, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let links lead to the stack; the event's details are the organiser's own, and the clock has ticked."""
    monkeypatch.setenv("PUBLIC_URL", endpoint)
    life.organise(**OWN)
    life.stack.tick()


@pytest.fixture
def run(life: Life, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command; return its exit code and its lines, each with what to do behind it."""

    def command(*more: str) -> tuple[int, list[str]]:
        code = main(["preflight", life.event_id, *more])
        return code, capsys.readouterr().out.replace("\n  → ", " → ").splitlines()

    return command


def red(lines: list[str]) -> list[str]:
    """Return the red lines but for the privacy notice's page, which is nowhere."""
    return [line for line in lines if line.startswith("✗") and "privacy link does not answer" not in line]


def test_a_deployment_like_the_local_one_can_carry_an_event(run: Any, endpoint: str, life: Life) -> None:
    code, lines = run("--people", "300")
    assert red(lines) == []
    assert len(lines) == 15
    assert lines[-2] == f"✓ The form answers: {endpoint}/events/{life.event_id}"
    assert any(line.startswith("? Alarms: none here") for line in lines)
    assert any("1800 mails (300 people, as given; 6 for each)" in line for line in lines)
    # Nobody answers where the privacy notice should be.
    assert code == 1
    assert "privacy link does not answer" in lines[-1]
    assert "privacy_url" in lines[-1]


def test_an_account_in_the_sandbox_is_red_in_the_terminals_language(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(account.ACCOUNT, "ProductionAccessEnabled", IN_THE_SANDBOX)
    limits = {"Max24HourSend": 200, "MaxSendRate": 1, "SentLast24Hours": 3}
    monkeypatch.setitem(account.ACCOUNT, "SendQuota", limits)
    code, lines = run()
    assert code == 1
    assert "✗ The account is in the SES sandbox" in red(lines)[0]
    assert "197 of them free" in red(lines)[1]
    assert "MailsPerSecond is 1000, SES takes only 1 a second" in red(lines)[2]
    assert all(" → " in line for line in red(lines))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "✗ Das Konto ist in der Sandbox von SES" in "\n".join(run()[1])


@pytest.mark.parametrize(
    ("operation", "action", "fault", "told"),
    [
        ("sesv2.GetAccount", "ses:GetAccount", "AccessDeniedException", "AccessDeniedException"),
        ("sesv2.GetAccount", "ses:GetAccount", "answer lost", "ReadTimeoutError"),
        ("sesv2.GetEmailIdentity", "ses:GetEmailIdentity", "TooManyRequestsException", "TooManyRequestsException"),
        ("sns.GetTopicAttributes", "sns:GetTopicAttributes", "cannot connect", "EndpointConnectionError"),
        # SNS speaks XML.
        ("sns.GetTopicAttributes", "sns:GetTopicAttributes", "what nobody can read", "ResponseParserError"),
    ],
)
def test_what_aws_does_not_say_is_a_red_line_and_no_crash(
    run: Any, monkeypatch: pytest.MonkeyPatch, operation: str, action: str, fault: str, told: str
) -> None:
    faults = Faults(monkeypatch)
    faults.plan = {(operation, number): fault for number in (1, 2)}
    code, lines = run()
    assert code == 1
    (line,) = red(lines)
    assert line.startswith(f"✗ {action} could not be asked ({told})")
    assert "make update" in line
    assert faults.calls.count(operation) <= 2


def test_an_identity_ses_does_not_know_is_red(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDER_IDENTITY", "elsewhere.example")
    assert [line.split(" → ")[0] for line in red(run()[1])] == [
        "✗ SES does not know elsewhere.example in this region.",
        "✗ elsewhere.example does not cover the sender's address hello@begegnung.example: SES will refuse every mail.",
    ]


def test_who_hears_of_alarms_is_counted_where_there_are_any(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
    monkeypatch.setenv("ALARM_TOPIC_ARN", topic)
    monkeypatch.setattr(SNSResponse, "get_topic_attributes", account._topic)
    assert "✗ Nobody hears of alarms." in "\n".join(run()[1])
    # moto counts none of a topic's subscribers by itself.
    model = sns_backends["123456789012"]["eu-central-1"].topics[topic]
    model.subscriptions_pending = 1
    assert "✗ The address for alarms is not confirmed yet" in "\n".join(run()[1])
    model.subscriptions_confimed = 1
    assert "✓ A confirmed address hears of alarms." in run()[1]
    boto3.client("sns").delete_topic(TopicArn=topic)
    assert "✗ sns:GetTopicAttributes could not be asked (NotFound" in "\n".join(run()[1])


def test_a_clock_that_stands_still_shows(run: Any, life: Life) -> None:
    ticked = ticks.last()
    assert ticked is not None
    life.stack.set_clock(ticked + timedelta(minutes=5))
    assert "✗ The clock has not ticked for 5 minutes" in "\n".join(run()[1])
    life.stack.tick()
    assert red(run()[1]) == []


def test_only_pauses_that_concern_the_event_are_told(run: Any, life: Life) -> None:
    pauses.pause(pauses.scope("another-event"), "by hand", clock.now())
    pauses.pause(pauses.scope(f"{life.event_id}-b", "digest"), "by hand", clock.now())
    assert red(run()[1]) == []
    life.command("pause", kind="proposal")
    (line,) = red(run()[1])
    assert line.endswith(f"make resume EVENT={life.event_id} KIND=proposal")
    life.command("resume", kind="proposal")
    assert red(run()[1]) == []


def test_whoever_is_confirmed_counts_and_who_has_left_does_not(run: Any, life: Life) -> None:
    folk = [ADA, BO, CY, *(form(name, "Wer singt?", "Ein Garten") for name in ("Dora", "Emil"))]
    life.join(*folk)
    assert "(5 people, so many are confirmed" in "\n".join(run("--people", "4")[1])
    assert people.press(life.stack, f"{life.link(ADA, '/me/')}/leave", "").status == HTTPStatus.SEE_OTHER
    assert "(4 people, as given" in "\n".join(run("--people", "4")[1])


def test_an_event_that_nobody_can_join_is_refused(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    life.organise(cancelled=True)
    assert main(["preflight", life.event_id]) == 1
    assert "Registration is closed" in capsys.readouterr().err
    assert main(["preflight", "no-such-event"]) == 1
    assert main(["preflight", life.event_id, "--people", "-1"]) == 1
    assert "people: " in capsys.readouterr().err


# Saving an event


def file_of(life: Life, folder: Path, **changed: Any) -> str:
    """Write an event's file; JSON's values are TOML's, but for the nested ones."""

    def value(of: Any) -> str:
        if isinstance(of, dict):
            return "{" + ", ".join(f"{name} = {value(one)}" for name, one in of.items()) + "}"
        if isinstance(of, list):
            return "[" + ", ".join(map(value, of)) + "]"
        return json.dumps(of, ensure_ascii=False)

    path = folder / "mine.toml"
    path.write_text(
        "\n".join(f"{name} = {value(one)}" for name, one in life.content(**changed).items()), encoding="utf-8"
    )
    return str(path)


def test_whoever_saves_an_event_is_warned_of_what_is_red_and_it_is_saved(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account.ACCOUNT, "ProductionAccessEnabled", IN_THE_SANDBOX)
    path = file_of(life, tmp_path, **OWN, matches_per_person=2)
    assert main(["event", path]) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert answer["changed"] == ["matches_per_person"]
    assert told.err.startswith("Saved. ")
    assert [line.split(":")[0] for line in told.err.splitlines() if line.startswith("✗")] == [
        "✗ The account is in the SES sandbox",
        "✗ The privacy link does not answer ([Errno 111] Connection refused)",
    ]
    assert "  → In the SES console, request production access" in told.err
    assert "✓" not in told.err


def test_whoever_cancels_an_event_is_not_warned(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account.ACCOUNT, "ProductionAccessEnabled", IN_THE_SANDBOX)
    assert main(["event", file_of(life, tmp_path, **OWN, cancelled=True)]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["letters"] == ["event_cancelled"]
    assert told.err == ""


def test_an_event_is_saved_also_where_the_preflight_fails(
    life: Life, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # When the clock last ticked is the first thing that only the preflight asks the table itself.
    Faults(monkeypatch).plan = {("dynamodb.GetItem", 1): "AccessDeniedException"}
    assert main(["event", file_of(life, tmp_path, **OWN)]) == 0
    told = capsys.readouterr()
    assert "changed" in json.loads(told.out)
    assert "The organiser function failed (ClientError)" in told.err


# Pages


def test_a_page_is_there_or_says_why_not(endpoint: str, life: Life) -> None:
    there = opened("form_page", f"{endpoint}/events/{life.event_id}?lang=en")
    assert (there.state, there.do) == (State.GREEN, "")
    gone = opened("privacy_page", f"{endpoint}/events/nobody's-önlytest")
    assert gone.state is State.RED
    assert f"({HTTPStatus.NOT_FOUND.value})" in gone.says
    assert gone.do


@pytest.mark.parametrize("link", ["http://127.0.0.1:9/", "http://[", f"http://{'a' * 64}ü.invalid/"])
def test_an_address_where_nobody_answers_is_red(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert opened("privacy_page", link).state is State.RED
