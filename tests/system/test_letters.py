"""What is written to people, and when it stops: seen from their inboxes."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local import people
from infra.local.inbox import Received
from shared import clock
from shared.models import Attendee, MailKind, MailRef, MailState, MatchState
from shared.store import addresses, attendees, mails, matches, pauses
from tests.integration.faults import Faults
from tests.system.life import ADA, BERLIN, BO, CY, Life, form, post_raw

DEE = form("Dee", "Wer kennt sich mit Mentoring aus?", "Wie wir die Imkerei auf das Dach geholt haben")
ELI = form("Eli", "Wer hat Bienen auf dem Dach, Imkerei also?", "Zehn Jahre Mentoring, und was davon blieb")


def kinds(life: Life, person: dict[str, Any]) -> list[MailKind]:
    """Return the kinds of what somebody got, oldest first."""
    return [kind_of(mail) for mail in life.mails(person)]


def kind_of(received: Received) -> MailKind:
    mail = mails.mail(MailRef.model_validate(received.tags))
    assert mail is not None
    return mail.kind


def attendee(life: Life, filled: dict[str, Any]) -> Attendee:
    return next(one for one in attendees.attendees(life.event_id) if one.email == filled["email"])


def states(life: Life, filled: dict[str, Any], kind: MailKind) -> list[tuple[MailState, str | None]]:
    theirs = attendees.mails_of(life.event_id, attendee(life, filled).person_id)
    return [(mail.state, mail.reason) for mail in theirs if mail.kind is kind]


# Pauses


def test_what_is_paused_waits_and_leaves_when_it_is_resumed(life: Life) -> None:
    life.join(ADA, BO)
    assert life.command("pause", kind="proposal") == {"paused": f"EVENT#{life.event_id}#KIND#proposal"}
    life.turn_to(days=9)
    assert MailKind.PROPOSAL not in kinds(life, ADA)
    assert f"EVENT#{life.event_id}#KIND#proposal" in life.command("status")["paused"]
    life.command("resume", kind="proposal")
    life.stack.turn_to(clock.now() + timedelta(minutes=61))
    assert kinds(life, ADA)[-1] is MailKind.PROPOSAL


def test_what_was_paused_too_long_is_skipped_and_says_why(life: Life) -> None:
    life.join(ADA, BO)
    life.command("pause")
    for days in (9, 2):
        life.stack.set_clock(life.start - timedelta(days=days))
        life.stack.settle()
    life.command("resume")
    life.stack.turn_to(clock.now() + timedelta(minutes=61))
    assert states(life, ADA, MailKind.PROPOSAL) == [(MailState.SKIPPED, "paused")]


def test_mail_stops_by_itself_before_ses_would_stop_it(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.join(ADA, BO, CY)
    pauses.resume(pauses.LETTERS, clock.now())
    monkeypatch.setattr(pauses, "ENOUGH_MAILS", 3)
    life.join(DEE, ELI)
    life.stack.inbox.tell(life.mails(CY)[-1], "Bounce")
    life.stack.settle()
    assert pauses.all_pauses(clock.now())[pauses.LETTERS].reason == "bounce_rate"
    life.turn_to(days=9)
    assert MailKind.PROPOSAL not in kinds(life, ADA)
    late = form("Fay", "Wer kennt sich mit Mentoring aus?", "Imkerei")
    life.join(late)
    assert kinds(life, late) == [MailKind.CONFIRMATION, MailKind.WELCOME]
    pauses.resume(pauses.LETTERS, clock.now())
    life.stack.turn_to(clock.now() + timedelta(minutes=61))
    assert MailKind.PROPOSAL in kinds(life, ADA)


# Stopping


def test_one_click_stops_a_topic_at_once_also_what_is_queued(life: Life) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    proposal = life.mails(ADA)[-1]
    path = str(proposal.message["List-Unsubscribe"]).strip("<>").split("8000", 1)[1]
    assert people.get(life.stack, path).status == 200
    assert attendee(life, ADA).consents.matching
    answer = post_raw(life.stack, path, b"List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status == 200
    assert not attendee(life, ADA).consents.matching
    assert attendee(life, ADA).consents.follow_up
    life.turn_to(days=4)
    assert states(life, ADA, MailKind.NUDGE) == [(MailState.SKIPPED, "no_consent")]
    assert kinds(life, ADA)[-1] is MailKind.PROPOSAL
    assert post_raw(life.stack, path, b"").status == 200


def test_who_leaves_gets_a_goodbye_and_nothing_else(life: Life) -> None:
    life.introduce(ADA, BO)
    page = life.link(BO, "/me/")
    people.press(life.stack, f"{page}/leave", "")
    people.press(life.stack, f"{page}/leave", "")
    life.turn_to(days=-9)
    assert kinds(life, BO)[-1] is MailKind.GOODBYE
    assert kinds(life, BO).count(MailKind.GOODBYE) == 1


def test_who_asks_gets_their_data_as_a_file_and_nobody_elses(life: Life) -> None:
    life.introduce(ADA, BO)
    people.press(life.stack, f"{life.link(ADA, '/me/')}/data", "")
    life.stack.settle()
    letter = life.mails(ADA)[-1]
    assert kind_of(letter) is MailKind.YOUR_DATA
    (attached,) = letter.message.iter_attachments()
    told = json.loads(attached.get_content())
    assert told["person"]["email"] == "ada@example.org"
    assert told["person"]["profile"]["wishes"] == ADA["wishes"]
    assert [mail["kind"] for mail in told["mails"]][:2] == ["welcome", "proposal"]
    assert "bo@example.org" not in json.dumps(told)


# The chain after the event


def test_an_answer_decides_what_else_is_asked(life: Life) -> None:
    life.join(ADA, BO, DEE, ELI)
    life.turn_to(days=9)
    for person in (ADA, BO, DEE, ELI):
        life.answer(person, "yes")
    life.turn_to(days=-2)
    asked = kinds(life, ADA)[-1]
    assert asked is MailKind.DID_YOU_MEET
    for person, outcome in ((ADA, "good_conversation"), (BO, "not_yet"), (DEE, "stay_in_touch")):
        life.outcome(person, outcome)
    life.turn_to(days=-115)
    after = {person["first_name"]: after_the_event(life, person) for person in (ADA, BO, DEE, ELI)}
    assert after == {
        "Ada": [MailKind.DID_YOU_MEET],
        "Bo": [MailKind.DID_YOU_MEET, MailKind.NOT_YET],
        "Dee": [MailKind.DID_YOU_MEET, MailKind.STAY_IN_TOUCH],
        "Eli": [MailKind.DID_YOU_MEET, MailKind.DID_YOU_MEET],
    }
    for person in (BO, DEE):
        local = life.mails(person)[-1].at.astimezone(BERLIN)
        assert local.weekday() < 5
        assert 9 <= local.hour < 18


def after_the_event(life: Life, person: dict[str, Any]) -> list[MailKind]:
    return [kind_of(mail) for mail in life.mails(person) if mail.at > life.start]


def test_two_events_of_one_week_do_not_both_ask_in_it(life: Life) -> None:
    other = Life(life.stack, "another event of the same day")
    ada_there = ELI | {"first_name": "Ada", "email": ADA["email"]}
    for here, both in ((life, (ADA, BO)), (other, (ada_there, DEE))):
        here.join(*both)
    life.turn_to(days=9)
    for here, both in ((life, (ADA, BO)), (other, (ada_there, DEE))):
        for person in both:
            here.answer(person, "yes")
    life.turn_to(days=-30)
    got = [mail for here in (life, other) for mail in here.mails(ADA) if kind_of(mail) is MailKind.DID_YOU_MEET]
    days = sorted({mail.at.astimezone(BERLIN).toordinal() for mail in got})
    assert len(days) == 2
    assert days[1] - days[0] >= 7
    # Two without an answer are enough; what else was planned says why it stayed away.
    theirs = [
        mail.reason
        for here in (life, other)
        for mail in attendees.mails_of(here.event_id, attendee(here, ADA).person_id)
        if mail.kind is MailKind.DID_YOU_MEET and mail.state is MailState.SKIPPED
    ]
    assert theirs == ["too_many", "too_many"]


def test_a_question_that_could_not_leave_is_not_counted_and_an_answer_is(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.introduce(ADA, BO)
    life.turn_to(hours=-20)
    hashed = attendee(life, ADA).address_hash
    faults = Faults(monkeypatch)
    faults.plan = {("sesv2.SendEmail", number): "TooManyRequestsException" for number in (1, 2)}
    life.turn_to(hours=-24.51)
    assert MailKind.DID_YOU_MEET not in kinds(life, ADA)
    assert addresses.cap(hashed).asked == ()
    life.turn_to(hours=-27)
    assert [one.event_id for one in addresses.cap(hashed).asked] == [life.event_id]
    assert addresses.cap(hashed).answered_at is None
    life.outcome(ADA, "good_conversation")
    assert addresses.cap(hashed).answered_at == clock.now()


def test_a_second_holds_so_many_mails_and_the_rest_leave_with_the_next_minute(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now() + timedelta(days=1)
    assert [pauses.take_turn(now, 2) for _ in range(3)] == [True, True, False]
    assert pauses.take_turn(now + timedelta(seconds=1), 2)
    assert (pauses.usable_rate(14), pauses.usable_rate(1)) == (11, 1)
    with monkeypatch.context() as full:
        full.setattr(pauses, "take_turn", lambda *_: False)
        life.send(ADA)
        life.stack.drain()
        assert life.mails(ADA) == []
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert kinds(life, ADA) == [MailKind.CONFIRMATION]


def test_two_introductions_of_one_person_meet_in_two_breaks(life: Life) -> None:
    at = f"{life.start:%Y-%m-%d}T"
    times = (("10:30:00", "11:00:00"), ("12:30:00", "13:30:00"))
    life.organise(breaks=[{"starts_at": at + one, "ends_at": at + other, "place": "Bar"} for one, other in times])
    cleo = form("Cleo", "Wer hat einen Chor gegründet, der blieb?", "Unsere Kantine kocht jetzt selbst")
    life.join(ADA, BO, cleo)
    life.turn_to(days=9)
    for person in (ADA, BO, cleo):
        for _, match_id in life.cards(person):
            people.press(life.stack, f"{life.link(person, '/me/')}/matches/{match_id}/answer", "answer=yes")
    introduced = [one for one in matches.all_matches(life.event_id) if one.state is MatchState.INTRODUCED]
    by_person: dict[str, list[int | None]] = defaultdict(list)
    for one in introduced:
        for member in one.members:
            by_person[member].append(one.meets_in)
    assert any(len(spots) > 1 for spots in by_person.values())
    for spots in by_person.values():
        known = [spot for spot in spots if spot is not None]
        assert len(known) == len(set(known))


def test_the_organiser_is_told_in_counts_after_each_round(life: Life) -> None:
    life.organise(follow_up={"digest": True}, place="Neue Post")
    life.join(ADA, BO, CY)
    life.turn_to(days=9)
    told = [mail for mail in life.stack.inbox.mails[life.since :] if mail.recipient == "team@example.org"]
    assert [str(mail.message["Subject"]) for mail in told] == ["So steht es: Sommertreffen"] * len(told)
    text = re.sub(r"http\S+", "", told[-1].part("plain"))
    assert "Formulare: <5" in text
    assert "Abgemeldet: 0" in text
    assert not any(name in text for name in ("Ada", "Bo", "Cy", "@example.org"))


def test_who_has_nobody_reads_why(life: Life) -> None:
    silent = form("Gil", "Etwas ganz anderes, bitte", "Zwölftonmusik für Blockflöte")
    life.join(ADA, BO, silent)
    life.turn_to(days=9)
    (letter,) = [mail for mail in life.mails(silent) if kind_of(mail) is MailKind.NO_MATCH]
    (planned,) = (
        mail
        for mail in attendees.mails_of(life.event_id, attendee(life, silent).person_id)
        if mail.kind is MailKind.NO_MATCH
    )
    assert planned.variant
    assert "Die nächste Runde ist am" in letter.part("plain")


# Every mail before the moment it speaks of, or not at all


@pytest.mark.slow
@pytest.mark.parametrize("before", [timedelta(days=4), timedelta(days=1), timedelta(hours=1)])
def test_who_comes_late_gets_every_letter_in_time_or_not_at_all(life: Life, before: timedelta) -> None:
    life.join(ADA, BO, DEE)
    life.stack.turn_to(life.start - before)
    life.join(ELI, CY)
    answering(life, ADA, BO, DEE, ELI, CY)
    for person in (ADA, BO, DEE, ELI, CY):
        for mail in life.mails(person):
            in_time(life, mail)


def answering(life: Life, *folk: dict[str, Any]) -> None:
    """Let the days pass, everybody saying yes to whatever is open each morning."""
    for days in (3, 2, 1.5, 1, 0.3, 0.1, 0.05):
        if clock.now() < life.start - timedelta(days=days):
            life.turn_to(days=days)
        for person in folk:
            for standing, match_id in life.cards(person):
                if standing == "open":
                    people.press(life.stack, f"{life.link(person, '/me/')}/matches/{match_id}/answer", "answer=yes")
        life.stack.settle()
    life.turn_to(days=-1)


def in_time(life: Life, received: Received) -> None:
    """Hold a letter against what it speaks of."""
    ends: datetime = life.start + timedelta(hours=8)
    mail = mails.mail(MailRef.model_validate(received.tags))
    assert mail is not None
    assert received.at <= mail.not_after
    limits: dict[MailKind, datetime] = dict.fromkeys(MailKind, ends)
    limits[MailKind.REMINDER] = life.start
    if mail.kind is MailKind.DID_YOU_MEET:
        assert received.at > ends
        return
    assert received.at <= limits[mail.kind], mail.kind
    if mail.kind is MailKind.INTRODUCTION:
        match = next(one for one in matches.all_matches(life.event_id) if one.match_id == mail.wave)
        if match.meets_in is not None:
            assert received.at < life.start + timedelta(hours=1, minutes=30)


def test_a_round_on_the_day_pushes_nobody_and_closes_at_its_last_break(life: Life) -> None:
    life.turn_to(hours=5)
    life.join(ADA, BO)
    life.turn_to(hours=-4)
    assert MailKind.PROPOSAL in kinds(life, ADA)
    assert MailKind.NUDGE not in kinds(life, ADA)
    (closed,) = [mail for mail in life.mails(ADA) if kind_of(mail) is MailKind.ROUND_CLOSED]
    assert life.start + timedelta(minutes=90) <= closed.at < life.start + timedelta(minutes=93)


def test_a_moved_event_moves_what_is_planned_and_a_cancelled_one_ends_it(life: Life) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=1.9)
    assert kinds(life, ADA).count(MailKind.REMINDER) == 1
    later = life.start + timedelta(days=7)
    at = f"{later:%Y-%m-%d}T"
    moved = {"starts_at": f"{at}09:00:00", "ends_at": f"{at}17:00:00", "breaks": [], "rounds": ["1d"]}
    life.organise(**moved)
    assert kinds(life, ADA)[-1] is MailKind.EVENT_CHANGED
    life.turn_to(days=-5.5)
    assert kinds(life, ADA).count(MailKind.REMINDER) == 2
    assert MailKind.DID_YOU_MEET not in kinds(life, ADA)
    life.organise(**moved, cancelled=True)
    life.turn_to(days=-30)
    assert kinds(life, ADA)[-1] is MailKind.EVENT_CANCELLED


def seen_beside(life: Life, name: str, does: Callable[[Life, dict[str, Any]], None]) -> list[tuple[Any, ...]]:
    """Play Ada's weeks with a Bo who does this about her proposal; return the letters she got, with time and words."""
    here = Life(life.stack, name)
    ada, bo = ADA | {"email": f"ada@{name}.example"}, BO | {"email": f"bo@{name}.example"}
    here.join(ada, bo)
    here.turn_to(days=9)
    does(here, bo)
    here.turn_to(days=-1)
    # Ids and links are new each time, and so is which question an id draws.
    blank = re.compile(rf"/(me|stop|confirm)/[\w-]+|match=\w+|#\w+|{here.event_id}|Anfangen: .*")
    return [
        (kind_of(mail), mail.at - here.start, str(mail.message["Subject"]), blank.sub("…", mail.part("plain")))
        for mail in here.mails(ada)
    ]


