"""What a person sees of their matches, and what of the other they do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registration.my_page import Card, Standing, card, cards, standing, with_suggestion
from shared.models import Answer, Attendance, Match, MatchState, Outcome, RoundState
from tests.people import DU, ENGLISH, VOICES, a_match, an_attendee, an_event, rounds_of

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
