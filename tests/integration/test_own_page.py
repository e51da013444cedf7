"""What somebody changes on their own page, and what it changes for them and for nobody else."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from functions.registration.form import wording_hash
from infra.local import people
from infra.local.gateway import Answer
from shared import clock, local_time
from shared.models import Attendance, Language, MailKind
from shared.store import attendees, events, matches
from tests.integration.faults import Faults
from tests.integration.pages import everything, own, post, press, says
from tests.people import ENGLISH
from tests.system.life import ADA, BERLIN, BO, Life, form, post_raw, problem, without_tokens
from tests.system.test_letters import attendee, kinds, states
from tests.unit.filled import form_to, forms

LINK = "https://meet.example.org/summer"
FULL = ADA | {
    "languages": ["de", "tr"],
    "wishes": ["Wie habt ihr eure Kantine umgebaut?", "Wer hat einen Betriebsgarten?"],
    "interests": ["Garten", "Zwölftonmusik"],
    "about": "leitet die Nachtschicht <einer> Bäckerei",
    "company": "Geheim GmbH",
    "attendance": "both",
    "time_zone": "America/Lima",
    "matches": 5,
    "recognise": "roter Schal",
    "contact": "+49 170 1234567",
    "avoid": ["Feind AG", "eva@example.org"],
    "standing_yes": True,
    "surprise_me": True,
}


def answers(life: Life, person: dict[str, Any]) -> dict[str, Any]:
    """Return what the form to change one's answers would send untouched."""
    return form_to(own(life, person, "/profile").body.decode(), "/profile").fields


def change(life: Life, person: dict[str, Any], **changed: object) -> None:
    answered = press(life, person, "/profile", **answers(life, person) | changed)
    assert (answered.status, goes_to(answered)) == (303, life.link(person, "/me/"))
    life.stack.settle()


def goes_to(answer: Answer) -> str:
    """Return the page an answer leads to, whatever it says or shows there first."""
    return re.split("[?#]", answer.headers["location"])[0]


def later(life: Life, **by: float) -> None:
    life.stack.turn_to(clock.now() + timedelta(**by))


# One's answers


def test_new_answers_count_at_once_and_are_understood_anew(life: Life) -> None:
    life.join(ADA)
    change(life, ADA, first_name="Adelheid", wishes=["Wer kennt sich mit Imkerei aus?", "Wer singt im Chor?"])
    page = life.page(ADA)
    assert "Hallo Adelheid" in page
    assert "Wer singt im Chor?" in page
    me = attendee(life, ADA)
    understood = attendees.understandings(life.event_id)[me.person_id]
    assert (me.version, understood.version, len(understood.wishes)) == (2, 2, 2)


def test_the_form_sent_back_untouched_changes_no_answer(life: Life) -> None:
    life.organise(link=LINK)
    life.join(FULL)
    before = attendee(life, FULL)
    change(life, FULL)
    after = attendee(life, FULL)
    assert after.version == before.version + 1
    same = {"version": after.version, "submitted_at": after.submitted_at}
    assert after.model_dump() == before.model_copy(update=same).model_dump()


def test_a_language_that_the_form_does_not_offer_is_kept(life: Life) -> None:
    life.join(ADA | {"languages": ["fi", "de"]})
    change(life, ADA, about="singt")
    assert set(attendee(life, ADA).profile.languages) == {"fi", "de"}


def test_at_an_event_without_a_place_nobody_comes_to_be_on_site(life: Life) -> None:
    life.organise(place=None, link=LINK, breaks=[])
    life.join(ADA)
    change(life, ADA, attendance="on_site")
    assert attendee(life, ADA).profile.attendance is Attendance.VIRTUAL


def test_what_the_event_has_no_field_for_stays_as_it_was_told(life: Life) -> None:
    life.join(FULL)
    change(life, FULL)
    after = attendee(life, FULL).profile
    assert (after.attendance, after.time_zone) == (Attendance.BOTH, FULL["time_zone"])


