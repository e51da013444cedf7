"""Registering and confirming: good input, bad input, and nothing for strangers to learn."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from infra.local import people
from infra.local.gateway import Request
from infra.local.stack import items_under
from shared import clock
from shared.store import attendees
from tests.integration.faults import Faults
from tests.system.life import ADA, BO, Life, form, post_raw, problem

FORM = {"content_type": "application/x-www-form-urlencoded"}
JSON = {"content_type": "application/json"}


def path(life: Life) -> str:
    return f"/events/{life.event_id}/registrations"


def test_a_form_from_a_browser_is_taken_like_json(life: Life) -> None:
    body = (
        "first_name=Ada&email=ada%40example.org&languages=de&languages=en&wishes=Wie+geht+Imkerei%3F&wishes="
        "&interests=Chor%2C+Garten&consent_matching=on&matches=2&attendance=both"
    )
    answer = post_raw(life.stack, path(life), body.encode(), **FORM)
    assert answer.status == 200
    assert "Fast geschafft" in answer.body.decode()


def test_a_faulty_form_comes_back_with_everything_typed(life: Life) -> None:
    body = "first_name=Ada&email=nonsense&languages=de&wishes=Wie+geht+Imkerei%3F&about=ruft+an+0171+2345678"
    answer = post_raw(life.stack, path(life), body.encode(), **FORM)
    page = answer.body.decode()
    assert answer.status == 422
    assert "Wie geht Imkerei?" in page
    assert 'value="nonsense"' in page
    assert "Das sieht nicht wie eine E-Mail-Adresse aus" in page
    assert "Bitte hier keine Adresse, Nummer oder Webadresse" in page
    assert not life.mails(ADA)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "jörg@example.org"}, "email"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": "x" * 81}, "first_name"),
        ({"wishes": []}, "wishes"),
        ({"wishes": "one text"}, "wishes"),
        ({"wishes": ["a wish for each"] * 4}, "wishes"),
        ({"languages": ["german"]}, "languages.0"),
        ({"matches": 6}, "matches"),
        ({"matches": "many"}, "matches"),
        ({"attendance": "somewhere"}, "attendance"),
        ({"offers": ["Ruft mich an: +49 30 5550142"]}, "offers"),
        ({"about": "siehe www.example.org"}, "about"),
        ({"nickname": "Adi"}, "nickname"),
        ({"wishes": ["\ud800"]}, "wishes"),
    ],
)
def test_each_fault_is_named_with_its_field(life: Life, changed: dict[str, Any], field: str) -> None:
    answer = post_raw(life.stack, path(life), json.dumps(ADA | changed).encode(), **JSON)
    found = problem(answer)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in found["errors"]] == [field]
    assert found["type"] == "urn:begegnung:FieldsInvalid"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 415),
        (b"[]", "application/json", 415),
        (b"\xff\xfe", "application/json", 415),
        (b"[" * 5000, "application/json", 415),
        (b"<xml/>", "application/xml", 415),
        (b"first_name=%ff", "application/x-www-form-urlencoded", 415),
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"x" * (5 * 1024 * 1024), "application/x-www-form-urlencoded", 413),
        (b"x" * (10 * 1024 * 1024 + 1), "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_body_of_the_wrong_type_or_size_gets_a_clear_answer(life: Life, body: bytes, kind: str, status: int) -> None:
    answer = post_raw(life.stack, path(life), body, content_type=kind)
    assert answer.status == status


def test_refusals_speak_the_readers_language(life: Life) -> None:
    for language, words in (("de-DE,de;q=0.9", "Diese Veranstaltung gibt es"), ("en", "There is no such event")):
        headers = {"accept-language": language}
        answer = life.stack.http(Request("GET", "/events/nothing", "", headers, b""))
        assert answer.status == 404
        assert words in answer.body.decode()


def test_what_does_not_exist_gets_a_page_not_the_gateways_json(life: Life) -> None:
    answer = people.get(life.stack, "/wp-login.php")
    assert answer.status == 404
    assert "text/html" in answer.headers["content-type"]
    refused = life.stack.http(Request("DELETE", f"/events/{life.event_id}", "", {}, b""))
    assert (refused.status, refused.headers["allow"]) == (405, "GET, POST")


def test_a_closed_registration_says_so(life: Life) -> None:
    life.turn_to(days=-1)
    answer = people.get(life.stack, f"/events/{life.event_id}")
    assert answer.status == 409
    assert "Die Anmeldung ist geschlossen" in answer.body.decode()


@pytest.mark.parametrize("route", ["/confirm/{}", "/me/{}", "/me/{}/leave"])
def test_a_foreign_token_a_wrong_one_and_none_look_alike(life: Life, route: str) -> None:
    life.join(ADA)
    wrong_purpose = life.link(ADA, "/me/" if "confirm" in route else "/confirm/").split("/")[2]
    answers = [people.get(life.stack, route.format(token)) for token in ("x" * 43, wrong_purpose, "ä")]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1


def test_an_expired_confirm_link_is_refused(life: Life) -> None:
    life.send(ADA)
    life.stack.settle()
    life.stack.turn_to(clock.now() + timedelta(days=7, minutes=1))
    assert people.press(life.stack, life.link(ADA, "/confirm/"), "").status == 404


def test_opening_a_link_changes_nothing(life: Life) -> None:
    life.send(ADA)
    life.stack.settle()
    assert people.get(life.stack, life.link(ADA, "/confirm/")).status == 200
    life.stack.settle()
    assert life.subjects(ADA) == ["Bitte bestätigen"]


def test_who_names_no_number_of_matches_gets_the_events(life: Life) -> None:
    life.organise(matches_per_person=2)
    life.join(ADA, BO | {"matches": 5})
    asked = {person.profile.first_name: person.profile.matches for person in attendees.attendees(life.event_id)}
    assert asked == {"Ada": 2, "Bo": 5}


def test_confirming_twice_is_confirming_once(life: Life) -> None:
    life.send(ADA)
    life.stack.settle()
    link = life.link(ADA, "/confirm/")
    answers = [people.press(life.stack, link, "") for _ in range(3)]
    life.stack.settle()
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert life.subjects(ADA) == ["Bitte bestätigen", "Du bist dabei"]
    assert [person.version for person in attendees.attendees(life.event_id)] == [1]
    assert life.command("status")["people"]["confirmed"] == "<5"


def test_a_known_address_gets_the_same_answer_and_the_same_calls(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    bounced = form("Cleo", "Wie geht Imkerei?", "Ein Garten")
    life.join(ADA, bounced)
    life.send(BO)
    life.stack.inbox.tell(life.mails(bounced)[-1], "Bounce")
    life.stack.settle()
    faults = Faults(monkeypatch)
    seen = []
    for person in (form("Nobody", "Wie geht Imkerei?", "Ein Garten"), BO, ADA, bounced):
        faults.calls.clear()
        answer = life.send(person)
        seen.append((answer.status, answer.headers, answer.body, tuple(faults.calls)))
    assert len({repr(one) for one in seen}) == 1
    assert len(seen[0][3]) <= 4


def test_somebody_registered_gets_their_page_and_may_take_the_new_answers_over(life: Life) -> None:
    life.join(ADA)
    life.send(ADA | {"first_name": "Adelheid"})
    life.stack.settle()
    assert life.subjects(ADA)[-1] == "Deine Seite"
    assert "Hallo Ada" in life.page(ADA)
    people.press(life.stack, life.link(ADA, "/confirm/"), "")
    assert "Hallo Adelheid" in life.page(ADA)


def test_an_older_form_never_overwrites_a_newer_one(life: Life) -> None:
    life.join(ADA)
    life.send(ADA | {"first_name": "Older"})
    life.stack.settle()
    older = life.link(ADA, "/confirm/")
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    life.send(ADA | {"first_name": "Newer"})
    life.stack.settle()
    people.press(life.stack, life.link(ADA, "/confirm/"), "")
    people.press(life.stack, older, "")
    assert "Hallo Newer" in life.page(ADA)


def test_a_suppressed_address_gets_no_mail_and_the_sender_no_hint(life: Life) -> None:
    life.join(ADA)
    life.stack.inbox.tell(life.mails(ADA)[-1], "Bounce")
    life.stack.settle()
    before = len(life.mails(ADA))
    assert life.send(ADA).status == 202
    life.stack.settle()
    assert len(life.mails(ADA)) == before


def test_an_address_is_not_flooded_by_somebody_who_plays_with_the_form(life: Life) -> None:
    for _ in range(8):
        assert life.send(ADA).status == 202
        life.stack.settle()
    assert len(life.mails(ADA)) == 5


def test_personal_pages_are_not_kept_and_load_nothing_from_elsewhere(life: Life) -> None:
    life.join(ADA)
    answer = people.get(life.stack, life.link(ADA, "/me/"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<title>Sommertreffen</title>" in answer.body.decode()


def test_the_company_and_the_avoided_leave_no_readable_trace_for_others(life: Life) -> None:
    life.join(ADA | {"company": "Geheim GmbH", "avoid": ["Feind AG"]}, BO)
    life.turn_to(days=9)
    assert life.cards(BO)
    assert "Geheim" not in life.page(BO)
    assert not any("Feind" in str(item) for item in items_under("") if item["sk"] != "SUBMISSION")


def test_a_wake_up_that_gets_lost_costs_nobody_their_form(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults(monkeypatch)
    faults.plan = {("sqs.SendMessageBatch", number): "cannot connect" for number in range(1, 9)}
    assert life.send(ADA).status == 202
    faults.plan = {}
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert life.mails(ADA)


def test_a_form_with_faults_offers_no_language_switch_that_would_lose_it(life: Life) -> None:
    answer = post_raw(life.stack, path(life), b"first_name=Ada&wishes=Wie+geht+Imkerei%3F", **FORM)
    assert answer.status == 422
    assert b'class="switch"' not in answer.body
