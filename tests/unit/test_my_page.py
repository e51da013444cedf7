"""What a person sees of their matches, and what of the other they do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registration.my_page import (
    Card,
    Stage,
    Standing,
    card,
    cards,
    coming,
    stage,
    standing,
    today,
    with_suggestion,
)
from shared.chain import to_person
from shared.models import (
    Answer,
    Attendance,
    Attendee,
    Consents,
    Event,
    Mail,
    MailKind,
    MailState,
    Match,
    MatchState,
    Outcome,
    RoundState,
    SetAside,
)
from tests.people import DU, ENGLISH, VOICES, a_match, an_attendee, an_event, berlin, rounds_of

EVENT = an_event()
UNTIL = a_match().answer_by
BEFORE, AFTER = UNTIL - timedelta(minutes=1), UNTIL
CONTACT = "Telegram @ben_at_night"
BEN = an_attendee("ben", profile={"contact": CONTACT, "recognise": "a red hat", "company": "Soap Works"})
ADA = an_attendee("ada")


def seen(match: Match, partner: Any = BEN, now: Any = BEFORE) -> Card:
    return card(EVENT, ADA, match, partner, DU, now)


@pytest.mark.parametrize(
    ("said", "expected"),
    [({}, Standing.OPEN), ({"ada": Answer.YES}, Standing.SAID_YES), ({"ada": Answer.NOT_NOW}, Standing.SAID_NOT_NOW)],
)
def test_a_match_stands_as_one_has_answered_until_answers_end(said: dict[str, Answer], expected: Standing) -> None:
    assert standing(a_match(answers=said), "ada", BEFORE) is expected
    assert standing(a_match(answers=said), "ada", AFTER) is Standing.CLOSED


@pytest.mark.parametrize("mine", [None, *Answer])
@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.CLOSED])
@pytest.mark.parametrize("now", [UNTIL - timedelta(days=5), BEFORE, AFTER, UNTIL + timedelta(days=5)])
def test_whatever_the_other_answered_the_page_looks_the_same(
    mine: Answer | None, state: MatchState, now: datetime
) -> None:
    said = {"ada": mine} if mine else {}
    silence, *others = (
        seen(a_match(state=state, answers=said | theirs), now=now)
        for theirs in ({}, {"ben": Answer.NOT_NOW}, {"ben": Answer.YES})
    )
    assert others == [silence, silence]


@pytest.mark.parametrize("voice", VOICES)
@given(answers=st.dictionaries(st.sampled_from(("ada", "ben")), st.sampled_from(Answer)), closed=st.booleans())
def test_nothing_that_reaches_or_identifies_somebody_is_shown_before_both_said_yes(
    voice: Any,
    answers: dict[str, Answer],
    closed: bool,  # noqa: FBT001 - drawn
) -> None:
    match = a_match(answers=answers, state=MatchState.CLOSED if closed else MatchState.PROPOSED)
    for now in (BEFORE, AFTER):
        shown = card(EVENT, ADA, match, BEN, voice, now)
        assert (shown.contact, shown.place, shown.recognise, shown.i_write, shown.outcome) == ("", "", "", False, None)
        text = repr(shown)
        assert not any(
            secret in text for secret in (CONTACT, BEN.email, "red hat", "Soap Works", "address of", "form of")
        )


def test_a_proposal_shows_first_name_what_they_do_reasons_and_a_question() -> None:
    shown = seen(a_match())
    assert (shown.name, shown.about) == ("Ben", BEN.profile.about)
    assert len(shown.reasons) == 2
    assert "‹" in shown.opener
    assert shown.answer_by == "Samstag, 29. Mai 2027, 09:00 Uhr"


def test_an_introduction_shows_contact_place_and_who_writes_first() -> None:
    match = a_match(state=MatchState.INTRODUCED, meets_in=0, outcomes={"ada": Outcome.NOT_YET, "ben": Outcome.PITCH})
    shown = seen(match)
    assert shown.standing is Standing.INTRODUCED
    assert (shown.contact, shown.recognise, shown.i_write) == (CONTACT, "a red hat", True)
    assert "Kaffeebar" in shown.place
    assert shown.outcome is Outcome.NOT_YET
    assert Outcome.PITCH not in repr(shown)
    assert seen(match, now=EVENT.ends_at) == shown


def test_who_gave_no_other_contact_is_reached_by_mail() -> None:
    assert seen(a_match(state=MatchState.INTRODUCED), an_attendee("ben")).contact == "ben@example.org"


def test_no_place_is_suggested_to_meet_somebody_who_is_elsewhere() -> None:
    away = an_attendee("ben", profile={"attendance": Attendance.VIRTUAL})
    assert seen(a_match(state=MatchState.INTRODUCED), away).place == ""


@pytest.mark.parametrize("partner", [None, an_attendee("ben", state="withdrawn", profile={"contact": CONTACT})])
@pytest.mark.parametrize("state", MatchState)
def test_of_somebody_who_left_nothing_is_shown_any_more(partner: Any, state: MatchState) -> None:
    match = a_match(state=state)
    shown = seen(match, partner)
    assert shown == Card(match.match_id, Standing.GONE, "", "", (), "", shown.answer_by)


def test_only_matches_of_rounds_that_are_out_are_shown_the_newest_first() -> None:
    rounds = [
        one.model_copy(update={"state": state})
        for one, state in zip(
            rounds_of(EVENT), (RoundState.CLOSED, RoundState.PUBLISHED, RoundState.DRAFT), strict=True
        )
    ]
    theirs = [a_match("ada", name, round=number) for number, name in ((1, "ben"), (2, "cem"), (3, "dora"))]
    partners = {name: an_attendee(name) for name in ("ben", "cem", "dora")}
    shown = cards(EVENT, rounds, ADA, theirs, partners, ENGLISH, BEFORE)
    assert [one.name for one in shown] == ["Cem", "Ben"]


def test_a_links_choice_is_only_marked_and_only_where_it_can_still_be_made() -> None:
    introduced = seen(a_match(state=MatchState.INTRODUCED, outcomes={"ada": Outcome.NOT_YET}))
    open_one, answered = seen(a_match()), seen(a_match(answers={"ada": Answer.YES}))

    def marked(shown: Card, say: str, match_id: str = open_one.match_id) -> str:
        return with_suggestion(shown, {"match": match_id, "say": say}).suggested

    assert marked(open_one, "not_now") == "not_now"
    assert marked(introduced, "good_conversation") == "good_conversation"
    assert marked(open_one, "good_conversation") == marked(open_one, "<b>") == marked(open_one, "yes", "another") == ""
    assert marked(answered, "yes") == marked(introduced, "not_yet") == ""
    assert with_suggestion(open_one, {}) == open_one


# Set aside


@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.CLOSED])
@pytest.mark.parametrize("now", [BEFORE, AFTER])
def test_who_is_known_is_shown_as_known_before_and_after_answers_end(state: MatchState, now: datetime) -> None:
    known = a_match(state=state, set_aside={"ada": SetAside.KNOWN}, answers={"ada": Answer.NOT_NOW})
    assert standing(known, "ada", now) is Standing.KNOWN
    assert seen(known, now=now).name == "Ben"


def test_an_introduction_stays_one_with_somebody_who_is_known() -> None:
    introduced = a_match(state=MatchState.INTRODUCED, set_aside={"ada": SetAside.KNOWN})
    assert seen(introduced).standing is Standing.INTRODUCED


@pytest.mark.parametrize("state", MatchState)
def test_of_somebody_blocked_nothing_is_left_but_the_name_to_undo_it_by(state: MatchState) -> None:
    shown = seen(a_match(state=state, meets_in=0, set_aside={"ada": SetAside.BLOCKED}))
    assert shown == Card(shown.match_id, Standing.BLOCKED, "Ben", "", (), "", shown.answer_by)


@pytest.mark.parametrize("state", MatchState)
@pytest.mark.parametrize("now", [BEFORE, AFTER])
@pytest.mark.parametrize("why", SetAside)
def test_who_is_set_aside_by_the_other_sees_nothing_of_it(state: MatchState, now: datetime, why: SetAside) -> None:
    match = a_match(state=state, answers={"ada": Answer.YES}, meets_in=0)
    aside = match.model_copy(update={"set_aside": {"ben": why}})
    assert seen(aside, now=now) == seen(match, now=now)


# Where the event stands


def test_the_day_begins_at_midnight_where_the_event_is() -> None:
    assert stage(EVENT, berlin("2027-06-02 23:59")) is Stage.AHEAD
    assert stage(EVENT, berlin("2027-06-03 00:00")) is Stage.TODAY
    assert stage(EVENT, EVENT.ends_at - timedelta(seconds=1)) is Stage.TODAY
    assert stage(EVENT, EVENT.ends_at) is Stage.OVER


def test_far_away_the_day_begins_at_another_time() -> None:
    there = an_event(time_zone="Pacific/Auckland")
    assert stage(there, berlin("2027-06-02 13:59")) is Stage.AHEAD
    assert stage(there, berlin("2027-06-02 14:00")) is Stage.TODAY


@pytest.mark.parametrize("now", [BEFORE, EVENT.starts_at, EVENT.ends_at])
def test_a_cancelled_event_is_cancelled_whenever_one_looks(now: datetime) -> None:
    assert stage(an_event(cancelled=True), now) is Stage.CANCELLED


def test_on_a_cancelled_events_page_nothing_is_open_any_more() -> None:
    off = an_event(cancelled=True)
    for answers in ({}, {"ada": Answer.YES}, {"ada": Answer.NOT_NOW}):
        assert card(off, ADA, a_match(answers=answers), BEN, DU, BEFORE).standing is Standing.CLOSED
    introduced = card(off, ADA, a_match(state=MatchState.INTRODUCED), BEN, DU, BEFORE)
    assert (introduced.standing, introduced.contact) == (Standing.INTRODUCED, CONTACT)


# The day itself

MORNING = berlin("2027-06-03 07:30")
PEOPLE = {name: an_attendee(name) for name in ("ben", "cem", "dora", "eva")}
MEETS: dict[str, int | None] = {"ben": 1, "cem": None, "dora": 0}


def of_the_day(
    now: datetime, event: Event = EVENT, me: Attendee = ADA, changed: dict[str, Any] | None = None
) -> list[tuple[str, str]]:
    """Say whom Ada meets and when: Dora at 10:30, Ben at 15:30, Cem some time."""
    theirs = [
        a_match("ada", name, state=MatchState.INTRODUCED, meets_in=number, **(changed or {}).get(name, {}))
        for name, number in MEETS.items()
    ]
    shown = [card(event, me, match, PEOPLE[match.other("ada")], DU, now) for match in theirs]
    return [(one.card.name, one.at) for one in today(event, me, shown, now, DU)]


def test_on_the_day_people_come_in_the_order_of_time_and_who_has_none_last() -> None:
    assert of_the_day(MORNING) == [("Dora", "10:30 Uhr"), ("Ben", "15:30 Uhr"), ("Cem", "")]


def test_whoever_was_to_be_met_before_is_left_out_when_that_break_ends() -> None:
    assert [name for name, _ in of_the_day(berlin("2027-06-03 10:59"))] == ["Dora", "Ben", "Cem"]
    assert [name for name, _ in of_the_day(berlin("2027-06-03 11:00"))] == ["Ben", "Cem"]
    assert [name for name, _ in of_the_day(berlin("2027-06-03 17:00"))] == ["Cem"]


@pytest.mark.parametrize("now", [berlin("2027-06-02 20:00"), EVENT.ends_at, berlin("2027-06-04 08:00")])
def test_on_any_other_day_nobody_is_met(now: datetime) -> None:
    assert of_the_day(now) == []
    assert of_the_day(MORNING, an_event(cancelled=True)) == []


def test_only_who_is_introduced_and_neither_blocked_nor_gone_is_met() -> None:
    changed = {"ben": {"set_aside": {"ada": SetAside.BLOCKED}}, "dora": {"set_aside": {"ada": SetAside.KNOWN}}}
    assert [name for name, _ in of_the_day(MORNING, changed=changed)] == ["Dora", "Cem"]
    open_one = card(EVENT, ADA, a_match("ada", "eva", answer_by=EVENT.ends_at), PEOPLE["eva"], DU, MORNING)
    gone = card(EVENT, ADA, a_match(state=MatchState.INTRODUCED, meets_in=0), None, DU, MORNING)
    assert (open_one.standing, gone.standing) == (Standing.OPEN, Standing.GONE)
    assert today(EVENT, ADA, [open_one, gone], MORNING, DU) == []


def test_a_reader_abroad_reads_their_own_clock_and_which_it_is() -> None:
    online = an_event(link="https://meet.example.org")
    far = an_attendee("ada", profile={"attendance": Attendance.VIRTUAL, "time_zone": "America/Lima"})
    assert of_the_day(MORNING, online, far)[0] == ("Dora", "03:30 Uhr (America/Lima)")


def test_of_an_event_of_several_days_each_shows_its_own_meetings() -> None:
    first, second = EVENT.breaks
    next_day = second.model_copy(
        update={name: getattr(second, name) + timedelta(days=1) for name in ("starts_at", "ends_at")}
    )
    two_days = an_event(ends_at=EVENT.ends_at + timedelta(days=1), breaks=(first, next_day))
    assert [name for name, _ in of_the_day(MORNING, two_days)] == ["Dora", "Cem"]
    assert [name for name, _ in of_the_day(MORNING + timedelta(days=1), two_days)] == ["Ben", "Cem"]


# What is to come

NUDGE = to_person(EVENT, "ada", MailKind.NUDGE, "1", UNTIL - timedelta(days=2), UNTIL)
CALM = UNTIL - timedelta(days=3)  # between the first round and the second


def to_come(
    *theirs: Match,
    event: Event = EVENT,
    me: Attendee = ADA,
    planned: tuple[Mail, ...] = (),
    now: datetime = CALM,
) -> list[str]:
    shown = [card(event, me, match, PEOPLE[match.other("ada")], ENGLISH, now) for match in theirs]
    return [one.kind for one in coming(event, rounds_of(event), me, shown, list(planned), ENGLISH, now)]


def after(outcome: MailKind, days: int = 30, **changed: Any) -> Mail:
    """Plan the letter that an outcome asks for."""
    due = EVENT.ends_at + timedelta(days=days)
    planned = to_person(EVENT, "ada", outcome, "2027-06-04", due, due + timedelta(days=7))
    return planned.model_copy(update=changed)


MET = a_match(state=MatchState.INTRODUCED, meets_in=0)
TOLD = MET.model_copy(update={"outcomes": {"ada": Outcome.NOT_YET}, "told_at": {"ada": EVENT.ends_at}})


def test_what_is_to_come_is_told_in_the_order_of_time() -> None:
    assert to_come(a_match(), a_match("ada", "cem", state=MatchState.INTRODUCED), planned=(NUDGE,)) == [
        "nudge",
        "round_more",
        "reminder",
        "did_you_meet",
        "once_more",
    ]


@pytest.mark.parametrize("mine", [None, *Answer])
def test_who_has_somebody_is_promised_more_and_nobody_that_there_is_nobody(mine: Answer | None) -> None:
    assert to_come(a_match(answers={"ada": mine} if mine else {})) == ["round_more"]
    assert to_come() == to_come(a_match(state=MatchState.CLOSED)) == ["round"]
    assert to_come(a_match(set_aside={"ada": SetAside.BLOCKED})) == ["round"]


def test_what_is_past_is_not_to_come() -> None:
    assert to_come(MET, now=berlin("2027-06-02 08:00")) == ["round_more", "did_you_meet", "once_more"]
    assert to_come(MET, now=EVENT.ends_at + timedelta(days=3)) == ["once_more"]
    assert to_come(MET, now=EVENT.ends_at + timedelta(days=30)) == []
    assert to_come(a_match(), planned=(NUDGE,), now=UNTIL) == ["round"]


@given(
    theirs=st.none() | st.sampled_from(Answer),
    mine=st.none() | st.sampled_from(Answer),
    aside=st.none() | st.sampled_from(SetAside),
    closed=st.booleans(),
    hours=st.integers(-150, 150),
    follow_up=st.booleans(),
)
def test_nothing_that_is_to_come_tells_what_the_other_answered(
    theirs: Answer | None,
    mine: Answer | None,
    aside: SetAside | None,
    hours: int,
    *,
    closed: bool,
    follow_up: bool,
) -> None:
    me = an_attendee("ada", consents=Consents(matching=True, follow_up=follow_up))
    state = MatchState.CLOSED if closed else MatchState.PROPOSED
    said = {"ada": mine} if mine else {}
    silent = a_match(state=state, answers=said)
    loud = silent.model_copy(
        update={
            "answers": said | ({"ben": theirs} if theirs else {}),
            "set_aside": {"ben": aside} if aside else {},
        }
    )
    now = UNTIL + timedelta(hours=hours)
    planned = (NUDGE,)
    assert to_come(loud, me=me, now=now, planned=planned) == to_come(silent, me=me, now=now, planned=planned)


def test_a_nudge_comes_only_to_who_has_not_answered() -> None:
    assert "nudge" in to_come(a_match(), planned=(NUDGE,))
    for match in (
        a_match(answers={"ada": Answer.YES}),
        a_match(answers={"ada": Answer.NOT_NOW}),
        a_match(set_aside={"ada": SetAside.BLOCKED}),
        MET,
    ):
        assert "nudge" not in to_come(match, planned=(NUDGE,))
    sent = NUDGE.model_copy(update={"state": MailState.SENT})
    assert "nudge" not in to_come(a_match(), planned=(sent,))


def test_who_takes_part_in_no_round_waits_for_none_and_is_reminded_of_nothing() -> None:
    no_matching = an_attendee("ada", consents=Consents(follow_up=True))
    assert to_come(MET, me=no_matching) == ["did_you_meet", "once_more"]


def test_who_pauses_waits_for_no_round_they_are_not_in() -> None:
    second, third = EVENT.rounds[1:]
    long = an_attendee("ada", paused_until=third + timedelta(minutes=1))
    assert "round" not in to_come(me=long)
    short = an_attendee("ada", paused_until=second - timedelta(minutes=1))
    assert to_come(me=short) == ["round"]


def test_who_pauses_past_the_next_round_waits_for_the_one_after_it() -> None:
    second, third = EVENT.rounds[1:]
    pausing = an_attendee("ada", paused_until=second + timedelta(minutes=1))
    rows = coming(EVENT, rounds_of(EVENT), pausing, [], [], ENGLISH, CALM)
    assert [(one.kind, one.when) for one in rows] == [("round", f"Thursday, {third.day} June 2027")]


def test_without_the_second_consent_no_question_comes() -> None:
    silent = an_attendee("ada", consents=Consents(matching=True))
    assert to_come(MET, me=silent) == ["round_more", "reminder"]
    for kind in (MailKind.NOT_YET, MailKind.STAY_IN_TOUCH):
        assert to_come(TOLD, me=silent, planned=(after(kind),), now=EVENT.ends_at + timedelta(days=1)) == []


def test_who_has_told_what_became_of_it_is_not_asked() -> None:
    assert to_come(TOLD) == ["round_more", "reminder"]
    other = a_match("ada", "cem", state=MatchState.INTRODUCED)
    assert "did_you_meet" in to_come(TOLD, other)
    assert "did_you_meet" not in to_come(TOLD, other.model_copy(update={"set_aside": {"ada": SetAside.BLOCKED}}))


def test_what_an_answer_asked_for_comes_when_it_is_planned() -> None:
    now = EVENT.ends_at + timedelta(days=10)
    other = a_match("ada", "cem", state=MatchState.INTRODUCED, outcomes={"ada": Outcome.STAY_IN_TOUCH})
    planned = (after(MailKind.NOT_YET, 21), after(MailKind.STAY_IN_TOUCH, 20))
    assert to_come(TOLD, other, planned=planned, now=now) == ["stay_in_touch", "not_yet"]
    for state in (MailState.CANCELLED, MailState.SKIPPED, MailState.SENT):
        assert to_come(TOLD, planned=(after(MailKind.NOT_YET, state=state),), now=now) == []
    for kind in (MailKind.WELCOME, MailKind.YOUR_DATA, MailKind.EVENT_CHANGED):
        assert to_come(TOLD, planned=(after(kind),), now=now) == []


@pytest.mark.parametrize(
    "changed", [{"outcomes": {"ada": Outcome.GOOD_CONVERSATION}}, {"set_aside": {"ada": SetAside.BLOCKED}}]
)
def test_what_an_answer_asked_for_does_not_come_when_it_no_longer_stands(changed: dict[str, Any]) -> None:
    now = EVENT.ends_at + timedelta(days=10)
    assert to_come(TOLD.model_copy(update=changed), planned=(after(MailKind.NOT_YET),), now=now) == []


def test_what_an_event_does_not_send_does_not_come() -> None:
    follow_up = EVENT.follow_up.model_copy(update={"reminder": None, "once_more": None})
    assert to_come(MET, event=an_event(follow_up=follow_up)) == ["round_more", "did_you_meet"]
    follow_up = EVENT.follow_up.model_copy(update={"did_you_meet": None})
    assert to_come(MET, event=an_event(follow_up=follow_up)) == ["round_more", "reminder"]


def test_of_a_cancelled_event_nothing_comes() -> None:
    assert to_come(MET, planned=(NUDGE, after(MailKind.NOT_YET)), event=an_event(cancelled=True)) == []


def test_when_it_comes_is_told_as_the_readers_day() -> None:
    online = an_event(link="https://meet.example.org", rounds=(berlin("2027-05-28 03:00"),))
    far = an_attendee("ada", profile={"attendance": Attendance.VIRTUAL, "time_zone": "America/Lima"})
    (row,) = coming(online, rounds_of(online), far, [], [], ENGLISH, CALM)
    assert row.when == "Thursday, 27 May 2027"
