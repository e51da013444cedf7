"""The organiser's command line, over HTTP to the stack as a terminal would call it."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from functions.organiser.__main__ import main, read
from shared.store import events
from tests.system.life import Life

EXAMPLE = Path(__file__).parents[2] / "docs" / "event.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(list(words)) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 1
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


@pytest.mark.usefixtures("endpoint")
def test_a_file_makes_an_event_and_changes_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, "event", str(file))
    assert (first["created"], len(first["rounds"]), first["letters"]) == (True, 3, [])
    file.write_text(
        file.read_text(encoding="utf-8").replace("Alte Seifenfabrik", "Neue Seifenfabrik"), encoding="utf-8"
    )
    again = said(capsys, "event", str(file))
    assert (again["created"], again["changed"], again["letters"]) == (False, ["place"], ["event_changed"])
    assert said(capsys, "status", first["event_id"])["people"]["confirmed"] == 0
    assert "There is no draft" in refused(capsys, "publish", first["event_id"])


@pytest.mark.usefixtures("endpoint")
def test_what_is_wrong_with_a_file_is_told_beside_its_field_in_the_terminals_language(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("Europe/Berlin", "Mars/Olympus"), encoding="utf-8")
    assert "time_zone: This time zone is unknown" in refused(capsys, "event", str(file))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "time_zone: Diese Zeitzone ist unbekannt" in refused(capsys, "event", str(file))


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"title = ", "Invalid value"), (b'title = "\xe4"', "not UTF-8")],
)
def test_a_file_that_cannot_be_read_is_named(
    content: bytes | None,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    told = refused(capsys, "event", str(path))
    assert str(path) in told
    assert words in told
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    in_german = refused(capsys, "event", str(path))
    assert str(path) in in_german
    assert in_german.replace(words, "") != told.replace(words, "")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "Grüße"', encoding="utf-8-sig")
    assert read(path) == {"title": "Grüße"}


def test_where_nobody_listens_the_function_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9")
    assert "The organiser function OrganiserFunction could not be called" in refused(capsys, "status", "some-event")
    monkeypatch.setenv("ORGANISER_FUNCTION", "other-organiser")
    assert "The organiser function other-organiser could not be called" in refused(capsys, "status", "some-event")


def test_the_front_answers_pages_calls_and_functions(endpoint: str, life: Life) -> None:
    with urllib.request.urlopen(f"{endpoint}/events/{life.event_id}?lang=en") as answer:  # noqa: S310 - our own front
        assert answer.status == 200
        assert "Summer meeting" in answer.read().decode()
    with urllib.request.urlopen(f"{endpoint}/_local/state") as answer:  # noqa: S310 - our own front
        assert life.event_id in {event["event_id"] for event in json.load(answer)["events"]}


def test_a_file_without_an_imprint_takes_the_deployments(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    content = life.content(id="no-imprint")
    del content["imprint"], content["privacy_url"]
    command = {"command": "event", "event": content}
    refused = life.stack.invoke("OrganiserFunction", command)
    assert [one["field"] for one in refused["complaints"]] == ["imprint", "privacy_url"]
    monkeypatch.setenv("IMPRINT", "Haus e. V., Weg 2, 12345 Ort")
    monkeypatch.setenv("PRIVACY_URL", "https://example.org/haus")
    assert life.stack.invoke("OrganiserFunction", command)["created"]
    event = events.event("no-imprint")
    assert (event.imprint, event.privacy_url) == ("Haus e. V., Weg 2, 12345 Ort", "https://example.org/haus")
    own = content | {"imprint": "Gast e. V., Weg 3, Ort"}
    life.stack.invoke("OrganiserFunction", {"command": "event", "event": own})
    assert events.event("no-imprint").imprint == "Gast e. V., Weg 3, Ort"
