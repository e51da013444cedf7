"""docs/operating.md, held against the alarms and the log lines there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "infra" / "monitoring.yaml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
ALARMS = {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
FILTERS = [one["Properties"] for one in RESOURCES.values() if one["Type"] == "AWS::Logs::MetricFilter"]
CODE = "".join(
    path.read_text(encoding="utf-8") for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py")
)


def test_every_alarm_has_its_section_and_every_section_its_alarm() -> None:
    names = {one["AlarmName"]["Fn::Sub"].removeprefix("${Stack}-") for one in ALARMS.values()}
    assert set(re.findall(r"^### (\S+)$", RUNBOOK, re.MULTILINE)) == names


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_an_alarm_reaches_somebody_and_counts_what_is_published(alarm: dict[str, Any]) -> None:
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    published = {one["MetricName"]["Fn::Sub"] for each in FILTERS for one in each["MetricTransformations"]}
    if alarm.get("Namespace") == "Begegnung":
        assert alarm["MetricName"]["Fn::Sub"] in published


def test_what_alarms_count_in_the_log_is_logged() -> None:
    for each in FILTERS:
        for message in re.findall(r'"([^"]+)"', each["FilterPattern"]):
            assert re.search(rf'logger\.\w+\(\s*"{message}"', CODE), message
        for counted in (one["MetricValue"] for one in each["MetricTransformations"]):
            named = rf'logger\.\w+\(\s*"{message}"[^\n]*\b{counted.removeprefix("$.")}='
            assert counted == "1" or re.search(named, CODE), counted


def test_the_nested_stack_gets_what_it_asks_for() -> None:
    main = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    assert main["Resources"]["Alarms"]["Properties"]["Parameters"].keys() == TEMPLATE["Parameters"].keys()
