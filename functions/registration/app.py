"""The attendee's HTTP side: form, confirmation, own page, answers."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from functions.registration import confirming
from functions.registration.form import is_json, read_fields, read_form, submission
from functions.registration.pages import (
    HEADERS,
    LANGUAGES_OFFERED,
    answer_refusals,
    asset,
    language_of,
    page,
    refuse,
)
from functions.registration.settings import settings
from shared import chain, clock, local_time
from shared.chain import next_round_after
from shared.errors import (
    Complaint,
    FieldsInvalid,
    LinkUnknown,
    MethodRefused,
    PageUnknown,
    RegistrationClosed,
)
from shared.logs import logger
from shared.models import (
    PRIVATE,
    Answer,
    Attendance,
    Attendee,
    AttendeeState,
    Event,
    MailKind,
    Outcome,
    Purpose,
    Round,
    Token,
    Topic,
)
from shared.queues import wake
from shared.secret import hash_secret
from shared.store import attendees, events, mails, matches, pauses
from shared.texts import Voice, voice_for
from shared.tokens import new_id, token_hash

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

METHODS = ("GET", "POST")
# One for each clock that many people live by; the JSON interface takes every zone there is.
ZONES = (
    "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Chicago America/New_York "
    "America/Halifax America/Sao_Paulo Atlantic/Azores Europe/Lisbon Europe/London Europe/Berlin Africa/Lagos "
    "Africa/Johannesburg Europe/Athens Europe/Kyiv Europe/Istanbul Africa/Nairobi Asia/Tehran Asia/Dubai Asia/Kabul "
    "Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Shanghai Asia/Tokyo "
    "Australia/Adelaide Australia/Sydney Pacific/Auckland"
).split()

app = APIGatewayHttpResolver()
answer_refusals(app)


@app.get("/style.css")
def style() -> Response[str]:
    return asset("style.css", "text/css")


@app.get("/icon.svg")
def icon() -> Response[str]:
    return asset("icon.svg", "image/svg+xml")


@app.get("/events/<event_id>")
def show_form(event_id: str) -> Response[str]:
    event = open_event(event_id)
    return form_page(event, voice_of(event), {}, ())


@app.post("/events/<event_id>/registrations")
def register(event_id: str) -> Response[str]:
    """Take a submission in; a known address gets the same answer as a new one."""
    now, request = clock.now(), app.current_event
    event = open_event(event_id)
    voice, fields = voice_of(event), {"matches": event.matches_per_person, **read_fields(request)}
    if event.place is None:
        fields["attendance"] = Attendance.VIRTUAL  # there is nowhere else to be
    try:
        form = read_form(fields, voice)
    except FieldsInvalid as refusal:
        if is_json(request):
            raise
        return form_page(event, voice, fields, refusal.complaints)
    taken = submission(form, event, voice.language, new_id(), hash_secret(), now)
    mail = chain.confirmation(taken)
    attendees.submit(taken, mail)
    wake(settings().mail_queue_url, [mail.ref])
    logger.info("registered", event_id=event.event_id, submission_id=taken.submission_id)
    if is_json(request):
        body = {"status": "confirmation_planned", "message": voice("pages.registered.text")}
        return Response(HTTPStatus.ACCEPTED, "application/json", json.dumps(body, ensure_ascii=False), HEADERS)
    return page(request, voice, "registered.html", event=event, next_round=next_round(event))


@app.get("/confirm/<token>")
def ask_to_confirm(token: str) -> Response[str]:
    link = allowed(token, Purpose.CONFIRM)
    event = events.event(link.event_id)
    return page(app.current_event, voice_of(event), "confirm.html", event=event)


@app.post("/confirm/<token>")
def confirm(token: str) -> Response[str]:
    """Make a submission an attendee; done twice, it is done once."""
    link = allowed(token, Purpose.CONFIRM)
    event = events.event(link.event_id)
    if event.cancelled or event.ends_at <= clock.now():
        raise RegistrationClosed
    done = confirming.confirm(event, link.subject_id, clock.now())
    wake(settings().mail_queue_url, [mail.ref for mail in done.mails])
    wake(settings().profile_queue_url, [task.ref for task in done.tasks])
    voice = voice_of(event)
    if done.attendee.state is AttendeeState.WITHDRAWN:
        return back(f"/me/{done.page_token}")  # an old link: their page says how to come back
    return page(
        app.current_event,
        voice,
        "confirmed.html",
        event=event,
        me=done.attendee,
        page_path=f"/me/{done.page_token}",
        is_new=bool(done.mails),
        next_round=next_round(event),
    )


@app.get("/me/<token>")
def show_page(token: str) -> Response[str]:
    """Show a person everything that is theirs."""
    from functions.registration import my_page  # noqa: PLC0415 - three modules for this page alone

    now = clock.now()
    event, rounds, me = reader(token)
    voice = voice_for_reader(event, me)
    theirs = matches.matches_of(event.event_id, me.person_id)
    partners = attendees.attendees_by_id(event.event_id, {match.other(me.person_id) for match in theirs})
    return page(
        app.current_event,
        voice,
        "me.html",
        event=event,
        me=me,
        now=now,
        left=me.state is AttendeeState.WITHDRAWN,
        cards=[
            my_page.with_suggestion(card, app.current_event.query_string_parameters or {})
            for card in my_page.cards(event, rounds, me, theirs, partners, voice, now)
        ],
        base=f"/me/{token}",
        next_round=moment_of(next_round_after(rounds, now), event, voice, me),
        outcomes=[(str(one), voice(f"pages.outcomes.{one}"), one in PRIVATE) for one in Outcome],
    )


@app.post("/me/<token>/matches/<match_id>/answer")
def answer(token: str, match_id: str) -> Response[str]:
    """Take a yes or a not now; nobody but this person ever sees the latter."""
    said = Answer(chosen("answer", tuple(Answer)))
    event, rounds, me = reader(token)
    introduced = confirming.answer(event, rounds, me, match_id, said, clock.now())
    wake(settings().mail_queue_url, [mail.ref for mail in introduced])
    return back(f"/me/{token}#{match_id}")


@app.post("/me/<token>/matches/<match_id>/outcome")
def tell_outcome(token: str, match_id: str) -> Response[str]:
    """Take what became of an introduction."""
    outcome = Outcome(chosen("outcome", tuple(Outcome)))
    event, _, me = reader(token)
    confirming.tell_outcome(event, me, match_id, outcome, clock.now())
    return back(f"/me/{token}#{match_id}")


@app.post("/me/<token>/matching")
def agree_to_matching(token: str) -> Response[str]:
    """Take the consent to be matched from somebody who had not given it."""
    _, _, me = reader(token)
    attendees.give_consent(me)
    return back(f"/me/{token}")


@app.get("/me/<token>/leave")
def ask_to_leave(token: str) -> Response[str]:
    event, _, me = reader(token)
    return page(app.current_event, voice_for_reader(event, me), "leave.html", event=event, base=f"/me/{token}")


@app.post("/me/<token>/leave")
def leave(token: str) -> Response[str]:
    """Let somebody go: no more proposals, no more mails."""
    event, _, me = reader(token)
    now, theirs = clock.now(), matches.matches_of(event.event_id, me.person_id)
    letters = [chain.goodbye(me, event, now), *chain.meetings_off(me, event, theirs, now)]
    attendees.withdraw(me, letters)
    wake(settings().mail_queue_url, [letter.ref for letter in letters])
    logger.info("withdrawn", event_id=event.event_id, person_id=me.person_id)
    return back(f"/me/{token}")


@app.post("/me/<token>/data")
def ask_for_data(token: str) -> Response[str]:
    """Plan the mail with all that is kept about somebody."""
    event, _, me = reader(token)
    letter = chain.your_data(me, event, clock.now())
    mails.plan(letter)
    wake(settings().mail_queue_url, [letter.ref])
    return back(f"/me/{token}")


@app.get("/stop/<token>")
def ask_to_stop(token: str) -> Response[str]:
    link = allowed(token, Purpose.STOP)
    event = events.event(link.event_id)
    voice = voice_of(event)
    return page(app.current_event, voice, "stop.html", event=event, topic=link.topic, stopped=False)


@app.post("/stop/<token>")
def stop(token: str) -> Response[str]:
    """Stop the letters of one topic, for a button of ours as for a mail program's (RFC 8058)."""
    link = allowed(token, Purpose.STOP)
    event = events.event(link.event_id)
    if link.topic is Topic.DIGEST:
        pauses.pause(pauses.scope(event.event_id, MailKind.DIGEST), "unsubscribed", clock.now())
    elif link.topic and (me := attendees.attendee(event.event_id, link.subject_id)):
        attendees.take_back(me, link.topic)
    logger.info("stopped", event_id=event.event_id, topic=link.topic)
    return page(app.current_event, voice_of(event), "stop.html", event=event, topic=link.topic, stopped=True)


