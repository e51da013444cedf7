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
MOST_MODULES = 625


@pytest.fixture(scope="module")
def imported() -> set[str]:
    done = subprocess.run([sys.executable, "-c", COLD_START], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return set(done.stdout.split())


def test_imports_few_modules(imported: set[str]) -> None:
    assert len(imported) <= MOST_MODULES


@pytest.mark.parametrize("heavy", ["aws_xray_sdk", "dns", "email_validator", "jinja2", "pydantic.networks", "tomllib"])
def test_leaves_to_others_what_is_heavy(imported: set[str], heavy: str) -> None:
    assert heavy not in imported


HERE = {**os.environ, "AWS_DEFAULT_REGION": "eu-central-1"}
SENDER = """
import functions.mailing.app
from shared.aws import client
client("sesv2")
"""
MOST_TIMES = 1.7  # 1.5 when quiet; calendar files imported at the start would make it 2
BARE = 'import boto3; boto3.client("sesv2", region_name="eu-central-1")'


def seconds(code: str) -> float:
    """Return the processor time of a fresh Python with this code, without that of Python itself."""
    timed = f"import time; began = time.process_time()\n{code}\nprint(time.process_time() - began)"
    done = subprocess.run([sys.executable, "-c", timed], cwd=ROOT, capture_output=True, text=True, check=True, env=HERE)  # noqa: S603 - our own words
    return float(done.stdout)


def test_the_sender_starts_hardly_later_than_the_sdk_alone() -> None:
    # In turns, as a machine is busier now than then; the least of each is what it takes.
    pairs = [(seconds(SENDER), seconds(BARE)) for _ in range(5)]
    ours, bare = (min(times) for times in zip(*pairs, strict=True))
    print(f"sender {ours:.3f} s, SDK alone {bare:.3f} s: {ours / bare:.2f}")  # noqa: T201 - a figure to be read
    assert ours <= MOST_TIMES * bare
