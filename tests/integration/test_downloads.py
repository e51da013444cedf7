"""The files somebody takes away from their page: dates for a calendar, and all that is kept about them."""

from __future__ import annotations

import json
from typing import Any

import icalendar
import pytest

from infra.local.gateway import Answer
from shared.models import MailKind
from tests.integration.pages import own, press
from tests.system.life import ADA, BO, Life
from tests.system.test_changes import entries
from tests.system.test_letters import kinds

TOLD = ADA | {
    "interests": ["Zwölftonmusik"],
    "about": "leitet die Nachtschicht",
    "company": "Geheim GmbH",
    "recognise": "roter Schal",
    "contact": "+49 170 1234567",
    "avoid": ["feind@example.org"],
}


def dates(answer: Answer) -> dict[str, tuple[Any, int]]:
    found: list[Any] = icalendar.Calendar.from_ical(answer.body).walk("VEVENT")
    return {str(one["uid"]): (one["dtstart"].dt, int(one["sequence"])) for one in found}


def data(life: Life, person: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(own(life, person, "/data.json").body)
    return told


@pytest.mark.parametrize(
    ("where", "kind", "name"),
    [
        ("/calendar.ics", "text/calendar; charset=utf-8", "begegnung.ics"),
        ("/data.json", "application/json; charset=utf-8", "begegnung.json"),
    ],
)
def test_a_file_is_saved_under_a_name_and_kept_by_nobody_on_the_way(
    life: Life, where: str, kind: str, name: str
) -> None:
    life.join(ADA)
    answer = own(life, ADA, where)
    assert answer.status == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_calendar_has_the_entries_that_the_letters_brought(life: Life) -> None:
    life.introduce(ADA, BO)
    sent = {
        uid: entry
        for mail, kind in zip(life.mails(ADA), kinds(life, ADA), strict=True)
        if kind in (MailKind.WELCOME, MailKind.INTRODUCTION)
        for uid, entry in entries(mail).items()
    }
    assert dates(own(life, ADA, "/calendar.ics")) == sent
    assert len(sent) == 2
    assert len(dates(own(life, ADA, "/calendar.ics")).keys() & dates(own(life, BO, "/calendar.ics")).keys()) == 1


def test_after_a_change_the_calendar_has_the_number_of_the_letter_that_told_it(life: Life) -> None:
    life.introduce(ADA, BO)
    at = f"{life.start:%Y-%m-%d}T"
    life.organise(breaks=[{"starts_at": f"{at}11:10:00", "ends_at": f"{at}11:40:00", "place": "Kaffeebar"}])
    told = entries(life.mails(ADA)[-1])
    assert {uid: entry for uid, entry in dates(own(life, ADA, "/calendar.ics")).items() if uid in told} == told


def test_a_partner_who_left_is_in_no_calendar(life: Life) -> None:
    life.introduce(ADA, BO)
    press(life, BO, "/leave")
    assert len(dates(own(life, ADA, "/calendar.ics"))) == 1


def test_the_calendar_of_a_cancelled_event_enters_nothing(life: Life) -> None:
    life.introduce(ADA, BO)
    life.organise(cancelled=True)
    answer = own(life, ADA, "/calendar.ics")
    assert answer.status < 500
    assert b"CONFIRMED" not in answer.body
    assert b"Gespr\xc3\xa4ch mit" not in answer.body


def test_all_that_somebody_told_is_in_their_data(life: Life) -> None:
    life.introduce(TOLD, BO)
    life.outcome(TOLD, "not_yet")
    told = data(life, TOLD)
    person = told["person"]
    assert person["email"] == TOLD["email"]
    same = ("first_name", "languages", "wishes", "offers", "interests", "about", "company", "recognise", "contact")
    assert {name: person["profile"][name] for name in same} == {name: TOLD[name] for name in same}
    assert person["consents"]["matching"] is True
    (match,) = told["matches"]
    assert (match["my_answer"], match["what_i_said_became_of_it"]) == ("yes", "not_yet")
    assert match["because_i_wrote"] == ADA["wishes"]
    sent = [mail["kind"] for mail in told["mails"] if mail["sent_at"]]
    assert sent == [str(kind) for kind in kinds(life, TOLD)][1:]  # the first one went to an address, not yet a person


def test_nothing_that_others_told_is_in_somebodys_data(life: Life) -> None:
    bo = BO | {"about": "backt nachts", "contact": "t 0170", "recognise": "Hut"}
    life.introduce(ADA, bo)
    life.outcome(bo, "pitch")
    _, match_id = life.cards(bo)[0]
    press(life, bo, f"/matches/{match_id}/aside", aside="blocked")
    told = own(life, ADA, "/data.json").body.decode()
    theirs = ("Bo", bo["email"], *bo["wishes"], *bo["offers"], bo["about"], bo["contact"], "Hut", "pitch", "blocked")
    assert not [text for text in theirs if f'"{text}"' in told or (len(text) > 5 and text in told)]


def test_the_letter_and_the_page_hand_out_the_same_data(life: Life) -> None:
    life.introduce(ADA, BO)
    press(life, ADA, "/data")
    life.stack.settle()
    (attached,) = life.mails(ADA)[-1].message.iter_attachments()
    mailed = json.loads(attached.get_content())
    shown = data(life, ADA)
    assert {name: mailed[name] for name in ("event", "person", "matches")} == {
        name: shown[name] for name in ("event", "person", "matches")
    }