@app.not_found
def nothing_here(_: Exception) -> Response[str]:
    request = app.current_event
    if request.request_context.http.method in METHODS:
        return refuse(request, PageUnknown())
    refused = refuse(request, MethodRefused())
    refused.headers = {**refused.headers, "Allow": ", ".join(METHODS)}
    return refused


def open_event(event_id: str) -> Event:
    """Return an event one can still register for."""
    event = events.event(event_id)
    if event.cancelled or event.ends_at <= clock.now():
        raise RegistrationClosed
    return event


def allowed(token: str, purpose: Purpose) -> Token:
    """Return what a link allows; a foreign, an expired and a wrong one are all the same to its holder."""
    found = attendees.token(token_hash(token), clock.now())
    if found is None or found.purpose is not purpose:
        raise LinkUnknown
    return found


def reader(token: str) -> tuple[Event, list[Round], Attendee]:
    """Return whose page this is."""
    link = allowed(token, Purpose.PAGE)
    event, rounds = events.event_with_rounds(link.event_id)
    me = attendees.attendee(link.event_id, link.subject_id)
    if me is None:
        raise LinkUnknown
    return event, rounds, me


def voice_for_reader(event: Event, me: Attendee) -> Voice:
    """Speak a person's language, or the one the address asks for."""
    asked = "lang" in (app.current_event.query_string_parameters or {})
    return voice_for(event, language_of(app.current_event, event) if asked else me.language)


