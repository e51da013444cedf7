"""DynamoDB's units by its rules, for items of up to a kilobyte: what a call costs by what it asks for and changes.

Source: DynamoDB developer guide, "Read/write capacity mode". That a check in a transaction counts as a write, and an
index's entry in one only once, is recalled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]  # attributes as they go over the wire
Change: TypeAlias = tuple[Item, Item]  # an item before and after a write; empty where there is none

KEY = ("pk", "sk")
INDEX_KEY = ("due_shard", "due_at")


def write_units(changes: Iterable[Change], *, transaction: bool = False) -> int:
    """Return the write units of items that were, or were to be, written: a failed condition costs as much.

    An entry of the due index costs one when it comes or goes, two when it moves.
    """
    units = 0
    for change in changes:
        old, new = ([item[name] for name in INDEX_KEY if name in item] for item in change)
        units += (2 if transaction else 1) + (bool(old) + bool(new) if old != new else 0)
    return units


def read_units(operation: str, request: Mapping[str, Any]) -> float:
    """Return the read units of a call; nothing for one that writes."""
    if operation == "BatchGetItem":
        return sum(len(asked["Keys"]) for asked in request["RequestItems"].values())
    if operation not in ("GetItem", "Query"):
        return 0
    return 1 if request.get("ConsistentRead") else 0.5


def written_keys(operation: str, request: Mapping[str, Any]) -> list[Item]:
    """Return the key of each item that a call would write or check."""
    asked = [request] if operation in ("PutItem", "UpdateItem", "DeleteItem") else []
    if operation == "TransactWriteItems":
        asked = [one for each in request["TransactItems"] for one in each.values()]
    elif operation == "BatchWriteItem":
        asked = [one for table in request["RequestItems"].values() for each in table for one in each.values()]
    return [{name: (one.get("Key") or one["Item"])[name] for name in KEY} for one in asked]
