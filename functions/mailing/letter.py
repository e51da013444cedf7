"""A letter: what is said, before it is HTML, text or MIME."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Aside:
    """The one light sentence of a letter."""

    text: str
    kind: str = field(default="aside", init=False)


@dataclass(frozen=True)
class Person:
    """Somebody to meet: name, what they do, why it is worth it to both, and a question to open with."""

    name: str
    about: str
    reasons: tuple[str, ...]
    opener: str
    kind: str = field(default="person", init=False)


@dataclass(frozen=True)
class Facts:
    """Short lines of label and value: time, place, contact."""

    lines: tuple[tuple[str, str], ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Button:
    """The one thing to do. It opens a page and changes nothing by itself."""

    label: str
    url: str
    kind: str = field(default="button", init=False)


@dataclass(frozen=True)
class Entry:
    """Something for the reader's calendar. The same `uid` again with a higher `sequence` changes what is there."""

    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    title: str
    where: str
    notes: str = ""
    cancelled: bool = False


@dataclass(frozen=True)
class Letter:
    """One mail's content; the HTML and the text part are made from the same blocks."""

    subject: str
    preheader: str
    blocks: tuple[Paragraph | Aside | Person | Facts | Button, ...]
    why: str  # why this person gets this letter
    stop: Button | None = None  # how to get no more of its kind
    reply_to: str | None = None  # another attendee, in the letter that brings two together
    entries: tuple[Entry, ...] = ()  # of one kind: all new or changed, or all cancelled
    data: str = ""  # JSON to be attached
