"""Invented people who do what people do: fill the form, open their mail, press a button."""

from __future__ import annotations

import json
import random
import re
import tomllib
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.local.gateway import Answer, Request
from infra.local.inbox import Received
from infra.local.stack import Stack
from shared.models import Outcome

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/[^\s?#]+)")
CARD = re.compile(r'<article class="card (\w+)" id="(\w+)"')
AT_ONCE = 10
BECAME = {Outcome.GOOD_CONVERSATION: 5, Outcome.STAY_IN_TOUCH: 3, Outcome.NOT_YET: 1, Outcome.DID_NOT_COME: 1}


@cache
def everybody() -> list[dict[str, Any]]:
    """Return the invented people, as the JSON registration takes them."""
    with (Path(__file__).parent / "people.toml").open("rb") as file:
        return list(tomllib.load(file)["people"])


def register(stack: Stack, event_id: str, people: list[dict[str, Any]]) -> Iterator[str]:
    """Let people register and confirm, a few at a time; yield each one's first name when it is done."""
    for start in range(0, len(people), AT_ONCE):
        group = people[start : start + AT_ONCE]
        since = len(stack.inbox.mails)
        for person in group:
            form = {key: value for key, value in person.items() if key != "language"}
            form |= {"consent_matching": True, "consent_follow_up": True}
            send(stack, f"/events/{event_id}/registrations", form, person["language"])
        stack.drain()
        for mail in stack.inbox.mails[since:]:
            for path in links(mail):
                if path.startswith("/confirm/"):
                    press(stack, path, "")
        stack.drain()
        yield from (person["first_name"] for person in group)


def answer(stack: Stack, mails: list[Received], says_yes: Callable[[], bool]) -> int:
    """Let the receivers of these mails answer every proposal on their page; return how many answers were given."""
    given = 0
    for mail in mails:
        page = page_of(mail)
        for standing, match_id in cards(stack, page):
            if standing == "open":
                word = "yes" if says_yes() else "not_now"
                answered = press(stack, f"{page}/matches/{match_id}/answer", f"answer={word}")
                given += answered.status == HTTPStatus.SEE_OTHER
    stack.drain()
    return given


def tell_outcomes(stack: Stack, mails: list[Received], rng: random.Random) -> dict[str, int]:
    """Let the receivers of these mails say what became of their introductions; return how often which was said."""
    said: dict[str, int] = {}
    for mail in mails:
        page = page_of(mail)
        for standing, match_id in cards(stack, page):
            if standing == "introduced":
                outcome = rng.choices(list(BECAME), list(BECAME.values()))[0]
                press(stack, f"{page}/matches/{match_id}/outcome", f"outcome={outcome}")
                said[outcome] = said.get(outcome, 0) + 1
    return said


def cards(stack: Stack, page: str) -> list[tuple[str, str]]:
    """Return the standing and id of each match on a person's page."""
    return CARD.findall(get(stack, page).body.decode())


def page_of(mail: Received) -> str:
    """Return the path of the receiver's page, or nothing."""
    return next((path for path in links(mail) if path.startswith("/me/")), "")


def links(mail: Received) -> list[str]:
    """Return the paths of the links in a mail's text part, each once."""
    return list(dict.fromkeys(LINK.findall(mail.part("plain"))))


def send(stack: Stack, path: str, form: dict[str, Any], language: str) -> Answer:
    headers = {"content-type": "application/json", "accept-language": language}
    return stack.http(Request("POST", path, "", headers, json.dumps(form).encode(), network_of(form)))


def network_of(form: dict[str, Any]) -> str:
    """Let everybody send from a network of their own, as from their own homes."""
    digits = zlib.crc32(str(form.get("email", "")).encode())
    return f"10.{digits >> 16 & 255}.{digits >> 8 & 255}.{digits & 255}"


def get(stack: Stack, path: str) -> Answer:
    return stack.http(Request("GET", path, "", {}, b""))


def press(stack: Stack, path: str, fields: str) -> Answer:
    """Press a button: post its form."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return stack.http(Request("POST", path, "", headers, fields.encode()))
