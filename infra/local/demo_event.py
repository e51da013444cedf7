"""The demo event: docs/event.toml, moved so that its first round is soon."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from functions.organiser.__main__ import plain, read
from infra.local.stack import Stack
from infra.local.template import ROOT
from shared import clock

DAYS_AHEAD = 12  # the first round is ten days before the event


def create(stack: Stack, days_ahead: int = DAYS_AHEAD) -> str:
    """Create the demo event on a stack, to be in so many days, and return its id."""
    content = demo_event(clock.now(), days_ahead)
    answer = stack.invoke("OrganiserFunction", {"command": "event", "event": content})
    if "refused" in answer:
        raise ValueError(f"docs/event.toml is refused: {answer['complaints']}")
    return str(answer["event_id"])


def demo_event(now: datetime, days_ahead: int) -> dict[str, Any]:
    """Return the file's content with every moment moved by whole days, so that the event is in a few days."""
    content = read(ROOT / "docs" / "event.toml")
    start = datetime.fromisoformat(content["starts_at"])
    days = timedelta(days=(now.date() + timedelta(days=days_ahead) - start.date()).days)
    return dict(plain(moved(content, days)))


def moved(value: Any, by: timedelta, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: moved(one, by, key) for key, one in value.items()}
    if isinstance(value, list):
        return [moved(one, by) for one in value]
    return (datetime.fromisoformat(value) + by).isoformat() if name in ("starts_at", "ends_at") else value