@pytest.mark.slow
def test_a_no_silence_and_a_dead_mailbox_look_the_same_to_the_other_side(life: Life) -> None:
    def bounces(here: Life, bo: dict[str, Any]) -> None:
        here.stack.inbox.tell(here.mails(bo)[-1], "Bounce")
        here.stack.settle()

    ways: dict[str, Callable[[Life, dict[str, Any]], Any]] = {
        "silent": lambda *_: None,
        "declines": lambda here, bo: here.answer(bo, "not_now"),
        "bounces": bounces,
    }
    began, silence, others = clock.now(), [], []
    for name, does in ways.items():
        life.stack.set_clock(began)
        others.append(seen_beside(life, name, does))
    silence, *others = others
    assert [kind for kind, *_ in silence][2:5] == [MailKind.PROPOSAL, MailKind.NUDGE, MailKind.ROUND_CLOSED]
    for told in others:
        assert [(kind, subject, text) for kind, _, subject, text in told] == [
            (kind, subject, text) for kind, _, subject, text in silence
        ]
        # Within the minute in which a round's mails leave one after the other.
        for (_, at, *_), (_, other, *_) in zip(told, silence, strict=True):
            assert abs(at - other) < timedelta(minutes=1)


def test_a_reminder_of_the_old_date_stays_away_when_the_event_moves(life: Life) -> None:
    life.organise(link="https://meet.example.org/next")
    life.introduce(ADA, BO)
    life.turn_to(hours=58)
    assert states(life, ADA, MailKind.REMINDER) == [(MailState.PLANNED, None)]
    at = f"{life.start + timedelta(days=7):%Y-%m-%d}T"
    life.organise(starts_at=f"{at}09:00:00", ends_at=f"{at}17:00:00", breaks=[], link="https://meet.example.org/next")
    life.turn_to(hours=30)
    assert states(life, ADA, MailKind.REMINDER) == [(MailState.SKIPPED, "not_relevant")]


