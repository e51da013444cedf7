"""Where moto and DynamoDB Local answer differently; docs/store.md says the same in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import pytest
from botocore.exceptions import ClientError

from shared.store.table import Cancelled, ConditionFailed, code_of
from tests.contract import plugin


class Store(StrEnum):
    """What plays DynamoDB."""

    MOTO = "moto"
    DYNAMODB_LOCAL = "DynamoDB Local"


TAKEN, INVALID, CANCELLED = "taken", "ValidationException", "TransactionCanceledException"
DIFFERENCES: dict[str, dict[Store, str]] = {
    "a value that no expression of a transaction uses": {Store.MOTO: TAKEN, Store.DYNAMODB_LOCAL: INVALID},
    "a due time put as a number": {Store.MOTO: TAKEN, Store.DYNAMODB_LOCAL: INVALID},
    "a due time put as a number in a transaction": {Store.MOTO: TAKEN, Store.DYNAMODB_LOCAL: CANCELLED},
    "a due time set to a number": {Store.MOTO: INVALID, Store.DYNAMODB_LOCAL: TAKEN},
    "a text compared with a number": {Store.MOTO: "TypeError", Store.DYNAMODB_LOCAL: "ConditionFailed"},
    "an item written and demanded otherwise": {Store.MOTO: INVALID, Store.DYNAMODB_LOCAL: "Cancelled"},
    "an item of exactly 400 KB": {Store.MOTO: INVALID, Store.DYNAMODB_LOCAL: TAKEN},
    "an item grown beyond 400 KB in a transaction": {Store.MOTO: INVALID, Store.DYNAMODB_LOCAL: CANCELLED},
    "a transaction of more than 4 MB": {Store.MOTO: TAKEN, Store.DYNAMODB_LOCAL: INVALID},
}


def outcome(call: Callable[[], object]) -> str:
    """Return what becomes of a call: taken, DynamoDB's code, or what the store or moto raises."""
    try:
        call()
    except ClientError as error:
        return code_of(error)
    except (Cancelled, ConditionFailed, TypeError) as error:
        return type(error).__name__
    finally:
        plugin.REFUSED.clear()
    return TAKEN


@contextmanager
def refused(code: str = INVALID) -> Iterator[None]:
    """Demand that what is done here is refused as invalid, or with another code."""
    with pytest.raises(ClientError) as caught:
        yield
    assert code_of(caught.value) == code
    plugin.REFUSED.clear()
