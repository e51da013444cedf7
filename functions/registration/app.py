"""The attendee's HTTP side: form, confirmation, stopping of mail; own_page has what lies behind a person's link."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from functions.registration import confirming, crowds, own_page
from functions.registration.form import address_asked_for, is_json, read_fields, read_form, submission
from functions.registration.form_page import WHOLE_FORM, form_page
from functions.registration.links import allowed
from functions.registration.pages import (
    HEADERS,
    answer_refusals,
    asset,
    back,
    moment_of,
    page,
    refuse,
    voice_of,
)
from functions.registration.settings import settings
from shared import chain, clock
from shared.chain import next_round_after
from shared.errors import (
    Complaint,
    EventChangedMeanwhile,
    EventUnknown,
    FieldsInvalid,
    LinkUnknown,
    MethodRefused,
    OriginRefused,
    PageUnknown,
    Refused,
    RegistrationClosed,
    TooManyForms,
)
from shared.logs import logger
from shared.models import Attendance, AttendeeState, Event, Mail, MailKind, Purpose, Submission, Topic
from shared.queues import wake
from shared.secret import hash_secret
from shared.store import attendees, events, limits, pauses
from shared.texts import Voice
from shared.tokens import address_hash, keyed_hash, mailbox_hash, new_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

METHODS = ("GET", "POST")
COLOUR = re.compile(r"[0-9a-fA-F]{6}")
TRAP = "second_line"  # a field nobody sees; programs fill it in
LINK_ASKED = timedelta(days=1)  # for which an address waits to be mailed its link

app = APIGatewayHttpResolver()
app.include_router(own_page.router)
answer_refusals(app)


@app.get("/style.css")
def style() -> Response[str]:
    return asset("style.css", "text/css")


@app.get("/page.js")
def script() -> Response[str]:
    return asset("page.js", "text/javascript")


@app.get("/icon.svg")
def icon() -> Response[str]:
    return asset("icon.svg", "image/svg+xml")


@app.get("/accents/<colour>")
def accent(colour: str) -> Response[str]:
    """Serve an organiser's own colour as a style sheet: pages may carry no style of their own."""
    from functions.registration.accent import accent_css  # noqa: PLC0415 - few events have one

    if not COLOUR.fullmatch(colour):
        raise PageUnknown
    kept = {**HEADERS, "Cache-Control": "public, max-age=3600"}
    return Response(HTTPStatus.OK, "text/css; charset=utf-8", accent_css(f"#{colour}"), kept)


@app.get("/events/<event_id>")
def show_form(event_id: str) -> Response[str]:
    event, now = events.event(event_id), clock.now()
    refuse_closed(event, now)
    stamp = crowds.stamp(hash_secret(), event_id, now)
    return form_page(app.current_event, event, voice_of(app.current_event, event), {}, stamp=stamp)


@app.post("/events/<event_id>/registrations")
def register(event_id: str) -> Response[str]:
    """Take a submission in; a known address gets the same answer as a new one."""
    try:
        return with_cors(once_more(event_id, take_in), event_id)
    except Refused as refusal:
        return with_cors(refuse(app.current_event, refusal), event_id)


@app.route("/events/<event_id>/registrations", method=["OPTIONS"])
def ask_whether_allowed(event_id: str) -> Response[str]:
    """Tell a browser whether a script of another website may send JSON here."""
    return with_cors(Response(HTTPStatus.NO_CONTENT, "text/plain", "", {**HEADERS}), event_id)


def once_more(event_id: str, taken: Callable[[str, datetime], Response[str]]) -> Response[str]:
    """Take something in; where the event is no longer as it is remembered, read it anew."""
    try:
        return taken(event_id, clock.now())
    except EventChangedMeanwhile:
        events.forget_remembered(event_id)
        return taken(event_id, clock.now())


