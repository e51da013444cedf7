"""Where and when two introduced people meet."""

from __future__ import annotations

from shared.meeting import free_break, meeting
from shared.models import Attendance, Language
from tests.people import a_match, an_attendee, an_event, berlin

ADA, BEN = an_attendee("ada"), an_attendee("ben")
AWAY = an_attendee("cem", profile={"attendance": Attendance.VIRTUAL})
FLEXIBLE = an_attendee("dora", profile={"attendance": Attendance.BOTH})
BEFORE = berlin("2027-06-01 09:00")
LINK = "https://meet.example.org/next"


def test_they_get_the_first_break_that_both_have_free() -> None:
    assert free_break(an_event(), (ADA, BEN), set(), BEFORE) == 0
    assert free_break(an_event(), (ADA, BEN), {0}, BEFORE) == 1
    assert free_break(an_event(), (ADA, BEN), {0, 1}, BEFORE) is None
    assert free_break(an_event(breaks=()), (ADA, BEN), set(), BEFORE) is None


def test_a_break_that_has_begun_is_no_suggestion() -> None:
    assert free_break(an_event(), (ADA, BEN), set(), berlin("2027-06-03 10:30")) == 1
    assert free_break(an_event(), (ADA, BEN), set(), berlin("2027-06-03 15:30")) is None


def test_the_first_break_is_the_first_in_time_whatever_its_number() -> None:
    first, second = an_event().breaks
    assert free_break(an_event(breaks=(second, first)), (ADA, BEN), set(), BEFORE) == 1


def test_an_event_without_a_place_is_online_for_everybody() -> None:
    event = an_event(place=None, link=LINK)
    assert meeting(event, a_match(meets_in=0), (ADA, BEN), Language.DE).where == LINK  # type: ignore[union-attr] # there is one
    assert meeting(an_event(), a_match(meets_in=0), (ADA, AWAY), Language.DE) is None


def test_who_is_not_there_meets_by_the_link_or_not_at_all() -> None:
    assert free_break(an_event(), (ADA, AWAY), set(), BEFORE) is None
    assert free_break(an_event(link=LINK), (ADA, AWAY), set(), BEFORE) == 0
    assert free_break(an_event(), (ADA, FLEXIBLE), set(), BEFORE) == 0


def test_both_read_the_same_time_and_place() -> None:
    event, match = an_event(link=LINK), a_match(meets_in=1)
    spot = meeting(event, match, (ADA, BEN), Language.EN)
    assert spot is not None
    assert spot == (berlin("2027-06-03 15:30"), berlin("2027-06-03 16:00"), "coffee bar")
    assert spot == meeting(event, match, (BEN, ADA), Language.EN)
    online = meeting(event, match, (ADA, AWAY), Language.EN)
    assert online is not None
    assert online.where == LINK


def test_nothing_is_said_of_a_break_that_was_not_found_or_is_gone() -> None:
    assert meeting(an_event(), a_match(), (ADA, BEN), Language.DE) is None
    first, second = an_event().breaks
    gone = an_event(breaks=(first, second.model_copy(update={"gone": True})))
    assert meeting(gone, a_match(meets_in=1), (ADA, BEN), Language.DE) is None
    assert free_break(gone, (ADA, BEN), {0}, BEFORE) is None
