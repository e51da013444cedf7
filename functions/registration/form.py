"""Reading a filled form: bytes in, a submission out, every fault named beside its field."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from shared.complaints import complaints
from shared.errors import BodyTooLarge, BodyUnreadable, Complaint, FieldsInvalid
from shared.models import Consents, Event, Language, Line, Profile, Submission
from shared.texts import Voice
from shared.tokens import address_hash, keyed_hash, mailbox_hash, normal_company

LARGEST_BODY = 64 * 1024  # characters; a full form has about three thousand
MOST_FIELDS = 100
LONGEST_TEXT = 1000  # characters of one field, before it is looked at
LINK_VALID = timedelta(days=7)
LISTS = {"languages", "wishes", "offers", "interests", "avoid"}
TYPED_IN_ONE_FIELD = {"interests", "avoid"}
SWITCHES = {name for name, field in Profile.model_fields.items() if field.annotation is bool}
SWITCHES |= {"consent_matching", "consent_follow_up"}
UNSEEN_MARKS = {"\u034f", *map(chr, range(0xFE00, 0xFE10))}  # joiners and variation selectors, which show nothing
JOINERS = "\u200c\u200d"
UNSEEN = ("Cf", "Mn", "Zs")  # categories of joiners, marks and blanks, which alone show nothing
ENDINGS = (
    "com|org|net|info|eu|de|ch|fr|nl|uk|pl|app|dev|social"  # of most web addresses; "at", "es" and "it" are words, too
)
CONTACT = re.compile(
    r"[^\s@]+@[^\s@]+\.\w|https?://|\bwww\."
    r"|(?<![\w@])@\w{2,}"  # a handle
    rf"|\b(?!(?:asp|vb|ado)\.net\b)[\w-]{{2,}}\.(?:{ENDINGS})\b"
    r"|\b[\w-]+\.(?!js\b|net\b)[a-z]{2,}/\w",  # t.me/somebody
    re.IGNORECASE,
)
DIGITS = re.compile(r"\+?\d(?:[\s/()._·\u2010-\u2015-]*\d){6,}")  # as many as a telephone number has
YEAR = r"(?:19|20)\d\d"
COUNTS = "|".join(
    (
        rf"{YEAR}-\d\d-\d\d",
        rf"(?:\d\d?\.(?:\d\d?\.)?\s?[-–]\s?)?\d\d?[./-]\d\d?[./-]{YEAR}",  # 3.6.2027, 1.-3.6.2027
        r"\d\d?\.[0-5]\d\s?[-–]\s?\d\d?\.[0-5]\d",  # 9.30-11.00
        r"[1-9]\d{0,2}(?:(?:\.\d{3})+|(?: ?\d{3})* ?000)",  # 1.500.000, 20 000
        YEAR,
    )
)
ONE = rf"(?>(?:{COUNTS})(?!\d))"  # atomic, as nobody may have all ways tried to part a long text
NO_TELEPHONE = re.compile(rf"{ONE}(?:[\s()/–-]+{ONE})*(?:\s\d{{1,3}})?")


RENAMED = {"how_many": "matches"}  # on a page, a field named "matches" would hide a form's own method
READ_BY_OTHERS = ("first_name", "about", "wishes", "offers", "interests")
SHORTEST_COMPANY = 3  # letters; what is shorter is part of too many words


class Form(Profile):
    """What the form asks: the profile, and what nobody else ever reads."""

    email: str = Field(max_length=254)
    avoid: tuple[Line, ...] = Field(default=(), max_length=20)
    consent_matching: bool = Field(default=False, strict=True)
    consent_follow_up: bool = Field(default=False, strict=True)

    @field_validator("email")
    @classmethod
    def is_an_address(cls, value: str) -> str:
        try:
            return in_ascii(value)
        except ValueError:
            raise PydanticCustomError("email", "not an address") from None

    @field_validator("time_zone")
    @classmethod
    def zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value or "UTC")
        except (KeyError, ValueError, OSError):
            raise PydanticCustomError("time_zone", "unknown zone") from None
        return value

    @field_validator("matches", mode="before")
    @classmethod
    def is_a_number(cls, value: object) -> object:
        if isinstance(value, bool):
            raise PydanticCustomError("int_type", "a number")
        return value

    @field_validator(*READ_BY_OTHERS)
    @classmethod
    def carries_no_contact(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if any(tells_contact(text) for text in texts_of(value)):
            raise PydanticCustomError("contact_inside", "contact in a text others read")
        return value


def names_company(text: str, company: str) -> bool:
    """Say whether a text names a company, however either is spelt."""
    name = normal_company(plain(company))
    return len(name) >= SHORTEST_COMPANY and f" {name} " in f" {normal_company(plain(text))} "


def plain(text: str) -> str:
    """Write a text as it looks: wide, circled and joined characters hide nothing."""
    shown = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).replace("\u3002", ".")
    return "".join(c for c in shown if unicodedata.category(c) not in ("Cf", "Me") and c not in UNSEEN_MARKS)


def in_ascii(email: str) -> str:
    """Write an address as all mail servers understand it; raise ValueError if it is none."""
    # Imported here as its DNS library costs a page's rendering time, and only a sent form needs it.
    from email_validator import validate_email  # noqa: PLC0415

    return str(validate_email(email, check_deliverability=False, allow_smtputf8=False).ascii_email)


def tells_contact(text: str) -> bool:
    """Say whether a text holds an address, or digits that may be a telephone number."""
    text = plain(text)
    numbers = [found[0] for found in DIGITS.finditer(text)]
    return CONTACT.search(text) is not None or not all(NO_TELEPHONE.fullmatch(number) for number in numbers)


def is_json(request: APIGatewayProxyEventV2) -> bool:
    """Say whether a request comes from a program: it sends or wants JSON."""
    kinds = f"{request.headers.get('content-type', '')} {request.headers.get('accept', '')}"
    return "json" in kinds


def read_fields(request: APIGatewayProxyEventV2) -> dict[str, Any]:
    """Return the fields of a request's body, cleaned; raise BodyTooLarge or BodyUnreadable."""
    if len(request.body or "") > LARGEST_BODY:
        raise BodyTooLarge
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        body = request.decoded_body or ""
        if kind == "application/json":
            fields = json.loads(body)
        elif kind == "application/x-www-form-urlencoded":
            fields = from_html(parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
        else:
            raise BodyUnreadable
    except (ValueError, RecursionError):
        raise BodyUnreadable from None
    if not isinstance(fields, dict):
        raise BodyUnreadable
    try:
        return {str(name): cleaned(value) for name, value in fields.items()}
    except RecursionError:
        raise BodyUnreadable from None


def from_html(fields: dict[str, list[str]]) -> dict[str, Any]:
    """Shape an HTML form's fields like the JSON ones: lists, switches, and several topics typed in one field."""
    shaped: dict[str, Any] = {}
    for typed, given in fields.items():
        name = RENAMED.get(typed, typed)
        if name in TYPED_IN_ONE_FIELD:
            shaped[name] = [part for text in given for part in re.split(r"[,;\n]", text) if part.strip()]
        elif name in LISTS:
            shaped[name] = [text for text in given if text.strip()]
        elif name in SWITCHES:
            shaped[name] = given[-1] in ("on", "true", "1", "yes")
        else:
            shaped[name] = given[-1]
    return shaped


def cleaned(value: Any) -> Any:
    """Fold white space, compose letters, and drop what cannot be seen."""
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if not isinstance(value, str):
        return value
    seen = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf") or c in JOINERS else " " if c.isspace() else "" for c in value
    )
    # Marks without end would take seconds to be put in order; what is as long as this is refused all the same.
    text = " ".join((unicodedata.normalize("NFC", seen) if len(seen) <= LONGEST_TEXT else seen).split())
    return "" if all(unicodedata.category(c) in UNSEEN for c in text) else text


