"""What template.yaml says, held against the code."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.local.template import expand
from shared.secret import SecretSettings
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == "AWS::Serverless::Function"}
# Read by a library, not by us: Powertools' name for logs, the SDK's endpoint.
OF_LIBRARIES = {"POWERTOOLS_SERVICE_NAME", "AWS_ENDPOINT_URL"}


HASHES_ADDRESSES = {"RegistrationFunction", "FeedbackFunction"}


def events_of(kind: str) -> list[dict[str, Any]]:
    """Return the properties of all events of a kind."""
    found = [event for one in FUNCTIONS.values() for event in one.get("Events", {}).values()]
    return [event["Properties"] for event in found if event["Type"] == kind]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_declares_exactly_the_environment_it_reads(name: str) -> None:
    folder = FUNCTIONS[name]["Handler"].split(".")[1]
    declared = set(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]) - OF_LIBRARIES
    declared |= set(FUNCTIONS[name].get("Environment", {}).get("Variables", {}))
    read = set(Settings.model_fields)
    secret = set(SecretSettings.model_fields) if name in HASHES_ADDRESSES else set[str]()
    # Feedback only writes down what it is told, and needs none of what sending needs.
    if (ROOT / "functions" / folder / "settings.py").exists() and "feedback" not in FUNCTIONS[name]["Handler"]:
        module = importlib.import_module(f"functions.{folder}.settings")
        read = set().union(
            *(
                kind.model_fields
                for kind in vars(module).values()
                if isinstance(kind, type) and issubclass(kind, Settings)
            )
        )
    assert declared == {field.upper() for field in read | secret}


def test_one_name_has_one_value_in_the_whole_template() -> None:
    values: dict[str, set[str]] = {}
    for one in FUNCTIONS.values():
        for name, value in one.get("Environment", {}).get("Variables", {}).items():
            values.setdefault(name, set()).add(repr(value))
    assert {name: found for name, found in values.items() if len(found) > 1} == {}


def test_a_queue_hides_a_message_six_times_as_long_as_its_function_may_run() -> None:
    timeout = TEMPLATE["Globals"]["Function"]["Timeout"]
    for one in FUNCTIONS.values():
        for event in one.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = RESOURCES[event["Properties"]["Queue"]["Fn::GetAtt"][0]]["Properties"]
                assert queue["VisibilityTimeout"] >= 6 * one.get("Timeout", timeout)
                assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_queue_a_function_reads_has_dead_letters() -> None:
    for event in events_of("SQS"):
        queue = RESOURCES[event["Queue"]["Fn::GetAtt"][0]]["Properties"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


CONTRACT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def routes() -> set[str]:
    return {f"{one['Method']} {one['Path']}" for one in events_of("HttpApi") if "Path" in one}


def test_the_api_has_the_routes_the_function_answers() -> None:
    from functions.registration.app import app  # noqa: PLC0415 - imports the SDK

    answered = [*app._static_routes, *app._dynamic_routes]
    known = {(route.method, route.rule.pattern.count("P<")) for route in answered}
    assert {(key.split(" ")[0], key.count("{")) for key in routes()} == known
    assert len(answered) == len(routes())


def test_the_documented_contract_names_every_route_and_field() -> None:
    from functions.registration.form import Form  # noqa: PLC0415 - imports the SDK

    documented = set(re.findall(r"^### ((?:GET|POST|OPTIONS) \S+)", CONTRACT, re.MULTILINE))
    assert documented == routes()
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| (yes|no) \| (.*?) \|", CONTRACT, re.MULTILINE)
    assert {name: required == "yes" for name, _, required, _ in rows} == {
        name: field.is_required() for name, field in Form.model_fields.items()
    }
    schema = Form.model_json_schema()["properties"]
    for name, _, _, limits in rows:
        said = sorted(map(int, re.findall(r"\d+", limits)))
        assert sorted(value for key, value in walk(schema[name]) if key.startswith(("min", "max"))) == said, name


def walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """Return (key, value) of all leaves."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, dict | list):
            yield from walk(value)
        else:
            yield str(key), value


def test_the_documented_contract_gives_every_refusal_its_status() -> None:
    from functions.registration.pages import STATUS  # noqa: PLC0415 - imports the SDK

    known = {kind.__name__: status for kind, status in STATUS.items()} | {"Unexpected": 500}
    listed = re.findall(r"^\| `urn:begegnung:(\w+)` \| (\d+) \|", CONTRACT, re.MULTILINE)
    assert {name: int(status) for name, status in listed} == known
    for status, name in re.findall(r"`(\d{3})` `(\w+)`", CONTRACT):
        assert known[name] == int(status)


