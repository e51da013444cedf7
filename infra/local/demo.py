"""Play the life of an event for 200 invented people: python -m infra.local.demo. The report goes to build/demo."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.matching import drafts
from infra.local import people, report, what_if
from infra.local.demo_event import create
from infra.local.inbox import Received
from infra.local.stack import Stack, items_under
from infra.local.template import ROOT
from shared import phrases
from shared.models import MILLION, Answer, Attendee, Certificate, MailKind, MailRef, Match, MatchState, Outcome, Round
from shared.store import attendees, events, mails, matches
from shared.store.items import mail_of
from shared.texts import Voice

START = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)  # a fixed day, so that every demo is the same event
SHOWN = 0.5  # how often people say yes in the event that is played
YES_RATES = (0.4, 0.5, 0.6)  # for which the share of people with an introduction is also calculated
ANSWER_AFTERWARDS = 2 / 3  # of those asked what became of it
REGISTERED_BEFORE = {1: timedelta(days=3), 2: timedelta(hours=20), 3: timedelta(hours=2)}
EARLY, LATE = 0.7, 0.25  # share who register before the first round, and before the second; the rest is late
SEED = 7


@dataclass(frozen=True)
class Choice:
    """What a round chose, and what is proven of it."""

    number: int
    certificate: Certificate
    scores: list[float]
    alone: list[tuple[str, str]]  # first name and why


@dataclass(frozen=True)
class Life:
    """What became of an event."""

    counts: dict[str, int]
    mails: dict[str, dict[str, int]]  # kind -> state -> how many
    rounds: list[Choice]
    introductions: dict[int, int]  # how many -> people
    outcomes: dict[str, int]
    by_day: dict[str, int]  # day -> mails
    pairs: list[dict[str, object]]  # strongest first


def main() -> int:
    """Play, print the summary, write the report; return the exit code."""
    began = time.monotonic()
    waves = waves_of(people.everybody())
    with ProcessPoolExecutor(max_workers=1) as other_core:
        shares = {rate: other_core.submit(what_if.introductions, waves, rate, SEED) for rate in YES_RATES}
        life = live(waves)
        lives = {rate: share_introduced(Counter(found.result().values())) for rate, found in shares.items()}
    print("\r" + " " * 78 + "\r", end="")
    print(report.summary(life, lives, time.monotonic() - began))
    path = report.write(life, lives, ROOT / "build" / "demo")
    print(f"\nReport with pictures: {path.relative_to(ROOT)}")
    return 0


def waves_of(everybody: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Share people out over the three rounds: who registers before each of them."""
    early, late = int(len(everybody) * EARLY), int(len(everybody) * (EARLY + LATE))
    return [everybody[:early], everybody[early:late], everybody[late:]]


def bar(what: str, share: float, note: str) -> None:
    """Show how far it is, on one line."""
    width = 30
    filled = "#" * round(share * width)
    print(f"\r{what:17} [{filled:{width}}] {share:4.0%}  {note:.20}".ljust(78), end="", flush=True)


def live(waves: list[list[dict[str, Any]]]) -> Life:
    """Play an event from its first form to the last question after it."""
    rng = random.Random(SEED)  # noqa: S311 - decides invented answers, nothing secret
    stack = Stack("http://127.0.0.1:8000", start_at=START)
    event_id = create(stack, days_ahead=14)
    event, rounds = events.event_with_rounds(event_id)
    for place, (one, wave) in enumerate(zip(rounds, waves, strict=True)):
        stack.turn_to(one.due - REGISTERED_BEFORE[one.number])
        for done, name in enumerate(people.register(stack, event_id, wave), start=1):
            bar(f"round {one.number}: register", (place + done / len(wave) / 3) / 4, name)
        since = len(stack.inbox.mails)
        stack.turn_to(one.due + timedelta(minutes=5))
        proposals = new_mails(stack, since, MailKind.PROPOSAL)
        for done in range(0, len(proposals), people.AT_ONCE):
            people.answer(stack, proposals[done : done + people.AT_ONCE], lambda: rng.random() < SHOWN)
            bar(f"round {one.number}: answer", (place + 0.5 + 0.5 * done / len(proposals)) / 4, "")
    since = len(stack.inbox.mails)
    stack.turn_to(event.ends_at + timedelta(days=5), lambda now: bar("did you meet?", 0.8, f"{now:%d.%m.}"))
    asked = [mail for mail in new_mails(stack, since, MailKind.DID_YOU_MEET) if rng.random() < ANSWER_AFTERWARDS]
    outcomes = people.tell_outcomes(stack, asked, rng)
    stack.turn_to(event.ends_at + timedelta(days=14), lambda now: bar("once more", 0.9, f"{now:%d.%m.}"))
    return life_of(event_id, Counter(outcomes), stack)


