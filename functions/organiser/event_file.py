"""What an organiser writes into `event.toml`, and the event it means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NaiveDatetime,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.complaints import complaints
from shared.errors import Complaint, FieldsInvalid
from shared.models import Bilingual, Break, Event, FormOfAddress, Language, Publish, Value
from shared.texts import Voice
from shared.words import literal

BEFORE_START = re.compile(r"([1-9][0-9]{0,2})([dh])")
HTTPS = re.compile(r"https://[^\s/]+\.\S+")
ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
ADDRESS = re.compile(rf"{ATOM}(\.{ATOM})*@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)  # as headers carry it
COLOUR = re.compile(r"(#[0-9a-fA-F]{6})?")
PORT = r":(?!(80|443)$)[1-9][0-9]{0,4}"  # browsers leave those two out
ORIGIN = re.compile(rf"https://[a-z0-9-]+(\.[a-z0-9-]+)+({PORT})?|http://(127\.0\.0\.1|localhost){PORT}")
LONGEST_TOPIC = 40
PARTS_TOPICS = re.compile(r"[,;]")  # as the form's field for several interests does
BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # as a mail's headers see it
CONCEPT_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
ASKED_LATE_DAYS = 14  # after the event somebody may still say what became of it, and from then on its letter counts
YEARS = range(2000, 3000)  # far enough from both ends of the calendar to calculate with


def one_text_for_both(value: Any) -> Any:
    """Take a plain text for both languages; blanks around one do not count."""
    if isinstance(value, str):
        value = {"de": value, "en": value}
    if isinstance(value, dict):
        return {name: text.strip() if isinstance(text, str) else text for name, text in value.items()}
    raise PydanticCustomError("bilingual", "a text or both languages")


def on_one_line(value: str) -> str:
    if BREAKS_A_LINE.search(value):
        raise PydanticCustomError("one_line", "a text on one line")
    return value


def both_on_one_line(value: Bilingual) -> Bilingual:
    on_one_line(value.de + value.en)
    return value


def short_and_whole(value: Bilingual) -> Bilingual:
    if any(len(text) > LONGEST_TOPIC or PARTS_TOPICS.search(text) for text in (value.de, value.en)):
        raise PydanticCustomError("topic", "a short topic without what parts topics")
    return value


def as_concepts_are_named(value: str) -> str:
    if not CONCEPT_ID.fullmatch(value):
        raise PydanticCustomError("concept_id", "a concept's id")
    return value


def to_be_recognised(value: str) -> str:
    """Take an alias that a text can hold: capitals and beginnings are compared with single words."""
    if value.isupper():
        is_found = value.isalpha()
    elif value.endswith("-"):
        is_found = value[:-1].isalpha() and len(value) > len("a-")
    else:
        is_found = literal(value) != ""
    if not is_found:
        raise PydanticCustomError("alias", "an alias")
    return value


def as_browsers_name_it(value: str) -> str:
    if not ORIGIN.fullmatch(value):
        raise PydanticCustomError("origin", "a website's origin")
    return value


def with_a_time(value: Any) -> Any:
    if not isinstance(value, str) or ":" not in value:
        raise PydanticCustomError("datetime_type", "a date and time")
    return value


def in_our_time(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise PydanticCustomError("year", "a year events are in")
    return value


Text = Annotated[Bilingual, BeforeValidator(one_text_for_both)]
Label = Annotated[Text, AfterValidator(both_on_one_line)]
Topic = Annotated[Label, AfterValidator(short_and_whole)]
Link = Annotated[str, Field(max_length=300)]
Origin = Annotated[Link, AfterValidator(as_browsers_name_it)]
OneLine = AfterValidator(on_one_line)
ConceptId = Annotated[str, AfterValidator(as_concepts_are_named)]
ConceptLabel = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), OneLine]
Alias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=60),
    OneLine,
    AfterValidator(to_be_recognised),
]
Aliases = Annotated[tuple[Alias, ...], Field(max_length=12)]
LocalTime = Annotated[NaiveDatetime, BeforeValidator(with_a_time), AfterValidator(in_our_time)]


class BreakInFile(Value):
    """A break, in the event's local time."""

    starts_at: LocalTime
    ends_at: LocalTime
    place: Label


class ConceptInFile(Value):
    """A concept of the event's own; docs/understanding.md says how one is written."""

    de: ConceptLabel
    en: ConceptLabel
    aliases_de: Aliases = ()
    aliases_en: Aliases = ()

    @model_validator(mode="after")
    def is_recognised_by_something(self) -> Self:
        if not self.aliases_de and not self.aliases_en:
            raise PydanticCustomError("no_alias", "an alias")
        return self


def off_is_none(value: Any) -> Any:
    """Take `false` for a letter that is not to be sent."""
    return None if value is False else value


Days = Annotated[int | None, BeforeValidator(off_is_none)]


class FollowUpInFile(Value):
    """The later letters: days, or false for none."""

    nudge: bool = Field(default=True, strict=True)
    reminder: Days = Field(default=2, strict=True, ge=1, le=14)
    did_you_meet: Days = Field(default=1, strict=True, ge=1, le=5)
    once_more: Days = Field(default=7, strict=True, ge=7, le=14)
    not_yet: Days = Field(default=21, strict=True, ge=14, le=60)
    stay_in_touch: Days = Field(default=90, strict=True, ge=30, le=300)
    digest: bool = Field(default=True, strict=True)


