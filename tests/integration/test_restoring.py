"""Putting back what the table lost: what was lost works again, and nothing that was rightly gone comes with it."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from infra.local import people
from infra.restoring import __main__ as command
from infra.restoring import rules, walking
from infra.restoring.rules import LeftOut
from infra.restoring.walking import Found, restore
from shared import chain, clock
from shared.models import (
    Asked,
    AttendeeState,
    MailKind,
    MailState,
    MatchState,
    RoundState,
    Task,
    TaskKind,
)
from shared.store import addresses, attendees, events, keys, matches
from shared.store.items import item_of
from shared.store.keys import ItemKind, kind_of
from shared.store.table import Item, table
from tests.integration.faults import Died, Faults
from tests.integration.moment import Moment
from tests.integration.pages import everything, own, post, press
from tests.integration.test_aside import set_aside
from tests.integration.test_erasing import CANARIES, SALLY, erase, still_told
from tests.people import an_event, rounds_of
from tests.system.life import ADA, BO, CY, Life
from tests.system.test_letters import attendee, kinds, states
from tests.system.test_letters import kind_of as kind_of_mail
from tests.unit.filled import form_to

NUMBERS = count(1)
STAY_AWAY = {ItemKind.LIMIT, ItemKind.PAUSE, ItemKind.UNMATCHED}


@pytest.fixture(autouse=True)
def in_no_helpful_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the copy backwards: DynamoDB gives the items of a table in any order, moto what others belong to first."""
    scan = walking.scan
    monkeypatch.setattr(walking, "scan", lambda *given: [[item for items in scan(*given) for item in items][::-1]])


@pytest.fixture
def copied() -> Iterator[Callable[[], str]]:
    """Restore the backup of this moment into a table of its own; return its name."""
    names: list[str] = []

    def made() -> str:
        name = f"copy-{next(NUMBERS)}"
        names.append(name)
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        for page in dynamodb.get_paginator("scan").paginate(TableName=table().name):
            for item in page["Items"]:
                dynamodb.put_item(TableName=name, Item=item)
        return name

    yield made
    for name in names:
        boto3.client("dynamodb").delete_table(TableName=name)


def compare(name: str, *, write: bool = True, traceless: bool = False, now: datetime | None = None) -> Found:
    dynamodb = boto3.client("dynamodb")
    return restore(table().name, name, dynamodb, now or clock.now(), traceless=traceless, write=write)


def key_of(item: Item) -> keys.Key:
    return {"pk": item["pk"], "sk": item["sk"]}


def lose(which: Callable[[Item], bool] = lambda _: True) -> list[Item]:
    """Delete items as a wrong command would."""
    lost = [item for item in everything() if which(item)]
    table().delete_all(map(key_of, lost))
    return lost


def lose_kinds(*lost: ItemKind) -> list[Item]:
    return lose(lambda item: kind_of(key_of(item)) in lost)


def marks(item: Item) -> bool:
    return "erased_at" in item and kind_of(key_of(item)) is ItemKind.ADDRESS


def there(kind: ItemKind) -> list[Item]:
    return [item for item in everything() if kind_of(key_of(item)) is kind]


def wait(life: Life, **time: float) -> None:
    life.stack.turn_to(clock.now() + timedelta(**time))


def understood(life: Life) -> None:
    """Let the clock tick, so that texts are read."""
    wait(life, minutes=2)


# What was lost works again


def test_what_was_lost_works_again(life: Life, copied: Callable[[], str]) -> None:
    life.introduce(ADA, BO)
    shown = {person["email"]: life.page(person) for person in (ADA, BO)}
    name, before = copied(), everything()
    lose()
    told = compare(name, traceless=True, write=False)
    assert compare(name, traceless=True) == told
    understood(life)
    assert {person["email"]: life.page(person) for person in (ADA, BO)} == shown
    confirmed = [attendee(life, person).person_id for person in (ADA, BO)]
    assert lasting(everything()) == lasting(before, without=confirmed)
    life.turn_to(days=-2)
    for person in (ADA, BO):
        assert latest(life, person, 2) == [MailKind.REMINDER, MailKind.DID_YOU_MEET]


def latest(life: Life, person: dict[str, Any], number: int) -> list[MailKind]:
    return [kind_of_mail(mail) for mail in life.mails(person)[-number:]]


