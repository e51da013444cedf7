"""Living a moment again: the table, the mail and the clock as they were."""

from __future__ import annotations

import copy

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from shared import clock
from shared.store.table import table
from tests.system.life import Life


class Moment:
    """How everything stands when this is made; nothing may be on its way through a queue."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._now = clock.now()
        self._mails = len(life.stack.inbox.mails)
        self._items = copy.deepcopy(_table().items)

    def back(self) -> None:
        """Bring it back, as often as wanted."""
        made = _table()
        made.items.clear()
        made.items.update(copy.deepcopy(self._items))
        vars(made).pop("_by_attribute", None)  # what moto_patch remembers of it
        del self._life.stack.inbox.mails[self._mails :]
        self._life.stack.set_clock(self._now)


def _table() -> Table:
    return dynamodb_backends["123456789012"]["eu-central-1"].tables[table().name]
