"""A letter as the bytes that go to SES: HTML and text part from the same blocks, headers that arrive intact."""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.mailing.letter import Letter
from shared.colours import DARK_PAPERS, LIGHT_PAPERS, ink_on, readable
from shared.models import Event
from shared.texts import Voice

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_LINE = 78
LONGEST_HEADER = 996
# Machines read these values as they stand: folded into encoded words they mean nothing, and the button is gone.
UNFOLDED = {"list-unsubscribe", "list-unsubscribe-post", "feedback-id"}


class MailPolicy(EmailPolicy):
    """Keep what machines read on one line; fold the rest as usual."""

    def _fold(self, name: str, value: Any, refold_binary: bool = False) -> str:  # noqa: FBT001, FBT002 - the library's
        if name.lower() not in UNFOLDED:
            return str(super()._fold(name, value, refold_binary))  # type: ignore[misc] # private, so the stubs hide it
        line = f"{name}: {value}"
        if not (line.isascii() and line.isprintable() and len(line) <= LONGEST_HEADER):
            raise ValueError(name)
        return f"{line}{self.linesep}"


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=LONGEST_LINE)


class Accent(NamedTuple):
    """The colour of lines, links and buttons, and of what stands on these; ours unless the event has its own."""

    one: str = "#0b5d57"
    on_one: str = "#ffffff"
    dark: str = "#37b3a8"
    on_dark: str = "#08211f"
    dark_link: str = "#6fd4ca"


def mime(letter: Letter, event: Event, voice: Voice, sender: str, recipient: str, mail_id: str) -> bytes:
    """Build the mail; equal arguments give equal bytes."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(event.sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Reply-To"] = Address(addr_spec=letter.reply_to or event.reply_to)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop.url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text(letter, event, voice))
    message.add_alternative(html(letter, event, voice), subtype="html")
    message.set_boundary(f"=_{mail_id}")
    attach(message, letter)
    if letter.entries or letter.data:
        message.set_boundary(f"=_{mail_id}_all")
    # Last, as setting the content drops every header about content.
    message["Content-Language"] = str(voice.language)
    return subject_line(letter.subject) + message.as_bytes()


def attach(message: EmailMessage, letter: Letter) -> None:
    if letter.entries:
        # Five kinds of letter need it, and it takes as long to import as all the rest.
        from shared.calendar_file import calendar_file, method  # noqa: PLC0415

        kept = [one for one in letter.entries if not one.cancelled]
        struck = [one for one in letter.entries if one.cancelled]
        for entries, name in ((kept, "begegnung.ics"), (struck, "begegnung-abgesagt.ics")):
            if entries:
                message.add_attachment(calendar_file(entries), "text", "calendar", filename=name)
                *_, part = message.iter_attachments()
                part.set_param("charset", "utf-8")
                part.set_param("method", method(entries))
    if letter.data:
        message.add_attachment(letter.data.encode(), "application", "json", filename="begegnung.json")


def subject_line(subject: str) -> bytes:
    """Encode a subject as a whole or not at all: the message would do so word by word, and lose blanks on the way."""
    line = f"Subject: {subject}"
    # Who is called "=?utf-8?q?Ben?=" would be decoded.
    if not (line.isascii() and line.isprintable()) or "=?" in line or len(line) > LONGEST_LINE:
        encoded = Header(subject, "utf-8", maxlinelen=LONGEST_LINE, header_name="Subject").encode(linesep="\r\n")
        line = f"Subject: {encoded}"
    return f"{line}\r\n".encode("ascii")


def html(letter: Letter, event: Event, voice: Voice) -> str:
    return _render(escaping(), "letter.html", letter, event, voice, accent=accent(event.accent))


def text(letter: Letter, event: Event, voice: Voice) -> str:
    return _render(plain(), "letter.txt", letter, event, voice)


def _render(environment: Environment, name: str, letter: Letter, event: Event, voice: Voice, **values: object) -> str:
    title = event.title.in_language(voice.language)
    return environment.get_template(name).render(letter=letter, event=event, say=voice, title=title, **values)


@cache
def accent(colour: str) -> Accent:
    """Make an organiser's colour readable on a letter's papers, light and dark."""
    if not colour:
        return Accent()
    one, dark = readable(colour, *LIGHT_PAPERS), readable(colour, *DARK_PAPERS)
    return Accent(one, ink_on(one), dark, ink_on(dark), dark)


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
