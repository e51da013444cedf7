"""Reaching the table: typed values in and out, every page of a query, every failure told apart."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeAlias, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from shared.aws import client
from shared.settings import Settings, from_environment
from shared.store.keys import Key

Item: TypeAlias = dict[str, Any]
Operation: TypeAlias = dict[str, Any]  # one entry of TransactItems
Result = TypeVar("Result")

TRIES = 4
_serialise = TypeSerializer().serialize
_deserialise = TypeDeserializer().deserialize


class ConditionFailed(Exception):
    """The item is not, or no longer, as the write demanded. Nothing was changed."""


class Cancelled(Exception):
    """A transaction was cancelled; `failed` are the positions of the operations whose condition did not hold."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"conditions failed at {list(failed)}")
        self.failed = tuple(failed)


class Table:
    """The one table, reached through a DynamoDB client."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def get(self, key: Key) -> Item | None:
        """Read one item as it is now, or None."""
        found = self._dynamodb.get_item(TableName=self.name, Key=attributes(key), ConsistentRead=True).get("Item")
        return values(found) if found else None

    def query(self, pk: str, sk_prefix: str = "") -> Iterator[Item]:
        """Read a partition, all pages of it, strongly consistent."""
        names, bound = {"#pk": "pk"}, {":pk": pk}
        condition = "#pk = :pk"
        if sk_prefix:
            condition += " AND begins_with(#sk, :sk)"
            names["#sk"], bound[":sk"] = "sk", sk_prefix
        yield from self._pages(
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=attributes(bound),
            ConsistentRead=True,
        )

    def query_many(self, pks: Sequence[str]) -> Iterator[Item]:
        """Read several partitions at the same time."""
        with ThreadPoolExecutor(max_workers=8) as pool:
            for items in pool.map(lambda pk: list(self.query(pk)), pks):
                yield from items

    def due(self, shard: str, until: str, limit: int) -> list[Key]:
        """Return the keys of at most `limit` items of a shard that are due by `until`, oldest first."""
        keys = self._pages(
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues=attributes({":shard": shard, ":until": until}),
        )
        return [{"pk": item["pk"], "sk": item["sk"]} for item, _ in zip(keys, range(limit), strict=False)]

    def next_due(self, shard: str) -> str | None:
        """Return when the shard's earliest item is due."""
        page = self._dynamodb.query(
            TableName=self.name,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard",
            ExpressionAttributeValues=attributes({":shard": shard}),
            Limit=1,
        )["Items"]
        return str(values(page[0])["due_at"]) if page else None

    def batch_get(self, keys: Iterable[Key]) -> list[Item]:
        """Read many items, in no order; those that do not exist are left out."""
        wanted, items = list(keys), []
        while wanted:
            chunk, wanted = wanted[:100], wanted[100:]
            asked = {"Keys": [attributes(key) for key in chunk], "ConsistentRead": True}
            answer = self._dynamodb.batch_get_item(RequestItems={self.name: asked})
            items += [values(item) for item in answer["Responses"].get(self.name, [])]
            wanted += [values(key) for key in answer["UnprocessedKeys"].get(self.name, {}).get("Keys", [])]
        return items

    def delete_all(self, keys: Iterable[Key]) -> None:
        """Delete many items, each for itself; one that is not there is as good as deleted."""
        waiting = [{"DeleteRequest": {"Key": attributes(key)}} for key in keys]
        while waiting:
            chunk, waiting = waiting[:25], waiting[25:]
            answer = self._dynamodb.batch_write_item(RequestItems={self.name: chunk})
            waiting += answer["UnprocessedItems"].get(self.name, [])

    def write(self, operation: Operation) -> Item:
        """Carry out one operation by itself; return the item after an Update. Raise ConditionFailed."""
        ((kind, arguments),) = operation.items()
        call = getattr(self._dynamodb, f"{kind.lower()}_item")
        if kind == "Update":
            arguments = {**arguments, "ReturnValues": "ALL_NEW"}
        try:
            return values(repeat_what_passes(lambda: call(**arguments)).get("Attributes", {}))
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise ConditionFailed from None
            raise

    def write_if_still(self, operation: Operation) -> bool:
        """Carry out one operation, or none where its condition holds no more; return whether it did."""
        try:
            self.write(operation)
        except ConditionFailed:
            return False
        return True

    def transact(self, operations: Sequence[Operation]) -> None:
        """Carry out all operations or none; raise Cancelled where a condition fails."""
        try:
            repeat_what_passes(lambda: self._dynamodb.transact_write_items(TransactItems=list(operations)))
        except ClientError as error:
            failed = [place for place, code in enumerate(reasons(error)) if code == "ConditionalCheckFailed"]
            if failed:
                raise Cancelled(failed) from None
            raise

    def put(self, item: Item, condition: str = "", /, **bound: object) -> Operation:
        """Shape a Put of a whole item."""
        return {"Put": {"TableName": self.name, "Item": attributes(item), **conditioned(condition, bound)}}

    def update(self, key: Key, change: str, condition: str = "", /, **bound: object) -> Operation:
        """Shape an Update. `bound` names values (`:name`); `name_x="y"` binds the attribute name `#x` to y."""
        return {
            "Update": {
                "TableName": self.name,
                "Key": attributes(key),
                "UpdateExpression": change,
                **conditioned(condition, bound),
            }
        }

    def delete(self, key: Key, condition: str = "", /, **bound: object) -> Operation:
        """Shape a Delete; without a condition it is right also where nothing is left."""
        return {"Delete": {"TableName": self.name, "Key": attributes(key), **conditioned(condition, bound)}}

    def check(self, key: Key, condition: str, /, **bound: object) -> Operation:
        """Shape a demand on an item that the transaction does not change."""
        return {"ConditionCheck": {"TableName": self.name, "Key": attributes(key), **conditioned(condition, bound)}}

    def _pages(self, **query: Any) -> Iterator[Item]:
        while True:
            page = self._dynamodb.query(TableName=self.name, **query)
            yield from map(values, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


ABSENT = "attribute_not_exists(pk)"


def conditioned(condition: str, bound: Mapping[str, object]) -> dict[str, Any]:
    """Shape a condition and the names and values it and the change use."""
    names = {f"#{name[5:]}": value for name, value in bound.items() if name.startswith("name_")}
    given = {f":{name}": value for name, value in bound.items() if not name.startswith("name_")}
    shaped: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    if names:
        shaped["ExpressionAttributeNames"] = names
    if given:
        shaped["ExpressionAttributeValues"] = attributes(given)
    return shaped


def attributes(item: Mapping[str, object]) -> dict[str, Any]:
    """Turn values into DynamoDB's typed attributes."""
    return {name: _serialise(value) for name, value in item.items()}


def values(item: Mapping[str, Any]) -> Item:
    """Turn DynamoDB's typed attributes into values."""
    return {name: _deserialise(value) for name, value in item.items()}


def code_of(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def reasons(error: ClientError) -> list[str]:
    """Return what became of each operation of a cancelled transaction, in their order."""
    return [reason["Code"] for reason in error.response.get("CancellationReasons", [])]


# What the SDK does not repeat by itself: an item in another transaction's hands, a transaction that is throttled.
PASSES = {"TransactionConflictException", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


def repeat_what_passes(call: Callable[[], Result]) -> Result:
    """Call again, a few times, while nothing but the moment is in the way."""
    for attempt in range(TRIES - 1):
        try:
            return call()
        except ClientError as error:
            codes = {code_of(error), *reasons(error)}
            if "ConditionalCheckFailed" in codes or PASSES.isdisjoint(codes):
                raise
        # Full jitter; chance decides nothing but the wait.
        time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - see the line above
    return call()


def repeat_on_conflict(attempt: Callable[[], Result | None], otherwise: Callable[[], Exception]) -> Result:
    """Read, decide and write anew while somebody else's write came between; give up after a few times.

    `attempt` returns None where its write's condition failed because what it had read was already old.
    """
    for _ in range(TRIES):
        result = attempt()
        if result is not None:
            return result
    raise otherwise()


@cache
def table() -> Table:
    """Return this process's table."""
    return Table(client("dynamodb"), from_environment(Settings).table_name)
