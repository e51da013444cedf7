"""One event on the stack, and what its people do and see: all through HTTP and the inbox."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import people
from infra.local.gateway import Answer, Request
from infra.local.inbox import Received
from infra.local.stack import Stack
from shared import clock

BERLIN = ZoneInfo("Europe/Berlin")


def form(name: str, wish: str, offer: str, **changed: Any) -> dict[str, Any]:
    """Fill the form as somebody would; every name is one person."""
    return {
        "first_name": name,
        "email": f"{name.lower()}@example.org",
        "languages": ["de"],
        "wishes": [wish],
        "offers": [offer],
        "consent_matching": True,
        "consent_follow_up": True,
    } | changed


ADA = form("Ada", "Wie habt ihr eure Kantine umgebaut?", "Wie wir einen Chor im Betrieb gegründet haben")
BO = form("Bo", "Wer hat einen Chor gegründet, der blieb?", "Unsere Kantine kocht jetzt selbst, und alle kommen")
CY = form("Cy", "Wie findet man neue Azubis?", "Unser Gemeinschaftsgarten hat drei Winter überlebt")


@dataclass
class Life:
    """An event and its people."""

    stack: Stack
    name: str
    start: datetime = field(init=False)
    event_id: str = field(init=False)
    since: int = field(init=False)

    def __post_init__(self) -> None:
        day = (clock.now() + timedelta(days=14)).astimezone(BERLIN)
        # A Thursday, so that the next business day is the next day.
        day += timedelta(days=(3 - day.weekday()) % 7)
        self.start = day.replace(hour=9, minute=0, second=0, microsecond=0)
        self.event_id = f"e{zlib.crc32(self.name.encode()):x}-{len(self.stack.inbox.mails)}"
        self.since = len(self.stack.inbox.mails)
        answer = self.organise()
        assert answer.get("created"), answer

    def content(self, **changed: Any) -> dict[str, Any]:
        """Return the event file's content."""
        at = f"{self.start:%Y-%m-%d}T"
        return {
            "id": self.event_id,
            "title": {"de": "Sommertreffen", "en": "Summer meeting"},
            "starts_at": f"{at}09:00:00",
            "ends_at": f"{at}17:00:00",
            "time_zone": "Europe/Berlin",
            "place": "Alte Post",
            "sender_name": "Das Team",
            "reply_to": "team@example.org",
            "imprint": "Verein e. V., Weg 1, 12345 Ort",
            "privacy_url": "https://example.org/privacy",
            "follow_up": {"digest": False},
            "breaks": [{"starts_at": f"{at}10:30:00", "ends_at": f"{at}11:00:00", "place": "Kaffeebar"}],
        } | changed

    def organise(self, **changed: Any) -> dict[str, Any]:
        """Create the event, or change it."""
        command = {"command": "event", "event": self.content(**changed)}
        answer: dict[str, Any] = self.stack.invoke("OrganiserFunction", command)
        self.stack.settle()
        return answer

    def command(self, name: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.stack.invoke(
            "OrganiserFunction", {"command": name, "event_id": self.event_id} | more
        )
        self.stack.settle()
        return answer

    def send(self, filled: dict[str, Any]) -> Answer:
        return people.send(self.stack, f"/events/{self.event_id}/registrations", filled, "de")

    def join(self, *forms: dict[str, Any]) -> None:
        """Let people register and confirm."""
        for filled in forms:
            self.send(filled)
            self.stack.settle()
            answer = people.press(self.stack, self.link(filled, "/confirm/"), "")
            assert answer.status == 200
            self.stack.settle()

    def mails(self, person: dict[str, Any]) -> list[Received]:
        """Return what somebody got about this event, oldest first."""
        of_event = [mail for mail in self.stack.inbox.mails[self.since :] if mail.tags["event_id"] == self.event_id]
        return [mail for mail in of_event if mail.recipient == person["email"]]

    def subjects(self, person: dict[str, Any]) -> list[str]:
        return [str(mail.message["Subject"]).removesuffix(": Sommertreffen") for mail in self.mails(person)]

    def link(self, person: dict[str, Any], prefix: str) -> str:
        """Return the newest link of a kind that somebody was mailed."""
        found = [path for mail in self.mails(person) for path in people.links(mail) if path.startswith(prefix)]
        return found[-1]

    def page(self, person: dict[str, Any]) -> str:
        return people.get(self.stack, self.link(person, "/me/")).body.decode()

    def cards(self, person: dict[str, Any]) -> list[tuple[str, str]]:
        """Return (standing, match id) of what somebody sees on their page."""
        return people.CARD.findall(self.page(person))

    def answer(self, person: dict[str, Any], word: str) -> Answer:
        """Press yes or not now on the newest match."""
        _, match_id = self.cards(person)[0]
        path = f"{self.link(person, '/me/')}/matches/{match_id}/answer"
        answered = people.press(self.stack, path, f"answer={word}")
        self.stack.settle()
        return answered

    def introduce(self, *both: dict[str, Any]) -> None:
        """Let two join, wait for the first round, and both say yes."""
        self.join(*both)
        self.turn_to(days=9)
        for person in both:
            self.answer(person, "yes")

    def outcome(self, person: dict[str, Any], word: str) -> Answer:
        _, match_id = self.cards(person)[0]
        path = f"{self.link(person, '/me/')}/matches/{match_id}/outcome"
        return people.press(self.stack, path, f"outcome={word}")

    def turn_to(self, **before_start: float) -> None:
        """Turn the clock to so long before the start; negative is after it."""
        self.stack.turn_to(self.start - timedelta(**before_start))


def post_raw(stack: Stack, path: str, body: bytes, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.http(Request("POST", path, "", named, body))


def problem(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


def without_tokens(page: str) -> str:
    """Blank what differs between two people's pages although they see the same."""
    return re.sub(r"/(me|stop)/[\w-]+", r"/\1/…", page)
