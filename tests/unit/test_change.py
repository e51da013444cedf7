"""What a new version of an event means for its rounds, tasks and letters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.organiser.change import Change, change, new_breaks, numbered
from shared.chain import Occasion
from shared.models import MailKind, Round, RoundState, Task, TaskKind, TaskRef
from shared.store.keys import PARTITIONS
from tests.people import an_event, berlin, rounds_of

EVENT = an_event()
NOON = berlin("2027-05-25 12:00")
NOW = berlin("2027-05-01 12:00")
MOVED: dict[str, Any] = {
    "version": 2,
    "starts_at": berlin("2027-07-01 09:00"),
    "ends_at": berlin("2027-07-01 17:30"),
    "rounds": (berlin("2027-06-21 09:00"), berlin("2027-06-29 09:00"), berlin("2027-07-01 06:00")),
}
QUESTIONS = ["did_you_meet:1-2027-06-03T153000Z", "did_you_meet:2-2027-06-03T153000Z"]


def changed(before: list[Round] | None = None, now: datetime = NOW, **changes: Any) -> Change:
    """Bring the event, which stands as planned, to a new version."""
    new = numbered(an_event(**{"version": 2} | changes), EVENT)
    return change(new, EVENT, rounds_of(EVENT) if before is None else before, now)


def subjects(tasks: list[Task] | list[TaskRef], kind: TaskKind) -> list[str]:
    return [task.subject for task in tasks if task.kind is kind]


def test_a_new_event_gets_its_rounds_its_tasks_and_no_letter() -> None:
    plan = change(EVENT, None, [], NOW)
    assert [(one.number, one.due) for one in plan.rounds] == list(enumerate(EVENT.rounds, start=1))
    assert [task.due for task in plan.tasks if task.kind is TaskKind.ROUND] == list(EVENT.rounds)
    assert subjects(plan.tasks, TaskKind.OCCASION) == ["reminder:2027-06-03T070000Z", *QUESTIONS]
    assert plan == Change(plan.rounds, [], plan.tasks, [], [], [], {})


def test_what_would_have_been_before_now_is_left_out() -> None:
    plan = change(EVENT, None, [], berlin("2027-06-02 12:00"))
    assert [(one.number, one.due) for one in plan.rounds] == [(1, berlin("2027-06-03 06:00"))]
    assert subjects(plan.tasks, TaskKind.OCCASION) == QUESTIONS


def test_people_are_forgotten_when_the_time_to_keep_them_is_over_also_of_a_cancelled_event() -> None:
    for plan in (change(EVENT, None, [], NOW), changed(cancelled=True)):
        due = {task.subject: task.due for task in plan.tasks if task.kind is TaskKind.FORGET}
        assert due == {str(partition): EVENT.ends_at + timedelta(days=EVENT.retention_days) for partition in range(16)}


def test_the_same_file_again_changes_nothing() -> None:
    plan = changed()
    assert (plan.changed_fields, plan.letters, plan.obsolete_rounds, plan.obsolete_tasks) == ([], [], [], [])
    assert plan.rounds == rounds_of(EVENT)


def test_a_moved_event_moves_its_rounds_and_letters_and_tells_everybody() -> None:
    plan = changed(**MOVED)
    assert plan.letters == [MailKind.EVENT_CHANGED]
    assert set(plan.changed_fields) == {"starts_at", "ends_at", "rounds"}
    assert [(one.number, one.due) for one in plan.rounds] == list(enumerate(MOVED["rounds"], start=1))
    dues = {task.subject: task.due for task in plan.tasks}
    assert dues["reminder:2027-07-01T070000Z"] == berlin("2027-06-29 10:00")
    assert dues["did_you_meet:1-2027-07-01T153000Z"] == MOVED["ends_at"]
    assert [task.subject for task in plan.obsolete_tasks] == ["reminder:2027-06-03T070000Z", *QUESTIONS]
    assert subjects(plan.tasks, TaskKind.PLAN) == [f"{Occasion.CHANGED}:2:{place}" for place in range(PARTITIONS)]


def test_changed_concepts_are_told_and_change_neither_rounds_nor_letters() -> None:
    plan = changed(concepts={"organs": {"de": "Orgelbau", "en": "organ building", "aliases_de": ("orgel",)}})
    assert plan == changed()._replace(changed_fields=["concepts"])


def test_fewer_rounds_take_the_last_ones_with_their_tasks_away() -> None:
    plan = changed(rounds=EVENT.rounds[:1])
    assert plan.obsolete_rounds == [2, 3]
    assert subjects(plan.obsolete_tasks, TaskKind.ROUND) == ["2", "3"]
    assert plan.letters == []


@pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.PUBLISHED, RoundState.CLOSED])
def test_a_round_that_has_run_stays_and_the_next_ones_are_counted_after_it(state: RoundState) -> None:
    first, *others = rounds_of(EVENT)
    plan = changed([first.model_copy(update={"state": state}), *others], now=berlin("2027-05-25 12:00"), **MOVED)
    assert [(one.number, one.due) for one in plan.rounds] == list(enumerate(MOVED["rounds"], start=2))
    assert plan.obsolete_rounds == []
    assert "1" not in subjects(plan.tasks, TaskKind.ROUND)
    assert "1" not in subjects(plan.obsolete_tasks, TaskKind.ROUND)


def test_a_round_that_is_running_just_now_stays() -> None:
    plan = changed(now=EVENT.rounds[0] + timedelta(minutes=1))
    assert [one.number for one in plan.rounds] == [2, 3]
    assert plan.obsolete_rounds == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", {"de": "Neu", "en": "New"}),
        ("greeting", {"de": "hallo", "en": "hello"}),
        ("retention_days", 30),
        ("sender_name", "Somebody"),
    ],
)
def test_a_change_that_moves_nobody_sends_no_letter(name: str, value: Any) -> None:
    plan = changed(**{name: value})
    assert (plan.changed_fields, plan.letters) == ([name], [])
    assert subjects(plan.tasks, TaskKind.PLAN) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("place", {"de": "Anderswo", "en": "Elsewhere"}),
        ("link", "https://meet.example.org/next"),
        ("ends_at", berlin("2027-06-03 18:00")),
        ("time_zone", "Europe/Lisbon"),
    ],
)
def test_another_time_or_place_is_told_to_everybody(name: str, value: Any) -> None:
    assert changed(**{name: value}).letters == [MailKind.EVENT_CHANGED]


def test_other_breaks_are_told_to_those_who_meet_in_them() -> None:
    coffee, tea = EVENT.breaks
    later = tea.model_copy(update={"ends_at": tea.ends_at + timedelta(minutes=10)})
    for breaks, moved in (((coffee, later), "1"), ((coffee,), "1"), ((), "0.1"), ((later, coffee), "1")):
        plan = changed(breaks=breaks)
        assert plan.letters == [MailKind.EVENT_CHANGED]
        assert subjects(plan.tasks, TaskKind.PLAN)[0] == f"meetings:2-{moved}:0"
    # One more at the end moves nobody, and where all are told, they are told once.
    assert changed(breaks=(coffee, tea, later)).letters == []
    assert subjects(changed(breaks=(), **MOVED).tasks, TaskKind.PLAN) == [
        f"changed:2:{place}" for place in range(PARTITIONS)
    ]
    assert changed(breaks=(), cancelled=True).letters == [MailKind.EVENT_CANCELLED]


def test_breaks_keep_their_numbers_whatever_the_file_does_to_them() -> None:
    coffee, tea = EVENT.breaks
    early = coffee.model_copy(update={"starts_at": berlin("2027-06-03 09:30"), "ends_at": berlin("2027-06-03 09:50")})
    assert numbered(an_event(breaks=(early, coffee, tea)), EVENT).breaks == (coffee, tea, early)
    without = numbered(an_event(breaks=(tea,)), EVENT)
    assert [(one.starts_at, one.gone) for one in without.breaks] == [(coffee.starts_at, True), (tea.starts_at, False)]
    # What was called off can come back; something else takes a number of its own.
    assert numbered(an_event(breaks=(coffee, tea)), without).breaks == (coffee, tea)
    assert numbered(an_event(breaks=(early, tea)), without).breaks == (without.breaks[0], tea, early)
    assert numbered(an_event(breaks=(tea,)), without) == without.model_copy(update={"version": 1})


def test_breaks_stay_where_only_the_start_moves() -> None:
    coffee, tea = EVENT.breaks
    hour = timedelta(hours=1)
    lunch = coffee.model_copy(update={"starts_at": coffee.starts_at - hour, "ends_at": coffee.ends_at - hour})
    earlier = an_event(starts_at=EVENT.starts_at - hour, breaks=(lunch, coffee, tea))
    assert numbered(earlier, EVENT).breaks == (coffee, tea, lunch)


def test_breaks_move_with_their_event() -> None:
    week = timedelta(days=7)
    moved = an_event(
        starts_at=EVENT.starts_at + week,
        ends_at=EVENT.ends_at + week,
        breaks=[
            one.model_copy(update={"starts_at": one.starts_at + week, "ends_at": one.ends_at + week})
            for one in reversed(EVENT.breaks)
        ],
    )
    assert [one.starts_at for one in numbered(moved, EVENT).breaks] == [one.starts_at + week for one in EVENT.breaks]
    assert new_breaks(numbered(moved, EVENT), EVENT) == [0, 1]


def test_a_cancelled_event_tells_everybody_and_nothing_else_follows() -> None:
    plan = changed(cancelled=True)
    assert plan.letters == [MailKind.EVENT_CANCELLED]
    assert plan.rounds == []
    assert plan.obsolete_rounds == [1, 2, 3]
    assert {task.kind for task in plan.tasks} == {TaskKind.PLAN, TaskKind.FORGET}
    assert subjects(plan.tasks, TaskKind.PLAN)[0] == "cancelled:2:0"
    assert {task.subject for task in plan.obsolete_tasks} == {
        "1",
        "2",
        "3",
        "reminder:2027-06-03T070000Z",
        *QUESTIONS,
    }


def test_a_cancelled_and_moved_event_is_only_told_to_be_cancelled() -> None:
    assert changed(cancelled=True, **MOVED).letters == [MailKind.EVENT_CANCELLED]


def test_what_is_cancelled_stays_cancelled_in_silence() -> None:
    cancelled = an_event(cancelled=True)
    plan = change(an_event(cancelled=True, version=2, title={"de": "Neu", "en": "New"}), cancelled, [], NOW)
    assert (plan.letters, plan.rounds) == ([], [])
    assert {task.kind for task in plan.tasks} == {TaskKind.FORGET}


def test_an_event_that_takes_place_after_all_is_planned_anew_and_told() -> None:
    plan = change(an_event(version=3), an_event(version=2, cancelled=True), [], NOW)
    assert plan.letters == [MailKind.EVENT_CHANGED]
    assert [one.number for one in plan.rounds] == [1, 2, 3]
    assert plan.obsolete_tasks == []
    assert len(subjects(plan.tasks, TaskKind.OCCASION)) == 3


def test_a_cancellation_leaves_what_has_run() -> None:
    first, *others = rounds_of(EVENT)
    published = first.model_copy(update={"state": RoundState.PUBLISHED})
    plan = changed([published, *others], now=berlin("2027-05-25 12:00"), cancelled=True)
    assert plan.obsolete_rounds == [2, 3]


def test_an_event_that_moves_towards_open_proposals_closes_them_at_its_start() -> None:
    first, *others = rounds_of(EVENT)
    out = first.model_copy(update={"state": RoundState.PUBLISHED, "answer_by": berlin("2027-05-29 09:00")})
    soon = {"starts_at": berlin("2027-05-28 09:00"), "ends_at": berlin("2027-05-28 17:00"), "breaks": ()}
    closing = [
        task for task in change(an_event(version=2, **soon), EVENT, [out, *others], NOON).tasks if is_closing(task)
    ]
    assert [(task.subject, task.due) for task in closing] == [("1", soon["starts_at"])]
    later = an_event(**{"version": 2} | MOVED)
    assert not any(map(is_closing, change(later, EVENT, [out, *others], NOON).tasks))


def test_an_event_that_is_cut_short_on_its_day_ends_the_days_round_with_it() -> None:
    *others, last = rounds_of(EVENT)
    out = last.model_copy(update={"state": RoundState.PUBLISHED, "answer_by": berlin("2027-06-03 15:30")})
    plan = changed([*others, out], now=berlin("2027-06-03 09:30"), ends_at=berlin("2027-06-03 13:00"), breaks=())
    assert plan.ending_sooner == {3: berlin("2027-06-03 13:00")}
    assert [(task.subject, task.due) for task in plan.tasks if is_closing(task)] == [("3", berlin("2027-06-03 13:00"))]


def is_closing(task: Task) -> bool:
    return task.kind is TaskKind.CLOSE
