"""The only place that asks this machine for the time. Rules are handed `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present in UTC, cut to whole seconds as all stored times are."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one reader of the machine's clock


def utc_text(moment: datetime) -> str:
    """Write an aware moment as text that sorts like the moments themselves, e.g. 2026-11-23T09:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
