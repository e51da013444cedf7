"""The form as a page: empty, filled, or with its faults beside the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.registration.pages import page
from shared.errors import Complaint
from shared.models import Event, Profile
from shared.texts import Voice

LANGUAGES_OFFERED = ("de", "en", "fr", "es", "it", "nl", "pl", "tr")
# One for each clock that many people live by; the JSON interface takes every zone there is.
ZONES = (
    "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Chicago America/New_York "
    "America/Halifax America/Sao_Paulo Atlantic/Azores Europe/Lisbon Europe/London Europe/Berlin Africa/Lagos "
    "Africa/Johannesburg Europe/Athens Europe/Kyiv Europe/Istanbul Africa/Nairobi Asia/Tehran Asia/Dubai Asia/Kabul "
    "Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Shanghai Asia/Tokyo "
    "Australia/Adelaide Australia/Sydney Pacific/Auckland"
).split()
# As they stand on the page, from top to bottom; faults are summed up in this order.
FIELDS = (
    "wishes first_name email languages offers interests about company attendance time_zone matches contact recognise "
    "avoid first_time write_me_first standing_yes surprise_me colleagues_welcome provider no_providers"
).split()
ALWAYS_OPEN = {"wishes", "first_name", "email", "languages"}  # stand outside the fold
FOLDED = set(FIELDS) - ALWAYS_OPEN
ONE_EACH = ("wishes", "offers")  # lists with a field for each entry
ANCHORS = {"matches": "how_many"}
WHOLE_FORM = "form"  # where a fault is of no field


def form_page(
    request: APIGatewayProxyEventV2,
    event: Event,
    voice: Voice,
    given: Mapping[str, Any],
    complaints: Sequence[Complaint] = (),
    **values: object,
) -> Response[str]:
    """Show the form with what was typed; `me` makes it a change of one's own answers, `stamp` says since when."""
    given = {name: showable(value) for name, value in given.items()}
    wrong = {complaint.field: complaint.text for complaint in in_order(complaints)}
    interests = typed(given, "interests")
    topics, spoken = topics_of(event, voice), typed(given, "languages")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    shown: dict[str, object] = {
        "given": given,
        "wrong": {anchor_of(field): text for field, text in wrong.items()},
        "labels": {anchor_of(field): name if (name := field.split(".")[0]) in FIELDS else "" for field in wrong},
        "opened": bool({field.split(".")[0] for field in wrong} & FOLDED) or bool(values.get("me")),
        "languages": [(code, name_of(code, voice)) for code in dict.fromkeys((*LANGUAGES_OFFERED, *spoken))],
        "spoken": [*event.languages, *spoken],  # what stands before the fold of other languages
        "topics": [(topic, topic in interests) for topic in topics],
        "other_interests": ", ".join(one for one in interests if one not in topics),
        "limit": event.matches_per_person,
        "zones": ZONES,
        "stamp": "",
        "me": None,
        "action": f"/events/{event.event_id}/registrations",
        "status": status,
    }
    return page(request, voice, "form.html", event=event, **{**shown, **values})  # type: ignore[arg-type] # status


def name_of(code: str, voice: Voice) -> str:
    """Name a language, or show the code by which a program named it."""
    key = f"phrases.languages.{code}"
    return voice(key) if voice.has(key) else code


def showable(value: Any) -> Any:
    """Return what can be shown of what was sent, whatever that was."""
    if isinstance(value, list | tuple):
        return [showable(one) for one in value]
    if isinstance(value, bool):
        return value
    return str(value).encode(errors="replace").decode() if isinstance(value, str | int) else ""


def topics_of(event: Event, voice: Voice) -> list[str]:
    """Return the topics to choose from: the event's, or some that people anywhere like."""
    if event.topics:
        return [topic.in_language(voice.language) for topic in event.topics]
    return voice("pages.form.topics").split(", ")


def typed(given: Mapping[str, Any], field: str) -> list[str]:
    """Return a list's entries, whatever was sent in its place."""
    value = given.get(field) or []
    entries = value if isinstance(value, list | tuple) else [value]
    return [one for one in entries if isinstance(one, str)]


def in_order(complaints: Sequence[Complaint]) -> list[Complaint]:
    places = {name: place for place, name in enumerate(FIELDS)}
    return sorted(complaints, key=lambda one: (places.get(one.field.split(".")[0], len(FIELDS)), one.field))


def anchor_of(field: str) -> str:
    """Return the id of the field on the page that a complaint is about."""
    name, _, place = field.partition(".")
    if name in ONE_EACH:
        return f"{name}-{place or 0}"
    if name not in FIELDS:
        return WHOLE_FORM
    return ANCHORS.get(name, name)


def answers_of(profile: Profile) -> dict[str, Any]:
    """Return a profile as the form would have sent it."""
    return profile.model_dump(mode="json")
