"""Through the copy, kind by kind: what the living table lacks is decided on and put back, each in its own transaction.

It may break off anywhere: what has come back is there, and the next run goes on with the rest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from infra.restoring.deciding import Deciding
from infra.restoring.rules import LeftOut
from shared.store.keys import ItemKind, Key, kind_of
from shared.store.table import Cancelled, Item, Operation, Table, values

AT_ONCE = 100  # keys in one BatchGetItem
# What others belong to comes before them; all else comes last.
FIRST = ({ItemKind.EVENT}, {ItemKind.ROUND, ItemKind.ATTENDEE, ItemKind.ERASED}, {ItemKind.MATCH, ItemKind.SUBMISSION})


class Found(NamedTuple):
    """How many items came back and as what, and how many did not and why."""

    back: Counter[str]
    left_out: Counter[str]
    meanwhile: Counter[str]  # could have come back, but something has been written in between


class Rehearsal(Table):
    """The living table as it would be: it keeps to itself what is written, whatever the conditions."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        super().__init__(dynamodb, name)
        self._written: dict[str, dict[str, Item]] = defaultdict(dict)

    def transact(self, operations: Sequence[Operation]) -> None:
        for kind, arguments in (pair for operation in operations for pair in operation.items()):
            if kind in ("Put", "Update"):
                item = values(arguments.get("Item") or arguments["Key"])
                self._written[item["pk"]][item["sk"]] = item

    def get(self, key: Key) -> Item | None:
        return self._written[key["pk"]].get(key["sk"]) or super().get(key)

    def query(self, pk: str, sk_prefix: str = "") -> Iterator[Item]:
        yield from super().query(pk, sk_prefix)
        yield from (item for sk, item in self._written[pk].items() if sk.startswith(sk_prefix))

    def batch_get(self, keys: Iterable[Key]) -> list[Item]:
        wanted = list(keys)
        written = [item for key in wanted if (item := self._written[key["pk"]].get(key["sk"]))]
        return [*super().batch_get(wanted), *written]


def restore(name: str, copy_name: str, dynamodb: Any, now: datetime, *, traceless: bool, write: bool) -> Found:
    """Put back what is missing, or with `write` false only say what would be."""
    living = Table(dynamodb, name) if write else Rehearsal(dynamodb, name)
    deciding = Deciding(living, Table(dynamodb, copy_name), now, traceless=traceless, write=write)
    found = Found(Counter(), Counter(), Counter())
    for turn in range(len(FIRST) + 1):
        for items in scan(dynamodb, copy_name):
            wanted = [item for item in items if turn_of(item) == turn]
            keys = [{"pk": item["pk"], "sk": item["sk"]} for item in wanted]
            there = {(one["pk"], one["sk"]) for one in living.batch_get(keys)}
            for item in wanted:
                if (item["pk"], item["sk"]) not in there:
                    put_back(item, deciding, found)
    return found


def turn_of(item: Item) -> int:
    return next((turn for turn, kinds in enumerate(FIRST) if kind_of(item) in kinds), len(FIRST))


def put_back(item: Item, deciding: Deciding, found: Found) -> None:
    """Decide on one item and, if it comes back, write it where none is."""
    decision, kind = deciding.decide(item), kind_of(item)
    name = kind.name.lower() if kind else "item"
    if isinstance(decision, LeftOut):
        found.left_out[f"{name}: {decision}"] += 1
        return
    try:
        deciding.living.transact(decision.operations)
    except Cancelled:
        found.meanwhile[name] += 1
    else:
        found.back[f"{name}, {decision.told}" if decision.told else name] += 1


def scan(dynamodb: Any, name: str) -> Iterator[list[Item]]:
    """Read a whole table, some items at a time."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=name):
        items = [values(item) for item in page["Items"]]
        yield from (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
