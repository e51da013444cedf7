"""All that is kept about a person, as a file they can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from shared.clock import utc_text
from shared.models import NO_ANSWER, Attendee, Event, Mail, Match

OF_OURS = {"address_hash", "company_hash", "avoid", "submission_id"}  # hashes and ids that say nothing to anybody


def export(event: Event, attendee: Attendee, matches: Sequence[Match], mails: Sequence[Mail], now: datetime) -> str:
    """Write what somebody told, agreed to, answered and was sent as JSON. What others told is theirs, and not in it."""
    me = attendee.person_id
    told = {
        "event": event.title.model_dump(),
        "exported_at": utc_text(now),
        "person": attendee.model_dump(mode="json", exclude=OF_OURS, exclude_none=True),
        "matches": [
            {
                "round": match.round,
                "state": str(match.state),
                "because_i_wrote": [gain.mine for gain in match.gains[me]],
                "my_answer": None if match.answer_of(me) == NO_ANSWER else str(match.answer_of(me)),
                "what_i_said_became_of_it": str(match.outcomes[me]) if me in match.outcomes else None,
                "i_set_it_aside_as": str(match.set_aside[me]) if me in match.set_aside else None,
            }
            for match in matches
        ],
        "mails": [
            {
                "kind": str(mail.kind),
                "state": str(mail.state),
                "planned_for": utc_text(mail.due) if mail.due else None,
                "sent_at": utc_text(mail.sent_at) if mail.sent_at else None,
                "not_sent_because": mail.reason,
            }
            for mail in sorted(mails, key=lambda one: (one.sent_at or one.due or now, one.kind))
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
