"""What is counted so that nobody floods us, or others through us."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.store.keys import budget_key, network_key
from shared.store.table import Operation, table

WINDOW = timedelta(minutes=10)
BUDGET_KEPT = timedelta(days=8)


def count_form(network_hash: str, now: datetime) -> int:
    """Count one more form of a network; return how many came in these ten minutes."""
    seconds = int(WINDOW.total_seconds())
    window = int(now.timestamp()) // seconds
    change = table().update(
        network_key(network_hash, str(window)),
        "SET #ttl = :ttl ADD forms :one",
        "",
        name_ttl="ttl",
        ttl=(window + 2) * seconds,
        one=1,
    )
    return int(table().write(change)["forms"])


def mails_today(event_id: str, now: datetime) -> int:
    """Return how many mails to addresses that nobody has confirmed an event sent today."""
    item = table().get(budget_key(event_id, utc_text(now)[:10]))
    return int(item["mails"]) if item else 0


def count_mail(event_id: str, now: datetime) -> Operation:
    """Shape the count of one more such mail."""
    return table().update(
        budget_key(event_id, utc_text(now)[:10]),
        "SET #ttl = :ttl ADD mails :one",
        "",
        name_ttl="ttl",
        ttl=int((now + BUDGET_KEPT).timestamp()),
        one=1,
    )
