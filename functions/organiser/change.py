"""What a new version of an event means for rounds, tasks and mails. Pure: the old state in, what to write out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.chain import Moment, Occasion, forgetting, meetings_wave, next_digest, occasions, partition_tasks
from shared.models import Event, MailKind, Round, RoundState, Task, TaskKind, TaskRef

TELLS_EVERYBODY = ("starts_at", "ends_at", "time_zone", "place", "link")


class Change(NamedTuple):
    """All that is written with an event's new version, and what the organiser is told of it."""

    rounds: list[Round]
    obsolete_rounds: list[int]
    tasks: list[Task]
    obsolete_tasks: list[TaskRef]
    changed_fields: list[str]
    letters: list[MailKind]


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
    # Who can still answer must be able to before the event that was moved towards them.
    tasks += [
        Task(kind=TaskKind.CLOSE, event_id=new.event_id, subject=str(one.number), due=max(now, new.starts_at))
        for one in settled
        if one.state is RoundState.PUBLISHED and one.answer_by
        if old and new.starts_at < one.answer_by <= old.starts_at
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
    return Change(rounds, obsolete_rounds, tasks, [ref for ref in before if ref not in kept], changed, letters)


def follow_up_letters(new: Event, old: Event | None, changed: Sequence[str]) -> list[MailKind]:
    """Say which letter everybody gets because of a change."""
    if old is None or (old.cancelled and new.cancelled):
        return []
    if new.cancelled:
        return [MailKind.EVENT_CANCELLED]
    if old.cancelled or any(name in TELLS_EVERYBODY for name in changed):
        return [MailKind.EVENT_CHANGED]
    return []


def new_breaks(new: Event, old: Event | None) -> list[int]:
    """Return the numbers of the old breaks whose time or place is another now, or which are gone."""
    if old is None:
        return []
    still = dict(enumerate(new.breaks))
    return [number for number, one in enumerate(old.breaks) if still.get(number) != one]


def subject(moment: Moment) -> str:
    return f"{moment.occasion}:{moment.wave}"


def round_task(event_id: str, number: int) -> TaskRef:
    return TaskRef(kind=TaskKind.ROUND, event_id=event_id, subject=str(number))


def occasion_task(event_id: str, moment: Moment) -> TaskRef:
    return TaskRef(kind=TaskKind.OCCASION, event_id=event_id, subject=subject(moment))
