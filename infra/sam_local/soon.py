"""The example event, moved so that its beginning can be played in minutes: containers keep the real time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.organiser.__main__ import plain, read
from infra.local.demo_event import moved
from infra.local.template import ROOT

AHEAD = timedelta(hours=20)  # near enough for letters to leave at night as well


def event_soon(now: datetime, first_round: timedelta) -> dict[str, Any]:
    """Return the file's content with the event tomorrow, and the first round in a few minutes."""
    content = read(ROOT / "docs" / "event.toml")
    here = now.astimezone(ZoneInfo(content["time_zone"])).replace(tzinfo=None)
    by = (here + AHEAD).replace(minute=0, second=0, microsecond=0) - datetime.fromisoformat(content["starts_at"])
    rounds = [(here + first_round).isoformat(timespec="seconds"), "2h"]
    return dict(plain(moved(content, by))) | {"rounds": rounds}