def test_nobody_can_take_another_address_over_or_give_a_consent_by_changing_answers(life: Life) -> None:
    life.join(ADA | {"consent_matching": False}, BO)
    before = attendee(life, ADA)
    change(life, ADA, email=BO["email"], consent_matching="on")
    after = attendee(life, ADA)
    assert (after.address_hash, after.consents) == (before.address_hash, before.consents)


def test_wrong_answers_come_back_with_what_was_typed_and_change_nothing(life: Life) -> None:
    life.join(FULL)
    before = everything()
    typed = answers(life, FULL) | {"wishes": ["Ruft an: 0171 2345678"], "about": "singt <laut>"}
    answered = press(life, FULL, "/profile", **typed)
    page = answered.body.decode()
    assert answered.status == 422
    assert says(page, "complaints.contact_inside")
    back = form_to(page, "/profile").fields
    assert (back["wishes"][0], back["about"]) == ("Ruft an: 0171 2345678", ["singt <laut>"])
    assert {name for name, value in back.items() if value != typed[name] and name not in ("wishes", "about")} == set()
    assert everything() == before


@pytest.mark.parametrize("typed", ["null", '{"languages": null}', '{"wishes": 7}', '{"first_name": {"a": 1}}', "[]"])
def test_whatever_a_program_sends_as_answers_is_refused_and_no_fault_of_ours(life: Life, typed: str) -> None:
    life.join(ADA)
    path = f"{life.link(ADA, '/me/')}/profile"
    answered = post_raw(life.stack, path, typed.encode(), content_type="application/json")
    assert answered.status in (415, 422)
    assert answered.headers["content-type"] == "application/problem+json"


def test_whom_somebody_avoids_stays_avoided_until_a_tick_forgets_them(life: Life) -> None:
    life.join(FULL)
    old = attendee(life, FULL).avoid
    change(life, FULL, avoid="bo@example.org, Feind AG")
    assert attendee(life, FULL).avoid[:2] == old
    assert len(attendee(life, FULL).avoid) == 3
    assert says(own(life, FULL, "/profile").body, "pages.form.forget_avoided", count=3)
    change(life, FULL, avoid="", forget_avoided="on")
    assert attendee(life, FULL).avoid == ()
    assert "forget_avoided" not in answers(life, FULL)
    assert not says(own(life, FULL, "/profile").body, "pages.form.forget_avoided", count=0)


def test_who_is_avoided_by_a_change_is_not_proposed_any_more(life: Life) -> None:
    life.join(ADA, BO)
    change(life, ADA, avoid=BO["email"])
    life.turn_to(days=9)
    assert life.cards(ADA) == life.cards(BO) == []


@pytest.mark.parametrize("link", ["of an older form", "already confirmed"])
def test_an_older_form_does_not_undo_a_newer_change(life: Life, link: str) -> None:
    life.join(ADA)
    if link == "of an older form":
        later(life, minutes=5)
        life.send(ADA | {"first_name": "Older"})
        life.stack.settle()
    confirm = life.link(ADA, "/confirm/")
    later(life, minutes=5)
    change(life, ADA, first_name="Newer")
    later(life, minutes=5)
    assert people.press(life.stack, confirm, "").status == 200
    assert "Hallo Newer" in life.page(ADA)


@pytest.mark.parametrize("how", ["on the page", "by a letter's link", "by leaving"])
def test_an_older_form_gives_nothing_back_that_was_taken_back_since(life: Life, how: str) -> None:
    life.join(ADA)
    stop = life.link(ADA, "/stop/")
    later(life, minutes=5)
    life.send(ADA)
    life.stack.settle()
    later(life, minutes=5)
    if how == "on the page":
        press(life, ADA, "/consents", topic="matching", given="no")
    elif how == "by a letter's link":
        people.press(life.stack, stop, "")
    else:
        press(life, ADA, "/leave")
    later(life, minutes=5)
    people.press(life.stack, life.link(ADA, "/confirm/"), "")
    assert not attendee(life, ADA).wants_matches


