"""What lies behind the link to a person's page: what they see, and every button there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.registration import confirming
from functions.registration.form import is_json, read_fields, read_form, wording_hash
from functions.registration.form_page import answers_of, form_page
from functions.registration.links import allowed, reader
from functions.registration.pages import back, download, language_of, moment_of, page, voice_for_reader, voice_of
from functions.registration.settings import settings
from shared import chain, clock, local_time
from shared.chain import next_round_after
from shared.errors import AnswerTooLate, Complaint, FieldsInvalid, PageUnknown
from shared.logs import logger
from shared.models import (
    Answer,
    Attendance,
    Attendee,
    AttendeeState,
    Event,
    MatchState,
    Outcome,
    Purpose,
    SetAside,
    Topic,
)
from shared.queues import wake
from shared.store import attendees, events, mails, matches
from shared.texts import Voice

ASIDE = (*SetAside, "none")
TOLD = {"saved", "pause_over", "data", "matching_yes", "matching_no", "follow_up_yes", "follow_up_no"}
CONSENTS = (Topic.MATCHING, Topic.FOLLOW_UP)
LONGEST_PAUSE = timedelta(days=365)

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call] # the library leaves it so


@router.get("/me/<token>")
def show_page(token: str) -> Response[str]:
    """Show a person everything that is theirs."""
    from functions.registration import my_page  # noqa: PLC0415 - three modules for this page alone

    now, request = clock.now(), router.current_event
    event, rounds, me = reader(token)
    voice, asked = voice_for_reader(request, event, me), request.query_string_parameters or {}
    theirs = matches.matches_of(event.event_id, me.person_id)
    partners = attendees.attendees_by_id(event.event_id, {match.other(me.person_id) for match in theirs})
    cards = my_page.cards(event, rounds, me, theirs, partners, voice, now)
    planned = attendees.mails_of(event.event_id, me.person_id)
    return page(
        request,
        voice,
        "me.html",
        event=event,
        me=me,
        now=now,
        left=me.state is AttendeeState.WITHDRAWN,
        stage=my_page.stage(event, now),
        paused=local_time.long_date(me.paused_until, chain.zone_of(event, me), voice.language)
        if me.paused_until and me.is_paused(now)
        else "",
        tomorrow=(now + timedelta(days=1)).date().isoformat(),
        told=told if (told := asked.get("told", "")) in TOLD else "",
        met=any(card.standing is my_page.Standing.INTRODUCED for card in cards),
        answer_by=next((card.answer_by for card in cards if card.standing is my_page.Standing.OPEN), ""),
        today=my_page.today(event, me, cards, now, voice),
        cards=[my_page.with_suggestion(card, asked) for card in cards],
        coming=my_page.coming(event, rounds, me, cards, planned, voice, now),
        base=f"/me/{token}",
        next_round=moment_of(next_round_after(rounds, now), event, voice, me),
        outcomes=[(str(one), voice(f"pages.outcomes.{one}")) for one in Outcome],
    )


@router.post("/me/<token>/matches/<match_id>/answer")
def answer(token: str, match_id: str) -> Response[str]:
    """Take a yes or a not now; nobody but this person ever sees the latter."""
    said = Answer(chosen("answer", tuple(Answer)))
    event, rounds, me = reader(token)
    introduced = confirming.answer(event, rounds, me, match_id, said, clock.now())
    wake(settings().mail_queue_url, [mail.ref for mail in introduced])
    return back_to(token, spot=match_id)


@router.post("/me/<token>/matches/<match_id>/outcome")
def tell_outcome(token: str, match_id: str) -> Response[str]:
    """Take what became of an introduction."""
    outcome = Outcome(chosen("outcome", tuple(Outcome)))
    event, rounds, me = reader(token)
    refuse_who_left(me)
    confirming.tell_outcome(event, rounds, me, match_id, outcome, clock.now())
    return back_to(token, spot=match_id)


@router.post("/me/<token>/matches/<match_id>/aside")
def set_aside(token: str, match_id: str) -> Response[str]:
    """Set somebody aside, as known or for good. To them it looks like silence."""
    said = chosen("aside", ASIDE)
    event, rounds, me = reader(token)
    refuse_who_left(me)
    match = confirming.shown_match(event, rounds, me, match_id)
    if said != "none" and match.state is MatchState.PROPOSED:
        try:
            confirming.answer(event, rounds, me, match_id, Answer.NOT_NOW, clock.now())
        except AnswerTooLate:
            logger.info("set aside when answers were over", event_id=event.event_id)
    other = attendees.attendee(event.event_id, match.other(me.person_id))
    matches.set_aside(match, me, other.address_hash if other else "", None if said == "none" else SetAside(said))
    return back_to(token, spot=match_id)


@router.get("/me/<token>/profile")
def show_profile(token: str) -> Response[str]:
    """Show the form with a person's answers, to be changed."""
    event, _, me = reader(token)
    refuse_who_left(me)
    voice = voice_for_reader(router.current_event, event, me)
    return profile_page(token, event, me, voice, answers_of(me.profile))


