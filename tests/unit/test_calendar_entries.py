"""What the page's calendar file says, beside those of the letters."""

from __future__ import annotations

import icalendar

from functions.mailing.subject import Subject
from shared.calendar_entries import Entry, page_entries
from shared.calendar_file import calendar_file
from shared.models import MailKind
from tests.people import VOICES, a_match, an_attendee, an_event, berlin
from tests.unit.letters import BEN, BOTH, a_letter, a_subject

FIRST, SECOND = an_event().breaks
EVENT_AND_BOTH = [an_event().starts_at, FIRST.starts_at, SECOND.starts_at]


def on_page(about: Subject) -> tuple[Entry, ...]:
    return page_entries(about.event, about.reader, about.meetings, about.voice, about.now)


def starts(about: Subject) -> list[object]:
    return [one.starts_at for one in on_page(about)]


def test_the_page_enters_what_the_letters_did_so_that_no_calendar_shows_it_twice() -> None:
    for voice in VOICES:
        welcome = a_letter(MailKind.WELCOME, a_subject(voice))
        introductions = [a_letter(MailKind.INTRODUCTION, a_subject(voice, meetings=(one,))) for one in BOTH]
        sent = [entry for letter in (welcome, *introductions) for entry in letter.entries]
        assert list(on_page(a_subject(voice))) == sent
        assert len({entry.uid for entry in sent}) == len(EVENT_AND_BOTH)


def test_after_a_change_the_page_has_the_number_of_the_letter_that_told_it() -> None:
    about = a_subject(event=an_event(version=4))
    assert on_page(about) == a_letter(MailKind.EVENT_CHANGED, about).entries
    assert {entry.sequence for entry in on_page(about)} == {6}


def test_a_meeting_that_is_over_is_left_out_when_its_break_ends() -> None:
    assert starts(a_subject()) == EVENT_AND_BOTH
    assert starts(a_subject(now=berlin("2027-06-03 10:59"))) == EVENT_AND_BOTH
    assert starts(a_subject(now=berlin("2027-06-03 11:00"))) == [EVENT_AND_BOTH[0], SECOND.starts_at]


def test_a_break_called_off_and_a_pair_without_one_are_left_out() -> None:
    fewer = an_event(breaks=(FIRST, SECOND.model_copy(update={"gone": True})))
    assert starts(a_subject(event=fewer)) == EVENT_AND_BOTH[:2]
    nowhere = BOTH[0]._replace(match=a_match("ada", "ben"))
    assert starts(a_subject(meetings=(nowhere,))) == EVENT_AND_BOTH[:1]


def test_an_event_that_is_cancelled_is_not_entered_again() -> None:
    assert on_page(a_subject(event=an_event(cancelled=True))) == ()


def test_the_pages_file_asks_for_nothing_but_to_be_taken_over() -> None:
    fewer = an_event(breaks=(SECOND.model_copy(update={"gone": True}), FIRST))
    for event in (an_event(), an_event(version=3), fewer):
        written = calendar_file(on_page(a_subject(event=event)))
        file = icalendar.Calendar.from_ical(written)
        assert file["method"] == "PUBLISH"
        assert {one["status"] for one in file.walk("VEVENT")} == {"CONFIRMED"}
        assert b"@example.org" not in written


def test_times_and_places_are_those_of_whoever_reads() -> None:
    link = "https://meet.example.org/next"
    far = an_attendee("ada", profile={"attendance": "virtual", "time_zone": "America/Lima"})
    about = a_subject(event=an_event(link=link), attendee=far, meetings=BOTH[:1])
    event, meeting = on_page(about)
    assert (event.where, event.time_zone) == (link, "Europe/Berlin")
    assert (meeting.where, meeting.time_zone) == (link, "America/Lima")
    assert meeting.title == "Gespräch mit Ben"
    # The other one's entry for the same meeting is another one.
    ben = page_entries(about.event, BEN, [(BOTH[0].match, far)], about.voice, about.now)
    assert ben[1].title == "Gespräch mit Ada"
    assert ben[1].uid != meeting.uid
