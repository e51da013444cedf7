"""Every letter as it leaves: looked at once by a person, and held to that; read by two parsers."""

from __future__ import annotations

import email
import re
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from functools import cache
from pathlib import Path

import fast_mail_parser
import icalendar
import pytest

from functions.mailing.composing import compose
from functions.mailing.mime import TEMPLATES, UNFOLDED, html, mime, text
from infra.letters.__main__ import compiled
from infra.letters.examples import SENDER, VOICES, Example, examples, mail_of, subject, written
from infra.letters.previews import GOLDEN, golden, write
from shared.models import MailKind

WITHOUT_A_WAY_OUT = {
    "confirmation",
    "your_page",
    "page_link",
    "your_data",
    "event_changed",
    "event_cancelled",
    "meeting_off",
    "goodbye",
}
LARGEST = 100 * 1024  # some mail programs cut what is longer
LONGEST_LINE = 998
FLIRTS_OR_SHOUTS = re.compile(
    r"[!❤🤝💌]|\b(flirt|heart|love|Herz(?!lich)|verlieb|match(?:ed)? you|perfect|jetzt nur|exklusiv)", re.IGNORECASE
)


@cache
def every() -> dict[str, Example]:
    return {f"{one.name}.{one.voice}": one for one in examples()}


NAMES = sorted(every())


