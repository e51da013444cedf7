"""What a new version of an event means for rounds, tasks and mails. Pure: the old state in, what to write out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.chain import (
    Moment,
    Occasion,
    forgetting,
    last_break,
    meetings_wave,
    next_digest,
    occasions,
    partition_tasks,
)
from shared.models import Break, Event, MailKind, Round, RoundState, Task, TaskKind, TaskRef

TELLS_EVERYBODY = ("starts_at", "ends_at", "time_zone", "place", "link")


class Change(NamedTuple):
    """All that is written with an event's new version, and what the organiser is told of it."""

    rounds: list[Round]
    obsolete_rounds: list[int]
    tasks: list[Task]
    obsolete_tasks: list[TaskRef]
    changed_fields: list[str]
    letters: list[MailKind]
    ending_sooner: dict[int, datetime]  # rounds that can be answered now, and until when they still can be


def change(new: Event, old: Event | None, old_rounds: Sequence[Round], now: datetime) -> Change:
    """Plan an event's rounds and tasks anew: what has run stays, what is to come follows the new version."""
    settled = [one for one in old_rounds if one.state is not RoundState.PLANNED or one.due <= now]
    coming = [] if new.cancelled else [moment for moment in new.rounds if moment > now]
    rounds = [
        Round(event_id=new.event_id, number=number, due=due)
        for number, due in enumerate(coming, start=len(settled) + 1)
    ]
    numbers = {one.number for one in rounds} | {one.number for one in settled}
    obsolete_rounds = [one.number for one in old_rounds if one.number not in numbers]
    tasks = [Task(kind=TaskKind.ROUND, event_id=new.event_id, subject=str(one.number), due=one.due) for one in rounds]
    tasks += [
        Task(kind=TaskKind.OCCASION, event_id=new.event_id, subject=subject(one), due=one.due)
        for one in occasions(new)
        if one.due > now and not new.cancelled
    ]
    if new.follow_up.digest and not new.cancelled:
        tasks.append(Task(kind=TaskKind.DIGEST, event_id=new.event_id, subject="weekly", due=next_digest(new, now)))
    ending_sooner = still_open_until(new, old, settled, now) if old else {}
    tasks += [
        Task(kind=TaskKind.CLOSE, event_id=new.event_id, subject=str(number), due=until)
        for number, until in ending_sooner.items()
    ]
    tasks += forgetting(new)
    # One that is due this minute may wait for the clock still.
    moments = [] if new.cancelled else occasions(new)
    kept = {task.ref for task in tasks} | {occasion_task(new.event_id, one) for one in moments}
    before = [round_task(new.event_id, number) for number in obsolete_rounds]
    before += [occasion_task(new.event_id, one) for one in occasions(old)] if old else []
    changed = [name for name in Event.model_fields if old and getattr(old, name) != getattr(new, name)]
    changed = [name for name in changed if name != "version"]
    letters = follow_up_letters(new, old, changed)
    for kind in letters:
        occasion = Occasion.CANCELLED if kind is MailKind.EVENT_CANCELLED else Occasion.CHANGED
        tasks += partition_tasks(new.event_id, occasion, str(new.version), now)
    moved = [] if letters or new.cancelled else new_breaks(new, old)
    if moved:
        # Who agreed to meet in one of these has to know; to everybody else it is nothing.
        letters = [MailKind.EVENT_CHANGED]
        tasks += partition_tasks(new.event_id, Occasion.MEETINGS, meetings_wave(new.version, moved), now)
    obsolete = [ref for ref in before if ref not in kept]
    return Change(rounds, obsolete_rounds, tasks, obsolete, changed, letters, ending_sooner)


def still_open_until(new: Event, old: Event, rounds: Sequence[Round], now: datetime) -> dict[int, datetime]:
    """Say which rounds end sooner, as the event has moved towards their answers: what is said too late helps nobody."""
    found = {}
    for one in rounds:
        if one.state is RoundState.PUBLISHED and one.answer_by:
            # A round of the day itself ends with the breaks, every other before the event.
            end = new.starts_at if one.answer_by <= old.starts_at else last_break(new, now)
            if end < one.answer_by:
                found[one.number] = max(now, end)
    return found


def follow_up_letters(new: Event, old: Event | None, changed: Sequence[str]) -> list[MailKind]:
    """Say which letter everybody gets because of a change."""
    if old is None or (old.cancelled and new.cancelled):
        return []
    if new.cancelled:
        return [MailKind.EVENT_CANCELLED]
    if old.cancelled or any(name in TELLS_EVERYBODY for name in changed):
        return [MailKind.EVENT_CHANGED]
    return []


def numbered(new: Event, old: Event) -> Event:
    """Let the breaks keep the numbers by which meetings know them, however the file orders them now.

    A break is the same where it begins at the same time, or as long after the event's start. The others are taken for
    moved ones, in the order of time; what is left over is new, or called off.
    """
    left, kept = list(new.breaks), dict[int, Break]()
    for is_same in (
        lambda one, other: one.starts_at == other.starts_at,
        lambda one, other: one.starts_at - old.starts_at == other.starts_at - new.starts_at,
        lambda one, _: not one.gone,
    ):
        for number, one in sorted(enumerate(old.breaks), key=lambda each: each[1].starts_at):
            found = next((other for other in left if number not in kept and is_same(one, other)), None)
            if found:
                kept[number] = found
                left.remove(found)
    still = [kept.get(number, one.model_copy(update={"gone": True})) for number, one in enumerate(old.breaks)]
    return new.model_copy(update={"breaks": (*still, *left)})


def new_breaks(new: Event, old: Event | None) -> list[int]:
    """Return the numbers of the old breaks whose time or place is another now, or which are called off."""
    both = zip(old.breaks, new.breaks, strict=False) if old else ()
    return [number for number, (before, after) in enumerate(both) if before != after]


def subject(moment: Moment) -> str:
    return f"{moment.occasion}:{moment.wave}"


def round_task(event_id: str, number: int) -> TaskRef:
    return TaskRef(kind=TaskKind.ROUND, event_id=event_id, subject=str(number))


def occasion_task(event_id: str, moment: Moment) -> TaskRef:
    return TaskRef(kind=TaskKind.OCCASION, event_id=event_id, subject=subject(moment))
