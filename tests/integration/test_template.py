"""What template.yaml says, held against the code."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

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
