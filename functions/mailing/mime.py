"""A letter as the bytes that go to SES: HTML and text part from the same blocks, headers that arrive intact."""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.mailing.letter import Letter
from shared.models import Event
from shared.texts import Voice

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_LINE = 78
POLICY = EmailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=LONGEST_LINE)


def mime(letter: Letter, event: Event, voice: Voice, sender: str, recipient: str, mail_id: str) -> bytes:
    """Build the mail; equal arguments give equal bytes."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(event.sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Reply-To"] = Address(addr_spec=letter.reply_to or event.reply_to)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text(letter, event, voice))
    message.add_alternative(html(letter, event, voice), subtype="html")
    # Last, as setting the content drops every header about content.
    message["Content-Language"] = str(voice.language)
    message.set_boundary(f"=_{mail_id}")
    return subject_line(letter.subject) + message.as_bytes()


def subject_line(subject: str) -> bytes:
    """Encode a subject as a whole or not at all: the message would do so word by word, and lose blanks on the way."""
    line = f"Subject: {subject}"
    # Who is called "=?utf-8?q?Ben?=" would be decoded.
    if not (line.isascii() and line.isprintable()) or "=?" in line or len(line) > LONGEST_LINE:
        encoded = Header(subject, "utf-8", maxlinelen=LONGEST_LINE, header_name="Subject").encode(linesep="\r\n")
        line = f"Subject: {encoded}"
    return f"{line}\r\n".encode("ascii")


def html(letter: Letter, event: Event, voice: Voice) -> str:
    return _render(escaping(), "letter.html", letter, event, voice)


def text(letter: Letter, event: Event, voice: Voice) -> str:
    return _render(plain(), "letter.txt", letter, event, voice)


def _render(environment: Environment, name: str, letter: Letter, event: Event, voice: Voice) -> str:
    title = event.title.in_language(voice.language)
    return environment.get_template(name).render(letter=letter, event=event, say=voice, title=title)


@cache
def escaping() -> Environment:
    """Escape everything, whatever the template's name ends in."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def plain() -> Environment:
    """Escape nothing: for the text part, where an entity would be read as such."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701 - nothing of this is ever shown as HTML
        undefined=StrictUndefined,
        trim_blocks=True,
    )