def take_in(event_id: str, now: datetime) -> Response[str]:
    """Read a form, store it and plan its mail; or show it again with what is wrong."""
    request, secret = app.current_event, hash_secret()
    event, rounds = events.remembered(event_id, now)
    refuse_closed(event, now)
    refuse_foreign(event)
    voice, fields = voice_of(request, event), {"matches": event.matches_per_person, **read_fields(request)}
    given_stamp, trapped = str(fields.pop("stamp", "")), bool(fields.pop(TRAP, ""))
    open_for = crowds.age(given_stamp, secret, event_id, now)
    # A form that comes back keeps the time it was first handed out.
    stamp = given_stamp if open_for is not None else crowds.stamp(secret, event_id, now)
    if event.place is None:
        fields["attendance"] = Attendance.VIRTUAL  # there is nowhere else to be
    try:
        form = read_form(fields, voice)
    except FieldsInvalid as refusal:
        if is_json(request):
            raise
        return form_page(request, event, voice, fields, refusal.complaints, stamp=stamp)
    doubt = "left_empty" if trapped else "quick" if open_for is not None and open_for < crowds.QUICKEST else ""
    if doubt:
        complaint = Complaint(WHOLE_FORM, voice(f"complaints.{doubt}"))
        if is_json(request):
            raise FieldsInvalid([complaint])
        return form_page(request, event, voice, fields, (complaint,), stamp=stamp)
    try:
        waits = counted(open_for is not None, now)
    except TooManyForms:
        if is_json(request):
            raise
        complaint = Complaint(WHOLE_FORM, voice("refusals.TooManyForms"))
        return form_page(request, event, voice, fields, (complaint,), stamp=stamp, status=HTTPStatus.TOO_MANY_REQUESTS)
    taken = submission(form, event, voice.language, new_id(), secret, now)
    keep(taken, chain.confirmation(taken, waits), event, now)
    if is_json(request):
        body = {"status": "confirmation_planned", "message": voice("pages.registered.text")}
        return Response(HTTPStatus.ACCEPTED, "application/json", json.dumps(body, ensure_ascii=False), {**HEADERS})
    coming = moment_of(next_round_after(rounds, now), event, voice)
    return page(request, voice, "registered.html", event=event, next_round=coming, link_only=False)


def keep(taken: Submission, mail: Mail, event: Event, now: datetime) -> None:
    """Store a submission with its mail, and let the mail go if it need not wait."""
    attendees.submit(taken, mail, event.version)
    wake(settings().mail_queue_url, [mail.ref] if mail.due and mail.due <= now else [])
    logger.info("registered", event_id=event.event_id, submission_id=taken.submission_id)


def counted(stamped: bool, now: datetime) -> timedelta:  # noqa: FBT001 - the one thing that is known
    """Count one more form of this network; return how long its mail waits, or raise TooManyForms."""
    network = crowds.network_of(app.current_event.request_context.http.source_ip)
    # Counted apart: programs in a venue must not use up what its guests may send.
    forms = limits.count_form(keyed_hash(hash_secret(), "guests" if stamped else "programs", network), now)
    return crowds.wait(forms, crowds.STAMPED if stamped else crowds.UNSTAMPED)


@app.get("/events/<event_id>/link")
def ask_for_address(event_id: str) -> Response[str]:
    """Show the page for those who have lost the link to theirs."""
    event = events.event(event_id)
    return link_page(event, voice_of(app.current_event, event), "", "")


@app.post("/events/<event_id>/link")
def send_link(event_id: str) -> Response[str]:
    """Mail somebody the link to their page; whoever asks learns nothing of whether there is one."""
    return once_more(event_id, take_request_for_link)


def take_request_for_link(event_id: str, now: datetime) -> Response[str]:
    """Plan the mail with the link, if there is one to send; that is decided when it leaves."""
    request = app.current_event
    event, _ = events.remembered(event_id, now)
    refuse_foreign(event)
    voice, fields = voice_of(request, event), read_fields(request)
    given_stamp = str(fields.get("stamp", ""))
    try:
        email = address_asked_for(fields, voice)
    except FieldsInvalid as refusal:
        if is_json(request):
            raise
        return link_page(event, voice, str(fields.get("email", "")), refusal.complaints[0].text)
    if fields.get(TRAP):
        return link_page(event, voice, email, voice("complaints.left_empty"))
    waits = counted(crowds.age(given_stamp, hash_secret(), event_id, now) is not None, now)
    asked = Submission(
        submission_id=new_id(),
        event_id=event_id,
        email=email,
        address_hash=address_hash(hash_secret(), email),
        mailbox_hash=mailbox_hash(hash_secret(), email),
        company_hash="",
        avoid=(),
        language=voice.language,
        submitted_at=now,
        expires_at=now + LINK_ASKED,
    )
    keep(asked, chain.confirmation(asked, waits), event, now)
    return page(request, voice, "registered.html", event=event, next_round="", link_only=True)


