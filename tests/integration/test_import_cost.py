"""What a cold start of the HTTP function imports: time is too unsteady to be held here, the modules are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLD_START = """
import sys
import functions.registration.app
import boto3
boto3.client("dynamodb", region_name="eu-central-1")
print(*sys.modules)
"""
MOST_MODULES = 630
MOST_MODULES_OF_THE_SENDER = 580


@pytest.fixture(scope="module")
def imported() -> set[str]:
    done = subprocess.run([sys.executable, "-c", COLD_START], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return set(done.stdout.split())


def test_imports_few_modules(imported: set[str]) -> None:
    assert len(imported) <= MOST_MODULES


@pytest.mark.parametrize(
    "heavy", ["aws_xray_sdk", "dns", "email_validator", "icalendar", "jinja2", "pydantic.networks", "tomllib"]
)
def test_leaves_to_others_what_is_heavy(imported: set[str], heavy: str) -> None:
    assert heavy not in imported


SENDER = """
import sys
import functions.mailing.app
from shared.aws import client
client("sesv2")
print(*sys.modules)
"""


def test_the_sender_leaves_for_later_what_only_some_letters_need() -> None:
    """How long its start takes is measured by tests/packages, where nothing else is running."""
    here = {**os.environ, "AWS_DEFAULT_REGION": "eu-central-1"}
    command = [sys.executable, "-c", SENDER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=here)  # noqa: S603 - our own words
    found = set(done.stdout.split())
    assert len(found) <= MOST_MODULES_OF_THE_SENDER
    assert not found & {"icalendar", "email_validator", "dns", "numpy", "pydantic.networks", "tomllib"}
