"""What changes on the way, and what people then get: other breaks, a shorter plan, a pause, a return."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest

from functions.follow_up import moving
from infra.local import people
from infra.local.inbox import Received
from shared import clock
from shared.models import MailKind, MailState
from shared.store import keys
from shared.store.keys import attendee_key
from shared.store.table import table
from tests.system.life import ADA, BO, CY, Life, form, without_tokens
from tests.system.test_letters import DEE, ELI, attendee, kinds, states


def entries(received: Received) -> dict[str, tuple[datetime, int]]:
    """Return start and number of what a letter enters into a calendar, by the entry's id."""
    (part,) = (part for part in received.message.walk() if part.get_content_type() == "text/calendar")
    found: list[Any] = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    return {str(one["uid"]): (one["dtstart"].dt, int(one["sequence"])) for one in found}


def breaks(life: Life, *times: str) -> list[dict[str, Any]]:
    at = f"{life.start:%Y-%m-%d}T"
    return [
        {"starts_at": f"{at}{one}:00", "ends_at": f"{at}{one[:2]}:50:00", "place": f"Bar um {one[:2]}"} for one in times
    ]


def note(life: Life, filled: dict[str, Any], name: str, value: object) -> None:
    """Change what the table says of somebody."""
    key = attendee_key(life.event_id, attendee(life, filled).person_id)
    table().write(table().update(key, "SET #name = :value", name_name=name, value=value))


def test_another_break_is_told_to_those_who_meet_in_it_and_moves_in_their_calendar(life: Life) -> None:
    life.organise(breaks=breaks(life, "10:30", "15:00"))
    life.introduce(ADA, BO)
    life.join(CY)
    meets = life.mails(ADA)[-1]
    assert MailKind.EVENT_CHANGED not in kinds(life, CY)
    life.organise(breaks=breaks(life, "11:10", "15:00"))
    assert kinds(life, ADA)[-1] is kinds(life, BO)[-1] is MailKind.EVENT_CHANGED
    assert MailKind.EVENT_CHANGED not in kinds(life, CY)
    told = life.mails(ADA)[-1]
    assert "11:10 Uhr, Bar um 11" in told.part("plain")
    ((uid, (before, number)),) = entries(meets).items()
    after, later = entries(told)[uid]
    assert after - before == timedelta(minutes=40)
    assert later > number
    # A break in which nobody meets is nobody's news.
    life.organise(breaks=breaks(life, "11:10", "15:20"))
    assert kinds(life, ADA).count(MailKind.EVENT_CHANGED) == 1
    life.organise(breaks=[])
    assert "bitte neu verabreden" in life.mails(ADA)[-1].part("plain")


