"""Which letter goes to whom, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import chain
from shared.chain import KINDS, Occasion, answer_by, at_local, next_round_after, occasions, plan
from shared.models import (
    Answer,
    Attendee,
    AttendeeState,
    Consents,
    Event,
    FollowUp,
    Mail,
    MailKind,
    Match,
    MatchState,
    Outcome,
    Round,
    RoundState,
    TaskKind,
    Topic,
)
from shared.store.keys import PARTITIONS
from tests.people import a_match, a_submission, an_attendee, an_event, berlin, rounds_of

EVENT = an_event()
NOW = berlin("2027-05-24 09:30")
FIVE_DAYS = timedelta(days=5)


def until(published: str, number: int = 1, rounds: list[Round] | None = None, **changed: object) -> datetime:
    event = an_event(**changed)
    return answer_by(event, rounds_of(event) if rounds is None else rounds, number, berlin(published))


def kinds(
    occasion: Occasion, *matches: Match, wave: str = "1", attendee: Attendee | None = None, now: datetime = NOW
) -> list[MailKind]:
    """Say which letters Ada gets."""
    return [mail.kind for mail in plan(occasion, wave, EVENT, attendee or an_attendee(), matches, now)]


# Until when one may answer


def test_far_from_everything_one_has_five_days_to_answer() -> None:
    assert until("2027-05-01 09:00", rounds=[]) == berlin("2027-05-06 09:00")
    assert until("2027-05-24 09:00") == berlin("2027-05-29 09:00")


def test_an_hour_before_the_next_round_answers_end() -> None:
    assert until("2027-05-30 09:00") == berlin("2027-06-01 08:00")


def test_a_round_that_has_passed_or_came_before_limits_nothing() -> None:
    assert until("2027-05-30 09:00", number=2) == berlin("2027-06-03 05:00")
    assert until("2027-05-30 09:00", number=3) == berlin("2027-06-03 09:00")
    assert until("2027-06-01 09:00", number=1, rounds=rounds_of(EVENT)[:2]) == berlin("2027-06-03 09:00")


def test_before_the_event_answers_end_at_its_start() -> None:
    assert until("2027-06-01 12:00", rounds=[]) == berlin("2027-06-03 09:00")


def test_on_the_day_answers_end_at_its_last_break() -> None:
    assert until("2027-06-03 06:00", number=3) == berlin("2027-06-03 15:30")


def test_a_round_that_is_published_late_can_still_be_answered() -> None:
    assert until("2027-06-01 08:30") == berlin("2027-06-01 09:00")
    assert until("2027-06-03 16:00", number=3) == berlin("2027-06-03 17:30")


def test_on_a_day_without_breaks_answers_end_with_the_event() -> None:
    assert until("2027-06-03 06:00", number=3, breaks=()) == berlin("2027-06-03 17:30")


def test_the_day_begins_at_midnight_where_the_event_is() -> None:
    assert until("2027-06-03 00:00", rounds=[]) == berlin("2027-06-03 15:30")
    assert until("2027-06-02 23:59", rounds=[]) == berlin("2027-06-03 09:00")


@given(st.integers(-40 * 24, 6), st.lists(st.integers(-40 * 24, 8), max_size=4), st.integers(1, 4))
def test_no_answer_is_possible_past_five_days_or_the_end_of_the_event(
    published_h: int, rounds_h: list[int], number: int
) -> None:
    published = EVENT.starts_at + timedelta(hours=published_h)
    dated = [EVENT.starts_at + timedelta(hours=hours) for hours in sorted(rounds_h)]
    rounds = [Round(event_id=EVENT.event_id, number=place, due=due) for place, due in enumerate(dated, start=1)]
    limit = answer_by(EVENT, rounds, number, published)
    assert published <= limit <= min(published + FIVE_DAYS, EVENT.ends_at)
    assert limit > published or published == EVENT.ends_at
    later = [one.due for one in rounds if one.number > number and one.due > published + timedelta(hours=1)]
    assert not later or limit <= min(later) - timedelta(hours=1)


# Dates that follow from the event alone


def test_the_letters_that_follow_from_the_events_time() -> None:
    assert [(one.occasion, one.wave, one.due) for one in occasions(EVENT)] == [
        (Occasion.REMINDER, "2027-06-03T070000Z", berlin("2027-06-01 10:00")),
        (Occasion.DID_YOU_MEET, "1-2027-06-03T153000Z", EVENT.ends_at),
        (Occasion.DID_YOU_MEET, "2-2027-06-03T153000Z", EVENT.ends_at + timedelta(days=7)),
    ]


def test_a_letter_that_is_switched_off_is_not_planned() -> None:
    nothing = FollowUp(nudge=False, reminder=None, did_you_meet=None)
    event = an_event(follow_up=nothing)
    assert occasions(event) == []
    assert [mail.kind for mail in plan(Occasion.PROPOSALS, "1", event, an_attendee(), [a_match()], NOW)] == [
        MailKind.PROPOSAL
    ]
    once = an_event(follow_up=FollowUp(once_more=None))
    assert [one.occasion for one in occasions(once)] == [Occasion.REMINDER, Occasion.DID_YOU_MEET]


def asks(event: Event, zone: str = "") -> list[datetime]:
    """Say when somebody in a zone is asked, and asked once more."""
    return [chain.ask_at(event, zone or event.time_zone, wave) for wave in ("1", "2")]


@pytest.mark.parametrize(("ends", "asked"), [("04", "07"), ("05", "07"), ("06", "07"), ("07", "08")])
def test_after_a_friday_or_a_weekend_the_question_comes_on_monday(ends: str, asked: str) -> None:
    event = an_event(starts_at=berlin("2027-06-03 09:00"), ends_at=berlin(f"2027-06-{ends} 23:30"))
    assert asks(event) == [berlin(f"2027-06-{asked} 09:30"), berlin(f"2027-06-{asked} 09:30") + timedelta(days=7)]


def test_dates_are_those_of_the_events_zone() -> None:
    in_auckland = an_event(
        time_zone="Pacific/Auckland",
        starts_at=datetime(2027, 6, 3, 21, 0, tzinfo=UTC),  # nine on Friday morning there
        ends_at=datetime(2027, 6, 4, 5, 0, tzinfo=UTC),
    )
    auckland = ZoneInfo("Pacific/Auckland")
    reminder = occasions(in_auckland)[0].due.astimezone(auckland)
    first = asks(in_auckland)[0].astimezone(auckland)
    assert (reminder.date(), reminder.time()) == (date(2027, 6, 2), time(10, 0))
    assert (first.date(), first.time()) == (date(2027, 6, 7), time(9, 30))


def test_a_moved_event_reminds_anew() -> None:
    moved = an_event(starts_at=berlin("2027-06-03 10:00"))
    assert occasions(moved)[0].wave != occasions(EVENT)[0].wave
    assert ":" not in occasions(moved)[0].wave


def test_a_second_question_comes_at_the_same_time_of_day_in_winter() -> None:
    event = an_event(starts_at=berlin("2027-10-27 09:00"), ends_at=berlin("2027-10-27 17:00"))
    assert asks(event) == [berlin("2027-10-28 09:30"), berlin("2027-11-04 09:30")]


def test_whoever_comes_online_is_written_to_by_the_clock_where_they_are() -> None:
    event = an_event(link="https://meet.example.org/next")
    away = an_attendee(profile={"attendance": "virtual", "time_zone": "America/Los_Angeles"})
    west = ZoneInfo("America/Los_Angeles")
    (mail,) = plan(Occasion.REMINDER, "then", event, away, [a_match()], occasions(event)[0].due)
    assert mail.due is not None
    assert mail.due.astimezone(west).strftime("%d %H:%M") == "01 10:00"
    assert chain.zone_of(event, an_attendee(profile={"time_zone": "America/Los_Angeles"})) == "Europe/Berlin"
    assert chain.zone_of(an_event(), away) == "Europe/Berlin"


@given(st.sampled_from(sorted(available_timezones())), st.integers(0, 365 * 24))
def test_planning_begins_before_anybodys_letter_is_due(zone: str, hour: int) -> None:
    starts = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    event = an_event(starts_at=starts, ends_at=starts + timedelta(hours=8), link="https://meet.example.org/next")
    reminder, first, again = (one.due for one in occasions(event))
    assert reminder <= chain.remind_at(event, zone, 2) < starts
    assert first < asks(event, zone)[0]
    assert again < asks(event, zone)[1]


@pytest.mark.parametrize(("day", "hour"), [("2027-03-28", "09"), ("2027-10-31", "09")])
def test_on_the_days_the_clocks_change_a_reminder_comes_at_ten_by_the_clock(day: str, hour: str) -> None:
    two_days_on = datetime.fromisoformat(day) + timedelta(days=2)
    event = an_event(starts_at=berlin(f"{two_days_on:%Y-%m-%d} {hour}:00"), ends_at=berlin("2027-12-01 09:00"))
    due = occasions(event)[0].due.astimezone(ZoneInfo("Europe/Berlin"))
    assert due.strftime("%Y-%m-%d %H:%M") == f"{day} 10:00"


def test_a_time_that_daylight_saving_skips_moves_on_by_an_hour() -> None:
    assert at_local(date(2027, 3, 28), time(2, 30), "Europe/Berlin") == berlin("2027-03-28 03:30")


def test_of_a_time_that_exists_twice_it_is_the_first() -> None:
    assert at_local(date(2027, 10, 31), time(2, 30), "Europe/Berlin") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)), st.sampled_from(("Europe/Berlin", "Asia/Kathmandu")))  # noqa: DTZ001 - days and times, in whatever zone
def test_a_local_time_reads_the_same_on_the_clock_there(local: datetime, zone: str) -> None:
    moment = at_local(local.date(), local.time(), zone)
    assert moment.tzinfo is not None
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown in (local, local + timedelta(hours=1))


# The round that comes next


def test_the_next_round_is_the_first_that_is_planned_and_still_to_come() -> None:
    first, second, third = rounds_of(EVENT)
    assert next_round_after([third, second, first], NOW) == second
    published = second.model_copy(update={"state": RoundState.PUBLISHED})
    assert next_round_after([first, published, third], NOW) == third
    assert next_round_after([first, second, third], EVENT.ends_at) is None


# Letters to one person


def test_a_form_is_answered_at_once_and_only_as_long_as_its_link_is_valid() -> None:
    form = a_submission()
    mail = chain.confirmation(form)
    assert (mail.kind, mail.owner_id, mail.due, mail.not_after) == (
        MailKind.CONFIRMATION,
        form.submission_id,
        form.submitted_at,
        form.expires_at,
    )


def test_somebody_who_confirms_is_welcomed_at_once() -> None:
    ada = an_attendee()
    mail = chain.welcome(ada, EVENT)
    assert (mail.kind, mail.owner_id, mail.due) == (MailKind.WELCOME, "ada", ada.confirmed_at)


def test_both_are_introduced_at_the_same_moment_once_for_each_match() -> None:
    match = a_match()
    mails = chain.introductions(match, EVENT, NOW)
    assert [(mail.owner_id, mail.kind, mail.wave, mail.due) for mail in mails] == [
        (member, MailKind.INTRODUCTION, match.match_id, NOW) for member in match.members
    ]


def test_a_proposal_is_sent_after_the_round_as_long_as_it_can_be_answered() -> None:
    match = a_match()
    mail, _ = plan(Occasion.PROPOSALS, "1", EVENT, an_attendee(), [match], NOW)
    assert (mail.kind, mail.wave, mail.due, mail.not_after) == (MailKind.PROPOSAL, "1", NOW, match.answer_by)


def test_several_proposals_of_a_round_come_in_one_letter() -> None:
    both = a_match("ada", "ben"), a_match("ada", "cem")
    assert kinds(Occasion.PROPOSALS, *both) == [MailKind.PROPOSAL, MailKind.NUDGE]


def nudges(published: datetime, until: datetime) -> list[Mail]:
    letters = plan(Occasion.PROPOSALS, "1", EVENT, an_attendee(), [a_match(answer_by=until)], published)
    return [mail for mail in letters if mail.kind is MailKind.NUDGE]


def test_a_nudge_comes_half_way_and_only_where_a_day_is_left_then() -> None:
    (nudge,) = nudges(NOW, NOW + timedelta(days=5))
    assert (nudge.due, nudge.not_after) == (NOW + timedelta(days=2.5), NOW + timedelta(days=4))
    assert nudges(NOW, NOW + timedelta(hours=48))
    assert not nudges(NOW, NOW + timedelta(hours=47))
    on_the_day = berlin("2027-06-03 06:00")
    assert not nudges(on_the_day, until("2027-06-03 06:00", number=3))


@pytest.mark.parametrize(
    ("outcome", "kind", "days"),
    [(Outcome.NOT_YET, MailKind.NOT_YET, 21), (Outcome.STAY_IN_TOUCH, MailKind.STAY_IN_TOUCH, 91)],
)
def test_what_they_say_became_of_it_decides_the_last_letter(outcome: Outcome, kind: MailKind, days: int) -> None:
    said = berlin("2027-06-07 14:00")
    (mail,) = chain.after_outcome(outcome, EVENT, an_attendee(), said)
    assert (mail.kind, mail.due) == (kind, berlin("2027-06-07 09:30") + timedelta(days=days))
    assert mail.due
    assert mail.due.weekday() < chain.SATURDAY
    assert chain.after_outcome(outcome, EVENT, an_attendee(consents=Consents(matching=True)), said) == []
    assert chain.after_outcome(outcome, EVENT, an_attendee(), chain.data_end(EVENT) - timedelta(days=5)) == []


@pytest.mark.parametrize(
    "outcome", [Outcome.GOOD_CONVERSATION, Outcome.LET_IT_REST, Outcome.PITCH, Outcome.DID_NOT_COME]
)
def test_every_other_outcome_ends_the_chain(outcome: Outcome) -> None:
    assert chain.after_outcome(outcome, EVENT, an_attendee(), berlin("2027-06-07 14:00")) == []


def test_the_organiser_hears_on_mondays() -> None:
    assert chain.next_digest(EVENT, berlin("2027-05-24 07:59")) == berlin("2027-05-24 08:00")
    assert chain.next_digest(EVENT, berlin("2027-05-24 08:00")) == berlin("2027-05-31 08:00")
    assert chain.next_digest(EVENT, berlin("2027-05-29 23:00")) == berlin("2027-05-31 08:00")


def test_whom_a_standing_yes_introduced_gets_the_introduction_instead_of_a_proposal() -> None:
    introduced = a_match("ada", "cem", state=MatchState.INTRODUCED)
    assert kinds(Occasion.PROPOSALS, introduced) == [MailKind.INTRODUCTION]
    expected = [MailKind.PROPOSAL, MailKind.NUDGE, MailKind.INTRODUCTION]
    assert kinds(Occasion.PROPOSALS, a_match(), introduced) == expected


def test_only_somebody_who_has_nobody_at_all_hears_that_there_is_nobody() -> None:
    earlier_open, earlier_introduced = a_match(), a_match(state=MatchState.INTRODUCED)
    earlier_closed = a_match(state=MatchState.CLOSED)
    assert kinds(Occasion.PROPOSALS, wave="2") == [MailKind.NO_MATCH]
    assert kinds(Occasion.PROPOSALS, earlier_closed, wave="2") == [MailKind.NO_MATCH]
    assert kinds(Occasion.PROPOSALS, earlier_open, wave="2") == []
    assert kinds(Occasion.PROPOSALS, earlier_introduced, wave="2") == []


def test_nobody_learns_a_no_from_the_words_that_close_a_round() -> None:
    mine: list[dict[str, Answer]] = [{}, {"ada": Answer.YES}]
    for answers in mine:
        heard = [
            kinds(Occasion.CLOSING, a_match(answers=answers | theirs, state=state))
            for theirs in ({}, {"ben": Answer.NOT_NOW}, {"ben": Answer.YES})
            for state in (MatchState.CLOSED, MatchState.PROPOSED)
        ]
        assert all(letters == [MailKind.ROUND_CLOSED] for letters in heard)


@pytest.mark.parametrize("theirs", [{}, {"ben": Answer.NOT_NOW}, {"ben": Answer.YES}])
def test_after_ones_own_no_there_is_nothing_to_hear(theirs: dict[str, Answer]) -> None:
    assert kinds(Occasion.CLOSING, a_match(answers={"ada": Answer.NOT_NOW} | theirs, state=MatchState.CLOSED)) == []


def test_a_round_closes_with_one_letter_and_only_for_its_own_matches() -> None:
    one, other = a_match("ada", "ben", state=MatchState.CLOSED), a_match("ada", "cem", state=MatchState.CLOSED)
    assert kinds(Occasion.CLOSING, one, other) == [MailKind.ROUND_CLOSED]
    assert kinds(Occasion.CLOSING, one, wave="2") == []
    assert kinds(Occasion.CLOSING, a_match(state=MatchState.INTRODUCED)) == []


def test_only_who_has_somebody_is_reminded_and_never_after_the_start() -> None:
    assert kinds(Occasion.REMINDER, a_match(state=MatchState.CLOSED)) == []
    # Who is still asked may be introduced till then; the letter looks again when it leaves.
    assert kinds(Occasion.REMINDER, a_match()) == [MailKind.REMINDER]
    (mail,) = plan(Occasion.REMINDER, "then", EVENT, an_attendee(), [a_match(state=MatchState.INTRODUCED)], NOW)
    assert (mail.kind, mail.wave, mail.not_after) == (MailKind.REMINDER, "then", EVENT.starts_at)


def test_who_has_said_what_became_of_it_is_not_asked_again() -> None:
    met = a_match(state=MatchState.INTRODUCED, outcomes={"ada": Outcome.GOOD_CONVERSATION})
    open_one = a_match("ada", "cem", state=MatchState.INTRODUCED, outcomes={"cem": Outcome.NOT_YET})
    assert kinds(Occasion.DID_YOU_MEET, met) == []
    assert kinds(Occasion.DID_YOU_MEET, met, open_one) == [MailKind.DID_YOU_MEET]
    assert kinds(Occasion.DID_YOU_MEET, a_match()) == []


@pytest.mark.parametrize(
    ("occasion", "kind"),
    [(Occasion.CHANGED, MailKind.EVENT_CHANGED), (Occasion.CANCELLED, MailKind.EVENT_CANCELLED)],
)
def test_everybody_hears_of_a_change_or_cancellation(occasion: Occasion, kind: MailKind) -> None:
    without_consent = an_attendee(consents=Consents())
    assert kinds(occasion, wave="2") == kinds(occasion, wave="2", attendee=without_consent) == [kind]


def test_a_break_that_is_new_is_told_to_those_who_meet_in_it() -> None:
    wave = chain.meetings_wave(3, [0, 12])
    meets = [a_match(state=MatchState.INTRODUCED, meets_in=number) for number in (0, 1, 12, None)]
    assert [kinds(Occasion.MEETINGS, one, wave=wave) for one in meets] == [
        [MailKind.EVENT_CHANGED],
        [],
        [MailKind.EVENT_CHANGED],
        [],
    ]
    assert kinds(Occasion.MEETINGS, a_match(meets_in=0), wave=wave) == []
    without_consent = an_attendee(consents=Consents())
    assert kinds(Occasion.MEETINGS, meets[0], wave=wave, attendee=without_consent) == [MailKind.EVENT_CHANGED]


@pytest.mark.parametrize("occasion", Occasion)
def test_after_leaving_nobody_hears_of_anything(occasion: Occasion) -> None:
    everything = [a_match(), a_match("ada", "cem", state=MatchState.INTRODUCED), a_match("ada", "eli", state="closed")]
    assert kinds(occasion, *everything, attendee=an_attendee(state=AttendeeState.WITHDRAWN)) == []


def test_the_question_afterwards_needs_its_own_consent_and_no_other() -> None:
    without = an_attendee(consents=Consents(follow_up=True))
    assert kinds(Occasion.DID_YOU_MEET, a_match(state=MatchState.INTRODUCED), wave="1-then", attendee=without) == [
        MailKind.DID_YOU_MEET
    ]


@pytest.mark.parametrize(
    "occasion", [one for one in Occasion if one not in chain.ASK_NO_CONSENT_TO_MATCHING | {Occasion.MEETINGS}]
)
@pytest.mark.parametrize("attendee", [an_attendee(consents=Consents(follow_up=True))])
def test_without_consent_nobody_hears_of_matches(occasion: Occasion, attendee: Attendee) -> None:
    everything = [a_match(), a_match("ada", "cem", state=MatchState.INTRODUCED), a_match("ada", "eli", state="closed")]
    assert kinds(occasion, *everything, attendee=attendee) == []
    assert kinds(occasion, attendee=attendee) == []


matches = st.builds(
    lambda state, answers, number, other: a_match("ada", other, state=state, answers=answers, round=number),
    st.sampled_from(MatchState),
    st.dictionaries(st.sampled_from(("ada", "ben", "cem")), st.sampled_from(Answer)),
    st.integers(1, 2),
    st.sampled_from(("ben", "cem")),
)


@given(st.sampled_from(Occasion), st.lists(matches, max_size=4))
def test_planning_twice_means_the_same_letters_by_the_same_names(occasion: Occasion, theirs: list[Match]) -> None:
    def planned(now: datetime) -> list[Mail]:
        return plan(occasion, "1", EVENT, an_attendee(), theirs, now)

    first, again = planned(NOW), planned(NOW + timedelta(minutes=5))
    assert {mail.mail_id for mail in first} == {mail.mail_id for mail in again}
    assert all(mail.due and mail.due >= NOW and mail.owner_id == "ada" for mail in first)


def test_an_occasions_planning_is_shared_out_over_all_partitions() -> None:
    tasks = chain.partition_tasks("what-next", Occasion.PROPOSALS, "2", NOW)
    assert [task.subject for task in tasks] == [f"proposals:2:{partition}" for partition in range(PARTITIONS)]
    assert {(task.kind, task.due) for task in tasks} == {(TaskKind.PLAN, NOW)}


def test_every_kind_of_letter_has_its_rule_and_only_news_everybody_needs_comes_without_consent() -> None:
    assert set(KINDS) == set(MailKind)
    neutral = {kind for kind, rule in KINDS.items() if rule.topic is Topic.SERVICE}
    assert neutral == {
        MailKind.CONFIRMATION,
        MailKind.PAGE_LINK,
        MailKind.WELCOME,
        MailKind.EVENT_CHANGED,
        MailKind.EVENT_CANCELLED,
        MailKind.MEETING_OFF,
        MailKind.YOUR_DATA,
        MailKind.GOODBYE,
    }
    without_a_way_out = {kind for kind, rule in KINDS.items() if rule.stops is None}
    assert without_a_way_out == neutral - {MailKind.WELCOME}
