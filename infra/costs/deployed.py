"""What template.yaml deploys, as far as it costs something."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
CLOCK: Final = "clock"
HTTP: Final = "http"
QUEUE: Final = "queue"
CALLED: Final = "called"
TRIGGERS = {"ScheduleV2": CLOCK, "HttpApi": HTTP, "SQS": QUEUE}


class Function(BaseModel):
    """A Lambda function."""

    model_config = ConfigDict(frozen=True)

    memory_mb: int
    trigger: str
    traced: bool
    reads_secret: bool


class Deployed(BaseModel):
    """A deployment with the template's own defaults."""

    model_config = ConfigDict(frozen=True)

    functions: dict[str, Function]
    mappings: int  # queues that Lambda polls, without MaximumConcurrency
    mappings_with_maximum_concurrency: int
    alarms: int  # metrics that alarms watch, as these are what is billed
    secrets: int
    tick_minutes: int = 1


@cache
def deployed() -> Deployed:
    """Read template.yaml and what it nests."""
    template = parsed("template.yaml")
    resources = template["Resources"]
    common = template["Globals"]["Function"]
    functions = {
        name: common | one["Properties"]
        for name, one in resources.items()
        if one["Type"] == "AWS::Serverless::Function"
    }
    queues = [event["Properties"] for one in functions.values() for event in events(one) if event["Type"] == "SQS"]
    limited = sum("ScalingConfig" in queue for queue in queues)
    nested = [one["Properties"]["TemplateURL"] for one in of_type(resources, "AWS::CloudFormation::Stack")]
    alarming = [resources, *(parsed(path)["Resources"] for path in nested)]
    return Deployed(
        functions={name: function(one) for name, one in functions.items()},
        mappings=len(queues) - limited,
        mappings_with_maximum_concurrency=limited,
        alarms=sum(
            max(1, sum("MetricStat" in metric for metric in alarm["Properties"].get("Metrics", [])))
            for each in alarming
            for alarm in of_type(each, "AWS::CloudWatch::Alarm")
        ),
        secrets=len(of_type(resources, "AWS::SecretsManager::Secret")),
    )


def without(what: str, usual: Deployed) -> Deployed:
    """Return a deployment without one thing that makes it dear, or cheap: as the tables compare them."""
    limited = usual.mappings_with_maximum_concurrency
    untraced = {
        name: one.model_copy(update={"traced": one.traced and one.trigger != CLOCK})
        for name, one in usual.functions.items()
    }
    changes: dict[str, dict[str, Any]] = {
        "alarms": {"alarms": 0},
        "traces": {"functions": untraced},
        "maximum concurrency": {"mappings": usual.mappings + limited, "mappings_with_maximum_concurrency": 0},
        "few polls": {"mappings": 0, "mappings_with_maximum_concurrency": usual.mappings + limited},
        "feedback queue": {"mappings": usual.mappings - 1},
        "every second tick": {"tick_minutes": 2 * usual.tick_minutes},
    }
    return usual.model_copy(update=changes[what])


def function(properties: Mapping[str, Any]) -> Function:
    kinds = {TRIGGERS[event["Type"]] for event in events(properties)} or {CALLED}
    (trigger,) = kinds
    return Function(
        memory_mb=properties["MemorySize"],
        trigger=trigger,
        traced=properties.get("Tracing") == "Active",
        reads_secret="SECRET_ARN" in properties.get("Environment", {}).get("Variables", {}),
    )


def events(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(properties.get("Events", {}).values())


def of_type(resources: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in resources.values() if one["Type"] == kind]


def parsed(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse((ROOT / path).read_text(encoding="utf-8"))
    return found
