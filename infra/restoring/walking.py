"""Through the copy, item by item: what the living table lacks is decided on and put back, each in its own transaction.

It may break off anywhere: what has come back is there, and the next run goes on with the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from functions.follow_up.moving import take_out
from infra.restoring.deciding import Back, Deciding, StillTells, key_of
from infra.restoring.rules import LeftOut
from shared.store.keys import ItemKind, kind_of
from shared.store.table import Cancelled, Item, values

AT_ONCE = 100  # keys in one BatchGetItem
# What belongs to somebody is written under the condition that they are there.
FIRST = {ItemKind.ATTENDEE, ItemKind.SUBMISSION}


class Found(NamedTuple):
    """How many items came back and as what, and how many did not and why."""

    back: Counter[str]
    left_out: Counter[str]
    meanwhile: Counter[str]  # could have come back, but something has been written in between


def restore(deciding: Deciding, dynamodb: Any, *, write: bool, progress: Callable[[int], None]) -> Found:
    """Put back what is missing, or with `write` false only say what would be; `dynamodb` reads the copy."""
    found, seen = Found(Counter(), Counter(), Counter()), 0
    for people in (True, False):
        for items in scan(dynamodb, deciding.copy.name):
            seen += len(items)
            wanted = [item for item in items if (kind_of(key_of(item)) in FIRST) is people]
            there = {(one["pk"], one["sk"]) for one in deciding.living.batch_get(map(key_of, wanted))}
            for item in wanted:
                if (item["pk"], item["sk"]) not in there:
                    put_back(item, deciding, found, write=write)
            progress(seen)
    return found


def put_back(item: Item, deciding: Deciding, found: Found, *, write: bool) -> None:
    """Decide on one item and, if it comes back, write it where none is."""
    decision, kind = deciding.decide(item), str(kind_of(key_of(item)) or "item")
    if isinstance(decision, LeftOut):
        found.left_out[f"{kind}: {decision}"] += 1
    if isinstance(decision, StillTells):
        found.left_out[f"{kind}: {LeftOut.ERASED}, and their words are taken out of the match"] += 1
        if write:
            take_out(decision.match, decision.left)
    if not isinstance(decision, Back):
        return
    try:
        if write:
            deciding.living.transact(decision.operations)
    except Cancelled:
        found.meanwhile[kind] += 1
    else:
        found.back[f"{kind}, {decision.told}" if decision.told else kind] += 1


def scan(dynamodb: Any, name: str) -> Iterator[list[Item]]:
    """Read a whole table, some items at a time."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=name):
        items = [values(item) for item in page["Items"]]
        yield from (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
