"""Answers: pages for people, JSON for programs, in the reader's language."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.registration.form import is_json
from shared import chain, local_time
from shared.errors import (
    AnswerTooLate,
    BodyTooLarge,
    BodyUnreadable,
    CommandUnknown,
    EventChangedMeanwhile,
    EventUnknown,
    FieldsInvalid,
    LinkUnknown,
    MethodRefused,
    OriginRefused,
    PageUnknown,
    Refused,
    RegistrationClosed,
    RoundNotReady,
    TooManyForms,
)
from shared.logs import log_fault
from shared.models import Attendee, Event, Language, Round
from shared.texts import Voice, voice_for

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
STATUS: dict[type[Refused], HTTPStatus] = {
    EventUnknown: HTTPStatus.NOT_FOUND,
    PageUnknown: HTTPStatus.NOT_FOUND,
    LinkUnknown: HTTPStatus.NOT_FOUND,
    MethodRefused: HTTPStatus.METHOD_NOT_ALLOWED,
    OriginRefused: HTTPStatus.FORBIDDEN,
    TooManyForms: HTTPStatus.TOO_MANY_REQUESTS,
    RegistrationClosed: HTTPStatus.CONFLICT,
    AnswerTooLate: HTTPStatus.CONFLICT,
    EventChangedMeanwhile: HTTPStatus.CONFLICT,
    RoundNotReady: HTTPStatus.CONFLICT,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BodyUnreadable: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    FieldsInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    CommandUnknown: HTTPStatus.BAD_REQUEST,
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Referrer-Policy": "same-origin",
    # Pages hold what one person may see; the form alone could be kept, and is small.
    "Cache-Control": "no-store",
}


def answer_refusals(app: APIGatewayHttpResolver) -> None:
    """Answer every refusal, and every fault of ours, in the reader's language and form."""

    def refused(error: Refused) -> Response[str]:
        return refuse(app.current_event, error)

    def failed(error: Exception) -> Response[str]:
        log_fault(error)
        return refuse(app.current_event, error)

    app.exception_handler(Refused)(refused)
    app.exception_handler(Exception)(failed)


def refuse(request: APIGatewayProxyEventV2, error: Exception) -> Response[str]:
    """Say no as a page or, to a program, as a problem document (RFC 9457)."""
    name = type(error).__name__ if isinstance(error, Refused) else "Unexpected"
    status = STATUS[type(error)] if isinstance(error, Refused) else HTTPStatus.INTERNAL_SERVER_ERROR
    voice = Voice(language_of(request))
    words = voice(f"refusals.{name}")
    complaints = error.complaints if isinstance(error, FieldsInvalid) else ()
    if is_json(request):
        problem: dict[str, object] = {"type": f"urn:begegnung:{name}", "title": words, "status": int(status)}
        if complaints:
            problem["errors"] = [{"field": one.field, "detail": one.text} for one in complaints]
        return Response(status, "application/problem+json", json.dumps(problem, ensure_ascii=False), HEADERS)
    parts = request.raw_path.split("/")
    own_page = f"/me/{parts[2]}" if parts[1] == "me" and len(parts) > len(("", "me", "")) else ""
    home = "" if isinstance(error, LinkUnknown) else own_page
    # Who can no longer register may still have a page.
    closed = isinstance(error, RegistrationClosed) and parts[1] == "events"
    lost_link = f"/events/{parts[2]}/link?lang={voice.language}" if closed else ""
    return page(
        request, voice, "refused.html", status, words=words, complaints=complaints, home=home, lost_link=lost_link
    )


def page(
    request: APIGatewayProxyEventV2,
    voice: Voice,
    template: str,
    status: HTTPStatus = HTTPStatus.OK,
    event: Event | None = None,
    **values: object,
) -> Response[str]:
    """Render a page. `event` gives it the title and the footer's links."""
    title = event.title.in_language(voice.language) if event else "Begegnung"
    body = (
        templates()
        .get_template(template)
        .render(
            say=voice,
            event=event,
            title=title,
            accent=event.accent.removeprefix("#") if event else "",
            other_language=Language.EN if voice.language is Language.DE else Language.DE,
            path=request.raw_path,
            asked="?" + urlencode({"lang": voice.language})
            if "lang" in (request.query_string_parameters or {})
            else "",
            **values,
        )
    )
    return Response(status, "text/html; charset=utf-8", body, {**HEADERS, "Content-Language": str(voice.language)})


def voice_of(request: APIGatewayProxyEventV2, event: Event) -> Voice:
    return Voice(language_of(request, event), event.address)


def voice_for_reader(request: APIGatewayProxyEventV2, event: Event, me: Attendee) -> Voice:
    """Speak a person's language, or the one the address asks for."""
    asked = "lang" in (request.query_string_parameters or {})
    return voice_for(event, language_of(request, event) if asked else me.language)


def moment_of(coming: Round | None, event: Event, voice: Voice, reader: Attendee | None = None) -> str:
    """Say when a round is, or nothing."""
    zone = chain.zone_of(event, reader) if reader else event.time_zone
    return local_time.for_reader(coming.due, zone, event.time_zone, voice.language) if coming else ""


def back(path: str) -> Response[str]:
    return Response(HTTPStatus.SEE_OTHER, "text/plain", "", {**HEADERS, "Location": path})


def download(kind: str, name: str, content: str | bytes) -> Response[str | bytes]:
    """Hand out a file of somebody's own."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(HTTPStatus.OK, f"{kind}; charset=utf-8", content, headers)


def language_of(request: APIGatewayProxyEventV2, event: Event | None = None) -> Language:
    """Choose the language: asked for in the address, else the browser's first that is offered, else the event's."""
    offered = event.languages if event else tuple(Language)
    asked = (request.query_string_parameters or {}).get("lang", "")
    accepted = [
        part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    ]
    for code in (asked, *accepted):
        if code in offered:
            return Language(code)
    return offered[0]


@cache
def templates() -> Environment:
    """Escape everything, whatever a template's name ends in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - 15 ms only pages need

    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


@cache
def asset(name: str, kind: str) -> Response[str]:
    """Serve a file that is the same for everybody."""
    kept = {**HEADERS, "Cache-Control": "public, max-age=3600"}
    return Response(HTTPStatus.OK, f"{kind}; charset=utf-8", (HERE / name).read_text(encoding="utf-8"), kept)
