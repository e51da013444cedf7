"""What somebody reads who asks what is kept about them."""

from __future__ import annotations

import json
from typing import Any

from shared.export import export
from shared.models import Attendee, Match
from tests.people import a_match, an_attendee, an_event, berlin

NOW = berlin("2027-05-24 09:30")


def told(attendee: Attendee, *matches: Match) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(export(an_event(), attendee, matches, (), NOW))
    return read


def test_it_says_what_somebody_agreed_to_and_until_when_they_pause() -> None:
    person = told(an_attendee("ada", paused_until=berlin("2027-06-01 09:00")))["person"]
    assert person["consents"] == {"matching": True, "follow_up": True, "wording": "read"}
    assert person["paused_until"] == "2027-06-01T07:00:00Z"


def test_it_says_whom_somebody_set_aside_and_not_whether_the_other_did() -> None:
    apart = a_match("ada", "ben", set_aside={"ada": "known"}), a_match("ada", "cem", set_aside={"cem": "blocked"})
    matches = told(an_attendee("ada"), *apart)["matches"]
    assert [one["i_set_it_aside_as"] for one in matches] == ["known", None]
    assert "blocked" not in str(matches)


def test_nobody_reads_in_it_what_others_told() -> None:
    answered = {"answers": {"ben": "not_now"}, "outcomes": {"ben": "pitch"}}
    read = str(told(an_attendee("ada"), a_match("ada", "ben", **answered)))
    assert not any(theirs in read for theirs in ("Unsere Kantine lebt noch", "Bienen", "not_now", "pitch", "ben"))
