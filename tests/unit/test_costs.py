from __future__ import annotations

from typing import Any

import pytest

from infra.costs import capacity
from infra.costs.bill import bill, measured, of_event, of_idle_month, prices
from infra.costs.deployed import deployed
from infra.costs.tables import DOCUMENT, SIZES, rewritten, tables

KEY = {"pk": {"S": "MAIL"}, "sk": {"S": "m"}}
MAIL = KEY | {"text": {"S": "x" * 500}}
DUE = MAIL | {"due_shard": {"S": "DUE#0"}, "due_at": {"S": "2027-06-01T09:00:00Z"}}
LATER = DUE | {"due_at": {"S": "2027-06-01T09:15:00Z"}}


def test_the_document_says_what_the_data_say() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in document for name in tables())
    assert rewritten(document) == document, "make costs WRITE=yes"


def test_every_price_has_a_unit_a_day_and_a_source() -> None:
    for name, price in prices().items():
        assert price.usd > 0, name
        assert price.per >= 1, name
        assert price.unit, name
        assert price.read == "recalled" or price.read <= measured().on, name
        assert price.source.startswith("https://aws.amazon.com/"), name


def test_every_price_is_used_and_everything_used_has_a_price() -> None:
    assert set(of_event(100, deployed())) | set(of_idle_month(deployed())) == set(prices())


def test_the_idle_month_stays_within_its_budget() -> None:
    for one, most in ((deployed(), 1.05), (deployed()._replace(alarms=0), 1.00)):
        assert sum(bill(of_idle_month(one))[1].values()) <= most


def test_a_larger_event_costs_more_and_nothing_earns_money() -> None:
    idle = of_idle_month(deployed())
    bills = [bill(of_event(people, deployed()), beside=idle) for people in (0, *SIZES)]
    for one_way in zip(*bills, strict=True):
        sums = [sum(one.values()) for one in one_way]
        assert sums == sorted(set(sums))
        assert min(min(one.values()) for one in one_way) >= 0


def test_what_is_always_free_is_free_once() -> None:
    amount = prices()["sqs_requests"].free
    listed, reduced = bill({"sqs_requests": 2 * amount})
    assert listed["sqs_requests"] == 2 * reduced["sqs_requests"] > 0
    for beside in (amount, 2 * amount):
        used_up = bill({"sqs_requests": 2 * amount}, beside={"sqs_requests": beside})
        assert used_up == (listed, listed)


def test_what_was_measured_is_what_is_deployed() -> None:
    assert set(measured().event.runs) == set(deployed().memory_gb), "a function more or less: make costs MEASURE=yes"
    assert set(measured().tick.runs) == {"FollowUpFunction"}


def test_queues_that_a_function_reads_are_polled_all_month() -> None:
    some = deployed()._replace(queues=3, queues_with_maximum_concurrency=1)
    assert of_idle_month(some)["sqs_requests"] == (3 * 2 + 5) * 3 * 43_200


@pytest.mark.parametrize(
    ("before", "after", "in_transaction", "units"),
    [
        ({}, DUE, True, 2 + 1),  # a mail is planned: an entry of the index comes
        (DUE, LATER, False, 1 + 2),  # claimed: one goes, one comes
        (LATER, LATER | {"state": {"S": "x"}}, False, 1),  # changed, due as before
        (LATER, MAIL, False, 1 + 1),  # sent: the entry goes
        (MAIL, MAIL, False, 1),  # a condition failed
        ({}, {}, True, 2),  # a check of what is not there
        (DUE, {}, True, 2 + 1),  # deleted
    ],
)
def test_writes_cost_twice_in_a_transaction_and_more_by_the_index(
    before: dict[str, Any], after: dict[str, Any], units: int, *, in_transaction: bool
) -> None:
    assert capacity.write_units([(before, after)], transaction=in_transaction) == units


def test_a_batch_asks_for_each_item_and_what_may_be_old_costs_half() -> None:
    assert capacity.read_units("Query", {"ConsistentRead": True}) == 1
    assert capacity.read_units("Query", {}) == 0.5
    batch = {"RequestItems": {"t": {"Keys": [KEY] * 9, "ConsistentRead": True}}}
    assert capacity.read_units("BatchGetItem", batch) == 9
    assert capacity.read_units("UpdateItem", {}) == 0
