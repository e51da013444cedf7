"""What the local page can do, as plain HTTP calls under one prefix. docs/local.md lists them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from functions.matching import drafts
from functions.matching.draft import Draft
from functions.matching.running import match_of
from infra.local import people, queues, report
from infra.local.gateway import Answer, Request
from infra.local.inbox import Received
from infra.local.stack import Stack, items_under
from shared import clock, phrases
from shared.errors import EventUnknown
from shared.models import Attendee, FormOfAddress, Language, Match
from shared.store import attendees, events, matches, tasks
from shared.texts import Voice

PREFIX = "/_local"
PAGE = Path(__file__).with_name("page.html")


class Unusable(Exception):
    """The call's words are off; the message says how."""


def handle(stack: Stack, request: Request) -> Answer:
    """Answer a call under the prefix."""
    path = request.path.removeprefix(PREFIX).strip("/")
    name, _, rest = path.partition("/")
    if request.method == "GET" and name == "":
        return Answer(200, {"content-type": "text/html; charset=utf-8"}, PAGE.read_bytes())
    action = ACTIONS.get((request.method, name))
    if action is None:
        return as_json({"error": f"no such call: {request.method} {request.path}"}, 404)
    try:
        asked = json.loads(request.body or b"{}") if request.method == "POST" else {}
        if not isinstance(asked, dict):
            return as_json({"error": "send a JSON object"}, 400)
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        with stack.lock:
            found = action(stack, rest, {**query, **asked})
    except (Unusable, ValueError, TypeError, OverflowError, EventUnknown) as error:
        return as_json({"error": str(error) or type(error).__name__}, 400)
    return found if isinstance(found, Answer) else as_json(found)


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(value, ensure_ascii=False).encode())


def state(stack: Stack, _: str, __: dict[str, Any]) -> Any:
    """Tell the time, what is due next, the queues, the events with their rounds."""
    due = tasks.next_due()
    ids = [item["event_id"] for item in items_under("EVENT") if item["sk"] == "EVENT"]
    depths = queues.depths(stack.cloud)
    read = {mapping.queue for mapping in stack.cloud.mappings}
    return {
        "now": clock.utc_text(clock.now()),
        "turns": stack.turns,
        "next_due": clock.utc_text(due) if due else None,
        "mails": len(stack.inbox.mails),
        "queues": {name: count for name, count in depths.items() if name in read},
        "dead_letters": {name: count for name, count in depths.items() if name not in read},
        "left_out": stack.cloud.left_out,
        "events": sorted(map(event_summary, ids), key=itemgetter("starts_at")),
    }


def event_summary(event_id: str) -> dict[str, Any]:
    event, rounds = events.event_with_rounds(event_id)
    return {
        "event_id": event.event_id,
        "title": event.title.model_dump(),
        "starts_at": clock.utc_text(event.starts_at),
        "ends_at": clock.utc_text(event.ends_at),
        "time_zone": event.time_zone,
        "cancelled": event.cancelled,
        "form": f"/events/{event.event_id}",
        "rounds": [
            {"number": one.number, "due": clock.utc_text(one.due), "state": str(one.state), "pairs": one.pairs}
            for one in rounds
        ],
    }


def list_mails(stack: Stack, number: str, asked: dict[str, Any]) -> Any:
    """List mails, newest first (`to` narrows), or show one, or one's part: mails/7, mails/7/html."""
    if not number:
        found = [mail for mail in stack.inbox.mails if asked.get("to", "") in mail.recipient]
        return [summary(mail) for mail in reversed(found)]
    place, _, part = number.partition("/")
    mail = mail_number(stack, place)
    if part == "html":
        return Answer(200, {"content-type": "text/html; charset=utf-8"}, mail.part("html").encode())
    if part == "raw":
        return Answer(200, {"content-type": "text/plain; charset=utf-8"}, mail.raw)
    return summary(mail) | {
        "headers": [[name, str(value)] for name, value in mail.message.items()],
        "text": mail.part("plain"),
        "html": mail.part("html"),
        "links": people.links(mail),
        "tags": mail.tags,
    }


def summary(mail: Received) -> dict[str, Any]:
    return {
        "number": mail.number,
        "at": clock.utc_text(mail.at),
        "to": mail.recipient,
        "subject": str(mail.message["Subject"]),
    }


def mail_number(stack: Stack, place: str) -> Received:
    if not place.isdigit() or not 1 <= int(place) <= len(stack.inbox.mails):
        raise Unusable(f"there is no mail {place!r}")
    return stack.inbox.mails[int(place) - 1]


def play_event(stack: Stack, rest: str, _: dict[str, Any]) -> Any:
    """Let a mail bounce or be complained about: mails/7/bounce, mails/7/complaint."""
    place, kind = rest.partition("/")[::2]
    if kind not in ("bounce", "complaint"):
        raise Unusable("say mails/NUMBER/bounce or mails/NUMBER/complaint")
    mail = mail_number(stack, place)
    stack.inbox.tell(mail, kind.capitalize())
    stack.settle()
    return {"told": kind, "mail": mail.number}


