"""When the clock last ticked: one item, written over each minute."""

from __future__ import annotations

from datetime import datetime

from shared.clock import utc_text
from shared.store.keys import tick_key
from shared.store.table import table


def note(now: datetime) -> None:
    """Note that the clock has ticked, and done what it came for."""
    table().write(table().put(tick_key() | {"at": utc_text(now)}))


def last() -> datetime | None:
    """Return when the clock last ticked, or None if it never has."""
    item = table().get(tick_key())
    return datetime.fromisoformat(item["at"]) if item else None
