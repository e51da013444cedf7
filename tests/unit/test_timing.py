"""When a letter may disturb, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.mailing.timing import AT_ONCE, WINDOWS, Hours, hours, may_ask, next_opening
from shared.chain import KINDS, to_person
from shared.models import Asked, Cap, Mail, MailKind, Topic
from tests.people import an_event, berlin

EVENT = an_event()
FAR = berlin("2027-05-24 23:30")
BERLIN = "Europe/Berlin"


def a_mail(kind: MailKind, wave: str = "1") -> Mail:
    return to_person(EVENT, "ada", kind, wave, FAR, EVENT.ends_at)


def opening(kind: MailKind, moment: str, zone: str = BERLIN) -> datetime:
    now, mail = berlin(moment), a_mail(kind)
    return next_opening(mail, hours(mail, EVENT, now), zone, now)


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_who_has_just_done_something_is_answered_at_any_hour(kind: MailKind) -> None:
    assert opening(kind, "2027-05-24 03:00") == berlin("2027-05-24 03:00")


@pytest.mark.parametrize("kind", [MailKind.PROPOSAL, MailKind.INTRODUCTION, MailKind.EVENT_CHANGED, MailKind.NUDGE])
def test_news_wait_for_the_morning_unless_the_event_is_near(kind: MailKind) -> None:
    assert opening(kind, "2027-05-24 21:59") == berlin("2027-05-24 21:59")
    night = opening(kind, "2027-05-24 22:00")
    assert berlin("2027-05-25 07:00") <= night < berlin("2027-05-25 07:20")
    assert opening(kind, "2027-05-25 02:00").date() == night.date()
    assert opening(kind, "2027-06-02 23:00") == berlin("2027-06-02 23:00")
    assert opening(kind, "2027-06-03 06:00") == berlin("2027-06-03 06:00")


@pytest.mark.parametrize("kind", [kind for kind, rule in KINDS.items() if rule.topic is Topic.FOLLOW_UP])
def test_questions_come_at_work_from_monday_to_friday(kind: MailKind) -> None:
    assert opening(kind, "2027-06-07 09:00") == berlin("2027-06-07 09:00")
    friday_evening = opening(kind, "2027-06-04 18:00")
    assert berlin("2027-06-07 09:00") <= friday_evening < berlin("2027-06-07 09:20")
    assert opening(kind, "2027-06-05 12:00") == friday_evening


def test_the_hours_are_those_of_the_reader() -> None:
    tokyo = opening(MailKind.DID_YOU_MEET, "2027-06-07 11:30", "Asia/Tokyo").astimezone(ZoneInfo("Asia/Tokyo"))
    assert (tokyo.day, tokyo.hour) == (8, 9)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds it
    st.sampled_from(sorted(available_timezones())),
    st.sampled_from((Hours.DAY, Hours.WORK)),
    st.integers(),
)
def test_an_opening_suits_and_comes_soon_whatever_the_clocks_do(
    now: datetime, zone: str, suiting: Hours, number: int
) -> None:
    moment = next_opening(a_mail(MailKind.NUDGE, str(number)), suiting, zone, now)
    local, (opens, closes) = moment.astimezone(ZoneInfo(zone)), WINDOWS[suiting]
    assert opens <= local.time() < closes
    assert suiting is Hours.DAY or local.weekday() < 5
    assert timedelta(0) <= moment - now < timedelta(days=3 if suiting is Hours.WORK else 1, hours=1)


def test_not_everybodys_phone_sounds_at_once() -> None:
    at = {next_opening(a_mail(MailKind.NUDGE, str(one)), Hours.DAY, BERLIN, FAR) for one in range(50)}
    assert len(at) > 40
    assert max(at) - min(at) < timedelta(minutes=20)


# How often

SINCE = berlin("2027-05-01 12:00")
MONDAY = berlin("2027-06-07 09:30")


def asked(*days: str, event_id: str = EVENT.event_id, answered: str = "") -> Cap:
    sends = tuple(
        Asked(mail_id=str(place), event_id=event_id, at=berlin(f"{day} 16:00")) for place, day in enumerate(days)
    )
    return Cap(asked=sends, answered_at=berlin(f"{answered} 18:00") if answered else None)


def bearable(cap: Cap, now: datetime = MONDAY) -> datetime | None:
    return may_ask(cap, a_mail(MailKind.DID_YOU_MEET), SINCE, BERLIN, now)


def test_the_first_question_may_be_asked() -> None:
    assert bearable(Cap()) == MONDAY


@pytest.mark.parametrize("event_id", [EVENT.event_id, "another event"])
def test_seven_local_days_lie_between_two_questions_of_all_events(event_id: str) -> None:
    # Seven days by the calendar: the afternoon before does not make the morning too early.
    assert bearable(asked("2027-05-31", event_id=event_id)) == MONDAY
    assert bearable(asked("2027-06-01", event_id=event_id)) == berlin("2027-06-08 09:00")


def test_the_days_count_by_the_calendar_also_when_the_clocks_change() -> None:
    before, after = berlin("2027-10-29 16:00"), berlin("2027-11-05 09:00")
    assert after - before < timedelta(days=7)
    cap = Cap(asked=(Asked(mail_id="1", event_id="x", at=before),))
    assert bearable(cap, after) == after


def test_after_two_questions_without_an_answer_there_is_no_third() -> None:
    assert bearable(asked("2027-05-20", "2027-05-28")) is None
    assert bearable(asked("2027-05-20", "2027-05-28", answered="2027-05-21")) == MONDAY
    # Who signed up again since has not ignored anything of this event.
    assert bearable(asked("2027-03-01", "2027-04-20")) == MONDAY


def test_an_event_asks_four_times_at_most_however_willingly_it_is_answered() -> None:
    days = ("2027-05-02", "2027-05-09", "2027-05-16", "2027-05-23")
    assert bearable(asked(*days, answered="2027-05-24")) is None
    assert bearable(asked(*days, event_id="another event", answered="2027-05-24")) == MONDAY


def test_a_letter_does_not_stand_in_its_own_way() -> None:
    mail = a_mail(MailKind.DID_YOU_MEET)
    cap = Cap(asked=(Asked(mail_id=mail.mail_id, event_id=EVENT.event_id, at=MONDAY - timedelta(minutes=5)),))
    assert may_ask(cap, mail, SINCE, BERLIN, MONDAY) == MONDAY