def lasting(items: list[Item], without: Sequence[str] = ()) -> dict[tuple[str, str], Item]:
    """Return items by key, but for what only counts, and for the forms that have made these people attendees."""

    def is_left(item: Item) -> bool:
        of_form = any(f"SUBMISSION#{one}" in item["pk"] or f"FORM#{one}" in item["sk"] for one in without)
        return of_form or (item.get("purpose") == "confirm" and item["subject_id"] in without)

    kept = [item for item in items if kind_of(key_of(item)) not in STAY_AWAY and not is_left(item)]
    return {(item["pk"], item["sk"]): item for item in kept}


@pytest.mark.slow
def test_each_kind_of_item_can_be_lost_alone(life: Life, copied: Callable[[], str]) -> None:
    life.introduce(ADA, BO)
    addresses.note_complaint("somebody else", clock.now())
    life.send(CY)
    understood(life)
    confirmed = [attendee(life, person).person_id for person in (ADA, BO)]
    found = lose_and_compare(life, copied, confirmed)
    all_forms = [item["submission_id"] for item in there(ItemKind.SUBMISSION)]
    life.turn_to(days=-2)
    life.outcome(ADA, "stay_in_touch")
    found |= lose_and_compare(life, copied, all_forms)
    assert found == set(ItemKind) - STAY_AWAY - {ItemKind.ERASED}


def lose_and_compare(life: Life, copied: Callable[[], str], over: list[str]) -> set[ItemKind]:
    """Lose each kind of item there is, one after the other; return which these were. Forms that are over stay away."""
    name, before, moment = copied(), everything(), Moment(life)
    kinds_there = {kind for item in before if (kind := kind_of(key_of(item)))} - STAY_AWAY
    for kind in sorted(kinds_there):
        lost = lasting(lose_kinds(kind), over)
        compare(name)
        understood(life)
        expired = {key for key, one in lost.items() if one.get("ttl", math.inf) <= clock.now().timestamp()}
        assert {key for key, one in lost.items() if lasting(everything()).get(key) != one} == expired, kind
        assert compare(name).back == Counter()
        moment.back()
    return kinds_there


def test_a_round_that_was_lost_with_its_task_runs_at_its_time(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA, BO)
    name = copied()
    lose(lambda item: not marks(item))
    compare(name, traceless=True)
    life.turn_to(days=9)
    for person in (ADA, BO):
        assert latest(life, person, 1) == [MailKind.PROPOSAL]


def test_a_form_that_was_lost_with_its_link_can_still_be_confirmed(life: Life, copied: Callable[[], str]) -> None:
    life.send(CY)
    life.stack.settle()
    name = copied()
    lose()
    compare(name, traceless=True)
    assert people.press(life.stack, life.link(CY, "/confirm/"), "").status == 200
    assert attendee(life, CY).state is AttendeeState.CONFIRMED


def test_an_event_that_was_changed_since_keeps_its_number(life: Life, copied: Callable[[], str]) -> None:
    name = copied()
    life.organise(place="Neue Post")
    lose_kinds(ItemKind.EVENT)
    compare(name)
    assert events.event(life.event_id).version == 2
    assert life.send(ADA).status == 202


def test_texts_that_were_changed_since_are_read_anew(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA)
    name = copied()
    filled: dict[str, Any] = dict(form_to(own(life, ADA, "/profile").body.decode(), "/profile").fields)
    filled["wishes"] = "Wie hält man Bienen?"
    post(life, f"{life.link(ADA, '/me/')}/profile", **filled)
    understood(life)
    lose_kinds(ItemKind.ATTENDEE)
    compare(name)
    understood(life)
    ada = attendee(life, ADA)
    assert ada.profile.wishes == tuple(ADA["wishes"])
    assert attendees.understandings(life.event_id)[ada.person_id].version == ada.version == 3


