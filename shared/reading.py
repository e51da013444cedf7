"""By which vocabulary and recipe the texts of an event are to be read. Pure."""

from __future__ import annotations

import hashlib
import json

from shared.models import Event

READING = "1"  # raise it when model, recipe or vocabulary change: everybody is read anew before their next round


def reading_of(event: Event) -> str:
    """Name the reading that an event's texts need: ours, with the organiser's own concepts."""
    if not event.concepts:
        return READING
    own = json.dumps({name: one.model_dump() for name, one in event.concepts.items()}, sort_keys=True)
    return f"{READING}-{hashlib.sha256(own.encode()).hexdigest()[:12]}"