# The same end, whatever clocks and queues do


def live(life: Life, wait: Callable[[datetime], None]) -> dict[str, list[str]]:
    """Play two introductions, one no and the questions afterwards; return what everybody got."""
    # People of this event's own, as those of another have met there.
    ada, bo, dee, eli = ({**one, "email": f"{life.name}.{one['email']}"} for one in (ADA, BO, DEE, ELI))
    life.join(ada, bo, dee, eli)
    wait(life.start - timedelta(days=9))
    for person, said in ((ada, "yes"), (bo, "yes"), (dee, "yes"), (eli, "not_now")):
        life.answer(person, said)
    for days in (4, 1, -2, -9, -12):
        wait(life.start - timedelta(days=days))
    for person in (ada, bo, dee, eli):
        for mail in life.mails(person):
            in_time(life, mail)
    return {person["first_name"]: sorted(map(str, kinds(life, person))) for person in (ada, bo, dee, eli)}


@pytest.mark.slow
def test_two_clocks_at_once_and_a_queue_that_delivers_five_times_in_any_order_change_nothing(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, calm = random.Random(5), live(Life(life.stack, "calm"), life.stack.turn_to)
    invoke = life.stack.cloud.invoke

    def repeatedly(function: Any, payload: Any) -> Any:
        if "Records" not in payload:
            if function.logical_id == "FollowUpFunction":
                invoke(function, payload)
            return invoke(function, payload)
        answer: Any = None
        for _ in range(5):
            answer = invoke(function, {"Records": rng.sample(payload["Records"], len(payload["Records"]))})
        return answer

    monkeypatch.setattr(life.stack.cloud, "invoke", repeatedly)
    wild = live(Life(life.stack, "wild"), life.stack.turn_to)
    assert wild == calm
    once = ["confirmation", "did_you_meet", "did_you_meet", "introduction", "proposal", "reminder", "welcome"]
    assert calm["Ada"] == once
    assert "round_closed" in calm["Dee"]
    assert "introduction" not in calm["Dee"]


def test_a_clock_that_stood_still_for_days_and_jumps_sends_what_still_makes_sense(life: Life) -> None:
    def jump(moment: datetime) -> None:
        life.stack.set_clock(moment)
        for _ in range(3):
            life.stack.tick()
            life.stack.settle()

    got = live(Life(life.stack, "jumping"), jump)
    assert set(got["Ada"]) >= {"confirmation", "welcome", "proposal", "introduction", "did_you_meet"}
    assert got["Ada"].count("did_you_meet") <= 2
