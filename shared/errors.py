"""Refusals: what a person asked for and cannot have. Each has a text in the catalogue under its class's name."""

from collections.abc import Sequence
from typing import NamedTuple


class Complaint(NamedTuple):
    """What is wrong with one field of a form or file, in words for the person who filled it."""

    field: str
    text: str


class Refused(Exception):
    """Say no to a request; the caller did something that cannot be granted, and nothing was changed."""


class EventUnknown(Refused):
    """No event has this id."""


class PageUnknown(Refused):
    """There is nothing at this address."""


class MethodRefused(Refused):
    """The address exists, but not for this HTTP method."""


class RegistrationClosed(Refused):
    """The event is over or cancelled."""


class LinkUnknown(Refused):
    """The token is foreign, expired or made for another purpose; the answer does not tell which."""


class OriginRefused(Refused):
    """The form was sent from a website that the event does not name."""


class TooManyForms(Refused):
    """So many forms came from one network that not even a whole venue would send them."""


class BodyTooLarge(Refused):
    """The request's body is larger than any honest form."""


class BodyUnreadable(Refused):
    """The body is not of the type it claims, or of none we read."""


class AnswerTooLate(Refused):
    """The match is no longer open: introduced, or closed with its round."""


class FieldsInvalid(Refused):
    """Some fields of a form or file cannot be taken."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(", ".join(sorted({complaint.field for complaint in complaints})))
        self.complaints = tuple(complaints)


class RoundNotReady(Refused):
    """The round has no draft that could be published."""


class EventChangedMeanwhile(Refused):
    """Somebody else changed the event between reading and writing."""


class CommandUnknown(Refused):
    """The organiser asked for something that is no command."""