def turn_clock(stack: Stack, _: str, asked: dict[str, Any]) -> Any:
    """Turn the clock on: {"to": "2026-12-01T09:00:00Z"}, {"days": 3}, {"hours": 2} or {"next": true}."""
    if asked.get("next"):
        moment = tasks.next_due() or clock.now()
    elif "to" in asked:
        moment = datetime.fromisoformat(str(asked["to"]))
        if moment.tzinfo is None:
            raise Unusable("say the time with its zone, e.g. 2026-12-01T09:00:00Z")
    else:
        moment = clock.now() + timedelta(days=float(asked.get("days", 0)), hours=float(asked.get("hours", 0)))
    if moment < clock.now():
        raise Unusable("the clock turns forwards only")
    before = len(stack.inbox.mails)
    stack.turn_to(moment)
    return {"now": clock.utc_text(clock.now()), "new_mails": len(stack.inbox.mails) - before}


def let_register(stack: Stack, _: str, asked: dict[str, Any]) -> Any:
    """Let invented people register and confirm: {"event_id": "…", "count": 12}."""
    event_id = str(asked.get("event_id", ""))
    events.event(event_id)
    known = {person.email for person in attendees.attendees(event_id)}
    count = int(asked.get("count", 12))
    if count < 0:
        raise Unusable("say how many people are to come")
    coming = [person for person in people.everybody() if person["email"] not in known][:count]
    return {"registered": list(people.register(stack, event_id, coming))}


def let_answer(stack: Stack, _: str, asked: dict[str, Any]) -> Any:
    """Let invented people answer what they were proposed: {"yes_rate": 0.6, "seed": 1}."""
    rng = random.Random(int(asked.get("seed", 1)))  # noqa: S311 - decides invented answers, nothing secret
    rate = float(asked.get("yes_rate", 0.6))
    invented = {person["email"] for person in people.everybody()}
    newest = {mail.recipient: mail for mail in stack.inbox.mails if people.page_of(mail)}
    mails = [mail for recipient, mail in newest.items() if recipient in invented]
    return {"answers": people.answer(stack, mails, lambda: rng.random() < rate)}


def list_attendees(_: Stack, __: str, asked: dict[str, Any]) -> Any:
    """List an event's attendees with their state: ?event_id=…."""
    event_id = str(asked.get("event_id", ""))
    events.event(event_id)
    pairs = list(matches.all_matches(event_id))
    return [
        {
            "person_id": person.person_id,
            "first_name": person.profile.first_name,
            "email": person.email,
            "state": str(person.state),
            "language": str(person.language),
            "about": person.profile.about,
            "wants_matches": person.wants_matches,
            "matches": {
                standing: sum(person.person_id in one.members and one.state == standing for one in pairs)
                for standing in ("proposed", "introduced", "closed")
            },
        }
        for person in sorted(attendees.attendees(event_id), key=lambda person: person.confirmed_at)
    ]


def last_round(_: Stack, __: str, asked: dict[str, Any]) -> Any:
    """Show the newest round that was run: pairs with reasons, who got none and why, what is proven: ?event_id=…."""
    event, rounds = events.event_with_rounds(str(asked.get("event_id", "")))
    run = [one for one in rounds if one.draft_key]
    if not run:
        return None
    this = max(run, key=lambda one: one.number)
    made = drafts.load(str(this.draft_key))
    folk = {person.person_id: person for person in attendees.attendees(event.event_id)}
    voice = Voice(Language(asked.get("lang", "en")), FormOfAddress.DU)
    degrees = {person_id: 0 for person_id, person in folk.items() if person.wants_matches}
    pairs = pairs_of(made, folk, is_out=this.is_out)
    for pair in pairs:
        for member in pair.members:
            degrees[member] = degrees.get(member, 0) + 1
    return {
        "number": this.number,
        "state": str(this.state),
        "certificate": phrases.certificate(made.certificate, voice),
        "pairs": [told_pair(pair, folk, voice, is_out=this.is_out) for pair in pairs],
        "alone": sorted(
            [folk[person_id].profile.first_name, report.WHY[why]]
            for person_id, why in made.unmatched.items()
            if person_id in folk
        ),
        "degrees": sorted(degrees.values(), reverse=True),
        "covered": [made.certificate.covered, made.certificate.reachable],
    }


def pairs_of(made: Draft, folk: dict[str, Attendee], *, is_out: bool) -> list[Match]:
    """Return a round's matches, the strongest first; before it is out, as they would be published."""
    if is_out:
        found = [one for one in matches.all_matches(made.event_id) if one.round == made.round]
    else:
        now = clock.now()
        found = [
            match_of(made, pair, [folk[member] for member in pair.members], now, now)
            for pair in made.pairs
            if all(member in folk for member in pair.members)
        ]
    return sorted(found, key=lambda one: (-one.score, one.match_id))


def told_pair(pair: Match, folk: dict[str, Attendee], voice: Voice, *, is_out: bool) -> dict[str, Any]:
    one, other = (folk[member] for member in pair.members)
    return {
        "names": [one.profile.first_name, other.profile.first_name],
        "score": pair.score,
        "state": str(pair.state) if is_out else "draft",
        "reasons": [
            phrases.reasons(pair, reader.person_id, partner.profile.first_name, voice)
            for reader, partner in ((one, other), (other, one))
        ],
    }


ACTIONS: dict[tuple[str, str], Callable[[Stack, str, dict[str, Any]], Any]] = {
    ("GET", "state"): state,
    ("GET", "mails"): list_mails,
    ("POST", "mails"): play_event,
    ("POST", "clock"): turn_clock,
    ("POST", "people"): let_register,
    ("POST", "answers"): let_answer,
    ("GET", "attendees"): list_attendees,
    ("GET", "round"): last_round,
}
