from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from infra.costs import capacity
from infra.costs.bill import dollars, event_dollars, idle_dollars, prices
from infra.costs.deployed import deployed, without
from infra.costs.tables import DOCUMENT, GROUPS, SIZES, rewritten, tables
from infra.costs.usage import assumptions, measured, of_event, of_idle_month, polls

KEY = {"pk": {"S": "MAIL"}, "sk": {"S": "m"}}
MAIL = KEY | {"text": {"S": "x" * 500}}
DUE = MAIL | {"due_shard": {"S": "DUE#0"}, "due_at": {"S": "2027-06-01T09:00:00Z"}}
LATER = DUE | {"due_at": {"S": "2027-06-01T09:15:00Z"}}


def test_the_document_says_what_the_data_say() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in document for name in tables())
    assert rewritten(document) == document, "make costs WRITE=yes"


def test_every_price_has_a_unit_a_day_and_a_source() -> None:
    for name, price in prices().price.items():
        assert price.usd > 0, name
        assert price.per >= 1, name
        assert price.unit, name
        assert price.read == "recalled" or price.read <= measured().on, name
        assert price.source.startswith("https://aws.amazon.com/"), name


def test_what_is_free_has_a_price_a_day_and_a_source() -> None:
    for name, allowance in prices().free.items():
        assert name in prices().price
        assert allowance.amount > 0, name
        assert isinstance(allowance.read, date), name
        assert allowance.source.startswith("https://aws.amazon.com/"), name


def test_every_price_is_used_and_everything_used_has_a_price() -> None:
    event, idle = of_event(100, deployed()), of_idle_month(deployed())
    assert set(event) | set(idle) == set(prices().price)
    assert {name for names in GROUPS.values() for name in names} == set(event)


def test_the_idle_month_stays_within_its_budget() -> None:
    budget = assumptions().budget
    assert idle_dollars(deployed(), free=True) <= budget["with_alarms"]
    assert idle_dollars(without("alarms", deployed()), free=True) <= budget["without_alarms"]


@pytest.mark.parametrize("free", [True, False])
def test_a_larger_event_costs_more_and_nothing_earns_money(*, free: bool) -> None:
    bills = [event_dollars(people, deployed(), free=free) for people in (0, *SIZES)]
    sums = [sum(bill.values()) for bill in bills]
    assert sums == sorted(sums)
    assert min(min(bill.values()) for bill in bills) >= 0


def test_what_is_always_free_is_free_once() -> None:
    amount = prices().free["sqs_requests"].amount
    assert dollars({"sqs_requests": amount}, free=True) == {"sqs_requests": 0}
    assert dollars({"sqs_requests": 2 * amount}, free=True) == dollars({"sqs_requests": amount}, free=False)


def test_what_was_measured_is_what_is_deployed() -> None:
    lives = measured().everybody.functions
    assert set(lives) == set(deployed().functions), "a function more or less: make costs MEASURE=yes"
    assert set(measured().ticks.functions) == {"FollowUpFunction"}


def test_queues_that_a_function_reads_are_polled_all_month() -> None:
    some = deployed().model_copy(update={"mappings": 3, "mappings_with_maximum_concurrency": 1})
    assert polls(some) == (3 * 2 + 5) * 3 * 43_200


@pytest.mark.parametrize(
    ("before", "after", "in_transaction", "units"),
    [
        ({}, DUE, True, 2 + 1),  # a mail is planned: an entry of the index comes
        (DUE, LATER, False, 1 + 2),  # claimed: one goes, one comes
        (LATER, LATER | {"state": {"S": "x"}}, False, 1),  # changed, due as before
        (LATER, MAIL, False, 1 + 1),  # sent: the entry goes
        (MAIL, MAIL, False, 1),  # a condition failed
        ({}, {}, True, 2),  # a check of what is not there
        (MAIL, KEY | {"text": {"S": "x" * 1100}}, False, 2),
        (KEY | {"text": {"S": "x" * 2100}}, {}, False, 3),  # a deletion costs what was there
    ],
)
def test_writes_cost_by_their_size_and_by_the_index(
    before: dict[str, Any], after: dict[str, Any], units: int, *, in_transaction: bool
) -> None:
    assert capacity.write_units([(before, after)], transaction=in_transaction) == units


def test_a_query_rounds_its_sum_and_a_batch_each_item() -> None:
    items = [MAIL] * 8
    assert capacity.read_units("Query", {"ConsistentRead": True}, {"Items": items}) == 2
    assert capacity.read_units("Query", {}, {"Items": []}) == 0.5
    batch = {"RequestItems": {"t": {"Keys": [KEY] * 9, "ConsistentRead": True}}}
    assert capacity.read_units("BatchGetItem", batch, {"Responses": {"t": items}}) == 9
    assert capacity.read_units("GetItem", {"ConsistentRead": True}, {}) == 1


def test_sizes_are_counted_as_dynamodb_counts_them() -> None:
    assert capacity.size({"name": {"S": "für"}}) == 4 + 4
    assert capacity.size({"n": {"N": "1200"}}) == 1 + 2
    assert capacity.size({"b": {"B": "AAAA"}}) == 1 + 3
    assert capacity.size({"m": {"M": {"a": {"BOOL": True}, "l": {"L": [{"NULL": True}]}}}}) == 1 + 3 + 3 + 7
