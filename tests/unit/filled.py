"""The forms on a page, filled as a browser does that sends them untouched."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple


class Form(NamedTuple):
    """A form on a page: where it goes, and what it would send as it stands; of several buttons, the last one."""

    action: str
    fields: dict[str, list[str]]


def form_to(page: str, end: str) -> Form:
    """Return the form of a page that is sent to an address with this end."""
    return next(one for one in forms(page) if one.action.partition("?")[0].endswith(end))


def forms(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    """Fill forms as a browser does that sends them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._name, self._text = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.found.append(Form(given.get("action") or "", {}))
        elif (tag == "input" and (given.get("type") != "checkbox" or "checked" in given)) or tag == "button":
            self._send(name, value or "on" * (given.get("type") == "checkbox"))
        elif tag in ("textarea", "select"):
            self._name, self._text = name, ""
        elif tag == "option":
            self._text = ""
            if "selected" in given or self._name not in self.found[-1].fields:
                # An option without a value is worth its text, which follows.
                self.found[-1].fields[self._name] = [value] if "value" in given else []

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" or (tag == "option" and self.found[-1].fields.get(self._name) == []):
            self._send(self._name, self._text)

    def _send(self, name: str, value: str) -> None:
        if name and self.found:
            self.found[-1].fields.setdefault(name, []).append(value)
