"""Setting somebody aside: what the one who does it sees, and that the other sees nothing but silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.models import MailKind, MailState
from shared.store import matches
from tests.integration.moment import Moment
from tests.integration.pages import everything, own, press, says
from tests.system.life import ADA, BO, Life, without_tokens
from tests.system.test_letters import attendee, kinds, states
from tests.unit.filled import form_to

pytestmark = pytest.mark.slow


def set_aside(life: Life, person: dict[str, Any], word: str) -> None:
    _, match_id = life.cards(person)[0]
    answered = press(life, person, f"/matches/{match_id}/aside", aside=word)
    assert answered.status == 303
    assert answered.headers["location"].startswith(life.link(person, "/me/"))
    life.stack.settle()


def standing(life: Life, person: dict[str, Any]) -> str:
    ((shown, _),) = life.cards(person)
    return shown


Seen = tuple[list[str], list[datetime]]


def what_ada_learns(life: Life) -> Seen:
    """Return all that Ada gets to see till the next round is over, and when her mails come."""
    shown = [own(life, ADA).body.decode()]
    before = len(life.mails(ADA))
    for days in (6.5, 3.9, 1.9):
        life.turn_to(days=days)
        shown.append(own(life, ADA).body.decode())
    letters = life.mails(ADA)[before:]
    for mail in letters:
        shown += [str(mail.message["Subject"]), mail.part("plain"), mail.part("html")]
    return [without_tokens(one) for one in shown], [mail.at for mail in letters]


@pytest.mark.parametrize("said", ["yes", ""])
def test_who_is_set_aside_learns_what_silence_would_have_told_them(life: Life, said: str) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    if said:
        life.answer(ADA, said)
    moment = Moment(life)
    pages, times = what_ada_learns(life)
    assert len(times) >= 2
    for word in ("known", "blocked"):
        moment.back()
        set_aside(life, BO, word)
        seen, at = what_ada_learns(life)
        assert seen == pages
        assert all(abs(one - other) < timedelta(seconds=20) for one, other in zip(at, times, strict=True))


@pytest.mark.parametrize(("word", "shown"), [("known", "known"), ("blocked", "blocked")])
def test_an_open_proposal_that_is_set_aside_is_declined_and_can_be_taken_up_again(
    life: Life, word: str, shown: str
) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.answer(ADA, "yes")
    set_aside(life, BO, word)
    assert standing(life, BO) == shown
    assert standing(life, ADA) == "said_yes"
    set_aside(life, BO, "none")
    assert standing(life, BO) == "said_not_now"
    life.answer(BO, "yes")
    assert standing(life, ADA) == standing(life, BO) == "introduced"


def test_what_was_answered_yes_before_is_declined_by_setting_it_aside(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.answer(BO, "yes")
    set_aside(life, BO, "known")
    life.answer(ADA, "yes")
    assert standing(life, ADA) == "said_yes"
    assert MailKind.INTRODUCTION not in kinds(life, ADA)


def test_who_is_blocked_vanishes_from_page_calendar_and_later_letters_of_the_one_who_blocks(life: Life) -> None:
    life.introduce(ADA, BO)
    set_aside(life, BO, "blocked")
    page = life.page(BO)
    assert says(page, "pages.me.blocked", name="Ada")
    assert ADA["email"] not in page
    assert ADA["offers"][0] not in page
    assert b"Ada" not in own(life, BO, "/calendar.ics").body
    # What both were given at the introduction they keep.
    assert standing(life, ADA) == "introduced"
    assert BO["email"] in life.page(ADA)
    life.turn_to(days=-20)
    assert not {MailKind.REMINDER, MailKind.DID_YOU_MEET} & set(kinds(life, BO))
    assert kinds(life, ADA)[-3:] == [MailKind.REMINDER, MailKind.DID_YOU_MEET, MailKind.DID_YOU_MEET]


def test_who_is_blocked_is_in_no_letter_that_was_planned_before(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(hours=-9)  # the question is planned, for the next morning
    assert states(life, BO, MailKind.DID_YOU_MEET) == [(MailState.PLANNED, None)]
    set_aside(life, BO, "blocked")
    life.turn_to(days=-2)
    assert MailKind.DID_YOU_MEET not in kinds(life, BO)
    assert MailKind.DID_YOU_MEET in kinds(life, ADA)


def test_who_is_blocked_is_in_no_proposal_letter_that_leaves_later(life: Life) -> None:
    life.join(ADA, BO)
    life.command("pause", kind="proposal")
    life.turn_to(days=9.9)
    set_aside(life, BO, "blocked")
    life.command("resume", kind="proposal")
    life.turn_to(days=5.5)
    assert MailKind.PROPOSAL in kinds(life, ADA)
    assert not {MailKind.PROPOSAL, MailKind.NUDGE, MailKind.ROUND_CLOSED} & set(kinds(life, BO))


def test_who_blocks_and_thinks_better_of_it_sees_all_of_it_again(life: Life) -> None:
    life.introduce(ADA, BO)
    before = without_tokens(life.page(BO))
    set_aside(life, BO, "blocked")
    _, match_id = life.cards(BO)[0]
    assert form_to(life.page(BO), f"/{match_id}/aside").fields == {"aside": ["none"]}
    set_aside(life, BO, "none")
    assert without_tokens(life.page(BO)) == before
    life.turn_to(days=1.9)
    assert kinds(life, BO)[-1] is MailKind.REMINDER


def again(life: Life) -> Life:
    """Let both come to another event of the same organiser, and its first round run."""
    second = Life(life.stack, f"{life.name} again")
    second.join(ADA, BO)
    second.turn_to(days=9)
    return second


def kept_apart(life: Life) -> bool:
    """Say whether later events will not propose the two to each other; the same whoever is asked."""
    ada, bo = (attendee(life, person).address_hash for person in (ADA, BO))
    assert (bo in matches.have_met(ada)) == (ada in matches.have_met(bo))
    return bo in matches.have_met(ada)


@pytest.mark.parametrize("word", ["known", "blocked"])
def test_who_was_set_aside_is_not_proposed_at_a_later_event(life: Life, word: str) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, BO, word)
    second = again(life)
    assert second.cards(ADA) == second.cards(BO) == []


def test_who_was_set_aside_by_mistake_may_be_proposed_at_a_later_event(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, BO, "known")
    set_aside(life, BO, "none")
    second = again(life)
    assert standing(second, ADA) == standing(second, BO) == "open"


@pytest.mark.parametrize("word", ["known", "blocked"])
def test_somebody_can_be_set_aside_when_answers_are_over(life: Life, word: str) -> None:
    life.join(ADA, BO)
    life.turn_to(days=3.9)
    assert standing(life, BO) == "closed"
    set_aside(life, BO, word)
    assert standing(life, BO) == word
    assert kept_apart(life)


@pytest.mark.parametrize("presses", [("none",), ("known", "none", "none")])
def test_nobody_takes_back_that_the_other_one_set_them_aside(life: Life, presses: tuple[str, ...]) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, BO, "blocked")
    for word in presses:
        set_aside(life, ADA, word)
    assert standing(life, BO) == "blocked"
    assert kept_apart(life)


@pytest.mark.parametrize("introduced", [True, False])
def test_taking_a_block_back_makes_strangers_only_of_those_who_were(life: Life, *, introduced: bool) -> None:
    if introduced:
        life.introduce(ADA, BO)
    else:
        life.join(ADA, BO)
        life.turn_to(days=9)
    set_aside(life, BO, "blocked")
    assert kept_apart(life)
    set_aside(life, BO, "none")
    assert kept_apart(life) is introduced


@pytest.mark.parametrize("later", [True, False], ids=["at a later event", "at the same event"])
def test_nobody_gets_round_a_block_by_being_erased_and_coming_back(life: Life, *, later: bool) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, BO, "blocked")
    press(life, ADA, "/erase")
    life.stack.turn_to(clock.now() + timedelta(minutes=30))
    here = Life(life.stack, f"{life.name} again") if later else life
    here.join(*((ADA, BO) if later else (ADA,)))
    here.turn_to(days=1.9)
    assert here.cards(ADA) == []


def test_a_word_that_is_no_way_to_set_somebody_aside_is_refused(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    _, match_id = life.cards(ADA)[0]
    before = everything()
    for word in ("", "forever", "BLOCKED"):
        assert press(life, ADA, f"/matches/{match_id}/aside", aside=word).status == 422
    assert press(life, ADA, f"/matches/{match_id}/aside").status == 422
    assert everything() == before
