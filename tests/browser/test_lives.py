"""The whole way through the pages as people go it: with JavaScript and without, in du, Sie and English."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from shared import clock
from tests.browser.conftest import WHILE_FILLING
from tests.system.life import ADA, BO, Life


@dataclass(frozen=True)
class Words:
    """What the pages say in one voice, as far as somebody looks for it."""

    browser: str
    address: str
    heading: str
    wish: str
    name: str
    send: str
    nearly: str
    confirm: str
    welcome: str
    to_page: str
    yes: str
    said_yes: str
    contact: str
    good: str
    noted: str


VOICES = {
    "du": Words(
        "de-DE",
        "du",
        "Wen möchtest du treffen?",
        "Wovon würdest du gern hören?",
        "Vorname",
        "Abschicken",
        "Fast geschafft",
        "Ja, das bin ich",
        "Du bist dabei",
        "Zu meiner Seite",
        "Ja, gern",
        "Du hast Ja gesagt.",
        "Kontakt",
        "Ein gutes Gespräch, und das war’s",
        "Gemerkt: Ein gutes Gespräch, und das war’s. Danke.",
    ),
    "Sie": Words(
        "de-AT",
        "sie",
        "Wen möchten Sie treffen?",
        "Wovon würden Sie gern hören?",
        "Vorname",
        "Abschicken",
        "Fast geschafft",
        "Ja, das bin ich",
        "Sie sind dabei",
        "Zu meiner Seite",
        "Ja, gern",
        "Sie haben Ja gesagt.",
        "Kontakt",
        "Ein gutes Gespräch, und das war’s",
        "Gemerkt: Ein gutes Gespräch, und das war’s. Danke.",
    ),
    "English": Words(
        "en-GB",
        "du",
        "Who would you like to meet?",
        "What would you like to hear about?",
        "First name",
        "Send",
        "Nearly there",
        "Yes, that is me",
        "You are in",
        "To my page",
        "Yes, gladly",
        "You said yes.",
        "Contact",
        "A good conversation, and that was it",
        "Noted: A good conversation, and that was it. Thank you.",
    ),
}


def fill_form(visit: Any, life: Life, words: Words) -> None:
    """Fill in what is required, both consents and something to tell, as ADA would."""
    page = visit.page
    visit.open(f"/events/{life.event_id}")
    assert page.locator("h1").inner_text().replace("\n", " ") == words.heading
    page.get_by_label(words.wish).first.fill(ADA["wishes"][0])
    page.get_by_label(words.name, exact=True).fill("Ada")
    page.locator("#email").fill(ADA["email"])
    page.locator("input[value=de]").check()
    page.locator("details.fold > summary").click()
    page.locator("#offers-0").fill(ADA["offers"][0])
    page.locator("[name=consent_matching]").check()
    page.locator("[name=consent_follow_up]").check()
    life.stack.set_clock(clock.now() + WHILE_FILLING)
    visit.press(words.send)
    life.stack.settle()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("voice", VOICES)
def test_somebody_registers_is_introduced_and_says_what_became_of_it(
    visits: Any,
    life: Life,
    voice: str,
    script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    words = VOICES[voice]
    life.organise(address=words.address)
    visit = visits(words.browser, script=script)
    fill_form(visit, life, words)
    assert words.nearly in visit.text()
    visit.open(life.link(ADA, "/confirm/"))
    visit.press(words.confirm)
    life.stack.settle()
    assert words.welcome in visit.text()
    visit.follow(words.to_page)
    assert "Ada" in visit.text()

    life.join(BO | {"contact": "Signal: Bo am Abend", "recognise": "roter Schal"})
    life.turn_to(days=9)
    visit.open(life.link(ADA, "/me/"))
    assert "Bo" in visit.text()
    assert "Signal" not in visit.text()
    visit.press(words.yes)
    assert words.said_yes in visit.text()
    life.answer(BO, "yes")

    life.turn_to(hours=-1)
    visit.open(life.link(ADA, "/me/"))
    told = visit.text()
    assert told.index("10:30") < told.index(words.contact)  # on the day: who, where, when come first
    assert "Signal: Bo am Abend" in told
    assert "roter Schal" in told
    with visit.page.expect_download() as calendar:
        visit.page.locator("a[href$='.ics']").click()
    assert "BEGIN:VEVENT" in calendar.value.path().read_text(encoding="utf-8")

    life.turn_to(days=-2)
    visit.open(life.link(ADA, "/me/"))
    visit.press(words.good)
    assert words.noted in visit.text()


def test_a_changed_mind_is_heard_until_answers_close(visits: Any, life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    visit = visits(script=False)
    visit.open(life.link(ADA, "/me/"))
    visit.press("Nicht jetzt")
    assert "Du hast „Nicht jetzt“ gesagt." in visit.text()
    visit.press("Ja, gern")
    assert "Du hast Ja gesagt." in visit.text()


def test_a_link_from_a_mail_lands_at_the_person_and_marks_what_it_was_about_to_say(visits: Any, life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    _, match_id = life.cards(ADA)[0]
    visit = visits()
    visit.open(f"{life.link(ADA, '/me/')}?match={match_id}&say=not_now#{match_id}")
    marked = visit.page.get_by_role("button", name="Nicht jetzt")
    assert "quiet" not in (marked.get_attribute("class") or "")
    assert visit.page.locator(".card").evaluate("card => card.getBoundingClientRect().top < innerHeight / 2")
    assert visit.posts == []
    assert life.cards(ADA) == [("open", match_id)]


def test_no_mailed_link_does_anything_by_being_opened(visits: Any, life: Life) -> None:
    from infra.local import people  # noqa: PLC0415 - the stack's

    life.introduce(ADA, BO)
    life.turn_to(days=-2)
    visit = visits()
    opened = [path for mail in life.mails(ADA) for path in people.links(mail)]
    assert {path.split("/")[1] for path in opened} == {"confirm", "me", "stop"}
    for path in opened:
        visit.open(path)
        visit.page.wait_for_timeout(150)  # for whatever a page might do by itself
    assert visit.posts == []


def test_a_person_changes_pauses_blocks_downloads_and_erases_without_script(visits: Any, life: Life) -> None:
    life.introduce(ADA, BO)
    visit = visits(script=False)
    visit.open(life.link(ADA, "/me/"))
    visit.follow("Angaben ändern")
    assert visit.page.locator("#offers-0").input_value() == ADA["offers"][0]
    visit.page.locator("#about").fill("backt nachts")
    visit.press("Änderungen speichern")
    assert "Gespeichert." in visit.text()
    visit.follow("Angaben ändern")
    assert visit.page.locator("#about").input_value() == "backt nachts"
    visit.follow("Zurück zu meiner Seite")

    assert "Gespeichert." not in visit.text()
    visit.page.locator("#mails > summary").click()
    until = f"{life.start:%Y-%m-%d}"
    visit.page.locator("#until").fill(until)
    visit.press("Pause machen")
    assert "Pause bis" in visit.text()
    visit.press("Pause beenden")
    assert "Die Pause ist zu Ende." in visit.text()

    visit.page.locator(".card details.more > summary").click()
    visit.press("Diese Person nicht mehr sehen")
    assert "Bo siehst du hier nicht mehr." in visit.text()
    visit.press("Doch wieder zeigen")
    assert "Signal" not in visit.text()

    visit.page.locator("#data > summary").click()
    with visit.page.expect_download() as data:
        visit.follow("Meine Daten herunterladen")
    assert json.loads(data.value.path().read_text(encoding="utf-8"))["person"]["email"] == ADA["email"]
    visit.follow("Alles über mich löschen")
    assert "Was bleibt" in visit.text()
    visit.press("Ja, alles löschen")
    assert "Gelöscht" in visit.text()
    visit.open(life.link(ADA, "/me/"))
    assert "Dieser Link gilt nicht" in visit.text()


def test_a_lost_link_is_mailed_again_and_a_stranger_learns_nothing(visits: Any, life: Life) -> None:
    life.join(ADA)
    said, visit = [], visits()
    for address in (ADA["email"], "nobody@example.org"):
        visit.open(f"/events/{life.event_id}")
        visit.follow("Schon angemeldet?")
        visit.page.locator("#email").fill(address)
        visit.press("Link schicken")
        life.stack.settle()
        said.append(visit.text())
    assert said[0] == said[1]
    assert life.subjects(ADA)[-1] == "Der Link zu deiner Seite"
    visit.open(life.link(ADA, "/me/"))
    assert "Hallo Ada" in visit.text()


def test_the_language_is_chosen_once_and_stays_in_the_address(visits: Any, life: Life) -> None:
    visit = visits("de-DE")
    visit.open(f"/events/{life.event_id}")
    visit.follow("English")
    assert visit.page.locator("html").get_attribute("lang") == "en"
    visit.page.get_by_label("What would you like to hear about?").first.fill("How do bees winter?")
    visit.page.get_by_label("First name", exact=True).fill("Dora")
    visit.page.locator("#email").fill("dora@example.org")
    life.stack.set_clock(clock.now() + WHILE_FILLING)
    visit.press("Send")
    assert "Nearly there" in visit.text()
    life.stack.settle()
    assert life.subjects({"email": "dora@example.org"}) == ["Please confirm: Summer meeting"]
