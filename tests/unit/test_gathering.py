"""Which mails still leave when their time has come, as far as no table is asked."""

from __future__ import annotations

import pytest

from functions.mailing import gathering
from functions.mailing.gathering import Skip
from shared.chain import KINDS, to_person
from shared.models import Answer, Attendee, Consents, Mail, MailKind, Match, MatchState, Outcome, Topic
from tests.people import a_match, an_attendee, an_event, berlin

NOW = berlin("2027-05-24 09:30")
EVENT = an_event()


def a_mail(kind: MailKind, wave: str = "1") -> Mail:
    return to_person(EVENT, "ada", kind, wave, NOW, EVENT.ends_at)


def speaks_of(kind: MailKind, match: Match, wave: str = "1") -> bool:
    return gathering._is_spoken_of(a_mail(kind, wave), match, "ada")


def refusal(kind: MailKind, attendee: Attendee) -> Skip | None:
    return gathering._refusal(a_mail(kind), EVENT, attendee, NOW)


OF_PEOPLE = [kind for kind in MailKind if kind is not MailKind.DIGEST]


@pytest.mark.parametrize("kind", [kind for kind in OF_PEOPLE if kind not in gathering.REACHES_WHO_LEFT])
def test_whoever_left_gets_only_the_last_letter_and_what_they_asked_for(kind: MailKind) -> None:
    assert refusal(kind, an_attendee("ada", state="withdrawn")) is Skip.WITHDRAWN


@pytest.mark.parametrize("kind", [kind for kind in OF_PEOPLE if KINDS[kind].topic is not Topic.SERVICE])
def test_a_consent_taken_back_stops_what_was_planned(kind: MailKind) -> None:
    agreed = Consents(matching=KINDS[kind].topic is Topic.FOLLOW_UP, follow_up=KINDS[kind].topic is Topic.MATCHING)
    assert refusal(kind, an_attendee("ada", consents=agreed)) is Skip.NO_CONSENT


@pytest.mark.parametrize("mine", [None, Answer.YES])
@pytest.mark.parametrize("theirs", [None, *Answer])
def test_a_proposal_is_spoken_of_whatever_the_other_has_answered(mine: Answer | None, theirs: Answer | None) -> None:
    answers = {who: said for who, said in (("ada", mine), ("ben", theirs)) if said}
    assert speaks_of(MailKind.PROPOSAL, a_match(answers=answers))
    assert speaks_of(MailKind.ROUND_CLOSED, a_match(answers=answers, state=MatchState.CLOSED))


def test_a_proposal_is_silent_about_what_is_decided_or_of_another_round() -> None:
    assert not speaks_of(MailKind.PROPOSAL, a_match(answers={"ada": Answer.NOT_NOW}))
    assert not speaks_of(MailKind.PROPOSAL, a_match(state=MatchState.INTRODUCED))
    assert not speaks_of(MailKind.PROPOSAL, a_match(state=MatchState.CLOSED))
    assert not speaks_of(MailKind.PROPOSAL, a_match(), wave="2")
    assert not speaks_of(MailKind.ROUND_CLOSED, a_match(state=MatchState.CLOSED), wave="2")


def test_an_introduction_speaks_of_its_own_match_only() -> None:
    introduced = a_match(state=MatchState.INTRODUCED)
    assert speaks_of(MailKind.INTRODUCTION, introduced, wave=introduced.match_id)
    assert not speaks_of(MailKind.INTRODUCTION, introduced, wave="another")
    assert not speaks_of(MailKind.INTRODUCTION, a_match(), wave=introduced.match_id)


def test_later_letters_speak_of_introductions_and_a_question_of_open_ones() -> None:
    introduced = a_match(state=MatchState.INTRODUCED)
    told = a_match(state=MatchState.INTRODUCED, outcomes={"ada": Outcome.NOT_YET})
    assert speaks_of(MailKind.REMINDER, introduced)
    assert speaks_of(MailKind.REMINDER, told)
    assert not speaks_of(MailKind.REMINDER, a_match())
    assert speaks_of(MailKind.DID_YOU_MEET, introduced)
    assert not speaks_of(MailKind.DID_YOU_MEET, told)
