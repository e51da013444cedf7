"""A letter as the bytes that leave."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import fast_mail_parser
import icalendar
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from functions.mailing.letter import Aside, Button, Facts, Letter, Paragraph, Person
from functions.mailing.mime import Accent, html, mime
from functions.mailing.subject import Meeting
from functions.registration.form import cleaned
from shared.calendar_entries import Entry
from shared.calendar_file import calendar_file
from shared.colours import DARK_PAPERS, LIGHT_PAPERS, contrast
from shared.models import Event, MailKind
from shared.texts import Voice
from tests.people import DU, ENGLISH, VOICES, a_match, an_attendee, an_event, berlin
from tests.unit.letters import BOTH, a_letter, a_subject, every_letter

NASTY = [
    'Ada "the Countess" Lovelace',
    "Lovelace, Ada",
    "Zoë Müller-Lüdenscheidt",
    "Ada 👩‍🔬 🎉",
    "<script>alert('Ada')</script>",
    "Ada & <b>Ben</b> &amp;",
    "ben@example.org",
    "阿达",
    "ادا",
    "A" * 80,
    "é" * 80,
]


class Page(HTMLParser):
    """Read a page as a browser would: its text, its elements, its links."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text, self.elements, self.links = "", set[str](), list[str]()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def sent(letter: Letter, event: Event | None = None, voice: Voice = DU, recipient: str = "ada@example.org") -> bytes:
    return mime(letter, event or an_event(), voice, "hallo@begegnung.example", recipient, "mail-id")


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def decoded(raw: bytes, name: str) -> str:
    """Return a header as RFC 2047 has it read; the modern parser adds spaces between parts of a long one."""
    return str(make_header(decode_header(message_from_bytes(raw, policy=policy.compat32)[name])))


def parts(raw: bytes) -> tuple[str, Page]:
    message = read(raw)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\r\n", "\n"), Page(html.get_content())


def said(letter: Letter) -> list[str]:
    """Return everything a letter says in its body."""
    found = [letter.why]
    for block in letter.blocks:
        match block:
            case Paragraph(text=text) | Aside(text=text):
                found.append(text)
            case Person():
                found += [block.name, block.about, *block.reasons, block.opener]
                found += [part for line in block.facts for part in line]
                found += [part for choice in block.choices for part in (choice.label, choice.url)]
            case Facts():
                found += [part for line in block.lines for part in line]
            case Button():
                found += [block.label, block.url]
    return found


@pytest.mark.parametrize("voice", VOICES)
def test_every_letter_leaves_as_plain_bytes_in_lines_that_all_servers_take(voice: Voice) -> None:
    for letter, event in every_letter(voice).values():
        raw = sent(letter, event, voice)
        assert raw.isascii()
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b"")
        headers = raw.split(b"\r\n\r\n")[0]
        assert all(len(line) <= 78 for line in headers.split(b"\r\n"))


@pytest.mark.parametrize("voice", VOICES)
def test_both_parts_say_everything_the_letter_says(voice: Voice) -> None:
    for letter, event in every_letter(voice).values():
        text, page = parts(sent(letter, event, voice))
        for words in said(letter):
            assert words in text
            assert words in page.text or words in page.links
        assert event.imprint in text
        assert event.imprint in page.text
        assert event.privacy_url in text
        assert event.privacy_url in page.links


def test_the_headers_say_who_writes_to_whom_about_what() -> None:
    letter = a_letter(MailKind.PROPOSAL, a_subject())
    message = read(sent(letter))
    assert message["From"].addresses[0].display_name == "Was als Nächstes?"
    assert message["From"].addresses[0].addr_spec == "hallo@begegnung.example"
    assert message["To"] == "ada@example.org"
    assert message["Reply-To"] == "hallo@begegnung.example"
    assert message["Subject"] == letter.subject == "2 Menschen, 2 Gründe: Was als Nächstes?"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(("voice", "language"), [(DU, "de"), (ENGLISH, "en")])
def test_a_mail_says_in_which_language_it_is(voice: Voice, language: str) -> None:
    assert read(sent(a_letter(MailKind.PROPOSAL, a_subject(voice)), voice=voice))["Content-Language"] == language


