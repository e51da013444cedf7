"""A year of one event in the simulator: who gets how many mails of which kind (`pytest -s` prints it)."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from infra.local import people
from infra.local.inbox import Received
from shared.chain import KINDS
from shared.models import MailKind, MailRef, Topic
from shared.store import mails
from tests.system.life import BERLIN, Life

pytestmark = pytest.mark.slow

PEOPLE = 40
# Each kind by itself: once, once a round, once a match, or as often as the chain asks.
MOST = dict.fromkeys(MailKind, 1) | {
    MailKind.PROPOSAL: 3,
    MailKind.NUDGE: 3,
    MailKind.NO_MATCH: 3,
    MailKind.ROUND_CLOSED: 3,
    MailKind.INTRODUCTION: 5,
    MailKind.DID_YOU_MEET: 2,
    # One for each day on which somebody said so; four questions of an event are the end.
    MailKind.NOT_YET: 3,
    MailKind.STAY_IN_TOUCH: 3,
}


FOLLOW_UPS = {kind for kind, rule in KINDS.items() if rule.topic is Topic.FOLLOW_UP}
LETTERS_KEPT = 119  # days after the event, when the table still knows what was sent


def test_in_a_year_nobody_gets_more_than_the_caps_allow(life: Life) -> None:
    rng, year = random.Random(11), Year(life)
    life.stack.turn_to(life.start - timedelta(days=12))
    folk = people.everybody()[:PEOPLE]
    list(people.register(life.stack, life.event_id, folk[:25]))
    for days, late in ((9.9, folk[25:35]), (1.9, folk[35:]), (0.1, [])):
        list(people.register(life.stack, life.event_id, late))
        life.turn_to(days=days)
        seen = [mail for mail in year.new({MailKind.PROPOSAL}) if rng.random() < 0.8]
        people.answer(life.stack, seen, lambda: rng.random() < 0.6)
    for days in (-3, -12, -40, -LETTERS_KEPT, -365):
        life.turn_to(days=days)
        asked = [mail for mail in year.new(FOLLOW_UPS) if rng.random() < 0.5]
        people.tell_outcomes(life.stack, asked, rng)
    print(f"\nmails for each of {len(year.by_person)} people, from the first form to a year after:")
    for kind in MailKind:
        counts = [each[kind] for each in year.by_person.values()]
        print(f"  {kind:16} mean {sum(counts) / len(counts):4.2f}  most {max(counts)}")
    totals = sorted(sum(each.values()) for each in year.by_person.values())
    print(f"  {'all':16} mean {sum(totals) / len(totals):4.2f}  most {totals[-1]}")
    assert len(year.by_person) == PEOPLE
    for each in year.by_person.values():
        assert all(each[kind] <= most for kind, most in MOST.items()), each
    for days_asked in year.days_asked.values():
        assert len(days_asked) <= 4
        assert all(later - earlier >= 7 for earlier, later in pairwise(days_asked)), days_asked
    assert sum(map(len, year.days_asked.values())) > PEOPLE / 2
    assert sum(each[MailKind.STAY_IN_TOUCH] for each in year.by_person.values()) > 0


class Year:
    """What came into the inboxes, noted while the table still knows of what kind it was."""

    def __init__(self, life: Life) -> None:
        self.life, self.seen = life, life.since
        self.by_person: dict[str, Counter[MailKind]] = defaultdict(Counter)
        self.days_asked: dict[str, list[int]] = defaultdict(list)

    def new(self, wanted: set[MailKind]) -> list[Received]:
        """Note what has come since the last look, and return those of the wanted kinds."""
        found = []
        for received in self.life.stack.inbox.mails[self.seen :]:
            mail = mails.mail(MailRef.model_validate(received.tags))
            assert mail is not None, "somebody was written to after the event's data were gone"
            self.by_person[received.recipient][mail.kind] += 1
            if mail.kind in FOLLOW_UPS:
                self.days_asked[received.recipient].append(received.at.astimezone(BERLIN).toordinal())
            found += [received] * (mail.kind in wanted)
        self.seen = len(self.life.stack.inbox.mails)
        return found