@app.get("/confirm/<token>")
def ask_to_confirm(token: str) -> Response[str]:
    link = allowed(token, Purpose.CONFIRM)
    event, given = events.event(link.event_id), attendees.submission(link.subject_id, clock.now())
    if given is None or given.profile is None:
        raise LinkUnknown
    # Anybody may have filled the form in with this address: whoever confirms sees what.
    voice = voice_of(app.current_event, event)
    return page(app.current_event, voice, "confirm.html", event=event, given=given.profile)


@app.post("/confirm/<token>")
def confirm(token: str) -> Response[str]:
    """Make a submission an attendee; done twice, it is done once."""
    link = allowed(token, Purpose.CONFIRM)
    event, rounds = events.event_with_rounds(link.event_id)
    now = clock.now()
    refuse_closed(event, now)
    done = confirming.confirm(event, link.subject_id, now)
    wake(settings().mail_queue_url, [mail.ref for mail in done.mails])
    wake(settings().profile_queue_url, [task.ref for task in done.tasks])
    voice = voice_of(app.current_event, event)
    if done.attendee.state is AttendeeState.WITHDRAWN:
        return back(f"/me/{done.page_token}")  # an old link: their page says how to come back
    return page(
        app.current_event,
        voice,
        "confirmed.html",
        event=event,
        me=done.attendee,
        base=f"/me/{done.page_token}",
        is_new=bool(done.mails),
        next_round=moment_of(next_round_after(rounds, now), event, voice),
    )


@app.get("/stop/<token>")
def ask_to_stop(token: str) -> Response[str]:
    link = allowed(token, Purpose.STOP)
    event = events.event(link.event_id)
    voice = voice_of(app.current_event, event)
    return page(app.current_event, voice, "stop.html", event=event, topic=link.topic, stopped=False)


@app.post("/stop/<token>")
def stop(token: str) -> Response[str]:
    """Stop the letters of one topic, for a button of ours as for a mail program's (RFC 8058)."""
    link = allowed(token, Purpose.STOP)
    event = events.event(link.event_id)
    if link.topic is Topic.DIGEST:
        pauses.pause(pauses.scope(event.event_id, MailKind.DIGEST), "unsubscribed", clock.now())
    elif link.topic and (me := attendees.attendee(event.event_id, link.subject_id)):
        attendees.take_back(me, link.topic, clock.now())
    logger.info("stopped", event_id=event.event_id, topic=link.topic)
    voice = voice_of(app.current_event, event)
    return page(app.current_event, voice, "stop.html", event=event, topic=link.topic, stopped=True)


@app.not_found
def nothing_here(_: Exception) -> Response[str]:
    request = app.current_event
    if request.request_context.http.method in METHODS:
        return refuse(request, PageUnknown())
    refused = refuse(request, MethodRefused())
    refused.headers = {**refused.headers, "Allow": ", ".join(METHODS)}
    return refused


def refuse_closed(event: Event, now: datetime) -> None:
    """Raise RegistrationClosed where nobody can register any more."""
    if event.cancelled or event.ends_at <= now:
        raise RegistrationClosed


def refuse_foreign(event: Event) -> None:
    """Raise OriginRefused for a form from a website the event does not name; a program names none."""
    request = app.current_event
    origin = request.headers.get("origin")
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    if origin is None or ours or origin in event.allowed_origins:
        return
    # Compared as a whole: what a stranger names may be no address at all.
    if origin.partition("://")[2] != request.request_context.domain_name:
        raise OriginRefused


def with_cors(answered: Response[str], event_id: str) -> Response[str]:
    """Let a script of a website that the event names read the answer."""
    origin = app.current_event.headers.get("origin", "")
    try:
        allowed_origins = events.remembered(event_id, clock.now())[0].allowed_origins if origin else ()
    except EventUnknown:
        return answered
    if origin in allowed_origins:
        answered.headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "Content-Type, Accept-Language",
            "Vary": "Origin",
        }
    return answered


def link_page(event: Event, voice: Voice, email: str, wrong: str) -> Response[str]:
    return page(
        app.current_event,
        voice,
        "link.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        event=event,
        email=email,
        wrong=wrong,
        stamp=crowds.stamp(hash_secret(), event.event_id, clock.now()),
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