def test_answering_an_introduction_reaches_the_partner() -> None:
    letter = a_letter(MailKind.INTRODUCTION, a_subject(meetings=BOTH[:1]))
    assert read(sent(letter))["Reply-To"] == "ben@example.org"


def test_equal_letters_are_equal_bytes() -> None:
    letter = a_letter(MailKind.PROPOSAL, a_subject())
    assert sent(letter) == sent(a_letter(MailKind.PROPOSAL, a_subject()))
    assert sent(letter) != sent(letter, recipient="ben@example.org")


def introducing(name: str) -> Letter:
    """Introduce somebody of this name, who also says so wherever they can."""
    profile: dict[str, Any] = {"first_name": name, "about": name, "recognise": name, "contact": name}
    partner = an_attendee("ben", profile=profile)
    me = an_attendee("ada", profile={"first_name": name})
    meeting = Meeting(a_match("ada", "ben", writes_first="ben"), partner)
    return a_letter(MailKind.INTRODUCTION, a_subject(attendee=me, meetings=(meeting,)))


def looks_as_written(name: str) -> None:
    letter = introducing(name)
    raw = sent(letter, an_event(sender_name=name[:60]))
    assert raw.isascii()
    message = read(raw)
    assert message["Subject"] == decoded(raw, "Subject") == letter.subject
    if not name.isascii():
        assert without_blanks(decoded(raw, "From")) == without_blanks(f"{name[:60]}<hallo@begegnung.example>")
    assert [one.addr_spec for one in message["From"].addresses] == ["hallo@begegnung.example"]
    assert [one.addr_spec for one in message["Reply-To"].addresses] == ["ben@example.org"]
    other_reader = fast_mail_parser.parse_email(raw)
    assert other_reader.subject == letter.subject
    assert [name in part for part in other_reader.text_plain] == [True]
    text, page = parts(raw)
    ordinary = parts(sent(introducing("Ben")))[1]
    assert page.elements == ordinary.elements
    assert page.links == ordinary.links
    assert name in text
    assert name in page.text


def without_blanks(text: str) -> str:
    # Whoever reads a folded name may lose or double a blank in it.
    return text.replace('"', "").replace("\\", "").replace(" ", "")


def is_a_name(text: str) -> bool:
    return bool(text) and "=?" not in text


@pytest.mark.parametrize("name", NASTY)
def test_a_name_arrives_as_it_is_written_and_as_nothing_else(name: str) -> None:
    looks_as_written(name)


@given(st.text("aZ é👩‍🔬<>&\"'(),;:@=?_\\{}%ä", min_size=1, max_size=80).map(cleaned).filter(is_a_name))
def test_whatever_can_be_typed_as_a_name_arrives_as_it_is_written(name: str) -> None:
    looks_as_written(name)


def about(subject: str) -> bytes:
    return sent(a_letter(MailKind.WELCOME, a_subject())._replace(subject=subject))


def test_a_name_that_looks_encoded_is_shown_as_it_was_written() -> None:
    letter = introducing("=?utf-8?q?Ben?=")
    assert decoded(sent(letter), "Subject") == letter.subject


@pytest.mark.parametrize(
    "subject",
    [
        "Maximiliane-Charlotte und Maximiliane-Charlotte: Was als Nächstes?",
        "Zoë und Björn Åke: Zukunft der Arbeit: Über Führung",
    ],
)
def test_a_long_subject_keeps_its_blanks(subject: str) -> None:
    assert read(about(subject))["Subject"] == subject


ANYTHING = st.text(max_size=200) | st.text("aé 👩‍🔬=?_阿", min_size=50, max_size=200)