def test_a_letter_that_is_switched_off_after_it_was_planned_stays_away(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.organise(follow_up={"nudge": False, "digest": False})
    life.turn_to(days=4)
    assert states(life, ADA, MailKind.NUDGE) == [(MailState.SKIPPED, "switched_off")]


def test_who_pauses_is_left_alone_until_then_but_for_what_they_had_agreed_to(life: Life) -> None:
    life.join(ADA, BO)
    life.join(DEE, ELI)
    life.turn_to(days=9)
    life.answer(ADA, "yes")
    for person in (ADA, DEE):
        note(life, person, "paused_until", clock.utc_text(life.start - timedelta(days=6)))
    life.answer(BO, "yes")
    assert kinds(life, ADA)[-1] is MailKind.INTRODUCTION
    life.turn_to(days=4.5)
    nudge = next(mail for mail, kind in zip(life.mails(DEE), kinds(life, DEE), strict=True) if kind is MailKind.NUDGE)
    assert life.start - timedelta(days=6) <= nudge.at < life.start - timedelta(days=5.5)


def test_who_left_and_comes_back_is_asked_to_confirm_and_welcomed_like_anybody(life: Life) -> None:
    life.join(ADA)
    people.press(life.stack, f"{life.link(ADA, '/me/')}/leave", "")
    life.stack.settle()
    life.stack.turn_to(clock.now() + timedelta(hours=1))
    life.join(ADA)
    first, second = life.mails(ADA)[0], life.mails(ADA)[3]
    assert second.message["Subject"] == first.message["Subject"]
    assert kinds(life, ADA) == [
        MailKind.CONFIRMATION,
        MailKind.WELCOME,
        MailKind.GOODBYE,
        MailKind.CONFIRMATION,
        MailKind.WELCOME,
    ]
    assert attendee(life, ADA).confirmed_at == clock.now()


def test_a_draft_that_waits_for_a_word_is_told_to_who_has_to_say_it(life: Life) -> None:
    life.organise(publish="by hand", follow_up={"digest": True})
    life.join(ADA, BO)
    life.turn_to(days=9.9)
    told = [mail.part("plain") for mail in life.stack.inbox.mails[life.since :] if mail.recipient == "team@example.org"]
    assert [f"make publish EVENT={life.event_id}" in text for text in told] == [False] * (len(told) - 1) + [True]
    life.command("publish")
    assert "make publish" not in life.stack.inbox.mails[-1].part("plain")


def test_a_letter_no_server_would_take_is_skipped_before_it_is_claimed(life: Life) -> None:
    life.join(ADA, BO)
    note(life, ADA, "email", "jörg@example.org")
    life.turn_to(days=9.9)
    assert states(life, ADA | {"email": "jörg@example.org"}, MailKind.PROPOSAL) == [(MailState.SKIPPED, "rejected")]
    assert kinds(life, BO)[-1] is MailKind.PROPOSAL


def test_the_first_words_of_ses_to_its_topic_hurt_nobody(life: Life) -> None:
    hello = '{"Message": "Successfully validated SNS topic for Amazon SES event publishing."}'
    answer = life.stack.invoke("FeedbackFunction", {"Records": [{"messageId": "1", "body": hello}]})
    assert answer == {"batchItemFailures": []}


def test_who_wants_no_question_can_still_think_better_of_it(life: Life) -> None:
    eager = form("Ida", BO["offers"][0], BO["wishes"][0], standing_yes=True)
    life.join(BO, eager)
    life.turn_to(days=9.9)
    text = life.mails(eager)[-1].part("plain")
    assert "Dein Ja liegt schon vor" in text
    assert ("Ja, gern" in text, "Nicht jetzt:" in text) == (False, True)


def test_a_nudge_stays_away_where_the_proposal_came_only_just_now(life: Life) -> None:
    life.join(ADA, BO)
    life.command("pause", kind="proposal")
    life.turn_to(days=7.6)
    life.command("resume", kind="proposal")
    life.turn_to(days=5.5)
    assert kinds(life, ADA)[-1] is MailKind.PROPOSAL
    assert states(life, ADA, MailKind.NUDGE) == [(MailState.SKIPPED, "not_relevant")]


def test_a_nudge_that_was_held_back_too_long_pushes_nobody_on_the_last_day(life: Life) -> None:
    life.join(ADA, BO)
    life.command("pause", kind="nudge")
    life.turn_to(days=5.9)
    life.command("resume", kind="nudge")
    life.turn_to(days=5.1)
    assert states(life, ADA, MailKind.NUDGE) == [(MailState.SKIPPED, "paused")]


def test_news_that_overtook_each_other_while_mail_was_paused_come_as_one_letter(life: Life) -> None:
    life.join(ADA)
    life.command("pause")
    for place in ("Neue Post", "Neueste Post", "Allerneueste Post"):
        life.organise(place=place)
    life.command("resume")
    life.stack.turn_to(clock.now() + timedelta(minutes=61))
    assert kinds(life, ADA).count(MailKind.EVENT_CHANGED) == 1
    assert "Allerneueste Post" in life.mails(ADA)[-1].part("plain")


def test_a_partition_is_planned_in_parts_and_nobody_forgotten(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(moving, "OVERLAP", 0)
    monkeypatch.setattr(keys, "partition_of", lambda _: 7)
    people = [ADA | {"first_name": name, "email": f"{name}@example.org"} for name in ("Gil", "Hal", "Ina", "Jo")]
    life.join(*people)
    life.organise(place="Neue Post")
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    assert [kinds(life, person).count(MailKind.EVENT_CHANGED) for person in people] == [1, 1, 1, 1]


def test_an_event_that_goes_on_longer_is_asked_about_after_its_new_end(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(hours=-7)
    at = f"{life.start:%Y-%m-%d}T"
    life.organise(ends_at=f"{at}22:00:00", follow_up={"digest": False})
    life.turn_to(days=-1.5)
    assert kinds(life, ADA)[-1] is MailKind.DID_YOU_MEET


def stop_proposals(life: Life, filled: dict[str, Any]) -> None:
    """Press the newest link that stops letters about proposals."""
    proposal = next(
        mail
        for mail, kind in zip(reversed(life.mails(filled)), reversed(kinds(life, filled)), strict=True)
        if kind in (MailKind.PROPOSAL, MailKind.WELCOME)
    )
    (path,) = (path for path in people.links(proposal) if path.startswith("/stop/"))
    people.press(life.stack, path, "List-Unsubscribe=One-Click")
    life.stack.settle()


def test_an_event_without_later_letters_sends_none(life: Life) -> None:
    off = ("nudge", "reminder", "did_you_meet", "once_more", "not_yet", "stay_in_touch", "digest")
    life.organise(follow_up=dict.fromkeys(off, False))
    life.introduce(ADA, BO)
    life.outcome(ADA, "not_yet")
    life.outcome(BO, "stay_in_touch")
    life.turn_to(days=-119)
    assert kinds(life, ADA)[-1] is kinds(life, BO)[-1] is MailKind.INTRODUCTION


def test_who_takes_consent_back_is_published_to_nobody(life: Life) -> None:
    life.organise(publish="by hand")
    eager = [person | {"standing_yes": True, "contact": "+49 170 1"} for person in (ADA, BO)]
    life.join(*eager)
    life.turn_to(days=9.9)
    stop_proposals(life, ADA)
    life.command("publish")
    assert life.cards(BO) == []
    assert kinds(life, BO)[-1] is MailKind.NO_MATCH


def test_who_takes_consent_back_after_a_yes_is_shown_no_more_and_nobody_waits_for_them(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    life.answer(ADA, "yes")
    stop_proposals(life, ADA)
    page = without_tokens(life.page(BO))
    assert "Nimmt nicht mehr teil" in page
    assert "Ada" not in page
    assert life.answer(BO, "yes").status == 303
    life.turn_to(days=4)
    assert kinds(life, BO)[-1] is MailKind.ROUND_CLOSED
    assert MailKind.INTRODUCTION not in kinds(life, BO)


def test_who_leaves_keeps_nobody_waiting_in_a_break(life: Life) -> None:
    life.introduce(ADA, BO)
    meets = life.mails(ADA)[-1]
    people.press(life.stack, f"{life.link(BO, '/me/')}/leave", "")
    life.stack.settle()
    assert kinds(life, ADA)[-1] is MailKind.MEETING_OFF
    told = life.mails(ADA)[-1]
    assert "10:30 Uhr, Kaffeebar" in told.part("plain")
    assert not re.search(r"\bBo\b", re.sub(r"http\S+", "", told.part("plain")))
    ((uid, (_, before)),) = entries(meets).items()
    assert entries(told)[uid][1] > before
    life.turn_to(days=-1)
    assert MailKind.REMINDER not in kinds(life, ADA)


def test_who_leaves_afterwards_calls_nothing_off(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=-0.5)
    people.press(life.stack, f"{life.link(BO, '/me/')}/leave", "")
    life.turn_to(days=-0.6)
    assert MailKind.MEETING_OFF not in kinds(life, ADA)


def test_an_answer_on_another_day_gets_its_own_letter_when_its_time_has_come(life: Life) -> None:
    """Ada says "not yet" of Bo at once and of Cleo days later; each is asked about three weeks after that."""
    cleo = form("Cleo", "Wer hat einen Chor gegründet, der blieb?", "Unsere Kantine kocht jetzt selbst")
    life.organise(breaks=breaks(life, "10:30", "15:00"))
    life.join(ADA, BO, cleo)
    life.turn_to(days=9)
    for person in (ADA, BO, cleo):
        for _, match_id in life.cards(person):
            people.press(life.stack, f"{life.link(person, '/me/')}/matches/{match_id}/answer", "answer=yes")
    life.turn_to(days=-2)
    told = [match_id for standing, match_id in life.cards(ADA) if standing == "introduced"]
    assert len(told) == 2
    for days, match_id in zip((-2, -6), told, strict=True):
        life.turn_to(days=days)
        people.press(life.stack, f"{life.link(ADA, '/me/')}/matches/{match_id}/outcome", "outcome=not_yet")
    life.turn_to(days=-60)
    letters = [mail for mail, kind in zip(life.mails(ADA), kinds(life, ADA), strict=True) if kind is MailKind.NOT_YET]
    assert [("Bo:" in mail.part("plain"), "Cleo:" in mail.part("plain")) for mail in letters] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )
    assert (letters[1].at - letters[0].at).days >= 6


def test_an_event_that_moves_towards_open_proposals_says_the_sooner_end(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9.9)
    soon = life.start - timedelta(days=7)
    at = f"{soon:%Y-%m-%d}T"
    life.organise(starts_at=f"{at}09:00:00", ends_at=f"{at}17:00:00", breaks=[], rounds=["1d"])
    assert f"{soon.day}. Mai 2027, 09:00 Uhr" in life.page(ADA)
    life.stack.turn_to(soon + timedelta(minutes=1))
    assert [standing for standing, _ in life.cards(ADA)] == ["closed"]
    assert life.answer(ADA, "yes").status == 409


def test_who_sends_the_form_again_is_promised_no_mail(life: Life) -> None:
    life.join(ADA)
    life.stack.turn_to(clock.now() + timedelta(hours=1))
    life.send(ADA | {"about": "neu"})
    life.stack.settle()
    answer = people.press(life.stack, life.link(ADA, "/confirm/"), "").body.decode()
    assert "Die neuen Antworten" in answer
    assert "unterwegs" not in answer
