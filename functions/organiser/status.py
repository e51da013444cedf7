"""How an event stands, in counts that tell nothing about single people."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared import clock
from shared.models import AttendeeState, Match, MatchState
from shared.store import attendees, events, matches

HIDDEN_BELOW = 5  # a smaller count could be a person


def status(event_id: str) -> dict[str, Any]:
    """Count people, pairs and mails of an event; counts of one to four read "<5".

    People are counted by what they lack, as of two counts that make up a third a small one could be told.
    """
    event, rounds = events.event_with_rounds(event_id)
    people = list(attendees.attendees(event_id))
    pairs = list(matches.all_matches(event_id))
    taking_part = [person for person in people if person.state is AttendeeState.CONFIRMED]
    mails = Counter(
        f"{mail.kind} {mail.state}" for person in people for mail in attendees.mails_of(event_id, person.person_id)
    )
    wanting = [person for person in taking_part if person.wants_matches]
    introduced = [one for one in pairs if one.state is MatchState.INTRODUCED]
    return {
        "event_id": event.event_id,
        "cancelled": event.cancelled,
        "people": shown(
            {
                "registered": attendees.submissions(event_id),
                "confirmed": len(taking_part),
                "without_consent": sum(not person.wants_matches for person in taking_part),
                "thin_profile": sum(not person.profile.offers for person in taking_part),
                "left": len(people) - len(taking_part),
                "without_a_match": sum(one.person_id not in members(pairs) for one in wanting),
                "without_an_introduction": sum(one.person_id not in members(introduced) for one in wanting),
            }
        ),
        "rounds": [
            {
                "round": one.number,
                "due": clock.utc_text(one.due),
                "state": str(one.state),
                "pairs": hidden(one.pairs),
                "unmatched": shown(one.unmatched),
                # By which share another choice could be better, at most; it tells nothing about anybody.
                "gap": one.certificate and round(one.certificate.gap, 6),
            }
            for one in rounds
        ],
        "mails": shown(dict(sorted(mails.items()))),
    }


def members(pairs: list[Match]) -> set[str]:
    return {member for one in pairs for member in one.members}


def shown(counts: dict[str, int]) -> dict[str, int | str]:
    return {name: hidden(count) for name, count in counts.items()}


def hidden(count: int) -> int | str:
    """Hide a count that is too small to be anonymous."""
    return count if count == 0 or count >= HIDDEN_BELOW else f"<{HIDDEN_BELOW}"
