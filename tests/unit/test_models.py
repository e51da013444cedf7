"""What holds for all values: one name per thing, and silence about people when something is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.models import (
    NO_ANSWER,
    Answer,
    Bilingual,
    Language,
    MailKind,
    Owner,
    Round,
    RoundState,
    Task,
    TaskKind,
    match_id_of,
    natural_id,
)
from tests.people import a_match, a_profile, an_attendee, an_event, berlin

words = st.text(max_size=8)


@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=4))
def test_different_parts_never_run_together_into_one_name(one: list[str], other: list[str]) -> None:
    assert (natural_id(*one) == natural_id(*other)) == (one == other)


def test_where_a_part_ends_is_part_of_the_name() -> None:
    assert natural_id("a|b", "c") != natural_id("a", "b|c")
    assert len(natural_id("a")) == 26


def test_a_pair_has_one_name_whoever_is_named_first() -> None:
    assert match_id_of("what-next", ("ada", "ben")) == match_id_of("what-next", ("ben", "ada"))
    assert match_id_of("what-next", ("ada", "ben")) != match_id_of("other", ("ada", "ben"))


def test_the_same_letter_planned_for_another_time_keeps_its_name() -> None:
    from shared.chain import to_person  # noqa: PLC0415 - only here

    event = an_event()
    first, later, other = (
        to_person(event, "ada", MailKind.REMINDER, wave, berlin(due), event.starts_at)
        for wave, due in (("1", "2027-06-01 10:00"), ("1", "2027-06-02 10:00"), ("2", "2027-06-01 10:00"))
    )
    assert first.mail_id == later.mail_id != other.mail_id
    assert (first.ref.owner, first.ref.owner_id, first.ref.mail_id) == (Owner.PERSON, "ada", first.mail_id)


def test_a_wrong_value_prints_nothing_personal() -> None:
    with pytest.raises(ValidationError) as wrong:
        a_profile(first_name="Sequoyah" * 20, wishes=("Sequoyah" * 100,), contact=["Sequoyah"])
    assert "Sequoyah" not in str(wrong.value)
    assert "Sequoyah" not in repr(wrong.value)


def test_values_do_not_change_and_know_their_fields() -> None:
    with pytest.raises(ValidationError):
        an_attendee().version = 2  # type: ignore[misc]  # this is what must fail
    with pytest.raises(ValidationError):
        a_profile(nickname="Countess")


def test_only_both_yeses_agree() -> None:
    assert not a_match().all_agree
    assert not a_match(answers={"ada": Answer.YES}).all_agree
    assert not a_match(answers={"ada": Answer.YES, "ben": Answer.NOT_NOW}).all_agree
    assert a_match(answers={"ada": Answer.YES, "ben": Answer.YES}).all_agree


def test_each_of_the_two_has_the_other_and_an_answer_or_none() -> None:
    match = a_match(answers={"ada": Answer.NOT_NOW})
    assert (match.other("ada"), match.other("ben")) == ("ben", "ada")
    assert (match.answer_of("ada"), match.answer_of("ben")) == (Answer.NOT_NOW, NO_ANSWER)


def test_attendees_see_a_round_only_once_it_is_published() -> None:
    due = berlin("2027-05-24 09:00")
    out = {state for state in RoundState if Round(event_id="e", number=1, due=due, state=state).is_out}
    assert out == {RoundState.PUBLISHED, RoundState.CLOSED}


def test_matches_are_for_those_who_take_part_and_agreed() -> None:
    assert an_attendee().wants_matches
    assert not an_attendee(state="withdrawn").wants_matches
    assert not an_attendee(consents={"follow_up": True}).wants_matches


def test_a_text_is_read_in_the_language_asked_for() -> None:
    both = Bilingual(de="Los", en="Go")
    assert (both.in_language(Language.DE), both.in_language(Language.EN)) == ("Los", "Go")


def test_a_task_is_found_by_what_it_is_about() -> None:
    task = Task(kind=TaskKind.ROUND, event_id="what-next", subject="1", due=berlin("2027-05-24 09:00"))
    assert task.ref == task.model_copy(update={"due": berlin("2027-05-25 09:00"), "attempt": 2}).ref