@router.post("/me/<token>/profile")
def change_profile(token: str) -> Response[str]:
    """Take new answers over at once: the link shows whose they are."""
    event, _, me = reader(token)
    refuse_who_left(me)
    voice, fields = voice_for_reader(router.current_event, event, me), read_fields(router.current_event)
    forget = bool(fields.pop("forget_avoided", ""))
    # Not every event asks for all of these.
    kept = {name: getattr(me.profile, name) for name in ("matches", "attendance", "time_zone")}
    if event.place is None:
        fields["attendance"] = Attendance.VIRTUAL
    try:
        form = read_form({**kept, **fields, "email": me.email}, voice)
    except FieldsInvalid as refusal:
        if is_json(router.current_event):
            raise
        return profile_page(token, event, me, voice, fields, refusal.complaints)
    tasks = confirming.change_profile(event, me, form, clock.now(), forget_avoided=forget)
    wake(settings().profile_queue_url, [task.ref for task in tasks])
    return back_to(token, "saved")


def profile_page(
    token: str, event: Event, me: Attendee, voice: Voice, given: dict[str, Any], complaints: Any = ()
) -> Response[str]:
    action = f"/me/{token}/profile"
    return form_page(router.current_event, event, voice, given, complaints, me=me, action=action)


@router.post("/me/<token>/consents")
def change_consent(token: str) -> Response[str]:
    """Give or take back one of the two consents."""
    topic = Topic(chosen("topic", tuple(CONSENTS)))
    given = chosen("given", ("yes", "no"))
    event, _, me = reader(token)
    voice = voice_for_reader(router.current_event, event, me)
    if given == "yes":
        attendees.give_consent(me, topic, wording_hash(event, voice.language))
    else:
        attendees.take_back(me, topic, clock.now())
    return back_to(token, f"{topic}_{given}")


@router.post("/me/<token>/pause")
def pause(token: str) -> Response[str]:
    """Leave somebody alone until a day, or no longer."""
    event, _, me = reader(token)
    now = clock.now()
    until = day_chosen(event, me, now)
    attendees.pause(me, until)
    if until is None and me.paused_until:
        for mail in attendees.mails_of(event.event_id, me.person_id):
            if mail.due == me.paused_until:
                mails.bring_forward(mail, now)  # it waited for this
    return back_to(token, "" if until else "pause_over")


@router.get("/me/<token>/calendar.ics")
def calendar(token: str) -> Response[str | bytes]:
    """Hand out the event and the meetings still to come for a calendar."""
    from shared.calendar_entries import page_entries  # noqa: PLC0415 - few ask for it, and it takes long to import
    from shared.calendar_file import calendar_file  # noqa: PLC0415 - as above

    now = clock.now()
    event, rounds, me = reader(token)
    refuse_who_left(me)
    theirs = confirming.shown_matches(event, rounds, me)
    agreed = [one for one in theirs if one.state is MatchState.INTRODUCED and not one.is_blocked_by(me.person_id)]
    partners = attendees.attendees_by_id(event.event_id, {one.other(me.person_id) for one in agreed})
    both = [(one, partners[other]) for one in agreed if (other := one.other(me.person_id)) in partners]
    here = [(one, partner) for one, partner in both if one.may_show(partner)]
    entries = page_entries(event, me, here, voice_for_reader(router.current_event, event, me), now)
    if not entries:
        raise PageUnknown
    return download("text/calendar", "begegnung.ics", calendar_file(entries))


