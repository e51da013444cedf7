"""When an event's time to keep its people is over."""

from __future__ import annotations

import math
from http import HTTPStatus

import pytest

from infra.local import people
from infra.local.stack import items_under
from shared import clock
from tests.integration.faults import Died, Faults
from tests.system.life import ADA, BO, Life


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


SHORT = {"not_yet": False, "stay_in_touch": False, "digest": False}


@pytest.mark.slow
def test_when_the_time_to_keep_them_is_over_nobody_is_left(life: Life, faults: Faults) -> None:
    life.organise(retention_days=30, follow_up=SHORT)
    life.introduce(ADA, BO)
    life.turn_to(days=-29)
    assert what_is_kept(life) != []
    # Killed after its first write, and then after its second, it goes on where it was.
    for number in (1, 2):
        faults.calls, faults.plan = [], {("dynamodb.BatchWriteItem", number): "die after"}
        with pytest.raises(Died):
            life.turn_to(days=-80)
        faults.dead, faults.plan = False, {}
    life.turn_to(days=-80)  # when confirmations have run out by themselves, but no later mail has
    assert what_is_kept(life) == []
    assert people.get(life.stack, life.link(ADA, "/me/")).status == HTTPStatus.NOT_FOUND


def what_is_kept(life: Life) -> list[str]:
    """Return the keys of this event's items that hold anything of its people and that DynamoDB will not drop itself."""
    lasting = [item for item in items_under("") if item.get("ttl", math.inf) > clock.now().timestamp()]
    without_people = {"EVENT", "ROUND#1", "ROUND#2", "ROUND#3", "SUBMISSIONS"}
    return [
        f"{item['pk']} {item['sk']}"
        for item in lasting
        if life.event_id in str(item) and item["sk"] not in without_people
    ]