def read_form(fields: dict[str, Any], voice: Voice) -> Form:
    """Check the fields; raise FieldsInvalid."""
    lost = {name if name in Form.model_fields else "form" for name, value in fields.items() if has_lost_letters(value)}
    if lost:
        raise FieldsInvalid([Complaint(name, voice("complaints.characters")) for name in sorted(lost)])
    try:
        form = Form.model_validate(fields)
    except ValidationError as error:
        raise FieldsInvalid(complaints(error, voice)) from None
    named = [
        Complaint(name, voice("complaints.company_inside"))
        for name in READ_BY_OTHERS
        if any(names_company(text, form.company) for text in texts_of(getattr(form, name)))
    ]
    if named:
        raise FieldsInvalid(named)
    return form


def texts_of(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def address_asked_for(fields: dict[str, Any], voice: Voice) -> str:
    """Return the one address in a request; raise FieldsInvalid."""
    given = fields.get("email")
    try:
        return in_ascii(given if isinstance(given, str) else "")
    except ValueError:
        raise FieldsInvalid([Complaint("email", voice("complaints.email"))]) from None


def has_lost_letters(value: Any) -> bool:
    """Say whether a text holds half a letter, or what stands for letters that were sent in another encoding."""
    texts = value if isinstance(value, list) else [value]
    letters = (c for text in texts if isinstance(text, str) for c in text)
    return any(unicodedata.category(c) == "Cs" or c == "\ufffd" for c in letters)


def submission(
    form: Form, event: Event, language: Language, submission_id: str, secret: str, now: datetime
) -> Submission:
    """Make a checked form a submission; addresses and companies to avoid leave only their hashes."""
    company = normal_company(form.company)
    return Submission(
        submission_id=submission_id,
        event_id=event.event_id,
        email=form.email,
        address_hash=address_hash(secret, form.email),
        mailbox_hash=mailbox_hash(secret, form.email),
        company_hash=keyed_hash(secret, "company", company) if company else "",
        avoid=tuple(avoided(text, secret) for text in form.avoid),
        language=language,
        profile=Profile(**{name: getattr(form, name) for name in Profile.model_fields}),
        consents=Consents(
            matching=form.consent_matching,
            follow_up=form.consent_follow_up,
            wording=wording_hash(event, language),
        ),
        submitted_at=now,
        expires_at=now + LINK_VALID,
    )


def avoided(text: str, secret: str) -> str:
    if "@" in text:
        with suppress(ValueError):
            text = in_ascii(text)
        return address_hash(secret, text)
    return keyed_hash(secret, "company", normal_company(text))


def wording_hash(event: Event, language: Language) -> str:
    """Hash the declarations as this person read them: proof of what they agreed to."""
    voice = Voice(language, event.address)
    words = voice("pages.form.consent_matching") + voice("pages.form.consent_follow_up")
    return hashlib.sha256(words.encode()).hexdigest()
