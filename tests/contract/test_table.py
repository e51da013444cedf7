"""What the store asks of DynamoDB, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Inexact
from typing import Any

import pytest

from shared.aws import client
from shared.store.table import ABSENT, Cancelled, ConditionFailed, Item, table
from tests.contract.conftest import Instead
from tests.contract.differences import refused
from tests.integration.faults import Faults

KB = 1024
ONE, OTHER = {"pk": "P", "sk": "1"}, {"pk": "P", "sk": "2"}


def keep(*items: Item) -> None:
    for item in items:
        table().write(table().put(item))


def cancelled(*codes: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    reasons = [{"Code": code} for code in codes]
    return lambda _: {"__type": "TransactionCanceledException", "CancellationReasons": reasons}


# Values


def test_what_is_written_is_read_as_it_was() -> None:
    item = ONE | {
        "text": "Grüße, ‹Ada› 🐝",
        "nothing": "",
        "yes": True,
        "list": ["a", 1, {"deep": None}],
        "empty": [],
        "map": {"one": {}, "two": {"three": -3}},
        "set": {"a", "b"},
        "number": -(10**37),
        "digits": 12345678901234567890123456789012345678,
    }
    keep(item)
    assert table().get(ONE) == item


@pytest.mark.parametrize(("number", "fault"), [(0.5, TypeError), (10**38 + 1, Inexact), (10**126, Exception)])
def test_a_number_the_store_cannot_keep_does_not_leave(number: object, fault: type[Exception], faults: Faults) -> None:
    with pytest.raises(fault):
        keep(ONE | {"number": number})
    assert faults.calls == []


# Conditions


def test_what_must_be_absent_is_written_once() -> None:
    table().write(table().put(ONE | {"version": 1}, ABSENT))
    with pytest.raises(ConditionFailed):
        table().write(table().put(ONE | {"version": 2}, ABSENT))
    assert table().get(ONE) == ONE | {"version": 1}


def test_a_condition_on_what_is_not_there_fails_and_leaves_nothing() -> None:
    for condition in ("due_at <= :now", "version = :now", "#state IN (:now)", "attribute_exists(pk)"):
        named = {"name_state": "state"} if "#state" in condition else {}
        bound = {"now": "2027"} if ":now" in condition else {}
        with pytest.raises(ConditionFailed):
            table().write(table().update(ONE, "SET seen = :yes", condition, yes=True, **named, **bound))
    assert table().get(ONE) is None


def test_an_update_tells_the_item_as_it_is_then() -> None:
    keep(ONE | {"forms": 1, "reason": "x"})
    change = table().update(ONE, "SET #state = :new REMOVE reason ADD forms :one", name_state="state", new="n", one=1)
    assert table().write(change) == ONE | {"forms": 2, "state": "n"}


def test_deleting_what_is_not_there_is_deleting() -> None:
    table().write(table().delete(ONE))
    with pytest.raises(ConditionFailed):
        table().write(table().delete(ONE, "version = :mine", mine=1))


# Transactions


def test_a_transaction_takes_effect_whole_or_not_at_all() -> None:
    keep(ONE | {"version": 1}, OTHER)
    new = {"pk": "P", "sk": "new"}
    operations = [
        table().put(new, ABSENT),
        table().update(ONE, "SET version = version + :one", one=1),
        table().delete(OTHER),
    ]
    left = table().check({"pk": "P", "sk": "left"}, "attribute_exists(pk)")
    with pytest.raises(Cancelled):
        table().transact([*operations, left])
    assert list(table().query("P")) == [ONE | {"version": 1}, OTHER]
    table().transact(operations)
    assert list(table().query("P")) == [ONE | {"version": 2}, new]


def test_a_cancelled_transaction_tells_every_condition_that_failed() -> None:
    keep(ONE)
    with pytest.raises(Cancelled) as told:
        table().transact(
            [
                table().put(OTHER, ABSENT),
                table().put(ONE, ABSENT),
                table().check({"pk": "P", "sk": "3"}, ABSENT),
                table().update({"pk": "P", "sk": "4"}, "SET seen = :yes", "version = :mine", yes=True, mine=1),
            ]
        )
    assert told.value.failed == (1, 3)


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_met_another_one_or_came_too_fast_is_repeated(instead: Instead, code: str) -> None:
    for _ in range(3):
        instead("TransactWriteItems", cancelled("None", code))
    table().transact([table().put(ONE, ABSENT), table().put(OTHER, ABSENT)])
    assert list(table().query("P")) == [ONE, OTHER]


def test_a_transaction_is_not_repeated_for_ever(instead: Instead) -> None:
    for _ in range(4):
        instead("TransactWriteItems", cancelled("TransactionConflict"))
    with refused("TransactionCanceledException"):
        table().transact([table().put(ONE)])


def test_a_condition_that_failed_is_told_whatever_else_stood_in_the_way(instead: Instead) -> None:
    instead("TransactWriteItems", cancelled("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(Cancelled) as told:
        table().transact([table().put(ONE), table().put(OTHER)])
    assert told.value.failed == (1,)


@pytest.mark.parametrize("kind", ["Put", "Update", "Delete"])
def test_a_write_that_met_a_transaction_is_repeated(instead: Instead, kind: str) -> None:
    keep(ONE)
    write = {
        "Put": table().put(ONE | {"seen": True}),
        "Update": table().update(ONE, "SET seen = :yes", yes=True),
        "Delete": table().delete(ONE),
    }[kind]
    instead(f"{kind}Item", lambda _: {"__type": "TransactionConflictException"})
    table().write(write)
    assert table().get(ONE) == (None if kind == "Delete" else ONE | {"seen": True})


def test_a_transaction_whose_answer_was_lost_takes_effect_once(faults: Faults) -> None:
    faults.plan = {("dynamodb.TransactWriteItems", 1): "answer lost"}
    table().transact([table().put(OTHER, ABSENT), table().update(ONE, "ADD forms :one", one=1)])
    assert faults.calls == ["dynamodb.TransactWriteItems"] * 2
    assert table().get(ONE) == ONE | {"forms": 1}


def test_a_count_by_itself_may_count_twice_where_an_answer_was_lost(faults: Faults) -> None:
    faults.plan = {("dynamodb.UpdateItem", 1): "answer lost"}
    table().write(table().update(ONE, "ADD forms :one", one=1))
    assert table().get(ONE) == ONE | {"forms": 2}


def test_other_content_under_a_used_token_is_refused() -> None:
    def send(item: Item) -> None:
        client("dynamodb").transact_write_items(TransactItems=[table().put(item)], ClientRequestToken="the same")

    send(ONE)
    send(ONE)
    with refused("IdempotentParameterMismatchException"):
        send(OTHER)
    assert table().get(OTHER) is None


def test_a_transaction_takes_an_item_once() -> None:
    with refused():
        table().transact([table().put(ONE), table().update(ONE, "SET seen = :yes", yes=True)])


# Many items


def test_a_query_reads_every_page_in_the_order_of_the_sort_key(faults: Faults) -> None:
    keep(*({"pk": "P", "sk": f"MAIL#{place:02}", "text": "x" * 100 * KB} for place in range(23)))
    keep({"pk": "P", "sk": "MATCH#1"}, {"pk": "Q", "sk": "MAIL#1"})
    faults.calls = []
    found = [item["sk"] for item in table().query("P", "MAIL#")]
    assert found == [f"MAIL#{place:02}" for place in range(23)]
    # 1 MB is ten items and a bit: the one that goes beyond still belongs to its page, or does not.
    assert 3 <= len(faults.calls) <= 4
    assert len(list(table().query("P"))) == 24


def test_several_partitions_are_read_together() -> None:
    keep(*({"pk": f"P{place % 16}", "sk": str(place)} for place in range(40)))
    assert len(list(table().query_many([f"P{place}" for place in range(16)]))) == 40


def test_more_items_than_a_batch_holds_are_read_and_those_missing_left_out(faults: Faults) -> None:
    keys = [{"pk": "P", "sk": str(place)} for place in range(230)]
    keep(*keys[::2])
    faults.calls = []
    assert {item["sk"] for item in table().batch_get(keys)} == {key["sk"] for key in keys[::2]}
    assert faults.calls == ["dynamodb.BatchGetItem"] * 3


def test_what_a_batch_could_not_read_is_asked_for_again(instead: Instead) -> None:
    keep(ONE, OTHER)
    instead("BatchGetItem", lambda asked: {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]})
    assert len(table().batch_get([ONE, OTHER])) == 2


def test_a_batch_larger_than_an_answer_is_read_in_parts(faults: Faults) -> None:
    keys = [{"pk": "P", "sk": str(place)} for place in range(45)]
    keep(*(key | {"text": "x" * 390 * KB} for key in keys))
    faults.calls = []
    assert len(table().batch_get(keys)) == 45
    assert len(faults.calls) == 2


def test_more_items_than_a_batch_holds_are_deleted(faults: Faults) -> None:
    keys = [{"pk": "P", "sk": str(place)} for place in range(76)]
    keep(*keys[::2], {"pk": "P", "sk": "stays"})
    faults.calls = []
    table().delete_all(keys)
    assert faults.calls == ["dynamodb.BatchWriteItem"] * 4
    assert [item["sk"] for item in table().query("P")] == ["stays"]


def test_what_a_batch_could_not_delete_is_deleted_with_the_next(instead: Instead) -> None:
    keep(ONE, OTHER)
    instead("BatchWriteItem", lambda asked: {"UnprocessedItems": asked["RequestItems"]})
    table().delete_all([ONE, OTHER])
    assert list(table().query("P")) == []


def test_a_batch_takes_an_item_once() -> None:
    with refused():
        table().batch_get([ONE, ONE])
    with refused():
        table().delete_all([ONE, ONE])


def test_nothing_to_do_asks_nobody(faults: Faults) -> None:
    assert table().batch_get([]) == []
    table().delete_all([])
    assert faults.calls == []
