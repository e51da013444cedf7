"""How an event would go at another yes-rate: the same rounds by the same rules, but no mail, no queue, no table."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from functions.interests.understanding import Reader, reader
from functions.matching.draft import draft
from functions.matching.participants import Participant, Texts, participant
from shared.models import Attendee, Consents, Profile
from shared.tokens import normal_company

ANY_TIME = datetime(2027, 1, 1, tzinfo=UTC)


def introductions(waves: Sequence[Sequence[dict[str, Any]]], yes_rate: float, seed: int) -> dict[str, int]:
    """Return how many introductions each person gets; `waves` are those who come before each round, by form."""
    rng = random.Random(seed)  # noqa: S311 - decides invented answers, nothing secret
    folk: list[tuple[Attendee, Texts]] = []
    proposed: dict[str, set[str]] = defaultdict(set)
    introduced: dict[str, set[str]] = defaultdict(set)
    for number, newcomers in enumerate(waves, start=1):
        folk += [(attendee, texts_of(attendee.profile)) for attendee in map(attendee_of, newcomers)]
        is_last = number == len(waves)
        people = [as_participant(*one, proposed, introduced, is_last=is_last) for one in folk]
        standing = {attendee.person_id for attendee, _ in folk if attendee.profile.standing_yes}
        for pair in draft("what-if", number, seed, people, ()).pairs:
            one, other = pair.members
            proposed[one].add(other)
            proposed[other].add(one)
            if all(member in standing or rng.random() < yes_rate for member in pair.members):
                introduced[one].add(other)
                introduced[other].add(one)
    return {attendee.person_id: len(introduced[attendee.person_id]) for attendee, _ in folk}


def as_participant(
    attendee: Attendee, texts: Texts, proposed: dict[str, set[str]], introduced: dict[str, set[str]], *, is_last: bool
) -> Participant:
    person_id = attendee.person_id
    known = frozenset(proposed[person_id]), frozenset(introduced[person_id])
    return participant(attendee, texts, frozenset(), *known, 0, is_last_round=is_last)


def texts_of(profile: Profile) -> Texts:
    read = one_reader().read
    return read(profile.wishes), read(profile.offers), read(profile.interests)


@cache
def one_reader() -> Reader:
    """Keep what was embedded of the invented people, who come again in each what-if."""
    return reader({})


def attendee_of(form: dict[str, Any]) -> Attendee:
    """Make a form an attendee as a confirmation would; addresses and companies stand for their hashes."""
    return Attendee(
        event_id="what-if",
        person_id=form["email"],
        version=1,
        email=form["email"],
        address_hash=form["email"],
        company_hash=normal_company(form["company"]),
        avoid=(),
        language=form["language"],
        profile=Profile(**{name: form[name] for name in Profile.model_fields if name in form}),
        consents=Consents(matching=True, follow_up=True),
        submission_id=form["email"],
        submitted_at=ANY_TIME,
        confirmed_at=ANY_TIME,
    )
