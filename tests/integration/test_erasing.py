"""Having oneself erased: gone at once, swept up within a minute, wherever a function dies."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from functions.follow_up.moving import SWEPT_AGAIN
from infra.local import people
from infra.local.inbox import Received
from infra.local.stack import items_under
from shared import clock
from shared.models import MailKind
from shared.store import attendees, matches
from shared.store.keys import address_key
from shared.store.table import table
from tests.integration.faults import Died, Faults
from tests.integration.moment import Moment
from tests.integration.pages import everything, own, post, press, says
from tests.system.life import ADA, BO, Life, without_tokens
from tests.system.test_changes import entries
from tests.system.test_letters import attendee, kinds
from tests.unit.filled import form_to

# A word in each field that stands in no other one, and nowhere in what others tell.
SALLY = ADA | {
    "first_name": "Sallyanne",
    "email": "postfach-von-sally@canary.example",
    "wishes": ["Wie habt ihr eure Kantine umgebaut, Wunschkanarie?"],
    "offers": ["Wie wir einen Chor im Betrieb gegründet haben, Angebotskanarie"],
    "interests": ["Interessenskanarie"],
    "about": "leitet die Tätigkeitskanarie",
    "company": "Firmenkanarie GmbH",
    "recognise": "Erkennungskanarie",
    "contact": "Kontaktkanarie",
    "avoid": ["meidungskanarie@example.org"],
}
CANARIES = (
    "sallyanne postfach-von-sally canary.example wunschkanarie angebotskanarie interessenskanarie tätigkeitskanarie "
    "firmenkanarie erkennungskanarie kontaktkanarie meidungskanarie"
).split()


def still_told() -> set[str]:
    """Return which of the words are still in the table."""
    held = repr(items_under("")).lower()
    return {word for word in CANARIES if word in held}


def erase(life: Life, person: dict[str, Any]) -> str:
    """Press the button on the page that asks; return the page that comes, and let the clock tick."""
    page = life.link(person, "/me/")
    assert own(life, person, "/erase").status == 200
    answered = post(life, f"{page}/erase")
    assert answered.status == 200
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    return answered.body.decode()


def letters_to(life: Life, person: dict[str, Any], kind: MailKind) -> list[Received]:
    return [mail for mail, one in zip(life.mails(person), kinds(life, person), strict=True) if one is kind]


def off_letters(life: Life, person: dict[str, Any]) -> list[Received]:
    return letters_to(life, person, MailKind.MEETING_OFF)


# What goes, and what stays


@pytest.mark.slow
@pytest.mark.parametrize("until", ["the first letter", "a proposal", "an introduction", "an outcome"])
def test_nothing_somebody_told_is_left_after_a_minute(life: Life, until: str) -> None:
    life.join(SALLY, BO)
    if until != "the first letter":
        life.turn_to(days=9)
        assert life.cards(SALLY)
    if until in ("an introduction", "an outcome"):
        for person in (SALLY, BO):
            life.answer(person, "yes")
    if until == "an outcome":
        life.turn_to(days=-2)
        life.outcome(SALLY, "not_yet")
    person_id, hashed = attendee(life, SALLY).person_id, attendee(life, SALLY).address_hash
    assert still_told() == set(CANARIES) - {"meidungskanarie"}
    assert says(erase(life, SALLY), "pages.erase.done")
    assert still_told() == set()
    assert not matches.have_met(hashed)
    life.stack.turn_to(clock.now() + SWEPT_AGAIN)
    assert [item["sk"] for item in everything() if item["pk"] == f"PERSON#{life.event_id}#{person_id}"] == []


@pytest.mark.parametrize("confirmed", [True, False])
def test_of_several_forms_none_is_left(life: Life, *, confirmed: bool) -> None:
    life.join(SALLY)
    life.stack.turn_to(clock.now() + timedelta(hours=1))
    life.send(SALLY)
    life.stack.settle()
    if confirmed:
        people.press(life.stack, life.link(SALLY, "/confirm/"), "")
    erase(life, SALLY)
    assert still_told() == set()


def test_what_stays_is_that_and_when_an_address_was_erased_and_what_it_had_agreed_to(life: Life) -> None:
    life.join(SALLY)
    me = attendee(life, SALLY)
    now = clock.now() + timedelta(minutes=1)
    life.stack.set_clock(now)
    erase(life, SALLY)
    key = address_key(me.address_hash, life.event_id)
    kept = table().get(key)
    assert kept is not None
    ttl = int(kept.pop("ttl"))
    assert kept == key | {
        "erased_at": clock.utc_text(now),
        "consents": me.consents.model_dump() | {"confirmed_at": clock.utc_text(me.confirmed_at)},
    }
    assert timedelta(days=3 * 365 - 1) < timedelta(seconds=ttl - now.timestamp()) < timedelta(days=3 * 366)
    life.stack.turn_to(clock.now() + SWEPT_AGAIN)
    assert [item["sk"] for item in everything() if me.person_id in str(item) and "TOKEN" not in item["pk"]] == []


def test_erasing_twice_is_erasing_once(life: Life) -> None:
    life.introduce(SALLY, BO)
    first = erase(life, SALLY)
    after = everything()
    assert post(life, f"{life.link(SALLY, '/me/')}/erase").body.decode() == first
    assert everything() == after
    for where in ("", "/erase", "/profile", "/data.json", "/calendar.ics", "/leave"):
        assert own(life, SALLY, where).status == 404
    assert len(off_letters(life, BO)) == 1


def test_planned_mails_never_leave(life: Life) -> None:
    life.introduce(SALLY, BO)
    press(life, SALLY, "/data")
    before = len(life.mails(SALLY))
    erase(life, SALLY)
    life.turn_to(days=-20)
    assert len(life.mails(SALLY)) == before


def test_a_mail_that_is_just_leaving_leaves_nothing_behind(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.join(SALLY)
    page, person_id = life.link(SALLY, "/me/"), attendee(life, SALLY).person_id
    faults = Faults(monkeypatch)

    def be_erased() -> None:
        post(life, f"{page}/erase")
        life.stack.tick()

    # The letter is claimed, and just before it is handed to SES its receiver is gone.
    faults.meanwhile["sesv2.SendEmail"] = be_erased
    press(life, SALLY, "/data")
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert faults.meanwhile == {}
    life.stack.turn_to(clock.now() + SWEPT_AGAIN)
    assert still_told() == set()
    assert [item["sk"] for item in everything() if item["pk"] == f"PERSON#{life.event_id}#{person_id}"] == []


def test_texts_that_are_just_being_understood_are_not_kept(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.join(SALLY)
    page = life.link(SALLY, "/me/")
    press(life, SALLY, "/profile", "de", **form_to(own(life, SALLY, "/profile").body.decode(), "/profile").fields)
    faults = Faults(monkeypatch)

    def be_erased() -> None:
        post(life, f"{page}/erase")
        life.stack.tick()

    # Their texts have been read, and just before what they are about is written they are gone.
    faults.meanwhile["dynamodb.TransactWriteItems"] = be_erased
    life.stack.settle()
    life.stack.turn_to(clock.now() + timedelta(minutes=10))
    assert still_told() == set()


# The others


def test_a_partner_reads_that_somebody_is_gone_and_keeps_a_page_that_works(life: Life) -> None:
    life.introduce(SALLY, BO)
    erase(life, SALLY)
    page = without_tokens(life.page(BO))
    assert says(page, "pages.me.gone")
    assert not [word for word in CANARIES if word in page.lower()]
    told = json.loads(own(life, BO, "/data.json").body)
    assert told["matches"][0]["because_i_wrote"] == BO["wishes"]
    assert not [word for word in CANARIES if word in json.dumps(told, ensure_ascii=False).lower()]
    assert b"BEGIN:VEVENT" in own(life, BO, "/calendar.ics").body
    _, match_id = life.cards(BO)[0]
    for button in ("answer=yes", "outcome=not_yet", "aside=blocked"):
        where = f"{life.link(BO, '/me/')}/matches/{match_id}/{button.partition('=')[0]}"
        assert people.press(life.stack, where, button).status < 500
    life.turn_to(days=-9)
    assert MailKind.REMINDER not in kinds(life, BO)


def test_a_partner_is_told_by_mail_that_a_meeting_ahead_is_off(life: Life) -> None:
    life.introduce(SALLY, BO)
    meets = letters_to(life, BO, MailKind.INTRODUCTION)[0]
    erase(life, SALLY)
    (told,) = off_letters(life, BO)
    assert "10:30 Uhr, Kaffeebar" in told.part("plain")
    assert not [word for word in CANARIES if word in told.part("plain").lower() + told.part("html").lower()]
    ((uid, (_, before)),) = entries(meets).items()
    assert entries(told)[uid][1] > before


@pytest.mark.slow
@pytest.mark.parametrize("ahead", ["nothing", "a proposal", "left before", "event over"])
def test_nobody_is_told_where_no_meeting_was_ahead_or_it_was_told_before(life: Life, ahead: str) -> None:
    life.join(SALLY, BO)
    if ahead != "nothing":
        life.turn_to(days=9)
    if ahead in ("left before", "event over"):
        for person in (SALLY, BO):
            life.answer(person, "yes")
    if ahead == "event over":
        life.turn_to(days=-0.5)
    if ahead == "left before":
        press(life, SALLY, "/leave")
        life.stack.settle()
    before = len(off_letters(life, BO))
    assert before == (ahead == "left before")
    erase(life, SALLY)
    assert len(off_letters(life, BO)) == before
    assert says(life.page(BO), "pages.me.gone") or ahead == "nothing"


def test_an_open_proposal_to_somebody_erased_leads_nowhere(life: Life) -> None:
    life.join(SALLY, BO)
    life.turn_to(days=9)
    life.answer(SALLY, "yes")
    erase(life, SALLY)
    assert life.answer(BO, "yes").status == 409
    life.turn_to(days=-9)
    assert not {MailKind.INTRODUCTION, MailKind.DID_YOU_MEET} & set(kinds(life, BO))


def test_two_who_are_erased_at_once_leave_nothing_of_each_other(life: Life) -> None:
    life.introduce(SALLY, BO)
    assert items_under("MET#")
    for person in (SALLY, BO):
        assert post(life, f"{life.link(person, '/me/')}/erase").status == 200
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert items_under("MET#") == []
    assert still_told() == set()
    held = repr(items_under(""))
    assert not [text for text in (*BO["wishes"], *BO["offers"], BO["email"]) if text in held]
    assert list(matches.all_matches(life.event_id)) == []


def test_two_who_are_erased_one_after_the_other_take_a_block_with_them(life: Life) -> None:
    life.introduce(SALLY, BO)
    _, match_id = life.cards(BO)[0]
    press(life, BO, f"/matches/{match_id}/aside", aside="blocked")
    pages = [life.link(person, "/me/") for person in (SALLY, BO)]
    for page in pages:
        post(life, f"{page}/erase")
        life.stack.set_clock(clock.now() + timedelta(seconds=2))
    life.stack.turn_to(clock.now() + timedelta(minutes=30))
    assert items_under("MET#") == []


def test_what_lies_between_others_stays(life: Life) -> None:
    life.introduce(ADA, BO)
    before = [item for item in everything() if item["sk"].startswith(("MET#", "MATCH#", "MAIL#", "BREAK#"))]
    life.join(SALLY)
    erase(life, SALLY)
    after = everything()
    assert [item for item in before if item not in after] == []


# Coming back


def test_an_old_confirm_link_revives_nobody_and_a_new_form_does(life: Life) -> None:
    life.join(SALLY)
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    life.send(SALLY | {"first_name": "Sallyanne the Second"})
    life.stack.settle()
    old = [path for mail in life.mails(SALLY) for path in people.links(mail) if path.startswith("/confirm/")]
    assert len(old) == 2
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    erase(life, SALLY)
    for link in old:
        assert people.press(life.stack, link, "").status == 404
    assert list(attendees.attendees(life.event_id)) == []
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    life.join(SALLY)
    assert life.subjects(SALLY)[-2:] == ["Bitte bestätigen", "Du bist dabei"]
    assert attendee(life, SALLY).version == 1
    assert "Hallo Sallyanne" in life.page(SALLY)


def test_who_comes_back_before_they_are_swept_up_stays(life: Life) -> None:
    life.join(SALLY)
    post(life, f"{life.link(SALLY, '/me/')}/erase")
    life.stack.set_clock(clock.now() + timedelta(seconds=2))
    life.send(SALLY)
    life.stack.drain()
    assert people.press(life.stack, life.link(SALLY, "/confirm/"), "").status == 200
    life.stack.turn_to(clock.now() + timedelta(minutes=2))
    assert "Hallo Sallyanne" in life.page(SALLY)
    assert attendees.understandings(life.event_id).keys() == {attendee(life, SALLY).person_id}
    assert people.get(life.stack, life.link(SALLY, "/stop/")).status == 200


def test_who_comes_back_finds_nothing_of_before(life: Life) -> None:
    life.introduce(SALLY, BO)
    erase(life, SALLY)
    life.stack.turn_to(clock.now() + timedelta(minutes=5))
    life.join(SALLY)
    assert life.cards(SALLY) == []
    assert json.loads(own(life, SALLY, "/data.json").body)["matches"] == []


# Dying on the way


@pytest.mark.slow
def test_wherever_the_sweep_dies_it_ends_the_same(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.introduce(SALLY, BO)
    post(life, f"{life.link(SALLY, '/me/')}/erase")
    life.stack.drain()
    moment, faults = Moment(life), Faults(monkeypatch)
    faults.calls = []
    life.stack.turn_to(clock.now() + timedelta(minutes=20))
    calls, end = sweep_of(faults.calls), everything()
    assert still_told() == set()
    assert len(calls) > 10
    for operation, number in calls:
        moment.back()
        faults.calls, faults.plan = [], {(operation, number): "die after"}
        with suppress(Died):
            life.stack.turn_to(clock.now() + timedelta(minutes=20))
        assert faults.dead, (operation, number)
        faults.dead, faults.plan = False, {}
        life.stack.turn_to(clock.now() + timedelta(minutes=20))
        assert everything() == end, (operation, number)


def sweep_of(calls: list[str]) -> list[tuple[str, int]]:
    """Name each call by its operation and which of that it is."""
    return [(operation, calls[: place + 1].count(operation)) for place, operation in enumerate(calls)]


@pytest.mark.parametrize("fault", ["die before", "die after", "answer lost"])
def test_wherever_the_button_dies_it_can_be_pressed_again(
    life: Life, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    life.introduce(SALLY, BO)
    page = life.link(SALLY, "/me/")
    faults = Faults(monkeypatch)
    faults.plan = {("dynamodb.TransactWriteItems", 1): fault}
    with suppress(Died):
        post(life, f"{page}/erase")
    faults.dead, faults.plan = False, {}
    assert post(life, f"{page}/erase").status == 200
    life.stack.turn_to(clock.now() + timedelta(minutes=2))
    assert still_told() == set()
    assert len(off_letters(life, BO)) == 1
