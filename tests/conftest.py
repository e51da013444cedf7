"""The whole stack, started once for all tests that need it; each has an event of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from infra.local.stack import Stack
    from tests.system.life import Life

START = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    # Unit tests should not wait for moto to be imported.
    from functions.interests import understanding  # noqa: PLC0415
    from infra.local.stack import Stack  # noqa: PLC0415

    running = Stack("http://127.0.0.1:8000", start_at=START, clock_runs=False)
    with pytest.MonkeyPatch.context() as patched:
        # Thousands of people are read in these tests, and few ask how: tests/system/test_reading.py has a model.
        patched.setattr(understanding, "model", lambda: None)
        yield running
    running.stop()


@pytest.fixture
def life(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Life]:
    """Make an event of this test's own, two weeks ahead of the same day each time; the table is emptied after it."""
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - as above

    from tests.system.life import Life  # noqa: PLC0415

    stack.set_clock(START)
    yield Life(stack, request.node.name)
    for table in dynamodb_backends["123456789012"]["eu-central-1"].tables.values():
        table.items.clear()
