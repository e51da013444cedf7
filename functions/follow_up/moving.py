"""What the clock does itself: begin an occasion, plan a partition's letters, close a round."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared import chain
from shared.chain import Occasion
from shared.logs import logger
from shared.models import Erased, MailKind, Match, MatchState, Task
from shared.store import attendees, events, mails, matches, tasks

PEOPLE_AT_ONCE = 400  # so many are planned for within some seconds; the next minute goes on with the rest
OVERLAP = 10
SWEPT_AGAIN = timedelta(minutes=15)  # by then every function that was at work has ended
LAST_DIGEST = timedelta(days=30)  # after the event, when most has been told


def begin_occasion(task: Task, now: datetime) -> None:
    """Share the planning of an occasion's letters out over the event's partitions."""
    occasion, wave = task.subject.split(":")
    tasks.finish(task, chain.partition_tasks(task.event_id, Occasion(occasion), wave, now))


def plan_partition(task: Task, now: datetime) -> None:
    """Plan an occasion's letters for the people of one partition; what is planned already stays as it is."""
    occasion, wave, partition = task.subject.split(":")
    event = events.event(task.event_id)
    everybody = list(attendees.attendees_in(task.event_id, int(partition)))
    upto = task.cursor + PEOPLE_AT_ONCE
    # A little overlaps, as somebody may have been deleted since the last part; planned twice is planned once.
    people = everybody[max(0, task.cursor - OVERLAP) : upto]
    theirs = matches.matches_by_person(task.event_id, [person.person_id for person in people])
    why: dict[str, str] = {}
    if occasion == Occasion.PROPOSALS:
        why = events.unmatched(task.event_id, int(wave), int(partition))
    for person in people:
        for mail in chain.plan(Occasion(occasion), wave, event, person, theirs[person.person_id], now):
            # Who was not in the round, as they came later or had paused, needs no word of it.
            if mail.kind is not MailKind.NO_MATCH or person.person_id in why:
                mails.plan(mail.model_copy(update={"variant": why.get(person.person_id, "")}))
    if upto < len(everybody):
        tasks.defer(task, now, cursor=upto)
    else:
        tasks.finish(task)


def tell_organiser(task: Task, now: datetime) -> None:
    """Plan the week's digest, and think of the next one until the event's letters are over."""
    event = events.event(task.event_id)
    if event.cancelled or not event.follow_up.digest or now > event.ends_at + LAST_DIGEST:
        tasks.finish(task)
        return
    mails.plan(chain.digest(event, f"week {now.date()}", now))
    tasks.defer(task, chain.next_digest(event, now))


def forget_partition(task: Task, now: datetime) -> None:
    """Let go of one partition's people, as the event's time to keep them is over."""
    for person in list(attendees.attendees_in(task.event_id, int(task.subject))):
        attendees.forget(person, now)
    tasks.finish(task)
    logger.info("forgotten", event_id=task.event_id, partition=task.subject)


def sweep_up(task: Task, now: datetime) -> None:
    """Delete what is left of somebody who had themselves erased, and once more what was on its way meanwhile."""
    left, is_last = attendees.erased(task.event_id, task.subject), task.cursor > 0
    if left:
        for match in matches.matches_of(left.event_id, left.person_id):
            take_out(match, left)
        attendees.sweep(left, now, is_last=is_last)
    if left and not is_last:
        tasks.defer(task, now + SWEPT_AGAIN, cursor=1)
        return
    tasks.finish(task)
    logger.info("erased", event_id=task.event_id)


def take_out(match: Match, left: Erased) -> None:
    """Take somebody out of a match, and it away where the other one is gone as well."""
    other = match.other(left.person_id)
    stays = attendees.attendee(left.event_id, other)
    known = stays or attendees.erased(left.event_id, other)
    if known:
        matches.forget_met(
            left.address_hash, known.address_hash, keep_others=stays is not None and other in match.set_aside
        )
    if stays:
        matches.take_out(match, left.person_id)
    else:
        matches.drop(match)


def close_round(task: Task, now: datetime) -> None:
    """Close a round for everybody at the same moment, whoever said what."""
    number = int(task.subject)
    for match in matches.all_matches(task.event_id):
        if match.round == number and match.state is MatchState.PROPOSED:
            matches.close(match)
    following = chain.partition_tasks(task.event_id, Occasion.CLOSING, task.subject, now)
    events.close_round(task.event_id, number, task, following)
    logger.info("round closed", event_id=task.event_id, round=number)