def test_a_newer_form_does_replace_an_older_change(life: Life) -> None:
    life.join(ADA)
    change(life, ADA, first_name="Older")
    later(life, minutes=5)
    life.send(ADA | {"first_name": "Newer"})
    life.stack.settle()
    people.press(life.stack, life.link(ADA, "/confirm/"), "")
    assert "Hallo Newer" in life.page(ADA)


def test_what_is_proposed_already_stays_as_it_was_said(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    before, page = list(matches.all_matches(life.event_id)), without_tokens(life.page(BO))
    change(life, ADA, wishes=["Etwas ganz anderes"], offers=["Zwölftonmusik für Blockflöte"])
    assert list(matches.all_matches(life.event_id)) == before
    assert without_tokens(life.page(BO)) == page


def test_a_consent_taken_back_while_a_change_is_saved_stays_taken_back(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(ADA)
    typed = answers(life, ADA)
    faults = Faults(monkeypatch)
    faults.meanwhile["dynamodb.TransactWriteItems"] = lambda: press(
        life, ADA, "/consents", topic="matching", given="no"
    )
    press(life, ADA, "/profile", **typed)
    assert attendee(life, ADA).consents.matching is False


def test_two_changes_at_once_are_both_made(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.join(ADA)
    typed = answers(life, ADA)
    faults = Faults(monkeypatch)
    other = typed | {"about": "backt", "avoid": "feind ag"}
    faults.meanwhile["dynamodb.TransactWriteItems"] = lambda: press(life, ADA, "/profile", **other)
    assert press(life, ADA, "/profile", **typed | {"avoid": BO["email"]}).status == 303
    assert (attendee(life, ADA).version, len(attendee(life, ADA).avoid)) == (3, 2)


# A pause


def day(life: Life, before_start: int) -> date:
    return life.start.date() - timedelta(days=before_start)


def test_who_pauses_on_their_page_is_in_no_round_until_that_day(life: Life) -> None:
    life.join(ADA, BO)
    answered = press(life, ADA, "/pause", until=day(life, 5))
    assert (answered.status, goes_to(answered)) == (303, life.link(ADA, "/me/"))
    until = attendee(life, ADA).paused_until
    assert until is not None
    assert until.astimezone(BERLIN) == life.start.replace(hour=0) - timedelta(days=5)
    said = local_time.long_date(until, "Europe/Berlin", Language.DE)
    assert says(life.page(ADA), "pages.me.on_pause", until=said)
    life.turn_to(days=9)
    assert life.cards(ADA) == life.cards(BO) == []
    assert MailKind.NO_MATCH not in kinds(life, ADA)
    life.turn_to(days=1.9)
    assert [standing for standing, _ in life.cards(ADA)] == ["open"]
    assert not says(life.page(ADA), "pages.me.on_pause", until=said)


def test_who_ends_their_pause_is_in_the_next_round(life: Life) -> None:
    life.join(ADA, BO)
    press(life, ADA, "/pause", until=day(life, 5))
    assert form_to(life.page(ADA), "/pause").fields == {"until": [""]}
    press(life, ADA, "/pause", until="")
    assert attendee(life, ADA).paused_until is None
    life.turn_to(days=9)
    assert [standing for standing, _ in life.cards(ADA)] == ["open"]


@pytest.mark.slow
def test_what_can_wait_waits_for_the_end_of_a_pause_and_what_is_agreed_does_not(life: Life) -> None:
    dee = form("Dee", "Wer kennt sich mit Mentoring aus?", "Wie wir die Imkerei auf das Dach geholt haben")
    eli = form("Eli", "Wer hat Bienen auf dem Dach, Imkerei also?", "Zehn Jahre Mentoring, und was davon blieb")
    life.join(ADA, BO, dee, eli)
    life.turn_to(days=9)
    life.answer(ADA, "yes")
    for person in (ADA, dee):
        press(life, person, "/pause", until=day(life, 6))
    life.answer(BO, "yes")
    assert kinds(life, ADA)[-1] is MailKind.INTRODUCTION
    life.turn_to(days=6.5)
    assert MailKind.NUDGE not in kinds(life, dee)
    life.turn_to(days=5.5)
    assert MailKind.NUDGE in kinds(life, dee)


def test_what_waited_for_the_end_of_a_pause_leaves_when_it_is_ended_early(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    press(life, ADA, "/pause", until=day(life, 6))
    life.turn_to(days=7)
    assert MailKind.NUDGE not in kinds(life, ADA)
    press(life, ADA, "/pause", until="")
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert MailKind.NUDGE in kinds(life, ADA)


def test_a_pause_ends_with_the_day_where_somebody_lives(life: Life) -> None:
    life.organise(link=LINK)
    life.join(ADA | {"attendance": "virtual", "time_zone": "Pacific/Auckland"})
    press(life, ADA, "/pause", until="2027-05-25")
    until = attendee(life, ADA).paused_until
    assert until is not None
    assert clock.utc_text(until) == "2027-05-24T12:00:00Z"


@pytest.mark.parametrize(
    "until",
    ["2027-05-19", "2027-05-20", "2028-05-21", "9999-12-31", "0001-01-01", "2027-02-30", "morgen", "2027-06-01T10:00"],
)
@pytest.mark.parametrize(("language", "words"), [("de", "Tag"), ("en", "day")])
def test_a_day_that_is_past_too_far_or_none_is_refused_with_a_way_back(
    life: Life, until: str, language: str, words: str
) -> None:
    life.join(ADA)
    answered = press(life, ADA, "/pause", language=language, until=until)
    page = answered.body.decode()
    assert (answered.status, answered.headers["content-language"]) == (422, language)
    assert words in page
    assert f'href="{life.link(ADA, "/me/")}"' in page
    assert attendee(life, ADA).paused_until is None


@pytest.mark.parametrize("until", ["2027-05-21", "2028-05-19"])
def test_a_pause_may_last_from_tomorrow_to_a_year(life: Life, until: str) -> None:
    life.join(ADA)
    assert press(life, ADA, "/pause", until=until).status == 303
    assert attendee(life, ADA).paused_until is not None


# Consents


def test_each_consent_is_taken_back_and_given_again_by_itself(life: Life) -> None:
    life.join(ADA)
    for topic in ("matching", "follow_up"):
        answered = press(life, ADA, "/consents", topic=topic, given="no")
        assert (answered.status, goes_to(answered)) == (303, life.link(ADA, "/me/"))
        other = {"matching": "follow_up", "follow_up": "matching"}[topic]
        given = attendee(life, ADA).consents
        assert (getattr(given, topic), getattr(given, other)) == (False, True)
        press(life, ADA, "/consents", topic=topic, given="yes")
        assert getattr(attendee(life, ADA).consents, topic) is True


def test_without_the_first_consent_nobody_is_proposed_until_it_is_given(life: Life) -> None:
    life.join(ADA, BO)
    press(life, ADA, "/consents", topic="matching", given="no")
    assert says(life.page(ADA), "pages.me.paused_text")
    life.turn_to(days=9)
    assert life.cards(BO) == []
    press(life, ADA, "/consents", topic="matching", given="yes")
    assert not says(life.page(ADA), "pages.me.paused_text")
    life.turn_to(days=1.9)
    assert life.cards(BO)


@pytest.mark.slow
def test_without_the_second_consent_nobody_is_asked_afterwards(life: Life) -> None:
    life.introduce(ADA, BO)
    press(life, ADA, "/consents", topic="follow_up", given="no")
    life.turn_to(days=-9)
    assert MailKind.DID_YOU_MEET not in kinds(life, ADA)
    assert MailKind.DID_YOU_MEET in kinds(life, BO)
    assert {why for _, why in states(life, ADA, MailKind.DID_YOU_MEET)} <= {"no_consent"}


def test_a_consent_is_proven_in_the_language_in_which_it_was_read(life: Life) -> None:
    life.join(ADA | {"consent_matching": False})
    page = own(life, ADA, query="lang=en").body.decode()
    assert says(page, "pages.form.consent_matching", ENGLISH)
    button = form_to(page, "/consents")
    assert button.fields == {"topic": ["matching"], "given": ["yes"]}
    assert post(life, button.action, "de", **button.fields).status == 303
    assert attendee(life, ADA).consents.wording == wording_hash(events.event(life.event_id), Language.EN)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"topic": "service", "given": "no"}, "topic"),
        ({"topic": "digest", "given": "no"}, "topic"),
        ({"given": "no"}, "topic"),
        ({"topic": "matching", "given": "perhaps"}, "given"),
        ({"topic": "matching"}, "given"),
    ],
)
def test_there_are_two_consents_and_each_is_given_or_not(life: Life, fields: dict[str, str], wrong: str) -> None:
    life.join(ADA)
    before, path = everything(), f"{life.link(ADA, '/me/')}/consents"
    answered = post_raw(life.stack, path, json.dumps(fields).encode(), content_type="application/json")
    assert answered.status == 422
    assert [one["field"] for one in problem(answered)["errors"]] == [wrong]
    assert everything() == before


