"""DynamoDB's units by its rules, from what a call asks for, what it answers, and the items before and after it.

Sizes: names and values in UTF-8, numbers a byte for two digits and one more, lists and maps three bytes and one for
each element. Source: DynamoDB developer guide, "DynamoDB item sizes and formats" and "Read/write capacity mode". That a
check in a transaction counts as a write, and an index's entry in one only once, is recalled.
"""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]  # attributes as they go over the wire
Change: TypeAlias = tuple[Item, Item]  # an item before and after a write; empty where there is none

WRITE_BYTES, READ_BYTES = 1024, 4096
KEY = ("pk", "sk")
INDEX_KEY = ("due_shard", "due_at")
TWICE = 2  # a transaction prepares and commits


def write_units(changes: Iterable[Change], *, transaction: bool = False) -> int:
    """Return the write units of items that were, or were to be, written: a failed condition costs as much."""
    units = 0
    for before, after in changes:
        units += blocks(max(size(before), size(after)), WRITE_BYTES) * (TWICE if transaction else 1)
        units += index_units(before, after)
    return units


def index_units(before: Item, after: Item) -> int:
    """Return what the due index costs: one entry taken out, one put in, each where there is one and it moved."""
    old, new = entry(before), entry(after)
    return 0 if old == new else sum(blocks(size(one), WRITE_BYTES) for one in (old, new) if one)


def entry(item: Item) -> Item:
    """Return an item's entry in the due index, or nothing."""
    return {name: item[name] for name in (*KEY, *INDEX_KEY)} if all(name in item for name in INDEX_KEY) else {}


def read_units(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Return the read units of a call; nothing for one that writes."""
    if operation == "GetItem":
        return blocks(size(answer.get("Item", {})), READ_BYTES) * share(request)
    if operation == "Query":
        return blocks(sum(map(size, answer.get("Items", []))), READ_BYTES) * share(request)
    if operation == "BatchGetItem":
        units = 0.0
        for table, asked in request["RequestItems"].items():
            found = answer.get("Responses", {}).get(table, [])
            missing = len(asked["Keys"]) - len(found)
            units += (sum(blocks(size(item), READ_BYTES) for item in found) + missing) * share(asked)
        return units
    return 0


def share(request: Mapping[str, Any]) -> float:
    """Return what a read costs beside a strongly consistent one."""
    return 1 if request.get("ConsistentRead") else 0.5


def written_keys(operation: str, request: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the key of each item that a call would write or check."""
    if operation == "TransactWriteItems":
        for ((_, arguments),) in map(dict.items, request["TransactItems"]):
            yield key_of(arguments)
    elif operation == "BatchWriteItem":
        for asked in request["RequestItems"].values():
            for ((_, arguments),) in map(dict.items, asked):
                yield key_of(arguments)
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield key_of(request)


def key_of(arguments: Mapping[str, Any]) -> Item:
    holder = arguments.get("Key") or arguments["Item"]
    return {name: holder[name] for name in KEY}


def blocks(length: int, block: int) -> int:
    """Return the started blocks; a read or write of nothing costs one too."""
    return max(1, math.ceil(length / block))


def size(item: Item) -> int:
    """Return an item's size in bytes."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        digits = len(value.strip("-").replace(".", "").strip("0"))
        return math.ceil(digits / 2) + 1
    if kind == "B":
        return len(b64decode(value))
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(one) for name, one in value.items())
    if kind == "L":
        return 3 + sum(1 + value_size(one) for one in value)
    if kind in ("SS", "NS", "BS"):
        return sum(value_size({kind[0]: one}) for one in value)
    return 1
