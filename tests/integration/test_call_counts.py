"""What a registration costs and what its cost may not tell: the calls to AWS, their order, number and size."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.local import people
from shared import clock
from tests.integration.faults import Faults
from tests.integration.pages import says
from tests.integration.test_crowds import FULL, hand_in, stamp
from tests.integration.test_lost_link import everybody, same_length
from tests.people import ENGLISH
from tests.system.life import ADA, BO, Life

WARM = ["dynamodb.UpdateItem", "dynamodb.TransactWriteItems", "sqs.SendMessageBatch"]


@pytest.fixture
def faults(life: Life, monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Listen to the calls of a process that has just taken a form."""
    life.send(BO)
    life.stack.settle()
    return Faults(monkeypatch)


def test_a_form_costs_three_calls_one_after_the_other(life: Life, faults: Faults) -> None:
    for _ in range(2):
        faults.calls = []
        assert life.send(ADA).status == 202
        assert faults.calls == WARM


def test_a_browsers_form_costs_the_same(life: Life, faults: Faults) -> None:
    given = stamp(life)
    faults.calls = []
    assert hand_in(life, FULL | {"stamp": given}).status == 200
    assert faults.calls == WARM


def test_a_form_with_a_fault_costs_nothing(life: Life, faults: Faults) -> None:
    faults.calls = []
    assert life.send(ADA | {"email": "nobody"}).status == 422
    assert faults.calls == []


def test_the_event_is_remembered_for_a_minute_and_no_longer(life: Life, faults: Faults) -> None:
    life.stack.set_clock(clock.now() + timedelta(seconds=61))
    faults.calls = []
    life.send(ADA)
    assert faults.calls == ["dynamodb.Query", *WARM]


def test_whoever_has_an_address_its_form_gets_the_same_answer_for_the_same_calls(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    folk = everybody(life)
    life.send(same_length("first"))
    faults = Faults(monkeypatch)
    seen = {}
    for state, person in folk.items():
        faults.calls, faults.sizes = [], []
        answer = life.send(folk["unknown"] | {"email": person["email"]})
        seen[state] = (answer.status, answer.headers, answer.body, tuple(zip(faults.calls, faults.sizes, strict=True)))
    assert len(seen) == 7
    assert [call for call, _ in seen["unknown"][3]] == WARM
    assert {state for state, one in seen.items() if one != seen["unknown"]} == set()


def test_an_event_that_was_cancelled_a_moment_ago_takes_no_form(life: Life, faults: Faults) -> None:
    life.organise(cancelled=True)
    faults.calls = []
    assert life.send(ADA).status == 409
    assert "dynamodb.TransactWriteItems" in faults.calls  # it was remembered as it had been
    life.stack.settle()
    assert life.mails(ADA) == []


def test_a_form_for_an_event_that_was_changed_a_moment_ago_is_taken_as_it_is_now(life: Life, faults: Faults) -> None:
    life.organise(matches_per_person=1, languages=["en"])
    faults.calls = []
    answer = life.send({name: value for name, value in ADA.items() if name != "matches"})
    assert answer.status == 202
    assert says(answer.body, "pages.registered.text", ENGLISH)
    assert faults.calls == [*WARM[:2], "dynamodb.Query", *WARM]
    faults.calls = []
    assert life.send(ADA).status == 202
    assert faults.calls == WARM
    life.stack.settle()
    assert people.press(life.stack, life.link(ADA, "/confirm/"), "").status == 200
