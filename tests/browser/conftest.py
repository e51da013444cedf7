"""Debian's Chromium before the local stack: people's clicks, with and without JavaScript."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.stack import Stack
from tests.system.life import Life

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

IS_INSTALLED = find_spec("playwright") is not None

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
HERE = Path(__file__).parent
PHONE = {"width": 390, "height": 844}
# Chromium notes every answer that is no success, the form with its faults among them.
STATUS_NOTED = "Failed to load resource: the server responded with a status of 4"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "Playwright" if not IS_INSTALLED else "Chromium" if CHROMIUM is None else ""
    if not missing:
        return
    reason = f"{missing} is missing here: install chromium, then `make browser`"
    if os.environ.get("BROWSER_REQUIRED"):
        raise pytest.UsageError(reason)
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@dataclass
class Visit:
    """One person's browser, and all it complained about or asked of others."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.page.wait_for_load_state()

    def follow(self, label: str) -> None:
        self.page.get_by_role("link", name=label).first.click()
        self.page.wait_for_load_state()

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - skipped where it is missing

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address(stack: Stack) -> Iterator[str]:
    # As the stack's links say: mails are read and their links opened.
    from infra.local.server import serve  # noqa: PLC0415 - not before it is known that there is a browser

    server = serve(stack, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visits(browser: Browser, address: str, life: Life) -> Iterator[Any]:  # noqa: ARG001 - closed before its table is
    """Make visits, and demand of all of them that nothing was blocked, wrong, or fetched from elsewhere."""
    made: list[tuple[Visit, BrowserContext]] = []

    def visit(language: str = "de-DE", *, script: bool = True, **options: Any) -> Visit:
        chosen: dict[str, Any] = {"locale": language, "java_script_enabled": script, "viewport": PHONE}
        context = browser.new_context(**chosen | options)
        one = Visit(context.new_page(), address)
        one.page.set_default_timeout(8000)
        one.page.on("console", lambda said: noted(one, f"{said.type}: {said.text}"))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda asked: None if asked.url.startswith(address) else one.foreign.append(asked.url))
        one.page.on("request", lambda asked: one.posts.append(asked.url) if asked.method == "POST" else None)
        made.append((one, context))
        return one

    yield visit
    for one, context in made:
        context.close()
        assert one.complaints == []
        assert one.foreign == []


def noted(visit: Visit, text: str) -> None:
    if STATUS_NOTED not in text:
        visit.complaints.append(text)


WHILE_FILLING = timedelta(seconds=30)
