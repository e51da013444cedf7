"""What an organiser writes into `event.toml`, and the event it means."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, NaiveDatetime, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.complaints import complaints
from shared.errors import Complaint, FieldsInvalid
from shared.models import Bilingual, Break, Event, FormOfAddress, Language, Publish, Value
from shared.texts import Voice

BEFORE_START = re.compile(r"^([1-9][0-9]{0,2})([dh])$")


def one_text_for_both(value: Any) -> Any:
    """Take a plain text for both languages."""
    if isinstance(value, str):
        return {"de": value, "en": value}
    if isinstance(value, dict):
        return value
    raise PydanticCustomError("bilingual", "a text or both languages")


def https_only(value: str) -> str:
    if not re.match(r"^https://[^\s/]+\.[^\s]+$", value):
        raise PydanticCustomError("https", "an https address")
    return value


Text = Annotated[Bilingual, BeforeValidator(one_text_for_both)]
Link = Annotated[str, Field(max_length=300)]


class BreakInFile(Value):
    """A break, in the event's local time."""

    starts_at: NaiveDatetime
    ends_at: NaiveDatetime
    place: Text


class EventFile(Value):
    """The content of `event.toml`; moments are the event's local time."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")
    title: Text
    starts_at: NaiveDatetime
    ends_at: NaiveDatetime
    time_zone: str
    place: Text | None = None
    link: Link | None = None
    languages: tuple[Language, ...] = Field(default=(Language.DE, Language.EN), min_length=1, max_length=2)
    address: FormOfAddress = FormOfAddress.DU
    rounds: tuple[str, ...] = Field(default=("10d", "2d", "3h"), min_length=1, max_length=6)
    matches_per_person: int = Field(default=3, ge=1, le=5)
    breaks: tuple[BreakInFile, ...] = Field(default=(), max_length=40)
    publish: Publish = Publish.AUTO
    greeting: Text | None = None
    sender_name: str = Field(min_length=1, max_length=60)
    reply_to: str = Field(pattern=r"^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$", max_length=120)
    imprint: str = Field(min_length=10, max_length=600)
    privacy_url: Link
    retention_days: int = Field(default=30, ge=1, le=365)
    cancelled: bool = False

    @field_validator("time_zone")
    @classmethod
    def zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise PydanticCustomError("time_zone", "unknown zone") from None
        return value

    @field_validator("link", "privacy_url")
    @classmethod
    def links_are_https(cls, value: str | None) -> str | None:
        return None if value is None else https_only(value)

    @model_validator(mode="after")
    def can_be_met_at(self) -> Self:
        if self.place is None and self.link is None:
            raise PydanticCustomError("place_or_link", "place or link")
        return self


def read_event(content: Any, version: int, voice: Voice, now: datetime) -> Event:
    """Turn a file's content into an event; raise FieldsInvalid naming every field that cannot be taken."""
    try:
        file = EventFile.model_validate(content)
    except ValidationError as error:
        raise FieldsInvalid(complaints(error, voice)) from None
    zone = ZoneInfo(file.time_zone)
    starts_at, ends_at = in_utc(file.starts_at, zone), in_utc(file.ends_at, zone)
    wrong = [Complaint(field, voice(f"complaints.{key}")) for field, key in timing_faults(file, now)]
    if wrong:
        raise FieldsInvalid(wrong)
    rounds = [round_time(text, file.starts_at, zone) for text in file.rounds]
    return Event(
        event_id=file.id,
        version=version,
        starts_at=starts_at,
        ends_at=ends_at,
        rounds=tuple(moment for moment in rounds if moment),
        breaks=tuple(
            Break(starts_at=in_utc(one.starts_at, zone), ends_at=in_utc(one.ends_at, zone), place=one.place)
            for one in sorted(file.breaks, key=lambda one: one.starts_at)
        ),
        **file.model_dump(exclude={"id", "starts_at", "ends_at", "rounds", "breaks"}),
    )


def timing_faults(file: EventFile, now: datetime) -> list[tuple[str, str]]:
    """Return (field, what is wrong with it) for all that only shows when moments are compared."""
    zone = ZoneInfo(file.time_zone)
    faults = []
    if file.ends_at <= file.starts_at:
        faults.append(("ends_at", "ends_before_start"))
    elif in_utc(file.ends_at, zone) <= now:
        faults.append(("ends_at", "already_over"))
    for place, one in enumerate(file.breaks):
        if one.ends_at <= one.starts_at:
            faults.append((f"breaks.{place}.ends_at", "ends_before_start"))
        if not file.starts_at <= one.starts_at <= file.ends_at:
            faults.append((f"breaks.{place}.starts_at", "outside_event"))
    moments = [round_time(text, file.starts_at, zone) for text in file.rounds]
    faults += [(f"rounds.{place}", "round_time") for place, moment in enumerate(moments) if moment is None]
    known = [moment for moment in moments if moment]
    if known != sorted(set(known)) or any(moment >= in_utc(file.ends_at, zone) for moment in known):
        faults.append(("rounds", "round_order"))
    return faults


def round_time(text: str, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Read a round's time in UTC: "10d" is the start's time of day ten days earlier, "3h" is three hours earlier."""
    match = BEFORE_START.match(text)
    if match and match[2] == "d":
        return in_utc(starts_at - timedelta(days=int(match[1])), zone)
    if match:
        return in_utc(starts_at, zone) - timedelta(hours=int(match[1]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return in_utc(moment, zone) if moment.tzinfo is None else None


def in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