@router.get("/me/<token>/data.json")
def show_data(token: str) -> Response[str | bytes]:
    """Hand out all that is kept about somebody."""
    from shared.export import export  # noqa: PLC0415 - few ask for it

    event, rounds, me = reader(token)
    theirs = confirming.shown_matches(event, rounds, me)
    sent = attendees.mails_of(event.event_id, me.person_id)
    return download("application/json", "begegnung.json", export(event, me, theirs, sent, clock.now()))


@router.post("/me/<token>/data")
def ask_for_data(token: str) -> Response[str]:
    """Plan the mail with all that is kept about somebody."""
    event, _, me = reader(token)
    letter = chain.your_data(me, event, clock.now())
    mails.plan(letter)
    wake(settings().mail_queue_url, [letter.ref])
    return back_to(token, "data")


@router.get("/me/<token>/leave")
def ask_to_leave(token: str) -> Response[str]:
    event, _, me = reader(token)
    voice = voice_for_reader(router.current_event, event, me)
    return page(router.current_event, voice, "leave.html", event=event, base=f"/me/{token}")


@router.post("/me/<token>/leave")
def leave(token: str) -> Response[str]:
    """Let somebody go: no more proposals, no more mails."""
    event, rounds, me = reader(token)
    now, theirs = clock.now(), confirming.shown_matches(event, rounds, me)
    letters = [chain.goodbye(me, event, now), *chain.meetings_off(me, event, theirs, now)]
    attendees.withdraw(me, letters, now)
    wake(settings().mail_queue_url, [letter.ref for letter in letters])
    logger.info("withdrawn", event_id=event.event_id, person_id=me.person_id)
    return back_to(token)


@router.get("/me/<token>/erase")
def ask_to_erase(token: str) -> Response[str]:
    event, _, me = reader(token)
    voice = voice_for_reader(router.current_event, event, me)
    return page(router.current_event, voice, "erase.html", event=event, base=f"/me/{token}", erased=False)


@router.post("/me/<token>/erase")
def erase(token: str) -> Response[str]:
    """Let go of all that is kept about somebody; done twice, it is done once."""
    link = allowed(token, Purpose.PAGE)
    event, rounds = events.event_with_rounds(link.event_id)
    me = attendees.attendee(link.event_id, link.subject_id)
    letters = confirming.erase(event, rounds, me, clock.now()) if me else []
    wake(settings().mail_queue_url, [letter.ref for letter in letters])
    voice = voice_for_reader(router.current_event, event, me) if me else voice_of(router.current_event, event)
    return page(router.current_event, voice, "erase.html", event=event, base="", erased=True)


def back_to(token: str, told: str = "", spot: str = "") -> Response[str]:
    """Send a browser back to the page, in the language it was in, with a word on what has just been done."""
    asked = router.current_event.query_string_parameters or {}
    query = urlencode({name: value for name, value in (("lang", asked.get("lang", "")), ("told", told)) if value})
    return back(f"/me/{token}" + (f"?{query}" if query else "") + (f"#{spot}" if spot else ""))


def refuse_who_left(me: Attendee) -> None:
    """Raise PageUnknown: who left fills in the form to come back."""
    if me.state is AttendeeState.WITHDRAWN:
        raise PageUnknown


def chosen(field: str, possible: tuple[str, ...]) -> str:
    """Return which of the possible values a request's field has; raise FieldsInvalid."""
    value = read_fields(router.current_event).get(field)
    if value not in possible:
        words = language_here()("complaints.enum", expected=", ".join(possible))
        raise FieldsInvalid([Complaint(field, words)])
    return str(value)


def language_here() -> Voice:
    return Voice(language_of(router.current_event))


def day_chosen(event: Event, me: Attendee, now: datetime) -> datetime | None:
    """Return when a pause is to end: as a day begins where this person lives. None ends it now."""
    given = read_fields(router.current_event).get("until", "")
    if given == "":
        return None
    zone = chain.zone_of(event, me)
    try:
        until = chain.at_local(date.fromisoformat(str(given)), time(0), zone)
    except (ValueError, OverflowError):
        until = now
    if not now < until <= now + LONGEST_PAUSE:
        example = (now + timedelta(days=7)).date().isoformat()
        raise FieldsInvalid([Complaint("until", language_here()("complaints.in_the_past", example=example))])
    return until
