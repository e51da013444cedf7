"""How an event stands, as the organiser is told."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared import clock
from shared.counts import count, hidden, shown
from shared.store import addresses, attendees, events, matches, pauses


def status(event_id: str) -> dict[str, Any]:
    """Count people, pairs and mails of an event; counts of one to four read "<5"."""
    event, rounds = events.event_with_rounds(event_id)
    people = list(attendees.attendees(event_id))
    unreachable = len(addresses.unreachable({person.address_hash for person in people}, clock.now()))
    told = count(people, list(matches.all_matches(event_id)), attendees.submissions(event_id), unreachable)
    mails = Counter(
        " ".join(filter(None, (mail.kind, mail.state, mail.reason)))
        for person in people
        for mail in attendees.mails_of(event_id, person.person_id)
    )
    return {
        "event_id": event.event_id,
        "cancelled": event.cancelled,
        "people": shown(told._asdict()),
        "rounds": [
            {
                "round": one.number,
                "due": clock.utc_text(one.due),
                "state": str(one.state),
                "pairs": hidden(one.pairs),
                "unmatched": shown(one.unmatched),
                # By which share another choice could be better, at most; it tells nothing about anybody.
                "gap": one.certificate and round(one.certificate.gap, 6),
                "model": one.certificate and one.certificate.model_id,  # "none": compared by vocabulary and words
            }
            for one in rounds
        ],
        "mails": shown(dict(sorted(mails.items()))),
        "paused": {what: one.reason for what, one in pauses.all_pauses(clock.now()).items()},
    }
