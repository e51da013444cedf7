"""The form under people's fingers: mistakes, keyboards, small screens, other people's websites."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shared import clock
from tests.browser.conftest import PHONE, WHILE_FILLING
from tests.system.life import ADA, Life

SCREENS = 2
DOCUMENT = Path(__file__).parents[2] / "docs" / "embedding.md"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_faults_are_summed_up_named_beside_their_fields_and_everything_is_kept(
    visits: Any,
    life: Life,
    script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    visit = visits(script=script)
    visit.open(f"/events/{life.event_id}")
    page = visit.page
    page.locator("#wishes-0").fill("Wer imkert? Ruft an: 0171 2345678")
    page.locator("#first_name").fill("Ada")
    page.locator("#email").fill("ada@localhost")
    page.locator("details.fold > summary").click()
    page.locator("#about").fill("bei der Mühle AG")
    page.locator("#company").fill("Mühle")
    visit.press("Abschicken")
    summary = page.locator("[role=alert]")
    assert summary.locator("a").count() == 2
    assert page.evaluate("document.activeElement.id") == "wishes-0"
    assert page.locator("#wishes-0").input_value() == "Wer imkert? Ruft an: 0171 2345678"
    assert page.locator("#email").input_value() == "ada@localhost"
    described = page.locator("#email").get_attribute("aria-describedby").split()
    assert "E-Mail-Adresse" in page.locator(f"#{described[-1]}").inner_text()
    summary.locator("a").nth(1).click()
    assert page.url.endswith("#email")

    page.locator("#wishes-0").fill("Wer imkert?")
    page.locator("#email").fill(ADA["email"])
    visit.press("Abschicken")
    # One thing after the other: the company's name shows once the rest can be read.
    assert page.locator("[aria-invalid]").get_attribute("id") == "about"
    page.locator("#about").fill("in einer Mühle, nachts")
    page.locator("#company").fill("Nordmühle AG")
    life.stack.set_clock(clock.now() + WHILE_FILLING)
    visit.press("Abschicken")
    assert "Fast geschafft" in visit.text()


def test_who_is_very_quick_presses_once_more(visits: Any, life: Life) -> None:
    visit = visits()
    visit.open(f"/events/{life.event_id}")
    visit.page.locator("#wishes-0").fill("Wer imkert?")
    visit.page.locator("#first_name").fill("Ada")
    visit.page.locator("#email").fill(ADA["email"])
    visit.press("Abschicken")
    assert "Das ging sehr schnell." in visit.text()
    life.stack.set_clock(clock.now() + WHILE_FILLING)
    visit.press("Abschicken")
    assert "Fast geschafft" in visit.text()


@pytest.mark.parametrize(("language", "speaks"), [("de-DE", "du"), ("de-DE", "sie"), ("en-GB", "du")])
def test_what_is_required_fits_two_screens_of_a_phone_and_few_touches(
    visits: Any, life: Life, language: str, speaks: str
) -> None:
    life.organise(address=speaks)
    visit = visits(language)
    visit.open(f"/events/{life.event_id}")
    send = visit.page.locator("form > button").bounding_box()
    assert send["y"] + send["height"] <= SCREENS * PHONE["height"]
    assert visit.page.locator("[required]").count() == 3
    small = visit.page.evaluate(
        """() => [...document.querySelectorAll('a, button, summary, label:has(input), input:not([type=checkbox])')]
        .filter(one => one.checkVisibility() && !one.closest('.trap, footer, p') &&
                       one.getBoundingClientRect().height < 24)
        .map(one => one.outerHTML)"""
    )
    assert small == []


def test_everything_can_be_done_with_the_keyboard(visits: Any, life: Life) -> None:
    visit = visits()
    visit.open(f"/events/{life.event_id}")
    keyboard = visit.page.keyboard
    typed = {"wishes-0": "Wer imkert?", "first_name": "Ada", "email": ADA["email"]}
    for _ in range(40):
        keyboard.press("Tab")
        focused = visit.page.evaluate("document.activeElement.id || document.activeElement.name")
        assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if focused in typed:
            keyboard.type(typed.pop(focused))
        if focused == "consent_matching":
            keyboard.press("Space")
        if visit.page.evaluate("document.activeElement.type") == "submit":
            break
    assert typed == {}
    life.stack.set_clock(clock.now() + WHILE_FILLING)
    keyboard.press("Enter")
    visit.page.wait_for_url("**/registrations**")
    assert "Fast geschafft" in visit.text()


def test_a_name_of_300_letters_is_refused_with_the_limit_and_kept(visits: Any, life: Life) -> None:
    visit = visits()
    visit.open(f"/events/{life.event_id}")
    visit.page.locator("#first_name").evaluate("field => field.removeAttribute('maxlength')")
    visit.page.locator("#first_name").fill("A" * 300)
    visit.page.locator("#wishes-0").fill("Wer imkert?")
    visit.page.locator("#email").fill(ADA["email"])
    visit.press("Abschicken")
    assert "höchstens 80 Zeichen" in visit.page.locator("#first_name-wrong").inner_text()
    assert len(visit.page.locator("#first_name").input_value()) == 300


@pytest.fixture
def elsewhere(address: str, life: Life) -> Iterator[str]:
    """Serve the snippet of our documentation as somebody else's page."""
    snippet = re.findall(r"```html\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[0]
    ours = re.sub(r'action="https?://[^"]*"', f'action="{address}/events/{life.event_id}/registrations"', snippet)
    body = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title>{ours}'.encode()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_address[1]}"
    site.shutdown()
    site.server_close()


@pytest.mark.parametrize("named", [True, False], ids=["a named website", "another website"])
def test_the_documented_snippet_works_where_the_event_names_its_website(
    visits: Any,
    life: Life,
    elsewhere: str,
    named: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    life.organise(allowed_origins=[elsewhere] if named else [])
    visit = visits("en-GB")
    visit.page.goto(elsewhere)
    visit.page.locator("[name=wishes]").first.fill("How do bees winter?")
    visit.page.locator("[name=first_name]").fill("Dora")
    visit.page.locator("[name=email]").fill("dora@example.org")
    visit.page.locator("[type=submit], button").first.click()
    visit.page.wait_for_url("**/registrations**")
    visit.foreign.clear()
    visit.complaints.clear()  # of the other page
    life.stack.settle()
    words = html.unescape(visit.page.locator("main").inner_text())
    assert ("Nearly there" in words) == named
    assert ("allowed_origins" in words) != named
    assert len(life.mails({"email": "dora@example.org"})) == int(named)
