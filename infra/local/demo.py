"""Play the life of an event for 200 invented people: python -m infra.local.demo. The report goes to build/demo."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue

os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")  # the functions' notes would bury the progress

from infra.local import people, report  # noqa: E402
from infra.local.demo_event import create  # noqa: E402
from infra.local.inbox import Received  # noqa: E402
from infra.local.stack import Stack  # noqa: E402
from infra.local.template import ROOT  # noqa: E402
from shared import phrases  # noqa: E402
from shared.aws import client  # noqa: E402
from shared.models import Answer, Attendee, Mail, MailKind, MailRef, Match, MatchState, Outcome  # noqa: E402
from shared.store import attendees, events, mails, matches  # noqa: E402
from shared.store.items import mail_of  # noqa: E402
from shared.store.table import table, values  # noqa: E402
from shared.texts import Voice  # noqa: E402

START = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)  # a fixed day, so that every demo is the same event
YES_RATES = (0.4, 0.5, 0.6)
SHOWN = 0.5  # the life whose numbers are told in full
EARLY, LATE = 0.7, 0.25  # share who register before the first round, and before the second; the rest is late
SEED = 7


@dataclass
class Life:
    """What became of an event at one yes-rate."""

    yes_rate: float
    counts: dict[str, int] = field(default_factory=dict)
    mails: dict[str, dict[str, int]] = field(default_factory=dict)  # kind -> state -> how many
    rounds: list[dict[str, int]] = field(default_factory=list)
    introductions: dict[int, int] = field(default_factory=dict)  # per person -> people
    outcomes: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)  # day -> mails
    pairs: list[dict[str, object]] = field(default_factory=list)

    @property
    def share_introduced(self) -> float:
        return 1 - self.introductions.get(0, 0) / max(1, sum(self.introductions.values()))


def main() -> int:
    """Play, print the summary, write the report; return the exit code."""
    began = time.monotonic()
    everybody = people.everybody()
    early = int(len(everybody) * EARLY)
    stack = Stack("http://127.0.0.1:8000", start_at=START)
    event_id = create(stack, days_ahead=14)
    for done, name in enumerate(people.register(stack, event_id, everybody[:early]), start=1):
        bar("people register", done / early, name)
    # From here on each yes-rate is a world of its own: a copy of this process, which is all of AWS there is.
    context = multiprocessing.get_context("fork")
    told: Queue[tuple[float, float, str] | Life] = context.Queue()
    worlds = [context.Process(target=live, args=(stack, event_id, rate, told), daemon=True) for rate in YES_RATES]
    for world in worlds:
        world.start()
    lives: dict[float, Life] = {}
    progress = dict.fromkeys(YES_RATES, 0.0)
    while len(lives) < len(worlds):
        news = told.get()
        if isinstance(news, Life):
            lives[news.yes_rate] = news
            continue
        progress[news[0]] = news[1]
        bar("three events run", sum(progress.values()) / len(progress), news[2])
    print("\r" + " " * 78 + "\r", end="")
    seconds = time.monotonic() - began
    print(report.summary(lives, SHOWN, seconds))
    path = report.write(lives, SHOWN, ROOT / "build" / "demo")
    print(f"\nReport with pictures: {path.relative_to(ROOT)}")
    return 0


def bar(what: str, share: float, note: str) -> None:
    """Show how far it is, on one line."""
    width = 30
    filled = "#" * round(share * width)
    print(f"\r{what:17} [{filled:{width}}] {share:4.0%}  {note:.20}".ljust(78), end="", flush=True)


def live(stack: Stack, event_id: str, yes_rate: float, told: Queue[tuple[float, float, str] | Life]) -> None:
    """Play the rest of an event at one yes-rate and tell what became of it."""
    rng = random.Random(SEED)
    event, rounds = events.event_with_rounds(event_id)
    everybody = people.everybody()
    early, late = int(len(everybody) * EARLY), int(len(everybody) * (EARLY + LATE))
    newcomers = {2: everybody[early:late], 3: everybody[late:]}
    mails_seen = len(stack.inbox.mails)
    outcomes: Counter[str] = Counter()

    def note(share: float, what: str) -> None:
        told.put((yes_rate, share, what))

    for place, one in enumerate(rounds):
        coming = newcomers.get(one.number, [])
        if coming:
            stack.turn_to(one.due - timedelta(hours=20 if one.number == 2 else 2))
        for name in people.register(stack, event_id, coming):
            note(place * 0.25, name)
        stack.turn_to(one.due + timedelta(minutes=5))
        note(place * 0.25 + 0.1, f"round {one.number}")
        proposals = new_mails(stack, mails_seen, MailKind.PROPOSAL)
        mails_seen = len(stack.inbox.mails)
        for done, mail in enumerate(proposals):
            people.answer(stack, [mail], lambda _: rng.random() < yes_rate)
            note(place * 0.25 + 0.1 + 0.15 * done / max(1, len(proposals)), "answers")
    stack.turn_to(event.ends_at + timedelta(days=5))
    note(0.85, "did you meet?")
    outcomes.update(people.tell_outcomes(stack, answering(new_mails(stack, mails_seen, MailKind.DID_YOU_MEET), rng), rng))
    stack.turn_to(event.ends_at + timedelta(days=14))
    note(1, "the end")
    told.put(life_of(event_id, yes_rate, outcomes, stack))


def answering(mails: list[Received], rng: random.Random) -> list[Received]:
    """Pick those who answer the question what became of it: two in three."""
    return [mail for mail in mails if rng.random() < 2 / 3]


def new_mails(stack: Stack, since: int, kind: MailKind) -> list[Received]:
    """Return the mails of a kind that came since a place in the inbox."""
    found = []
    for received in stack.inbox.mails[since:]:
        mail = mails.mail(MailRef.model_validate(received.tags))
        if mail and mail.kind is kind:
            found.append(received)
    return found


def life_of(event_id: str, yes_rate: float, outcomes: Counter[str], stack: Stack) -> Life:
    """Read what became of the event from the table, as an organiser's report would."""
    event, rounds = events.event_with_rounds(event_id)
    folk = {person.person_id: person for person in attendees.attendees(event_id)}
    pairs = sorted(matches.all_matches(event_id), key=lambda one: (-one.score, one.match_id))
    introduced = [one for one in pairs if one.state is MatchState.INTRODUCED]
    per_person = Counter(member for one in introduced for member in one.members)
    matched = {member for one in pairs for member in one.members}
    answers = Counter(answer for one in pairs for answer in one.answers.values())
    by_kind: dict[str, Counter[str]] = {}
    for mail in every_mail():
        by_kind.setdefault(mail.kind, Counter())[mail.state] += 1
    met = sum(outcomes[word] for word in (Outcome.GOOD_CONVERSATION, Outcome.STAY_IN_TOUCH))
    return Life(
        yes_rate=yes_rate,
        counts={
            "registered": attendees.submissions(event_id),
            "confirmed": len(folk),
            "matched": len(matched),
            "pairs proposed": len(pairs),
            "answered yes": answers[Answer.YES],
            "answered not now": answers[Answer.NOT_NOW],
            "pairs introduced": len(introduced),
            "people introduced": len(per_person),
            "said they met": met,
        },
        mails={kind: dict(states) for kind, states in sorted(by_kind.items())},
        rounds=[
            {"number": one.number, "pairs": sum(pair.round == one.number for pair in pairs), **one.unmatched}
            for one in rounds
        ],
        introductions=dict(sorted(Counter(per_person[person] for person in folk).items())),
        outcomes=dict(outcomes.most_common()),
        by_day=dict(sorted(Counter(f"{mail.at:%Y-%m-%d}" for mail in stack.inbox.mails).items())),
        pairs=[told_pair(pair, folk) for pair in pairs],
    )


def told_pair(pair: Match, folk: dict[str, Attendee]) -> dict[str, object]:
    """Tell of a pair in its people's words."""
    one, other = (folk[member] for member in pair.members)
    voice = Voice(one.language)
    return {
        "names": f"{one.profile.first_name} & {other.profile.first_name}",
        "score": pair.score / 1_000_000,
        "state": str(pair.state),
        "round": pair.round,
        "reader": one.profile.first_name,
        "reasons": phrases.reasons(pair, one.person_id, other.profile.first_name, voice),
    }


def every_mail() -> list[Mail]:
    """Read all mails of this small world, those of submissions included."""
    pages = client("dynamodb").get_paginator("scan").paginate(
        TableName=table().name,
        FilterExpression="begins_with(sk, :mail)",
        ExpressionAttributeValues={":mail": {"S": "MAIL#"}},
    )
    return [mail_of(values(item)) for page in pages for item in page["Items"]]


if __name__ == "__main__":
    sys.exit(main())
