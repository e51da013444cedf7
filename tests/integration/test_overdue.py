"""What alarms count: how late the oldest work is, and how good a round's choice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.logs import logger
from tests.system.life import ADA, BO, Life


def told(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, object]]:
    return [vars(record) for record in caplog.records if record.getMessage() == message]


def test_a_clock_that_stood_still_says_how_late_it_is(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    life.send(ADA)
    life.stack.tick()
    assert told(caplog, "overdue") == []
    life.stack.set_clock(clock.now() + timedelta(minutes=17))
    life.stack.tick()
    ((late),) = told(caplog, "overdue")
    assert late["minutes"] == 17
    life.stack.settle()
    life.stack.set_clock(clock.now() + timedelta(minutes=17))
    life.stack.tick()
    assert len(told(caplog, "overdue")) == 1


def test_a_round_tells_how_much_better_another_choice_could_be(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    life.join(ADA, BO)
    caplog.set_level("INFO", logger.name)
    life.turn_to(days=9)
    ((drafted),) = told(caplog, "round drafted")
    assert drafted["pairs"] == 1
    assert isinstance(drafted["gap"], float)
    assert 0 <= drafted["gap"] < 0.02