class EventFile(Value):
    """The content of `event.toml`; moments are the event's local time."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")
    title: Label
    starts_at: LocalTime
    ends_at: LocalTime
    time_zone: str
    place: Label | None = None
    link: Link | None = None
    languages: tuple[Language, ...] = Field(default=(Language.DE, Language.EN), min_length=1, max_length=2)
    address: FormOfAddress = FormOfAddress.DU
    rounds: tuple[str, ...] = Field(default=("10d", "2d", "3h"), min_length=1, max_length=6)
    matches_per_person: int = Field(default=3, strict=True, ge=1, le=5)
    breaks: tuple[BreakInFile, ...] = Field(default=(), max_length=40)
    publish: Publish = Publish.AUTO
    greeting: Text | None = None
    sender_name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(on_one_line)
    ]
    reply_to: str = Field(max_length=120)
    imprint: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=600)]
    privacy_url: Link
    retention_days: int = Field(default=120, strict=True, ge=1, le=365)  # the last letter asks after 90
    follow_up: FollowUpInFile = FollowUpInFile()
    accent: str = ""
    topics: tuple[Topic, ...] = Field(default=(), max_length=12)
    concepts: dict[ConceptId, ConceptInFile] = Field(default={}, max_length=30)
    allowed_origins: tuple[Origin, ...] = Field(default=(), max_length=10)
    mail_budget: int = Field(default=2000, strict=True, ge=50, le=100_000)
    cancelled: bool = Field(default=False, strict=True)

    @field_validator("time_zone")
    @classmethod
    def zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise PydanticCustomError("time_zone", "unknown zone") from None
        return value

    @field_validator("languages", "topics", "allowed_origins")
    @classmethod
    def all_are_different(cls, value: tuple[object, ...]) -> tuple[object, ...]:
        if len(set(value)) < len(value):
            raise PydanticCustomError("twice", "the same twice")
        return value

    @field_validator("reply_to")
    @classmethod
    def can_be_answered(cls, value: str) -> str:
        if not ADDRESS.fullmatch(value):
            raise PydanticCustomError("reply_to", "an address in ASCII")
        return value

    @field_validator("accent")
    @classmethod
    def is_a_colour(cls, value: str) -> str:
        if not COLOUR.fullmatch(value):
            raise PydanticCustomError("colour", "a colour, or none")
        return value

    @field_validator("link", "privacy_url")
    @classmethod
    def links_are_https(cls, value: str | None) -> str | None:
        if value is not None and not HTTPS.fullmatch(value):
            raise PydanticCustomError("https", "an https address")
        return value


def read_event(content: Any, version: int, voice: Voice, now: datetime) -> Event:
    """Turn a file's content into an event; raise FieldsInvalid naming every field that cannot be taken."""
    if not isinstance(content, dict):
        raise FieldsInvalid([Complaint("event", voice("complaints.model_type"))])
    try:
        file = EventFile.model_validate(content)
    except ValidationError as error:
        raise FieldsInvalid(complaints(error, voice)) from None
    zone = ZoneInfo(file.time_zone)
    starts_at, ends_at = in_utc(file.starts_at, zone), in_utc(file.ends_at, zone)
    wrong = [Complaint(field, voice(f"complaints.{key}")) for field, key in faults(file, now)]
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


def faults(file: EventFile, now: datetime) -> list[tuple[str, str]]:
    """Return (field, what is wrong with it) for all that only shows when fields are compared."""
    zone = ZoneInfo(file.time_zone)
    found = []
    if file.place is None and file.link is None:
        found.append(("place", "place_or_link"))
    if file.ends_at <= file.starts_at:
        found.append(("ends_at", "ends_before_start"))
    elif in_utc(file.ends_at, zone) <= now:
        found.append(("ends_at", "already_over"))
    for place, one in enumerate(file.breaks):
        if not file.starts_at <= one.starts_at <= file.ends_at:
            found.append((f"breaks.{place}.starts_at", "outside_event"))
        if one.ends_at <= one.starts_at:
            found.append((f"breaks.{place}.ends_at", "ends_before_start"))
        elif one.ends_at > file.ends_at:
            found.append((f"breaks.{place}.ends_at", "outside_event"))
    latest = max(file.follow_up.stay_in_touch or 0, file.follow_up.not_yet or 0)
    if file.retention_days < latest + ASKED_LATE_DAYS:
        found.append(("retention_days", "shorter_than_follow_up"))
    found += [(field, "alias_twice") for field in aliases_in_two(file.concepts)]
    moments = [round_time(text, file.starts_at, zone) for text in file.rounds]
    found += [(f"rounds.{place}", "round_time") for place, moment in enumerate(moments) if moment is None]
    known = [moment for moment in moments if moment]
    if known != sorted(set(known)) or any(moment >= in_utc(file.ends_at, zone) for moment in known):
        found.append(("rounds", "round_order"))
    return found


def aliases_in_two(concepts: Mapping[str, ConceptInFile]) -> list[str]:
    """Return the fields of aliases that a text could not tell from those of another concept."""
    fields: dict[str, dict[str, str]] = defaultdict(dict)  # alias -> concept -> the first field it stands in
    for name, concept in concepts.items():
        for language, aliases in (("de", concept.aliases_de), ("en", concept.aliases_en)):
            for place, alias in enumerate(aliases):
                fields[literal(alias)].setdefault(name, f"concepts.{name}.aliases_{language}.{place}")
    return [field for of in fields.values() if len(of) > 1 for field in of.values()]


def round_time(text: str, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Read a round's time in UTC: "10d" is the start's time of day ten days earlier, "3h" is three hours earlier."""
    match = BEFORE_START.fullmatch(text)
    if match and match[2] == "d":
        return in_utc(starts_at - timedelta(days=int(match[1])), zone)
    if match:
        return in_utc(starts_at, zone) - timedelta(hours=int(match[1]))
    try:
        moment = datetime.fromisoformat(text)
        return in_utc(moment, zone) if moment.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
