"""What the documents tell somebody to type is there: parameters, outputs, make's targets, AWS's commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import ServiceModel
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = {path.name: path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}
OF_ALL_COMMANDS = {"output", "profile", "query", "region"}
# The command line's own, which no service describes.
OF_THE_COMMAND_LINE = {"configure", "sso", "s3"}
ITS_OWN = {("logs", "tail")}
NAMED_OTHERWISE = {"s3api": "s3"}
SESSION = botocore.session.get_session()


def typed(document: str) -> list[str]:
    """Return the lines of a document's code blocks, and what stands in backticks in its text."""
    text = document.replace("\\\n", " ")
    block = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
    lines = [line for found in block.findall(text) for line in found.splitlines()[1:-1]]
    return [line.strip() for line in lines + re.findall(r"`([^`\n]+)`", block.sub("", text))]


def aws_commands(document: str) -> list[list[str]]:
    """Return the words of each command of AWS's command line; a service alone is none."""
    lines = [part for line in typed(document) if line.startswith("aws ") for part in line.split("; ")]
    return [words for line in lines if len(words := shlex.split(line, comments=True)) > 2]


def options(service: ServiceModel, operation: str) -> set[str]:
    """Return what an operation can be told, as the command line spells it."""
    shape = service.operation_model(operation).input_shape
    names = {name: xform_name(name, "-") for name in (shape.members if shape else ())}
    switches = {f"no-{spelt}" for name, spelt in names.items() if shape and shape.members[name].type_name == "boolean"}
    return {*names.values(), *switches, *OF_ALL_COMMANDS}


def rows(heading: str) -> set[str]:
    """Return the first cells, where they are code, of the table under this heading."""
    _, table = DEPLOYING.split(f"| {heading} |", 1)
    return set(re.findall(r"^\| `(\w+)` \|", table.split("\n\n", 1)[0], re.MULTILINE))


def test_every_parameter_is_explained_and_every_explained_one_exists() -> None:
    assert rows("it asks for") == set(TEMPLATE["Parameters"])


def test_every_output_is_explained_and_every_explained_one_exists() -> None:
    assert rows("output") == set(TEMPLATE["Outputs"])


def test_what_stays_when_the_stack_is_deleted_is_named() -> None:
    stays = {name for name, one in TEMPLATE["Resources"].items() if one.get("DeletionPolicy") == "Retain"}
    (named,) = re.findall(r"contains\(\[(.*?)\],LogicalResourceId\)", DEPLOYING)
    assert set(re.findall(r"\w+", named)) == stays


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_make_command_in_the_documents_can_be_typed(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    variables = set(re.findall(r"\$\(([A-Z]+)\)", MAKEFILE))
    for line in typed(DOCUMENTS[name].read_text(encoding="utf-8")):
        for target, told in re.findall(r"(?:^|&& )make ([a-z-]+)((?: [A-Z]+=\S+)*)", line):
            assert target in targets, line
            assert set(re.findall(r" ([A-Z]+)=", told)) <= variables, line


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_aws_command_in_the_documents_is_one_that_aws_describes(name: str) -> None:
    for _, asked_for, operation, *words in aws_commands(DOCUMENTS[name].read_text(encoding="utf-8")):
        if asked_for in OF_THE_COMMAND_LINE or (asked_for, operation) in ITS_OWN:
            continue
        service_name = NAMED_OTHERWISE.get(asked_for, asked_for)
        if operation == "wait":
            waiters = SESSION.get_waiter_model(service_name).waiter_names
            assert words.pop(0) in {xform_name(waiter, "-") for waiter in waiters}
            continue
        service = SESSION.get_service_model(service_name)
        operations = {xform_name(one, "-"): one for one in service.operation_names}
        assert operation in operations, f"{service_name} {operation}"
        told = {word[2:] for word in words if word.startswith("--")}
        assert told <= options(service, operations[operation]), f"{service_name} {operation}"


def test_commands_are_found_in_blocks_over_two_lines_and_in_sentences() -> None:
    document = (
        "Type `aws s3 ls` or:\n\n```sh\naws sts get-caller-identity \\\n  --output text; aws acm help  # or so\n```\n"
    )
    assert aws_commands(document) == [
        ["aws", "sts", "get-caller-identity", "--output", "text"],
        ["aws", "acm", "help"],
        ["aws", "s3", "ls"],
    ]