def test_policies_name_actions_and_resources_one_by_one() -> None:
    for one in FUNCTIONS.values():
        for statement in one["Policies"][0]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions)
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            # SES's account is no resource that could be named.
            assert "*" not in resources or actions == ["ses:GetAccount"]


EXPANDED: dict[str, Any] = expand()["Resources"]


def of_type(kind: str) -> list[dict[str, Any]]:
    found = [one["Properties"] for one in EXPANDED.values() if one["Type"] == kind]
    assert found, kind
    return found


def test_whatever_fails_for_good_ends_where_an_alarm_sees_it() -> None:
    dead_letters, lost = {"Fn::GetAtt": ["DeadLetters", "Arn"]}, {"Fn::GetAtt": ["LostEvents", "Arn"]}
    for schedule in of_type("AWS::Scheduler::Schedule"):
        assert schedule["Target"]["DeadLetterConfig"]["Arn"] == lost
        assert "Name" not in schedule  # it would be the same in every stack of an account
    for invoked in of_type("AWS::Lambda::EventInvokeConfig"):
        assert invoked["DestinationConfig"]["OnFailure"]["Destination"] == lost
    for mapping in of_type("AWS::Lambda::EventSourceMapping"):
        queue = EXPANDED[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == dead_letters
    for subscription in of_type("AWS::SNS::Subscription"):
        if subscription["Protocol"] == "sqs":
            assert subscription["RedrivePolicy"]["deadLetterTargetArn"] == lost
    scheduled = {one["Target"]["Arn"]["Fn::GetAtt"][0] for one in of_type("AWS::Scheduler::Schedule")}
    assert {one["FunctionName"]["Ref"] for one in of_type("AWS::Lambda::EventInvokeConfig")} == scheduled


def test_what_cannot_be_made_again_is_kept_and_protected() -> None:
    for name in ("Table", "DraftBucket", "HashSecret"):
        assert (EXPANDED[name]["DeletionPolicy"], EXPANDED[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (table,) = of_type("AWS::DynamoDB::Table")
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_the_stage_holds_back_who_asks_too_often_and_mail_leaves_by_few_hands() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage")
    for limits in (stage["DefaultRouteSettings"], *stage["RouteSettings"].values()):
        assert 0 < limits["ThrottlingRateLimit"] <= limits["ThrottlingBurstLimit"] <= 100
    (mailing,) = [one for one in of_type("AWS::Lambda::EventSourceMapping") if "Mail" in str(one["EventSourceArn"])]
    assert mailing["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_every_parameter_says_what_it_is_for_and_refuses_what_it_cannot_be() -> None:
    for name, one in TEMPLATE["Parameters"].items():
        assert len(one["Description"]) > 30, name
        assert one.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}, name


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("SenderAddress", "hello@example.org", "Hello <hello@example.org>"),
        ("SenderIdentity", "example.org", "arn:aws:ses:eu-central-1:1:identity/example.org"),
        ("Imprint", "Verein e. V., Weg 1, 12345 Ort", "me"),
        ("PrivacyUrl", "https://example.org/privacy", "http://example.org/privacy"),
        ("PublicUrl", "https://meet.example.org", "meet.example.org"),
        ("AlarmAddress", "ops@example.org", "ops"),
    ],
)
def test_a_parameters_pattern_takes_what_is_meant(name: str, good: str, bad: str) -> None:
    pattern = TEMPLATE["Parameters"][name]["AllowedPattern"]
    assert re.search(pattern, good)
    assert not re.search(pattern, bad)
    assert bool(re.search(pattern, "")) == ("Default" in TEMPLATE["Parameters"][name])


def test_all_functions_log_to_the_one_group_that_forgets() -> None:
    assert EXPANDED["Log"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    for function in of_type("AWS::Lambda::Function"):
        assert function["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": "Log"}}


def test_mail_leaves_from_the_one_address_only() -> None:
    statements = FUNCTIONS["MailingFunction"]["Policies"][0]["Statement"]
    (sends,) = [one for one in statements if "identity/*" in str(one["Resource"])]
    assert sends["Condition"] == {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "SenderAddress"}}}