def parsed(name: str) -> EmailMessage:
    message = email.message_from_bytes(every()[name].eml, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_kind_of_letter_has_a_preview_in_every_voice() -> None:
    kinds = {name.rsplit(".", 1)[0] for name in NAMES}
    assert kinds == {str(kind) for kind in MailKind} | {"your_page"}
    assert len(NAMES) == len(kinds) * len(VOICES)


def test_the_letters_are_as_somebody_has_looked_at_them() -> None:
    """After a change that is meant: `make previews`, look at them, commit tests/golden."""
    kept = {file.name: file.read_text(encoding="utf-8") for file in GOLDEN.iterdir()}
    assert golden(list(every().values())) == kept


def test_the_html_is_what_mjml_makes_of_its_source() -> None:
    assert (TEMPLATES / "letter.html").read_text(encoding="utf-8") == compiled()


def test_previews_are_the_bytes_that_would_leave(tmp_path: Path) -> None:
    write(tmp_path)
    for name in NAMES:
        assert (tmp_path / f"{name}.eml").read_bytes() == every()[name].eml
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f"{name}.eml" in page for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_small_and_plain_and_without_defects(name: str) -> None:
    raw = every()[name].eml
    assert len(raw) <= LARGEST
    assert raw.isascii()
    assert all(len(line) <= LONGEST_LINE for line in raw.split(b"\r\n"))
    assert not [defect for part in parsed(name).walk() for defect in part.defects]
    assert not [value.defects for value in parsed(name).values() if value.defects]


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_that_shares_nothing_with_its_writer_finds_the_same(name: str) -> None:
    one, read = every()[name], fast_mail_parser.parse_email(every()[name].eml)
    assert not read.warnings
    assert read.subject == one.letter.subject
    for found, made in ((read.text_plain, one.text), (read.text_html, one.html)):
        assert [part.replace("\r\n", "\n").strip() for part in found] == [made.strip()]
    first = {field: values[0] for field, values in read.headers.items()}
    said = parsed(name)
    for field in ("From", "To", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language"):
        assert first.get(field) == said[field], field
    files = [(part.get_content_type(), part.get_filename()) for part in said.iter_attachments()]
    assert [(file.mimetype, file.filename) for file in read.attachments] == files


@pytest.mark.parametrize("name", NAMES)
def test_what_machines_read_stands_on_one_line_for_any_reader(name: str) -> None:
    """Look at the bytes without the library that wrote them."""
    head = every()[name].eml.split(b"\r\n\r\n")[0].decode("ascii")
    lines = dict(line.split(": ", 1) for line in head.split("\r\n") if ": " in line and not line.startswith(" "))
    old_parser = BytesHeaderParser(policy=policy.compat32).parsebytes(every()[name].eml)
    for field in ("List-Unsubscribe", "List-Unsubscribe-Post"):
        expected = None if name.rsplit(".", 1)[0] in WITHOUT_A_WAY_OUT else lines[field]
        assert old_parser[field] == expected == lines.get(field)
    if "List-Unsubscribe" in lines:
        assert re.fullmatch(r"<https://[^<>\s]+>", lines["List-Unsubscribe"])
        assert len(lines["List-Unsubscribe"]) > 78 - len("List-Unsubscribe: ")
        assert lines["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {field.lower() for field in lines} >= {"from", "to", "reply-to", "subject", "auto-submitted"}
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= UNFOLDED


def test_a_header_for_machines_takes_nothing_that_could_begin_another() -> None:
    about = subject(VOICES["de"])
    letter = compose(mail_of(MailKind.PROPOSAL, about), about)
    assert letter.stop
    for url in ("https://x.example/\r\nBcc: a@example.org", "https://x.example/ü", f"https://x.example/{'a' * 1000}"):
        broken = letter._replace(stop=letter.stop._replace(url=url))
        with pytest.raises(ValueError, match=r"List-Unsubscribe|linefeed"):
            mime(broken, about.event, about.voice, SENDER, about.recipient, "id")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_loaded_from_elsewhere_and_nobody_is_followed(name: str) -> None:
    page = every()[name].html
    links = set(re.findall(r'(?:href|src)="([^"]*)"', page))
    assert all(link.startswith(("https://meet.begegnung.example/", "https://begegnung.example/")) for link in links)
    assert not re.search(r"<(img|link|script|iframe)|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert f'lang="{VOICES[every()[name].voice].language}"' in page
    assert not re.search('<table(?![^>]*role="presentation")', page)


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_short_and_keeps_its_voice_down(name: str) -> None:
    one = every()[name]
    assert not FLIRTS_OR_SHOUTS.search(one.text), name
    assert len(one.letter.subject) <= 60
    ours = re.sub(r"‹[^›]*›|https?://\S+", "", one.text.split("\n-- \n")[0])
    letter, *people = re.split(r"(?m)^\* .*\n((?:  .*\n)+)", ours)
    assert len(" ".join([letter, *people[1::2]]).split()) <= 120
    assert all(len(person.split()) <= 60 for person in people[::2])


# Calendar files


def calendar(name: str) -> icalendar.Calendar | None:
    found = [part for part in parsed(name).walk() if part.get_content_type() == "text/calendar"]
    return icalendar.Calendar.from_ical(found[0].get_content()) if found else None


BRING_ENTRIES = {"welcome", "introduction", "event_changed", "event_cancelled", "meeting_off"}


@pytest.mark.parametrize("name", NAMES)
def test_letters_that_name_a_time_bring_it_for_the_calendar(name: str) -> None:
    kind = name.rsplit(".", 1)[0]
    file = calendar(name)
    assert (file is not None) == (kind in BRING_ENTRIES)
    if file is None:
        return
    part = next(part for part in parsed(name).walk() if part.get_content_type() == "text/calendar")
    off = kind in {"event_cancelled", "meeting_off"}
    assert part.get_param("method") == file["method"] == ("CANCEL" if off else "PUBLISH")
    assert len(file.walk("VTIMEZONE")) == 1
    # The event, and the two meetings that move or fall with it.
    assert len(file.walk("VEVENT")) == (3 if kind.startswith("event_") else 1)
    for entry in file.walk("VEVENT"):
        assert (entry["sequence"], entry["status"]) == ((3, "CANCELLED") if off else (2, "CONFIRMED"))
    assert "@example.org" not in file.to_ical().decode()
    assert all(len(line) <= 75 for line in file.to_ical().split(b"\r\n"))


def test_what_changes_an_entry_has_its_id_and_a_higher_number() -> None:
    entries = [calendar(f"{kind}.de") for kind in ("welcome", "event_changed", "event_cancelled")]
    ids = {str(file.walk("VEVENT")[0]["uid"]) for file in entries if file}
    assert ids == {"was-als-naechstes@begegnung"}
    introduced, changed = calendar("introduction.de"), calendar("event_changed.de")
    assert introduced
    assert changed
    assert introduced.walk("VEVENT")[0]["uid"] in [entry["uid"] for entry in changed.walk("VEVENT")]


def test_a_letter_that_moves_one_meeting_and_strikes_out_another_brings_a_file_for_each() -> None:
    about = subject(VOICES["de"])
    kept, last = about.event.breaks
    fewer = about.event.model_copy(update={"breaks": (kept, last.model_copy(update={"gone": True}))})
    mail = mail_of(MailKind.EVENT_CHANGED, about)
    raw = mime(compose(mail, about._replace(event=fewer)), fewer, about.voice, SENDER, about.recipient, "id")
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    files = [part for part in message.iter_attachments() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in files] == ["PUBLISH", "CANCEL"]
    assert [len(icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")) for part in files] == [2, 1]


# Speed


@pytest.mark.parametrize("kind", MailKind)
def test_rendering_a_letter_takes_no_millisecond(kind: MailKind) -> None:
    about = subject(VOICES["de"])
    mail = mail_of(kind, about)
    (_, told), *_ = written(kind, about)

    def once() -> float:
        began = time.perf_counter()
        letter = compose(mail, told)
        html(letter, told.event, told.voice)
        text(letter, told.event, told.voice)
        return time.perf_counter() - began

    assert min(once() for _ in range(20)) <= 0.001
