"""A letter: what is said, before it is HTML, text or MIME."""

from __future__ import annotations

from typing import NamedTuple

from shared.calendar_entries import Entry


class Paragraph(NamedTuple):
    text: str
    kind: str = "paragraph"


class Aside(NamedTuple):
    """The one light sentence of a letter."""

    text: str
    kind: str = "aside"


class Facts(NamedTuple):
    """Short lines of label and value: time, place, contact."""

    lines: tuple[tuple[str, str], ...]
    kind: str = "facts"


class Button(NamedTuple):
    """Something to do. It opens a page and changes nothing by itself."""

    label: str
    url: str
    kind: str = "button"


class Person(NamedTuple):
    """Somebody to meet: name, what they do, why it is worth it to both, a question to open with.

    `facts` say how to reach and find them once that is agreed; `choices` are what the reader can answer about them.
    """

    name: str
    about: str = ""
    reasons: tuple[str, ...] = ()
    opener: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    choices: tuple[Button, ...] = ()
    kind: str = "person"


class Letter(NamedTuple):
    """One mail's content; the HTML and the text part are made from the same blocks."""

    subject: str
    preheader: str
    blocks: tuple[Paragraph | Aside | Person | Facts | Button, ...]
    why: str  # why this person gets this letter
    stop: Button | None = None  # how to get no more of its kind
    reply_to: str | None = None  # another attendee, in the letter that brings two together
    entries: tuple[Entry, ...] = ()  # for the calendar; those struck out leave in a file of their own
    data: str = ""  # JSON to be attached
