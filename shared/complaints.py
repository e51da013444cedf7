"""What is wrong with a form or file, told to the person who filled it, in their language."""

from __future__ import annotations

from pydantic import ValidationError

from shared.errors import Complaint
from shared.texts import Voice


def complaints(error: ValidationError, voice: Voice) -> list[Complaint]:
    """Turn a validation error into one complaint per field, without repeating what was typed."""
    found: dict[str, Complaint] = {}
    for detail in error.errors(include_input=False, include_url=False):
        field = ".".join(str(step) for step in detail["loc"] if step != "[key]")  # pydantic's word for a bad name
        key = f"complaints.{detail['type']}"
        limits = {name: value for name, value in detail.get("ctx", {}).items() if isinstance(value, int | str)}
        if detail["type"] == "enum":
            limits["expected"] = str(limits["expected"]).replace(" or ", ", ")
        text = voice(key if voice.has(key) else "complaints.other", **limits)
        found.setdefault(field, Complaint(field, text))
    # A list is short of items where one of them was faulty: that one says enough.
    return [one for one in found.values() if not any(field.startswith(f"{one.field}.") for field in found)]
