"""Every page and state of it: for eyes, screen readers, narrow screens, large letters, slow lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import people
from tests.browser.conftest import PHONE
from tests.system.life import ADA, BO, CY, Life, form

RTL = "יעל"
LONG = "Maximiliane-Wilhelmine-Friederike-Charlotte-Elisabeth-Theodora-Kunigunde-Johanna"
MOST_BYTES = 30_000
STATES = 20


def states(visit: Any, life: Life) -> Iterator[str]:  # noqa: PLR0915 - one walk
    """Lead through all pages and all they can say, naming each."""
    form_path = f"/events/{life.event_id}"
    visit.open(form_path)
    yield "form"
    visit.page.locator("details.fold > summary").click()
    yield "form unfolded"
    for field, text in (("wishes-0", "www.example.org"), ("first_name", LONG * 2), ("email", "e@x")):
        visit.page.locator(f"#{field}").evaluate("(one, text) => one.value = text", text)
    visit.press("Abschicken")
    yield "form with faults"
    visit.open(f"{form_path}/link")
    yield "lost link"
    dora = form(RTL, "Wie habt ihr eure Kantine umgebaut?", "Wie ein Garten im Hof entstand", email="dora@example.org")
    life.send(ADA | {"first_name": LONG})
    life.stack.settle()
    visit.open(life.link(ADA, "/confirm/"))
    yield "confirm"
    visit.press("Ja, das bin ich")
    life.stack.settle()
    yield "confirmed"
    life.send(CY | {"consent_matching": False, "offers": []})
    life.stack.settle()
    visit.open(life.link(CY, "/confirm/"))
    visit.press("Ja, das bin ich")
    life.stack.settle()
    yield "confirmed without consent"
    visit.open(life.link(CY, "/me/"))
    yield "page without consent"
    visit.open(life.link(ADA, "/me/"))
    yield "page before a round"
    life.join(BO | {"recognise": "roter Schal", "contact": "x" * 80}, dora)
    life.turn_to(days=9)
    mine = life.link(ADA, "/me/")
    visit.open(mine)
    yield "page with proposals"
    for person in (ADA, BO, dora):
        page = life.link(person, "/me/")
        for standing, match_id in life.cards(person):
            if standing == "open":
                people.press(life.stack, f"{page}/matches/{match_id}/answer", "answer=yes")
    visit.open(mine)
    yield "page with introductions"
    for path in ("profile", "leave", "erase", "nothing"):
        visit.open(f"{mine}/{path}")
        yield path
    life.turn_to(hours=-1)
    visit.open(mine)
    while (folded := visit.page.locator("main details:not([open]) > summary")).count():
        folded.first.click()
    yield "page of the day, unfolded"
    _, match_id = life.cards(ADA)[0]
    people.press(life.stack, f"{mine}/matches/{match_id}/aside", "aside=blocked")
    visit.open(mine)
    yield "page with somebody blocked"
    visit.open(life.link(ADA, "/stop/"))
    yield "stop"
    people.press(life.stack, f"{life.link(BO, '/me/')}/leave", "")
    visit.open(life.link(BO, "/me/"))
    yield "page of somebody who left"
    life.organise(cancelled=True)
    visit.open(life.link(dora, "/me/"))
    yield "page of a cancelled event"


def faults(visit: Any) -> str:
    """Say what would shut somebody out of the page as it is, in light and in dark."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only where there is a browser

    found = ""
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        result = Axe().run(visit.page)
        found += f"{scheme}: {result.generate_report()}" if result.violations_count else ""
    return found


def test_no_page_shuts_anybody_out(visits: Any, life: Life) -> None:
    visit = visits(bypass_csp=True)  # for axe, which is put into the page
    found = {state: faults(visit) for state in states(visit, life)}
    assert len(found) == STATES
    assert {state: report for state, report in found.items() if report} == {}


@pytest.mark.parametrize("accent", ["#e6a100", "#101010"])
def test_a_colour_of_the_organisers_shuts_nobody_out(visits: Any, life: Life, accent: str) -> None:
    life.organise(accent=accent)
    visit = visits(bypass_csp=True)
    visit.open(f"/events/{life.event_id}")
    assert visit.page.evaluate("getComputedStyle(document.body).getPropertyValue('--one')") != "#0b5d57"
    assert faults(visit) == ""


def test_nothing_is_cut_off_on_a_narrow_screen_or_with_letters_twice_as_large(visits: Any, life: Life) -> None:
    visit = visits()
    wide = {}
    for state in states(visit, life):
        for width, letters in ((320, "100%"), (PHONE["width"], "200%")):
            visit.page.set_viewport_size({"width": width, "height": 700})
            visit.page.evaluate("size => document.documentElement.style.fontSize = size", letters)
            if found := visit.page.evaluate(TOO_WIDE):
                wide[state, letters] = found[:2]
    assert wide == {}


TOO_WIDE = """() => [...document.body.querySelectorAll('*')].filter(one => !one.closest('.trap, svg') &&
    one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(one => one.outerHTML)
    .concat(document.documentElement.scrollWidth > innerWidth ? ['the page itself'] : [])"""


def test_a_name_from_right_to_left_keeps_its_direction(visits: Any, life: Life) -> None:
    dora = form(RTL, BO["wishes"][0], BO["offers"][0], email="dora@example.org")
    life.join(ADA, dora)
    life.turn_to(days=9)
    visit = visits()
    visit.open(life.link(ADA, "/me/"))
    name = visit.page.locator(".card h2 bdi")
    assert name.inner_text() == RTL
    assert name.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_pages_are_light(visits: Any, life: Life) -> None:
    life.introduce(ADA, BO)
    for path in (f"/events/{life.event_id}", life.link(ADA, "/me/")):
        visit = visits()
        sizes: dict[str, int] = {}
        visit.page.on("response", lambda got, sizes=sizes: sizes.update({got.url: len(got.body())}))
        visit.open(path)
        visit.page.wait_for_load_state("networkidle")
        assert len(sizes) >= 3
        assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_the_question_can_be_copied_with_one_touch(visits: Any, life: Life) -> None:
    life.introduce(ADA, BO)
    visit = visits(permissions=["clipboard-read", "clipboard-write"])
    visit.open(life.link(ADA, "/me/"))
    visit.press("Frage kopieren")
    visit.page.get_by_role("button", name="Kopiert").wait_for()
    opener = visit.page.locator("[data-copy]").inner_text()
    assert visit.page.evaluate("navigator.clipboard.readText()") == opener


def test_printed_it_is_a_sheet_of_paper_without_buttons(visits: Any, life: Life) -> None:
    life.introduce(ADA, BO)
    visit = visits()
    visit.open(life.link(ADA, "/me/"))
    visit.page.emulate_media(media="print")
    assert visit.page.locator("button:visible").count() == 0
    assert visit.page.locator(".card h2").is_visible()


def test_the_title_names_nobody_and_the_page_is_kept_nowhere(visits: Any, life: Life) -> None:
    life.introduce(ADA, BO)
    visit = visits()
    answer = visit.page.goto(visit.base + life.link(ADA, "/me/"))
    assert visit.page.title() == "Sommertreffen"
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert visit.page.context.cookies() == []