@pytest.mark.slow
def test_it_may_break_off_after_any_write(
    life: Life, copied: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    life.introduce(ADA, BO)
    life.send(CY)
    life.stack.settle()
    name, now = copied(), clock.now()
    lose(lambda item: not item["sk"].startswith(("MATCH#", "TOKEN")))
    moment = Moment(life)
    compare(name, now=now)
    complete = everything()
    assert compare(name, now=now).back == Counter()
    assert everything() == complete
    faults = Faults(monkeypatch)
    for number in count(1):
        moment.back()
        faults.calls, faults.plan = [], {("dynamodb.TransactWriteItems", number): "die after"}
        with suppress(Died):
            compare(name, now=now)
        if not faults.dead:
            break
        faults.dead, faults.plan = False, {}
        # Nobody is there whose address is free for another.
        assert len(there(ItemKind.ATTENDEE)) <= len(there(ItemKind.ADDRESS))
        compare(name, now=now)
        assert everything() == complete, number
    assert number > 50


# Nothing comes back that was rightly gone


@pytest.mark.slow
def test_where_nothing_was_lost_nothing_comes_back(life: Life, copied: Callable[[], str]) -> None:
    copies = [copied()]
    life.organise(retention_days=60, follow_up={"stay_in_touch": False})
    life.send(SALLY)
    life.stack.settle()
    copies.append(copied())
    life.join(SALLY, ADA, BO, CY)
    life.organise(retention_days=60, follow_up={"stay_in_touch": False}, place="Neue Post")
    filled: dict[str, Any] = dict(form_to(own(life, BO, "/profile").body.decode(), "/profile").fields)
    post(life, f"{life.link(BO, '/me/')}/profile", **filled)
    copies.append(copied())
    life.turn_to(days=9)
    press(life, BO, "/pause", until=(clock.now() + timedelta(days=3)).date().isoformat())
    copies.append(copied())
    for person in (ADA, BO, SALLY):
        with suppress(IndexError):
            life.answer(person, "yes")
    set_aside(life, ADA, "known")
    copies.append(copied())
    set_aside(life, ADA, "none")
    press(life, BO, "/pause", until="")
    press(life, BO, "/consents", topic="follow_up", given="no")
    life.command("pause")
    copies.append(copied())
    wait(life, hours=2)
    life.command("resume")
    erase(life, SALLY)
    copies.append(copied())
    life.turn_to(days=3)
    press(life, CY, "/leave")
    life.turn_to(days=-2)
    copies.append(copied())
    life.turn_to(days=-20)
    copies.append(copied())
    for _ in range(2):
        # What has expired DynamoDB deletes some time.
        lose(lambda item: item.get("ttl", math.inf) <= clock.now().timestamp())
        for name in copies:
            assert compare(name, write=False).back == Counter()
        life.turn_to(days=-80)


def copies_on_the_way(life: Life, copied: Callable[[], str], until: str) -> Iterator[str]:
    """Let Sally get so far, with a copy at each step."""
    life.send(SALLY)
    life.stack.settle()
    wait(life, minutes=5)
    yield copied()
    if until == "the form":
        life.join(SALLY)
        return
    life.join(SALLY, BO)
    yield copied()
    if until == "the first letter":
        return
    life.turn_to(days=9)
    yield copied()
    if until == "an introduction":
        for person in (SALLY, BO):
            life.answer(person, "yes")
        yield copied()


@pytest.mark.slow
@pytest.mark.parametrize("until", ["the form", "the first letter", "a proposal", "an introduction"])
@pytest.mark.parametrize("lost", ["nothing", "all but marks"])
def test_nothing_of_somebody_erased_comes_back(life: Life, copied: Callable[[], str], until: str, lost: str) -> None:
    copies = list(copies_on_the_way(life, copied, until))
    me = attendee(life, SALLY)
    erase(life, SALLY)
    if lost == "all but marks":
        lose(lambda item: not marks(item))
    for _ in range(2):
        before = everything()
        refused = sum((compare(name, traceless=True).meanwhile for name in copies), Counter[str]())
        assert refused == Counter()
        assert still_told() == set()
        if lost == "nothing":
            assert everything() == before
        else:
            (mark,) = [item for item in everything() if me.address_hash in str(item) or me.person_id in str(item)]
            assert marks(mark)
        wait(life, minutes=20)
    if until == "an introduction":
        assert not [word for word in CANARIES if word in life.page(BO).lower()]


def test_a_new_registration_does_not_bring_the_erased_one_back(life: Life, copied: Callable[[], str]) -> None:
    life.send(SALLY)
    life.stack.settle()
    wait(life, minutes=5)
    copies = [copied()]
    life.join(SALLY)
    copies.append(copied())
    erase(life, SALLY)
    wait(life, hours=1)
    life.join(ADA | {"email": SALLY["email"]})
    told = still_told()
    lose_kinds(ItemKind.SUBMISSION, ItemKind.FORM, ItemKind.TOKEN, ItemKind.MAIL)
    for name in copies:
        found = compare(name, traceless=True)
        assert found.back == found.meanwhile == Counter()
    assert still_told() == told


def test_where_the_marks_are_lost_as_well_nobody_comes_back_of_whom_nothing_is_left(
    life: Life, copied: Callable[[], str]
) -> None:
    life.send(SALLY)
    life.stack.settle()
    wait(life, minutes=5)
    of_the_form = copied()
    life.join(SALLY, BO)
    name = copied()
    erase(life, SALLY)
    wait(life, minutes=20)
    bo = attendee(life, BO)
    lose_kinds(ItemKind.ADDRESS, ItemKind.ATTENDEE)
    assert compare(of_the_form).left_out[f"submission: {LeftOut.PERHAPS_ERASED}"] == 1
    found = compare(name)
    assert found.left_out[f"attendee: {LeftOut.PERHAPS_ERASED}"] == 1
    assert still_told() == set()
    assert attendee(life, BO) == bo


def test_where_only_the_mark_is_lost_the_sweep_at_work_tells_who_was_erased(
    life: Life, copied: Callable[[], str]
) -> None:
    life.join(SALLY, BO)
    name = copied()
    erase(life, SALLY)
    lose(marks)
    assert there(ItemKind.ERASED)
    assert compare(name, traceless=True).left_out[f"attendee: {LeftOut.ERASED}"] == 1
    wait(life, minutes=20)
    assert still_told() == set()


def test_a_sweep_that_was_lost_half_way_goes_on(life: Life, copied: Callable[[], str]) -> None:
    life.introduce(SALLY, BO)
    erase(life, SALLY)
    name = copied()
    lose(lambda item: item["sk"] == "ERASED" or item["pk"].startswith(f"TASK#{TaskKind.ERASE}#"))
    assert there(ItemKind.POINTER)
    compare(name)
    wait(life, minutes=20)
    assert len(there(ItemKind.POINTER)) == 1
    assert compare(name).back == Counter()


def test_who_is_erased_while_it_runs_stays_erased(
    life: Life, copied: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(SALLY, BO)
    life.turn_to(days=9)
    name, page, person_id = copied(), life.link(SALLY, "/me/"), attendee(life, SALLY).person_id
    lose(lambda item: item["pk"] == f"PERSON#{life.event_id}#{person_id}")

    def be_erased() -> None:
        post(life, f"{page}/erase")

    faults = Faults(monkeypatch)
    faults.meanwhile["dynamodb.TransactWriteItems"] = be_erased
    assert compare(name).meanwhile.total() > 0
    # Her pointers were lost, by which the sweep would find her words in Bo's match: this finds them.
    wait(life, minutes=20)
    assert compare(name).back == Counter()
    assert compare(name).left_out[f"pointer: {LeftOut.STILL_TOLD}"] == 0
    assert still_told() == set()
    assert not [item for item in everything() if item["pk"] == f"PERSON#{life.event_id}#{person_id}"]


def test_who_was_forgotten_with_their_event_does_not_come_back(life: Life, copied: Callable[[], str]) -> None:
    life.organise(retention_days=30, follow_up={"not_yet": False, "stay_in_touch": False, "digest": False})
    life.join(SALLY)
    life.turn_to(days=-29)
    name = copied()
    life.turn_to(days=-31)
    # Also where the event was prolonged when all was over.
    table().write(table().update(keys.event_key(life.event_id), "SET retention_days = :longer", longer=90))
    before = everything()
    assert compare(name, traceless=True).left_out[f"attendee: {LeftOut.FORGOTTEN}"] == 1
    assert there(ItemKind.ATTENDEE) == []
    assert {kind_of(key_of(item)) for item in everything() if item not in before} == {ItemKind.TASK}


# No mail leaves twice, late, or to who stopped it


@pytest.mark.slow
def test_no_mail_leaves_twice_or_late(life: Life, copied: Callable[[], str]) -> None:
    def sent() -> list[tuple[str, datetime]]:
        # To the hour, as the clock comes by each minute.
        mails = life.stack.inbox.mails[life.since :]
        return [(mail.tags["mail_id"], mail.at.replace(minute=0, second=0, microsecond=0)) for mail in mails]

    copies = [copied()]
    life.join(ADA, BO)
    copies.append(copied())
    life.turn_to(days=9)
    copies.append(copied())
    life.answer(ADA, "yes")
    life.answer(BO, "yes")
    copies.append(copied())
    life.turn_to(days=-2)
    for person, outcome in ((ADA, "not_yet"), (BO, "stay_in_touch")):
        life.outcome(person, outcome)
    press(life, ADA, "/data")
    copies.append(copied())
    life.turn_to(days=-3)
    moment = Moment(life)
    life.turn_to(days=-120)
    usual = sent()
    assert MailKind.STAY_IN_TOUCH in kinds(life, BO)
    left, times = usual, dict(usual)
    for number, name in enumerate(copies):
        moment.back()
        lose()
        compare(name, traceless=True)
        life.turn_to(days=-120)
        left = sent()
        assert len(left) == len(dict(left)), number
        assert all(times.get(mail_id, at) == at for mail_id, at in left), number
    # With the newest copy nothing is missing either.
    assert left == usual


@pytest.mark.parametrize("how", ["stops", "leaves"])
def test_what_somebody_stopped_comes_back_cancelled(life: Life, copied: Callable[[], str], how: str) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=-2)
    life.outcome(ADA, "not_yet")
    life.outcome(BO, "not_yet")
    name = copied()
    if how == "stops":
        press(life, ADA, "/consents", topic="follow_up", given="no")
    else:
        press(life, ADA, "/leave")
        life.stack.settle()
    lose_kinds(ItemKind.MAIL)
    compare(name)
    assert states(life, ADA, MailKind.NOT_YET) == [(MailState.CANCELLED, "restored")]
    assert states(life, BO, MailKind.NOT_YET) == [(MailState.PLANNED, None)]


def test_a_mail_whose_pause_ended_early_has_left_and_does_not_leave_again(
    life: Life, copied: Callable[[], str]
) -> None:
    life.introduce(ADA, BO)
    life.turn_to(days=1)
    press(life, ADA, "/pause", until=(clock.now() + timedelta(days=6)).date().isoformat())
    life.turn_to(days=-1.1)
    assert MailKind.DID_YOU_MEET not in kinds(life, ADA)
    name = copied()
    press(life, ADA, "/pause", until="")
    wait(life, hours=3)
    assert kinds(life, ADA).count(MailKind.DID_YOU_MEET) == 1
    lose_kinds(ItemKind.MAIL)
    compare(name)
    assert states(life, ADA, MailKind.DID_YOU_MEET) == [(MailState.CANCELLED, "restored")]


def test_who_left_since_and_was_lost_comes_back_as_gone(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA, BO)
    name = copied()
    press(life, ADA, "/leave")
    life.stack.settle()
    lose_kinds(ItemKind.ATTENDEE)
    compare(name)
    assert attendee(life, ADA).state is AttendeeState.WITHDRAWN
    assert attendee(life, BO).state is AttendeeState.CONFIRMED


def test_a_match_that_was_set_aside_since_does_not_come_back(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    name = copied()
    set_aside(life, ADA, "blocked")
    lose_kinds(ItemKind.MATCH)
    assert compare(name).left_out[f"match: {LeftOut.SETTLED}"] == 1
    assert life.cards(ADA) == life.cards(BO) == []


def test_who_took_back_that_they_know_somebody_may_meet_them_again(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, ADA, "known")
    name = copied()
    set_aside(life, ADA, "none")
    assert compare(name).back == Counter()


def test_whom_somebody_blocked_stays_blocked_also_when_their_event_has_forgotten_them(
    life: Life, copied: Callable[[], str]
) -> None:
    life.organise(retention_days=30, follow_up={"not_yet": False, "stay_in_touch": False, "digest": False})
    life.join(ADA, BO)
    life.turn_to(days=9)
    set_aside(life, ADA, "blocked")
    life.turn_to(days=-29)
    name = copied()
    life.turn_to(days=-31)
    lose_kinds(ItemKind.MET)
    compare(name)
    assert len(there(ItemKind.MET)) == 2


def test_what_is_written_while_it_runs_counts(
    life: Life, copied: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del life
    addresses.note_bounce("somebody", clock.now())
    name = copied()
    lose_kinds(ItemKind.SUPPRESSION)
    faults = Faults(monkeypatch)
    faults.meanwhile["dynamodb.TransactWriteItems"] = lambda: addresses.note_complaint("somebody", clock.now())
    found = compare(name)
    assert (found.back, found.meanwhile) == (Counter(), Counter({"suppression": 1}))
    assert addresses.suppression("somebody").complained_at


def test_a_proposal_whose_time_is_over_comes_back_closed(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA, BO)
    life.turn_to(days=9)
    name = copied()
    life.turn_to(days=1)
    lose_kinds(ItemKind.MATCH, ItemKind.ROUND)
    compare(name)
    (match,) = matches.matches_of(life.event_id, attendee(life, ADA).person_id)
    assert match.state is MatchState.CLOSED
    assert events.event_with_rounds(life.event_id)[1][0].state is RoundState.CLOSED


# Kind by kind


def test_of_what_was_due_only_the_end_of_the_data_is_made_up_for() -> None:
    event = an_event(follow_up={"digest": True})
    first, *others = rounds_of(event)
    until, end = first.due + timedelta(days=1), chain.data_end(event)
    rounds = [first.model_copy(update={"state": RoundState.PUBLISHED, "answer_by": until}), *others]
    now = first.due + timedelta(minutes=5)
    reminder = chain.occasions(event)[0]

    def comes(kind: TaskKind, subject: str, due: datetime, now: datetime = now, **changed: Any) -> datetime | None:
        task = Task(kind=kind, event_id=event.event_id, subject=subject, due=due)
        again = rules.task(item_of({}, task), task, event.model_copy(update=changed), rounds, has_people=False, now=now)
        return None if isinstance(again, LeftOut) else datetime.fromisoformat(again["due_at"])

    occasion = f"{reminder.occasion}:{reminder.wave}"
    coming = [
        (TaskKind.ROUND, "2", others[0].due),
        (TaskKind.CLOSE, "1", until),
        (TaskKind.OCCASION, occasion, reminder.due),
    ]
    for kind, subject, due in coming:
        assert comes(kind, subject, due) == due
        assert not comes(kind, subject, due, now=due)
        # Where the event has moved, so has its work.
        assert comes(kind, subject, due + timedelta(hours=1)) == due
        assert not comes(kind, f"{subject}7", due)
    assert not comes(TaskKind.ROUND, "2", others[0].due, cancelled=True)
    assert not comes(TaskKind.OCCASION, occasion, reminder.due, cancelled=True)
    for kind, subject in ((TaskKind.PUBLISH, "1"), (TaskKind.PLAN, f"{occasion}:3")):
        assert not comes(kind, subject, now + timedelta(minutes=1))
    assert comes(TaskKind.DIGEST, "weekly", now - timedelta(days=1)) == chain.next_digest(event, now)
    assert comes(TaskKind.FORGET, "3", end, cancelled=True) == end
    assert not comes(TaskKind.FORGET, "3", end, now=end)


def test_people_who_outlived_their_time_are_forgotten_all_the_same() -> None:
    event = an_event()
    end = chain.data_end(event)
    task = Task(kind=TaskKind.FORGET, event_id=event.event_id, subject="3", due=end)
    again = rules.task(item_of({}, task), task, event, [], has_people=True, now=end)
    assert again == item_of({}, task) | {"due_at": clock.utc_text(end)}


def test_a_round_the_event_no_longer_wants_does_not_come_back() -> None:
    event = an_event()
    first, *others = rounds_of(event)
    item = item_of({}, first)
    now = first.due - timedelta(days=1)
    assert rules.round_(item, first, event, others, now) == item
    moved = event.model_copy(update={"rounds": event.rounds[1:]})
    assert rules.round_(item, first, moved, others, now) is LeftOut.OBSOLETE
    assert rules.round_(item, first, event, rounds_of(event), now) is LeftOut.OBSOLETE
    assert rules.round_(item, first, event.model_copy(update={"cancelled": True}), others, now) is LeftOut.OBSOLETE


@pytest.mark.parametrize(
    ("state", "comes_back"),
    [(MailState.SENDING, MailState.UNKNOWN), (MailState.SENT, MailState.SENT), (MailState.BOUNCED, MailState.BOUNCED)],
)
def test_a_mail_that_was_tried_is_never_tried_again(state: MailState, comes_back: MailState) -> None:
    now = an_event().starts_at
    mail = chain.to_person(an_event(), "ada", MailKind.EVENT_CHANGED, "2", now + timedelta(hours=1), now)
    mail = mail.model_copy(update={"state": state})
    due = {"due_shard": "DUE#1", "due_at": "2027-06-03T08:00:00Z"} if state is MailState.SENDING else {}
    again = rules.mail(item_of({}, mail) | due, mail, None, None, now)
    assert again["state"] == comes_back
    assert not {"due_shard", "due_at"} & again.keys()


def test_what_has_expired_does_not_come_back(life: Life, copied: Callable[[], str]) -> None:
    life.send(ADA)
    life.stack.settle()
    name = copied()
    wait(life, days=8)
    lose_kinds(ItemKind.SUBMISSION, ItemKind.FORM, ItemKind.TOKEN)
    found = compare(name, traceless=True)
    assert found.back == Counter()
    assert [found.left_out[f"{one}: {LeftOut.EXPIRED}"] for one in ("submission", "form", "token")] == [1, 1, 1]


def test_of_an_event_that_knows_an_address_no_more_no_letters_are_counted(
    life: Life, copied: Callable[[], str]
) -> None:
    life.join(ADA)
    ada, now = attendee(life, ADA), clock.now()
    for mail_id, event_id in (("m", life.event_id), ("n", "what-was")):
        asked = Asked(mail_id=mail_id, event_id=event_id, at=now)
        seen = addresses.cap(ada.address_hash)
        table().write(addresses.count_asked(ada.address_hash, seen, asked, now))
    name = copied()
    lose_kinds(ItemKind.CAP)
    compare(name)
    assert [one.mail_id for one in addresses.cap(ada.address_hash).asked] == ["m"]


def test_pauses_and_counters_are_left_out(life: Life, copied: Callable[[], str]) -> None:
    life.join(ADA)
    life.command("pause")
    name = copied()
    lose_kinds(ItemKind.PAUSE, ItemKind.LIMIT)
    found = compare(name)
    assert found.back == Counter()
    assert found.left_out[f"pause: {LeftOut.PAUSE}"] == 1


def test_every_key_says_what_it_is() -> None:
    made = {name: one for name, one in vars(keys).items() if name.endswith("_key") and inspect.isfunction(one)}
    task = Task(kind=TaskKind.FORGET, event_id="e", subject="3", due=an_event().starts_at)
    mail = chain.to_person(an_event(), "ada", MailKind.WELCOME, "1", an_event().starts_at, an_event().starts_at)
    special = {"mail_key": (mail,), "task_key": (task.ref,)}
    kinds_found = set()
    for name, one in made.items():
        given = special.get(name) or tuple("7" if "int" in str(each) else "x" for each in given_to(one))
        kinds_found.add(kind_of(one(*given)))
    assert kinds_found == set(ItemKind)
    assert kind_of({"pk": "SOMETHING#new", "sk": "ELSE"}) is None


def given_to(one: Callable[..., Any]) -> list[str]:
    return [str(each.annotation) for each in inspect.signature(one).parameters.values()]


# At the terminal


def test_the_command_tells_numbers_and_writes_only_when_asked_and_while_mail_is_paused(
    life: Life, copied: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    life.introduce(SALLY, BO)
    name, page = copied(), life.page(BO)
    lose_kinds(ItemKind.POINTER, ItemKind.MAIL)
    before = everything()
    assert command.main([name]) == 0
    assert "Would be put back" in capsys.readouterr().out
    assert command.main([name, "--write"]) == 1
    assert "make pause" in capsys.readouterr().err
    assert everything() == before
    life.command("pause", event_id="")
    assert command.main([name, "--write"]) == 0
    told = capsys.readouterr().out
    assert "Put back" in told
    assert not [word for word in CANARIES if word in told.lower()]
    assert life.page(BO) == page


def test_the_living_table_is_not_taken_for_its_copy(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([table().name]) == 1
    assert command.main(["no-such-table"]) == 1
    assert "name its copy" in capsys.readouterr().err
    assert life.send(ADA).status == 202
