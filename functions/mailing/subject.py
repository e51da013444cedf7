"""What a letter is about, as it is at the moment of sending, and how its reader is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from shared import local_time, meeting
from shared.chain import zone_of
from shared.counts import Counts
from shared.models import Attendee, Event, Mail, Match, Round, Submission
from shared.texts import Voice


class Meeting(NamedTuple):
    """A match and the other person in it."""

    match: Match
    partner: Attendee


class Subject(NamedTuple):
    """All a letter of any kind can speak of."""

    event: Event
    voice: Voice
    now: datetime
    recipient: str
    variant: str = ""
    attendee: Attendee | None = None
    meetings: tuple[Meeting, ...] = ()
    next_round: Round | None = None
    rounds: tuple[Round, ...] = ()
    counts: Counts | None = None
    mails: tuple[Mail, ...] = ()  # what somebody was sent, for those who ask for their data
    matches: tuple[Match, ...] = ()  # what was proposed to them, likewise
    submission: Submission | None = None  # the form, or the request for a link, that is answered
    expires_at: datetime | None = None  # of the submission to confirm
    page_url: str = ""
    confirm_url: str = ""
    stop_url: str = ""

    @property
    def reader(self) -> Attendee:
        """The attendee a letter is to; raise AssertionError where it is to somebody else."""
        assert self.attendee is not None  # noqa: S101 - letters to others speak of no person
        return self.attendee

    @property
    def title(self) -> str:
        return self.event.title.in_language(self.voice.language)

    @property
    def zone(self) -> str:
        return zone_of(self.event, self.attendee) if self.attendee else self.event.time_zone

    def say(self, key: str, **values: object) -> str:
        return self.voice(f"letters.{key}", title=self.title, sender=self.event.sender_name, **values)

    def moment(self, moment: datetime) -> str:
        return local_time.for_reader(moment, self.zone, self.event.time_zone, self.voice.language)

    def when(self) -> str:
        """Say when the event is."""
        span = local_time.span(self.event.starts_at, self.event.ends_at, self.zone, self.voice.language)
        return span + local_time.abroad(self.zone, self.event.time_zone)

    def where(self) -> str:
        """Say where the event is for this reader: there, online, or both."""
        return meeting.where_for(self.event, self.reader, self.voice.language)

    def names(self) -> str:
        """List the first names of the others as a sentence does."""
        names = [one.partner.profile.first_name for one in self.meetings]
        return self.say("common.and", first=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else names[0]

    def spot(self, one: Meeting) -> meeting.Meeting | None:
        """Return when and where the two can meet, if that is still to come."""
        found = meeting.meeting(self.event, one.match, (self.reader, one.partner), self.voice.language)
        return found if found and found.ends_at > self.now else None

    def spot_in_words(self, one: Meeting) -> str:
        """Say when and where the two can meet, or nothing."""
        spot = self.spot(one)
        return f"{self.moment(spot.starts_at)}, {spot.where}" if spot else ""
