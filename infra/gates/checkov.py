"""Hold what checkov finds in the templates against the exemptions: python -m infra.gates.checkov."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from samtranslator.yaml_helper import yaml_parse

from infra.local.template import expand

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "gates"
PYTHON = ROOT / ".venv-gates" / "bin" / "python"


class Finding(NamedTuple):
    """A check that a resource, named by its logical id, does not pass."""

    check: str
    resource: str
    about: str = ""


class Exemption(NamedTuple):
    """Findings we live with; `resources` is a logical id, or a pattern of them such as `*Log`."""

    check: str
    resources: str
    why: str

    def covers(self, finding: Finding) -> bool:
        return self.check == finding.check and fnmatchcase(finding.resource, self.resources)


def exemptions() -> list[Exemption]:
    """Read exemptions.toml, one entry for each name or pattern in it."""
    read = tomllib.loads(Path(__file__).with_name("exemptions.toml").read_text(encoding="utf-8"))
    return [
        Exemption(check, resources, entry["why"])
        for check, entries in read.items()
        for entry in entries
        for resources in entry["on"]
    ]


def unexplained(found: Iterable[Finding], exempt: Iterable[Exemption]) -> list[Finding]:
    exempt = list(exempt)
    return [finding for finding in found if not any(one.covers(finding) for one in exempt)]


def idle(found: Iterable[Finding], exempt: Iterable[Exemption]) -> list[Exemption]:
    """Return the exemptions that no finding needs any more."""
    found = list(found)
    return [one for one in exempt if not any(one.covers(finding) for finding in found)]


def templates() -> dict[Path, int]:
    """Expand template.yaml as AWS does, for its roles; return it and what is nested in it, with counts of resources."""
    BUILD.mkdir(parents=True, exist_ok=True)
    expanded, path = expand(), BUILD / "template.json"
    path.write_text(json.dumps(expanded, indent=1), encoding="utf-8")
    stacks = [one for one in expanded["Resources"].values() if one["Type"] == "AWS::CloudFormation::Stack"]
    nested = [ROOT / one["Properties"]["TemplateURL"] for one in stacks]
    return {path: len(expanded["Resources"])} | {
        one: len(yaml_parse(one.read_text(encoding="utf-8"))["Resources"]) for one in nested
    }


def report_on(paths: Iterable[Path]) -> dict[str, Any]:
    """Run checkov, asking nobody outside: not for policies, not for a newer version, not under an account."""
    # As a module: its script does not start in a path with a blank.
    command = [str(PYTHON), "-m", "checkov.main", "--framework", "cloudformation", "--file", *map(str, paths)]
    command += ["--output", "json", "--compact", "--skip-download", "--soft-fail"]
    # Its configuration and a platform's key would be read from the home folder and the environment.
    bare = {"HOME": str(BUILD), "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
    done = subprocess.run(command, cwd=BUILD, env=bare, check=True, stdout=subprocess.PIPE)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def findings(report: dict[str, Any], resources: int) -> list[Finding]:
    """Return what did not pass; raise ValueError if checkov has not seen all resources, which it takes for success."""
    seen = report.get("summary", report)["resource_count"]
    if seen != resources:
        raise ValueError(f"checkov saw {seen} of {resources} resources")
    return [
        Finding(one["check_id"], one["resource"].split(".", 1)[1], one["check_name"])
        for one in report["results"]["failed_checks"]
    ]


def main() -> int:
    """Print what is unexplained or no longer needed; return how much that is."""
    paths = templates()
    found, exempt = findings(report_on(paths), sum(paths.values())), exemptions()
    open_ones, idle_ones = unexplained(found, exempt), idle(found, exempt)
    for finding in open_ones:
        print(f"{finding.check} {finding.resource}: {finding.about}. Mend it, or exempt it with a reason.")
    for one in idle_ones:
        print(f"{one.check} {one.resources}: nothing is found there any more. Take the exemption out.")
    names = " and ".join(path.name for path in paths)
    print(f"checkov, {names}: {len(found)} findings, {len(open_ones)} unexplained; {len(idle_ones)} idle exemptions")
    return len(open_ones) + len(idle_ones)


if __name__ == "__main__":
    sys.exit(bool(main()))
