"""What somebody finds and presses on their own page, and all that the table holds of everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import escape

from infra.local.gateway import Answer, Request
from infra.local.stack import items_under
from shared.store.table import Item
from shared.texts import Voice
from tests.people import DU
from tests.system.life import Life

FORM = "application/x-www-form-urlencoded"


def own(life: Life, person: dict[str, Any], where: str = "", query: str = "") -> Answer:
    """Open a page behind somebody's newest link."""
    path = life.link(person, "/me/") + where
    return life.stack.http(Request("GET", path, query, {}, b""))


def press(life: Life, person: dict[str, Any], where: str, language: str = "de", **fields: object) -> Answer:
    """Press a button behind somebody's newest link: post its fields."""
    path = life.link(person, "/me/") + where
    return post(life, path, language, **fields)


def post(life: Life, address: str, language: str = "de", **fields: object) -> Answer:
    """Send a form to an address as its page says it."""
    path, _, query = address.partition("?")
    headers = {"content-type": FORM, "accept-language": language}
    return life.stack.http(Request("POST", path, query, headers, urlencode(fields, doseq=True).encode()))


def says(page: str | bytes, key: str, voice: Voice = DU, **values: object) -> bool:
    """Say whether a text of the catalogue is on a page."""
    shown = page if isinstance(page, str) else page.decode()
    return str(escape(voice(key, **values))) in shown


def everything() -> list[Item]:
    """Return the whole table, in the order of its keys; but for when the clock last ticked, as it always does."""
    found = sorted(items_under(""), key=lambda item: (item["pk"], item["sk"]))
    return [item for item in found if item["sk"] != "TICK"]
