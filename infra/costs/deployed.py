"""What template.yaml deploys, as far as it costs something."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]


class Deployed(NamedTuple):
    """A deployment with the template's own defaults."""

    memory_gb: dict[str, float]  # by function
    traced: set[str]  # functions
    queues: int  # that Lambda polls, without MaximumConcurrency
    queues_with_maximum_concurrency: int
    alarms: int  # metrics that alarms watch, as these are what is billed
    secrets: int


@cache
def deployed() -> Deployed:
    """Read template.yaml and what it nests."""
    template = parsed("template.yaml")
    functions = {
        name: template["Globals"]["Function"] | one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::Serverless::Function"
    }
    events = [event for one in functions.values() for event in one.get("Events", {}).values()]
    queues = [event["Properties"] for event in events if event["Type"] == "SQS"]
    limited = sum("ScalingConfig" in queue for queue in queues)
    nested = [one["Properties"]["TemplateURL"] for one in of_type(template, "AWS::CloudFormation::Stack")]
    alarms = [alarm for path in nested for alarm in of_type(parsed(path), "AWS::CloudWatch::Alarm")]
    return Deployed(
        memory_gb={name: one["MemorySize"] / 1024 for name, one in functions.items()},
        traced={name for name, one in functions.items() if one.get("Tracing") == "Active"},
        queues=len(queues) - limited,
        queues_with_maximum_concurrency=limited,
        alarms=sum(
            sum("MetricStat" in metric for metric in alarm["Properties"].get("Metrics", [])) or 1 for alarm in alarms
        ),
        secrets=len(of_type(template, "AWS::SecretsManager::Secret")),
    )


def of_type(template: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in template["Resources"].values() if one["Type"] == kind]


def parsed(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse((ROOT / path).read_text(encoding="utf-8"))
    return found
