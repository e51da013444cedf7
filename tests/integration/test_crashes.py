"""Every step of sending may be the last of its function, and what SES tells may be lost: what arrives, all the same.

The table that is printed (`pytest -s`) has a row for each step, and for each policy what arrived in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from infra.local.cloud import Cloud
from shared import chain, clock
from shared.models import Attendee, Event, Mail, MailKind, MailState, Match
from shared.store import attendees, events, mails, matches
from tests.integration.faults import Died, Faults
from tests.system.life import ADA, BO, Life

pytestmark = pytest.mark.slow

CLAIM = ("dynamodb.TransactWriteItems", 1)
SEND = ("sesv2.SendEmail", 1)
# A crash before a write is one after what came before it; the commit is the first single update after SES.
STEPS: dict[str, dict[tuple[str, int], str]] = {
    "nowhere": {},
    "before the claim": {CLAIM: "die before"},
    "after the claim": {CLAIM: "die after"},
    "before SES": {SEND: "die before"},
    "after SES": {SEND: "die after"},
    "SES's answer lost": {SEND: "answer lost"},
    "SES cannot be reached": {SEND: "cannot connect"},
    "SES is busy": {SEND: "TooManyRequestsException"},
    "SES fails inside": {SEND: "InternalServerError"},
    "the account is paused": {SEND: "SendingPausedException"},
    "after the commit": {("dynamodb.UpdateItem", 2): "die after"},
}
NEVER_TWICE, MUST_ARRIVE = MailKind.INTRODUCTION, MailKind.EVENT_CHANGED
# Where SES has taken a mail and nobody heard of it: the one gap that a service without idempotency leaves.
GAP = {"after SES", "SES's answer lost"}
# Certain never to have left, but only to the one who died.
OPEN = {"after the claim", "before SES", "SES fails inside"}
ROUND_TRIP = timedelta(minutes=70)  # for all steps one day is long enough, and its night is quiet
NUMBERS = count(100)


@pytest.fixture
def world(life: Life, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Life, Faults, Event, Attendee, Match]]:
    """Two people who were introduced; letters are planned by the test."""
    life.introduce(ADA, BO)
    ada = next(one for one in attendees.attendees(life.event_id) if one.profile.first_name == "Ada")
    (match,) = matches.matches_of(life.event_id, ada.person_id)
    with monkeypatch.context() as patched:
        faults = Faults(patched)
        faults.left = life.stack.inbox._note_answer
        yield life, faults, events.event(life.event_id), ada, match


def planned(kind: MailKind, event: Event, ada: Attendee, match: Match) -> Mail:
    """Plan the letter once more under a name of its own, as the first one has left long ago."""
    wave = match.match_id if kind is NEVER_TWICE else str(next(NUMBERS))
    now = clock.now()
    return chain.to_person(event, ada.person_id, kind, wave, now, event.ends_at)


@pytest.mark.parametrize("feedback", ["arrives", "is lost"])
@pytest.mark.parametrize("policy", ["never twice", "must arrive"])
def test_what_arrives_wherever_a_function_dies(
    world: tuple[Life, Faults, Event, Attendee, Match], monkeypatch: pytest.MonkeyPatch, policy: str, feedback: str
) -> None:
    life, faults, event, ada, match = world
    kind = NEVER_TWICE if policy == "never twice" else MUST_ARRIVE
    told = feedback == "arrives"
    if not told:
        deaf = {name: (topic, set[str]()) for name, (topic, _) in life.stack.cloud.mail_topics.items()}
        monkeypatch.setattr(life.stack.inbox, "cloud", replace_topics(life.stack.cloud, deaf))
    rows = []
    for step, plan in STEPS.items():
        mail = planned(kind, event, ada, match)
        if kind is NEVER_TWICE:
            forget_the_first(mail)
        before = len(life.mails(ADA))
        mails.plan(mail)
        mails.plan(mail)
        faults.calls, faults.plan, faults.dead = [], plan, False
        record = {"Records": [{"messageId": "1", "body": mail.ref.model_dump_json()}] * 2}
        with suppress(Died):
            life.stack.invoke("MailingFunction", record)
        faults.plan, faults.dead = {}, False
        life.stack.turn_to(clock.now() + ROUND_TRIP)
        after = mails.mail(mail.ref)
        assert after is not None
        rows.append((step, len(life.mails(ADA)) - before, str(after.state)))
    # The table is meant to be read: pytest -s.
    print(f"\n{policy}, feedback {feedback}:")
    for step, number, state in rows:
        print(f"  crash or fault {step:24} {number} arrived, {state}")
    arrived = {step: number for step, number, _ in rows}
    states = {step: state for step, _, state in rows}
    if policy == "never twice":
        assert max(arrived.values()) == 1
        lost = {step for step, number in arrived.items() if number == 0}
        assert lost == OPEN
        assert {step for step, state in states.items() if state == MailState.UNKNOWN} == OPEN | (set() if told else GAP)
    else:
        assert min(arrived.values()) == 1
        assert {step for step, number in arrived.items() if number > 1} == (set() if told else GAP)


def forget_the_first(mail: Mail) -> None:
    """Take the letter that has left out of the table, so that it can be planned anew under its one name."""
    from shared.store.keys import mail_key  # noqa: PLC0415 - only here
    from shared.store.table import table  # noqa: PLC0415

    table().delete_all([mail_key(mail)])


def replace_topics(cloud: Cloud, topics: dict[str, tuple[str, set[str]]]) -> Cloud:
    return replace(cloud, mail_topics=topics)
