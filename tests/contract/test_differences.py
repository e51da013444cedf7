"""The few things in which the stores differ, so that nobody leans on the more lenient one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.store.table import ABSENT, Operation, table
from tests.contract.differences import DIFFERENCES, Store, outcome

KEY = {"pk": "P", "sk": "1"}
DUE = {"due_shard": "DUE#0", "due_at": 20270520}


def of_size(size: int, sk: str = "1") -> Operation:
    """Shape a Put of an item that counts so many bytes: its names and values."""
    return table().put({"pk": "P", "sk": sk, "text": "x" * (size - len("pkPsktext") - len(sk))})


def write(operation: Callable[[], Operation]) -> Callable[[], object]:
    return lambda: table().write(operation())


def transact(*operations: Callable[[], Operation]) -> Callable[[], object]:
    return lambda: table().transact([each() for each in operations])


DONE: dict[str, Callable[[], object]] = {
    "a value that no expression of a transaction uses": transact(
        lambda: table().update(KEY, "SET seen = :yes", yes=True, left_over=1)
    ),
    "a due time put as a number": write(lambda: table().put(KEY | DUE)),
    "a due time put as a number in a transaction": transact(lambda: table().put(KEY | DUE)),
    "a due time set to a number": write(
        lambda: table().update(KEY, "SET due_shard = :due_shard, due_at = :due_at", **DUE)
    ),
    "a text compared with a number": write(lambda: table().put(KEY, "#text < :most", name_text="text", most=2)),
    "an item written and demanded otherwise": transact(lambda: table().put(KEY), lambda: table().check(KEY, ABSENT)),
    "an item of exactly 400 KB": write(lambda: of_size(409_600)),
    "an item grown beyond 400 KB in a transaction": transact(
        lambda: table().update(KEY, "SET more = :more", more="x" * 110_000)
    ),
    "a transaction of more than 4 MB": transact(*(lambda sk=str(place): of_size(400_000, sk) for place in range(11))),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_the_stores_differ_as_the_table_says(what: str, store: Store) -> None:
    table().write(of_size(300_000))
    assert outcome(DONE[what]) == DIFFERENCES[what][store]