@given(ANYTHING.map(cleaned))
def test_whatever_a_subject_says_arrives_as_it_is_written_in_short_lines(subject: str) -> None:
    raw = about(subject)
    assert read(raw)["Subject"] == decoded(raw, "Subject") == subject
    assert all(len(line) <= 78 for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n"))


def test_a_subject_cannot_begin_another_header() -> None:
    message = read(about("What\r\nBcc: ben@example.org\r\n\r\nnext?"))
    assert message["Bcc"] is None
    assert message["To"] == "ada@example.org"


def test_an_events_title_and_greeting_are_text_and_nothing_else() -> None:
    event = an_event(title={"de": "<i>Los</i> & los", "en": "x"}, greeting={"de": "<img src=x>", "en": "x"})
    text, page = parts(sent(a_letter(MailKind.WELCOME, a_subject(event=event)), event))
    assert "img" not in page.elements
    assert "<img src=x>" in page.text
    assert "<i>Los</i> & los" in text


def proposal(accent: str) -> str:
    event = an_event(accent=accent)
    return html(a_letter(MailKind.PROPOSAL, a_subject(event=event)), event, DU)


def test_an_events_colour_takes_the_place_of_ours_everywhere() -> None:
    ours, theirs = proposal(""), proposal("#7a1fa2")
    for colour in (Accent().one, Accent().dark, Accent().dark_link):
        assert colour in ours
        assert colour not in theirs
    assert theirs.count("#7a1fa2") == ours.count(Accent().one)


@pytest.mark.parametrize("colour", ["#7a1fa2", "#ffd400", "#000000", "#ffffff", "#808080", "#e30613"])
def test_a_button_can_be_read_in_whatever_colour_it_is(colour: str) -> None:
    page = proposal(colour)
    dark = r"\.button td, \.button a { background: (#\w+) !important; color: (#\w+) !important; }"
    for button, papers in ((r'_blank" style="[^"]*background:(#\w+);color:(#\w+);', LIGHT_PAPERS), (dark, DARK_PAPERS)):
        ((paper, ink),) = re.findall(button, page)
        assert contrast(paper, ink) >= 4.5
        assert all(contrast(paper, under) >= 4.5 for under in papers)


@pytest.mark.parametrize("colour", ["", "#ffd400", "#000000"])
def test_what_is_written_in_the_colour_can_be_read_where_it_stands(colour: str) -> None:
    page = proposal(colour)
    (light,) = set(re.findall(r'class="choice"[^>]*;color:(#\w+);', page))
    (dark,) = re.findall(r"\.choice { color: (#\w+) ", page)
    on_light = re.findall(r'class="(?:card|sheet)" style="[^"]*background:(#\w+);', page)
    on_dark = re.findall(r"\.(?:card|sheet)[^{]*{ background: (#\w+) ", page)
    assert len(set(on_light)) == len(set(on_dark)) == 2
    assert all(contrast(light, paper) >= 4.5 for paper in on_light)
    assert all(contrast(dark, paper) >= 4.5 for paper in on_dark)


def test_the_text_part_has_no_entities_and_ends_with_a_signature() -> None:
    text, _ = parts(sent(introducing("Ada & Ben <3")))
    assert "Ada & Ben <3" in text
    assert "&amp;" not in text
    assert "\n-- \n" in text
    assert "\n\n\n" not in text.strip()


@given(st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z]{1,60}\.[a-z]{1,60}\.org", fullmatch=True))
def test_every_address_that_can_register_can_be_written_to(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return
    message = read(sent(a_letter(MailKind.WELCOME, a_subject()), recipient=address))
    assert [one.addr_spec for one in message["To"].addresses] == [address]


def entry(text: str) -> Entry:
    return Entry(
        uid="x@begegnung",
        sequence=0,
        written_at=berlin("2027-05-24 09:30"),
        starts_at=berlin("2027-06-03 10:30"),
        ends_at=berlin("2027-06-03 11:00"),
        time_zone="Europe/Berlin",
        title=text,
        where=text,
        notes=text,
    )


@pytest.mark.parametrize("name", [*NASTY, "x" * 300, "é" * 300, "one\nEND:VEVENT\ntwo", "a;b\\c,d"])
def test_a_name_stays_a_name_in_a_calendar_file(name: str) -> None:
    written = calendar_file([entry(name)])
    (read_back,) = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert str(read_back["summary"]) == str(read_back["location"]) == str(read_back["description"]) == name
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert written == calendar_file([entry(name)])


def test_a_name_of_three_hundred_characters_breaks_no_header() -> None:
    name = "Ada-Lovelace, " * 21
    looks_as_written(name.strip()[:80])
    assert read(about(name))["Subject"] == name