def share_introduced(introductions: Mapping[int, int]) -> float:
    """Return the share of people with at least one, from how many people have how many introductions."""
    return 1 - introductions.get(0, 0) / max(1, sum(introductions.values()))


def new_mails(stack: Stack, since: int, kind: MailKind) -> list[Received]:
    """Return the mails of a kind that came since a place in the inbox."""
    found = []
    for received in stack.inbox.mails[since:]:
        mail = mails.mail(MailRef.model_validate(received.tags))
        if mail and mail.kind is kind:
            found.append(received)
    return found


def life_of(event_id: str, outcomes: Counter[str], stack: Stack) -> Life:
    """Read what became of the event from the table, as an organiser's report would."""
    _, rounds = events.event_with_rounds(event_id)
    folk = {person.person_id: person for person in attendees.attendees(event_id)}
    pairs = sorted(matches.all_matches(event_id), key=lambda one: (-one.score, one.match_id))
    introduced = [one for one in pairs if one.state is MatchState.INTRODUCED]
    per_person = Counter(member for one in introduced for member in one.members)
    matched = {member for one in pairs for member in one.members}
    answers = Counter(answer for one in pairs for answer in one.answers.values())
    by_kind: dict[str, Counter[str]] = {}
    for mail in map(mail_of, items_under("MAIL#")):
        by_kind.setdefault(mail.kind, Counter())[mail.state] += 1
    met = sum(outcomes[word] for word in (Outcome.GOOD_CONVERSATION, Outcome.STAY_IN_TOUCH))
    return Life(
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
        rounds=[choice_of(one, pairs, folk) for one in rounds],
        introductions=dict(sorted(Counter(per_person[person] for person in folk).items())),
        outcomes=dict(outcomes.most_common()),
        by_day=dict(sorted(Counter(f"{mail.at:%Y-%m-%d}" for mail in stack.inbox.mails).items())),
        pairs=[told_pair(pair, folk) for pair in pairs],
    )


def choice_of(one: Round, pairs: list[Match], folk: dict[str, Attendee]) -> Choice:
    """Read what a round chose from its draft."""
    made = drafts.load(str(one.draft_key))
    alone = [(folk[person].profile.first_name, report.WHY[why]) for person, why in made.unmatched.items()]
    scores = [pair.score / MILLION for pair in pairs if pair.round == one.number]
    return Choice(one.number, made.certificate, scores, sorted(alone))


def told_pair(pair: Match, folk: dict[str, Attendee]) -> dict[str, object]:
    """Tell of a pair in its people's words, as each of the two reads it."""
    one, other = (folk[member] for member in pair.members)
    return {
        "names": f"{one.profile.first_name} & {other.profile.first_name}",
        "score": pair.score / MILLION,
        "note": f"round {pair.round} · {pair.state}",
        "sides": [
            (
                reader.profile.first_name,
                phrases.reasons(pair, reader.person_id, partner.profile.first_name, Voice(reader.language)),
            )
            for reader, partner in ((one, other), (other, one))
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