# Who left, and an event that is off


def test_who_left_finds_their_data_and_the_way_to_erase_them_and_nothing_to_change(life: Life) -> None:
    life.join(ADA)
    typed = answers(life, ADA)
    press(life, ADA, "/leave")
    life.stack.settle()
    page = life.page(ADA)
    assert says(page, "pages.me.left")
    assert [one.action for one in forms(page)] == []
    before = everything()
    for refused in (own(life, ADA, "/profile"), press(life, ADA, "/profile", **typed)):
        assert refused.status == 404
        assert f'href="{life.link(ADA, "/me/")}"' in refused.body.decode()
    for where, fields in (
        ("/pause", {"until": "2027-06-01"}),
        ("/consents", {"topic": "follow_up", "given": "yes"}),
    ):
        assert press(life, ADA, where, **fields).status == 404
    assert everything() == before
    assert own(life, ADA, "/data.json").status == own(life, ADA, "/erase").status == 200
    assert press(life, ADA, "/data").status == 303
    life.stack.settle()
    assert kinds(life, ADA)[-1] is MailKind.YOUR_DATA


def test_a_consent_can_be_taken_back_even_after_leaving(life: Life) -> None:
    life.join(ADA)
    press(life, ADA, "/leave")
    assert press(life, ADA, "/consents", topic="follow_up", given="no").status == 303
    assert attendee(life, ADA).consents.follow_up is False


def test_a_cancelled_events_page_offers_no_answer_and_promises_nothing(life: Life) -> None:
    dee = form("Dee", "Wer kennt sich mit Mentoring aus?", "Wie wir die Imkerei auf das Dach geholt haben")
    eli = form("Eli", "Wer hat Bienen auf dem Dach, Imkerei also?", "Zehn Jahre Mentoring, und was davon blieb")
    life.join(ADA, BO, dee, eli)
    life.turn_to(days=9)
    life.answer(dee, "yes")
    life.answer(eli, "yes")
    life.organise(cancelled=True)
    page = life.page(ADA)
    assert says(page, "pages.me.cancelled")
    assert [standing for standing, _ in life.cards(ADA)] == ["closed"]
    offered = {one.action.rpartition("/")[2] for one in forms(page)}
    assert not offered & {"answer", "aside", "outcome"}
    assert "calendar.ics" not in page
    assert says(page, "pages.coming.none")
    assert life.answer(ADA, "yes").status == 409
    # What both were given they keep.
    assert eli["email"] in life.page(dee)
