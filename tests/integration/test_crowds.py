"""Rushes, programs and other people's websites: what waits, what comes back, what is refused, and for whom."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.registration import crowds
from infra.local import people
from infra.local.gateway import Answer, Request
from infra.local.stack import items_under
from shared import clock
from shared.secret import hash_secret
from shared.store import limits
from shared.store.keys import budget_key, network_key
from shared.store.table import table
from shared.tokens import keyed_hash
from tests.integration.pages import FORM, says
from tests.system.life import ADA, BO, Life, form, problem
from tests.unit.filled import Form, form_to

JSON = "application/json"
VENUE = "203.0.113.7"
FULL = {
    "wishes": ["Wie habt ihr eure Kantine umgebaut?", "Wer singt?"],
    "first_name": "Ada <3",
    "email": "ada@example.org",
    "languages": ["de", "fr"],
    "offers": ["Wie wir einen Chor gegründet haben"],
    "interests": "Garten, Zwölftonmusik",
    "about": "leitet die Nachtschicht",
    "company": "Geheim GmbH",
    "how_many": "4",
    "contact": "+49 170 1234567",
    "recognise": "roter Schal",
    "avoid": "feind@example.org",
    "surprise_me": "on",
    "consent_matching": "on",
}


def hand_in(life: Life, fields: dict[str, Any], kind: str = FORM, ip: str = VENUE, **headers: str) -> Answer:
    """Send a filled form from somewhere."""
    body = json.dumps(fields) if kind == JSON else urlencode(fields, doseq=True)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"content-type": kind, "accept-language": "de"} | named
    path = f"/events/{life.event_id}/registrations"
    return life.stack.http(Request("POST", path, "", sent, body.encode(), ip))


def blank(life: Life) -> Form:
    """Open the form."""
    return form_to(people.get(life.stack, f"/events/{life.event_id}").body.decode(), "/registrations")


def stamp(life: Life, age: timedelta = timedelta(minutes=1)) -> str:
    return crowds.stamp(hash_secret(), life.event_id, clock.now() - age)


def came_back(answer: Answer) -> dict[str, list[str]]:
    """Return what the form that came back would send."""
    return form_to(answer.body.decode(), "/registrations").fields


def somebody(number: int, **changed: Any) -> dict[str, Any]:
    return form("Ida", "Wer singt?", "Ein Chor", email=f"ida-{number:04}@example.org") | changed


def stored() -> int:
    return len(items_under("SUBMISSION")) - len(items_under("SUBMISSIONS"))


def waits(life: Life) -> dict[str, timedelta]:
    """Return how long after its form each planned mail is due, by address."""
    forms = {item["submission_id"]: item for item in items_under("SUBMISSION") if "submission_id" in item}
    found = {}
    for item in items_under("MAIL#"):
        if item["owner"] == "submission" and item["event_id"] == life.event_id:
            given = forms[item["owner_id"]]
            found[given["email"]] = datetime.fromisoformat(item["due_at"]) - datetime.fromisoformat(
                given["submitted_at"]
            )
    return found


def crowd(ip: str, forms: int) -> None:
    """Let so many forms have come from a network in these ten minutes."""
    window = int(clock.now().timestamp()) // int(limits.WINDOW.total_seconds())
    for who in ("guests", "programs"):
        network = keyed_hash(hash_secret(), who, crowds.network_of(ip))
        table().write(table().put(network_key(network, str(window)) | {"forms": forms}))


# What looks like a program


def test_a_form_that_comes_too_quickly_comes_back_whole_and_is_taken_when_sent_again(life: Life) -> None:
    handed_out = blank(life)
    answer = hand_in(life, handed_out.fields | FULL)
    assert answer.status == 422
    assert says(answer.body, "complaints.quick")
    assert stored() == 0
    kept = came_back(answer)
    assert kept["stamp"] == handed_out.fields["stamp"]
    typed = {name: value if isinstance(value, list) else [value] for name, value in FULL.items()}
    typed["interests"] = ["Garten", "Zwölftonmusik"]
    assert {name: [text for text in kept[name] if text] for name in typed} == typed
    life.stack.set_clock(clock.now() + crowds.QUICKEST)
    assert hand_in(life, kept).status == 200
    assert stored() == 1


def test_a_faulty_form_keeps_its_time_too(life: Life) -> None:
    given = stamp(life)
    assert came_back(hand_in(life, FULL | {"email": "nobody", "stamp": given}))["stamp"] == [given]


@pytest.mark.parametrize("given", ["", "1.2", "nonsense"])
def test_a_form_without_a_time_of_ours_comes_back_with_one(life: Life, given: str) -> None:
    (new,) = came_back(hand_in(life, FULL | {"email": "nobody", "stamp": given}))["stamp"]
    assert crowds.age(new, hash_secret(), life.event_id, clock.now()) is not None


def test_a_filled_hidden_field_comes_back_empty_and_the_second_press_works(life: Life) -> None:
    answer = hand_in(life, FULL | {"stamp": stamp(life), "second_line": "my browser did this"})
    assert answer.status == 422
    assert says(answer.body, "complaints.left_empty")
    assert stored() == 0
    kept = came_back(answer)
    assert kept["second_line"] == [""]
    assert kept["email"] == [FULL["email"]]
    assert hand_in(life, kept).status == 200


@pytest.mark.parametrize("doubt", ["quick", "trapped"])
def test_a_program_is_told_what_is_doubtful_as_a_fault_of_the_form(life: Life, doubt: str) -> None:
    signs = {"quick": {"stamp": stamp(life, timedelta(0))}, "trapped": {"second_line": "filled"}}
    answer = hand_in(life, ADA | signs[doubt], JSON)
    assert answer.status == 422
    assert [error["field"] for error in problem(answer)["errors"]] == ["form"]
    assert stored() == 0


@pytest.mark.parametrize("given", ["ä.ü", "\ud800", "1.\ud800", ".", "9" * 400, None, 7, ["a"], {"a": 1}, True])
def test_whatever_stands_for_a_time_hurts_nobody(life: Life, given: object) -> None:
    assert hand_in(life, ADA | {"stamp": given}, JSON).status == 202


# Rushes


def test_a_whole_venue_behind_one_address_is_taken_without_waiting_and_the_next_one_waits(life: Life) -> None:
    given = stamp(life)
    answers = [hand_in(life, somebody(number, stamp=given), JSON) for number in range(crowds.STAMPED.at_once + 1)]
    assert {(answer.status, answer.body) for answer in answers} == {(202, answers[0].body)}
    waiting = waits(life)
    last = somebody(crowds.STAMPED.at_once)["email"]
    assert waiting.pop(last) == crowds.EACH_WAITS
    assert set(waiting.values()) == {timedelta(0)}
    assert len(waiting) == crowds.STAMPED.at_once


@pytest.mark.parametrize(
    ("forms", "stamped", "expected"),
    [
        (119, True, timedelta(0)),
        (129, True, timedelta(seconds=20)),
        (1499, True, timedelta(minutes=30)),
        (19, False, timedelta(0)),
        (49, False, timedelta(seconds=60)),
    ],
)
def test_beyond_a_rush_mails_wait_and_the_page_is_the_same(
    life: Life, forms: int, expected: timedelta, *, stamped: bool
) -> None:
    fields = FULL | ({"stamp": stamp(life)} if stamped else {})
    alone = hand_in(life, fields | {"email": "alone@example.org"}, ip="198.51.100.1")
    crowd(VENUE, forms)
    answer = hand_in(life, fields)
    assert (answer.status, answer.body, answer.headers) == (200, alone.body, alone.headers)
    assert waits(life)[str(FULL["email"])] == expected
    life.stack.turn_to(clock.now() + expected)
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert life.subjects(ADA) == ["Bitte bestätigen"]
    assert timedelta(0) <= life.mails(ADA)[0].at - (clock.now() - timedelta(minutes=1)) < timedelta(minutes=1)


def test_a_time_that_is_too_old_gives_no_room(life: Life) -> None:
    crowd(VENUE, crowds.UNSTAMPED.at_once)
    hand_in(life, FULL | {"stamp": stamp(life, timedelta(hours=25))})
    assert waits(life) == {FULL["email"]: crowds.EACH_WAITS}


@pytest.mark.parametrize("stamped", [True, False])
def test_what_no_venue_would_send_is_refused_with_everything_kept_until_ten_minutes_later(
    life: Life, *, stamped: bool
) -> None:
    given = stamp(life) if stamped else ""
    crowd(VENUE, (crowds.STAMPED if stamped else crowds.UNSTAMPED).most)
    answer = hand_in(life, FULL | {"stamp": given})
    assert answer.status == 429
    assert says(answer.body, "refusals.TooManyForms")
    kept = came_back(answer)
    assert (kept["first_name"], kept["about"]) == ([FULL["first_name"]], [FULL["about"]])
    told = hand_in(life, ADA | {"stamp": given}, JSON)
    assert (told.status, problem(told)["type"]) == (429, "urn:begegnung:TooManyForms")
    assert stored() == 0
    assert hand_in(life, FULL, ip="198.51.100.1").status == 200
    life.stack.turn_to(clock.now() + limits.WINDOW)
    assert hand_in(life, kept).status == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("203.0.113.7", "203.0.113.8", False),
    ],
)
def test_forms_are_counted_by_network(life: Life, one: str, other: str, *, same: bool) -> None:
    crowd(one, crowds.UNSTAMPED.most)
    assert hand_in(life, FULL, ip=other).status == (429 if same else 200)


def test_a_counted_network_is_kept_as_a_hash_for_minutes(life: Life) -> None:
    hand_in(life, FULL)
    assert VENUE not in repr(items_under(""))
    (counted,) = items_under("FORMS#")
    assert timedelta(0) < timedelta(seconds=int(counted["ttl"]) - clock.now().timestamp()) <= 2 * limits.WINDOW


# Other people's websites

SHOP = "https://summer.example.org"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": SHOP}, 200),
        ({"origin": "https://meet.example.org", "host": "meet.example.org"}, 200),
        ({"origin": "https://proxy.example.org", "sec_fetch_site": "same-origin"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example", "sec_fetch_site": "cross-site"}, 403),
        ({"origin": "https://evil.example", "sec_fetch_site": "same-site"}, 403),
        ({"origin": f"{SHOP}.evil.example"}, 403),
        ({"origin": f"{SHOP}:8443"}, 403),
        ({"origin": SHOP.replace("https", "http")}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "https://meet.example.org", "host": "evil.example"}, 403),
    ],
)
@pytest.mark.parametrize("kind", [FORM, JSON])
def test_a_form_is_taken_from_us_from_programs_and_from_websites_the_event_names(
    life: Life, headers: dict[str, str], status: int, kind: str
) -> None:
    life.organise(allowed_origins=[SHOP])
    answer = hand_in(life, ADA, kind, **headers)
    assert answer.status == (202 if status == 200 and kind == JSON else status)
    assert stored() == (status == 200)


CORS = {"access-control-allow-origin": SHOP, "vary": "Origin"}


@pytest.mark.parametrize(
    ("fields", "status"), [(ADA, 202), (ADA | {"email": "nobody"}, 422), ([], 415)], ids=["taken", "faulty", "unread"]
)
def test_a_script_of_a_named_website_may_read_the_answer_whatever_it_is(life: Life, fields: Any, status: int) -> None:
    life.organise(allowed_origins=[SHOP])
    answer = hand_in(life, fields, JSON, origin=SHOP)
    assert answer.status == status
    assert {name: answer.headers.get(name) for name in CORS} == CORS


def test_a_script_of_a_named_website_reads_that_there_are_too_many_and_that_it_is_over(life: Life) -> None:
    life.organise(allowed_origins=[SHOP])
    crowd(VENUE, crowds.UNSTAMPED.most)
    assert hand_in(life, ADA, JSON, origin=SHOP).headers.get("access-control-allow-origin") == SHOP
    crowd(VENUE, 0)
    life.organise(allowed_origins=[SHOP], cancelled=True)
    answer = hand_in(life, ADA, JSON, origin=SHOP)
    assert (answer.status, answer.headers.get("access-control-allow-origin")) == (409, SHOP)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SHOP}:8443", ""])
def test_a_script_of_any_other_website_may_read_nothing(life: Life, origin: str) -> None:
    life.organise(allowed_origins=[SHOP])
    path = f"/events/{life.event_id}/registrations"
    for answer in (
        hand_in(life, ADA, JSON, origin=origin),
        hand_in(life, ADA, JSON, origin=origin, sec_fetch_site="same-origin"),
        life.stack.http(Request("OPTIONS", path, "", {"origin": origin}, b"")),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_browser_asks_beforehand_and_is_told_what_may_be_sent(life: Life) -> None:
    life.organise(allowed_origins=[SHOP])
    path = f"/events/{life.event_id}/registrations"
    asked = {"origin": SHOP, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = life.stack.http(Request("OPTIONS", path, "", asked, b""))
    assert answer.status == 204
    assert {name: answer.headers.get(name) for name in CORS} == CORS
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()
    assert answer.body == b""


def test_a_website_that_is_no_longer_named_is_refused_at_once(life: Life) -> None:
    life.organise(allowed_origins=[SHOP])
    assert hand_in(life, ADA, JSON, origin=SHOP).status == 202
    life.organise()
    answer = hand_in(life, BO, JSON, origin=SHOP)
    assert (answer.status, stored()) == (403, 1)


def test_programs_in_a_venue_use_up_nothing_of_its_guests(life: Life) -> None:
    network = keyed_hash(hash_secret(), "programs", crowds.network_of(VENUE))
    window = int(clock.now().timestamp()) // int(limits.WINDOW.total_seconds())
    table().write(table().put(network_key(network, str(window)) | {"forms": 5000}))
    assert hand_in(life, ADA, JSON).status == 429
    assert hand_in(life, FULL | {"stamp": stamp(life)}).status == 200
    assert set(waits(life).values()) == {timedelta(0)}


# The event's mails of a day


def spent(life: Life, mails: int) -> None:
    """Let an event have sent so many mails today to addresses nobody had confirmed."""
    table().write(table().put(budget_key(life.event_id, clock.utc_text(clock.now())[:10]) | {"mails": mails}))


def test_beyond_the_days_budget_mails_wait_for_the_next_day_and_the_log_says_so(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    life.organise(mail_budget=50)
    spent(life, 49)
    answers = []
    for person in (ADA, BO):
        answers.append(life.send(person))
        life.stack.settle()
    assert answers[0].body == answers[1].body
    assert life.subjects(ADA) == ["Bitte bestätigen"]
    assert life.mails(BO) == []
    told = [record for record in caplog.records if record.getMessage() == "mail budget spent"]
    assert {(record.levelname, vars(record)["event_id"]) for record in told} == {("ERROR", life.event_id)}
    assert BO["email"] not in repr([vars(record) for record in caplog.records])
    life.stack.turn_to(clock.now().replace(hour=23, minute=59))
    assert life.mails(BO) == []
    life.stack.turn_to(clock.now() + timedelta(days=1))
    assert life.subjects(BO) == ["Bitte bestätigen"]
    assert limits.mails_today(life.event_id, clock.now()) == 1


def test_the_budget_of_a_day_holds_back_no_letter_to_people_who_have_confirmed(life: Life) -> None:
    life.organise(mail_budget=50)
    life.send(ADA)
    life.stack.settle()
    spent(life, 50)
    people.press(life.stack, life.link(ADA, "/confirm/"), "")
    life.stack.settle()
    assert life.subjects(ADA) == ["Bitte bestätigen", "Du bist dabei"]
    assert limits.mails_today(life.event_id, clock.now()) == 50
    other = Life(life.stack, "another event")
    other.send(ADA)
    other.stack.settle()
    assert other.subjects(ADA) == ["Bitte bestätigen"]
