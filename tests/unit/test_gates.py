"""An exemption from a gate stands with its reason, and is gone when nothing needs it any more."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.gates.checkov import Exemption, Finding, exemptions, findings, idle, unexplained

ROOT = Path(__file__).parents[2]
CODE = sorted(path for folder in ("functions", "shared", "infra", "tests") for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = [ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

IN_CODE = re.compile(r"#\s*(noqa: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ?ignore\[[\w, -]+\])(.*)")
IN_PROJECT = re.compile(
    r'^    "[A-Z]+\d*",|^"[^"]+" = \[|^ignore_missing_imports|^    "[a-z][\w.-]*(?:\[[\w,]+\])?[<>=]='
)
REASON = re.compile(r"\w{2,} \w|\w{5,}")

LOG = Finding("CKV_AWS_158", "Log")
OTHER_LOG = Finding("CKV_AWS_158", "ApiLog")


def without_reason(source: str) -> list[str]:
    """Return the exempted lines with no reason behind them, above them, or on the same exemption just before."""
    bare, before, explained = [], "", False
    for line in filter(None, map(str.strip, source.splitlines())):
        found = IN_CODE.search(line)
        if found and not line.startswith("#"):
            explained = bool(REASON.search(found[2])) or before.startswith("# ") or (before == found[1] and explained)
            bare += [] if explained else [line]
        before = found[1] if found else line
    return bare


def test_an_exempted_line_of_code_says_why() -> None:
    bare = {str(path.relative_to(ROOT)): without_reason(path.read_text(encoding="utf-8")) for path in CODE}
    assert {path: lines for path, lines in bare.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("import a  # no{}qa: E402 - after the environment is set", 0),
        ("# After the environment is set.\nimport a  # no{}qa: E402\n\nimport b  # no{}qa: E402", 0),
        ("import a  # no{}qa: E402", 1),
        ("import a  # no{}qa: E402 - set before\nimport b  # no{}qa: F401", 1),
        ("x = 1\nf()  # type: ig{}nore[misc]", 1),
        ("f()  # type: ig{}nore[misc] # the library leaves it so", 0),
    ],
)
def test_a_reason_stands_behind_or_above_what_it_is_for(source: str, bare: int) -> None:
    assert len(without_reason(source.replace("{}", ""))) == bare


def test_each_dependency_and_each_rule_left_out_says_why() -> None:
    lines = [line for line in PROJECT.splitlines() if IN_PROJECT.match(line) and not line.endswith("[")]
    assert len(lines) > 40  # or the pattern knows them no longer
    assert [line for line in lines if not REASON.search(line.partition("# ")[2])] == []


def test_only_tests_may_assert_and_code_is_looked_at_for_what_is_unsafe() -> None:
    lint: dict[str, Any] = tomllib.loads(PROJECT)["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert [rule for rule in lint["ignore"] if re.fullmatch(r"S\d*", rule)] == ["S105"]
    assert [path for path, rules in lint["per-file-ignores"].items() if "S101" in rules] == ["tests/**"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_a_template_is_excused_from_says_why(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search("ignore_checks|checkov", line)]
    assert [line for line in lines if not REASON.search(line.partition("# ")[2])] == []


def test_each_exemption_from_checkov_says_for_what_and_why() -> None:
    read = exemptions()
    assert len(read) > 10
    assert [one for one in read if not re.fullmatch(r"CKV2?_AWS_\d+", one.check) or len(one.why.split()) < 4] == []
    assert [one for one in read if one.resources.strip("*") == ""] == []


def test_an_exemption_covers_its_check_and_resource_only() -> None:
    assert unexplained([LOG, OTHER_LOG], [Exemption("CKV_AWS_158", "Log", "")]) == [OTHER_LOG]
    assert unexplained([LOG, OTHER_LOG], [Exemption("CKV_AWS_158", "*Log", "")]) == []
    assert unexplained([LOG], [Exemption("CKV_AWS_66", "Log", "")]) == [LOG]


def test_an_exemption_that_nothing_needs_is_told_of() -> None:
    needed, rotten = Exemption("CKV_AWS_158", "*Log", ""), Exemption("CKV_AWS_158", "Diary", "")
    assert idle([LOG], [needed, rotten]) == [rotten]
    assert idle([], [needed]) == [needed]


def test_a_template_that_checkov_could_not_read_is_no_success() -> None:
    nothing = {"passed": 0, "failed": 0, "parsing_errors": 0, "resource_count": 0}
    with pytest.raises(ValueError, match="0 of 44"):
        findings(nothing, 44)
    unread = {"results": {"failed_checks": [], "parsing_errors": ["x"]}, "summary": {"resource_count": 24}}
    with pytest.raises(ValueError, match="24 of 44"):
        findings(unread, 44)


def test_a_finding_is_named_by_its_check_and_logical_id() -> None:
    failed = {"check_id": "CKV_AWS_158", "resource": "AWS::Logs::LogGroup.Log", "check_name": "encrypted"}
    report = {"results": {"failed_checks": [failed]}, "summary": {"resource_count": 1}}
    assert findings(report, 1) == [Finding("CKV_AWS_158", "Log", "encrypted")]


def test_queues_are_encrypted_where_checkov_does_not_look() -> None:
    resources = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    queues = {name: one["Properties"] for name, one in resources.items() if one["Type"] == "AWS::SQS::Queue"}
    assert queues
    assert [name for name, properties in queues.items() if properties.get("SqsManagedSseEnabled") is not True] == []