def chosen(field: str, possible: tuple[str, ...]) -> str:
    """Return which of the possible values a request's field has; raise FieldsInvalid."""
    value = read_fields(app.current_event).get(field)
    if value not in possible:
        words = Voice(language_of(app.current_event))("complaints.enum", expected=", ".join(possible))
        raise FieldsInvalid([Complaint(field, words)])
    return str(value)


def voice_of(event: Event) -> Voice:
    return Voice(language_of(app.current_event, event), event.address)


def next_round(event: Event) -> str:
    """Say when the next round is, or nothing."""
    _, rounds = events.event_with_rounds(event.event_id)
    return moment_of(next_round_after(rounds, clock.now()), event, voice_of(event))


def moment_of(coming: Round | None, event: Event, voice: Voice, reader: Attendee | None = None) -> str:
    zone = chain.zone_of(event, reader) if reader else event.time_zone
    return local_time.for_reader(coming.due, zone, event.time_zone, voice.language) if coming else ""


def form_page(event: Event, voice: Voice, fields: dict[str, Any], complaints: tuple[Any, ...]) -> Response[str]:
    wrong = {complaint.field: complaint.text for complaint in complaints}
    return page(
        app.current_event,
        voice,
        "form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        event=event,
        given=fields,
        wrong=wrong,
        languages=[(code, voice(f"phrases.languages.{code}")) for code in LANGUAGES_OFFERED],
        limit=event.matches_per_person,
        zones=ZONES,
    )


def back(path: str) -> Response[str]:
    return Response(HTTPStatus.SEE_OTHER, "text/plain", "", {**HEADERS, "Location": path})


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
