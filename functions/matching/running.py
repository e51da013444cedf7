"""Running a round: read who takes part, choose, keep the draft, and publish it pair by pair."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from functions.matching import drafts
from functions.matching.draft import Draft, DraftPair, DraftReason, Topic, draft, gains_in_words, topic_of
from functions.matching.participants import Participant, ReadAlike, participant, read_alike
from functions.matching.settings import settings
from shared.chain import Occasion, answer_by, data_end, digest, latest_run, partition_tasks
from shared.logs import logger
from shared.meeting import free_break
from shared.models import (
    Answer,
    Attendee,
    Bilingual,
    Event,
    Match,
    MatchState,
    Publish,
    RoundState,
    Task,
    TaskKind,
    match_id_of,
)
from shared.queues import wake
from shared.reading import reading_of
from shared.store import addresses, attendees, events, matches, tasks

WAITS = 10  # minutes for texts to be read, and more for many people; whoever is not read by then sits this one out
READ_A_MINUTE = 500  # people, at least
ASKED_AGAIN = 5  # minutes after which those still missing are asked for once more
PAIRS_AT_ONCE = 100


def run(task: Task, now: datetime) -> None:
    """Make a round's draft and, where the event publishes by itself, set its publishing off."""
    event, rounds = events.event_with_rounds(task.event_id)
    this = next((one for one in rounds if one.number == int(task.subject)), None)
    if this is None or event.cancelled or this.is_out:
        tasks.finish(task)
        return
    willing = taking_part(event.event_id, now)
    read = read_alike(willing, attendees.understandings(event.event_id), reading_of(event))
    if task.cursor < WAITS + len(read.late) // READ_A_MINUTE and read.late:
        if task.cursor % ASKED_AGAIN == 0:
            for person_id in read.late:  # who was read by an older vocabulary or another model has no task any more
                tasks.add(Task(kind=TaskKind.UNDERSTAND, event_id=event.event_id, subject=person_id, due=now))
        tasks.defer(task, now + timedelta(minutes=1), cursor=task.cursor + 1)
        return
    is_last = this.number == max(one.number for one in rounds)
    people = participants(event.event_id, willing, read, now, is_last=is_last)
    seed = zlib.crc32(event.event_id.encode()) + this.number
    made = draft(event.event_id, this.number, seed, people, read.unread, read.model_id)
    drafted = this.model_copy(
        update={
            "draft_key": drafts.save(made),
            "pairs": len(made.pairs),
            "unmatched": made.reasons_counted,
            "certificate": made.certificate,
        }
    )
    publishing = Task(kind=TaskKind.PUBLISH, event_id=event.event_id, subject=task.subject, due=now)
    by_itself = event.publish is Publish.AUTO
    goes_on = [publishing] if by_itself else []
    # Who has to say the word is told that it is waited for.
    letters = [] if by_itself or not event.follow_up.digest else [digest(event, f"draft {this.number}", now)]
    events.save_draft(drafted, task, goes_on, letters)
    gap = made.certificate.gap  # an alarm looks at it
    logger.info("round drafted", event_id=event.event_id, round=this.number, pairs=len(made.pairs), gap=gap)
    wake(settings().round_queue_url, [one.ref for one in goes_on])


def taking_part(event_id: str, now: datetime) -> list[Attendee]:
    """Return who wants matches now and may be written to."""
    willing = [one for one in attendees.attendees(event_id) if one.wants_matches and not one.is_paused(now)]
    deaf = addresses.suppressed({one.address_hash for one in willing}, now)
    return [one for one in willing if one.address_hash not in deaf]


def participants(
    event_id: str, willing: Iterable[Attendee], read: ReadAlike, now: datetime, *, is_last: bool
) -> list[Participant]:
    """See as a round does everybody whose texts were read."""
    proposed: dict[str, set[str]] = defaultdict(set)
    introduced: dict[str, set[str]] = defaultdict(set)
    taken: Counter[str] = Counter()
    for match in matches.all_matches(event_id):
        for member in match.members:
            proposed[member].add(match.other(member))
            if match.state is MatchState.INTRODUCED:
                introduced[member].add(match.other(member))
            # Whatever may still become an introduction holds its seat.
            taken[member] += match.state is MatchState.PROPOSED and match.answer_by > now
    return [
        participant(
            attendee,
            read.texts[attendee.person_id],
            frozenset(matches.have_met(attendee.address_hash)),
            frozenset(proposed[attendee.person_id]),
            frozenset(introduced[attendee.person_id]),
            taken[attendee.person_id],
            is_last_round=is_last,
        )
        for attendee in willing
        if attendee.person_id in read.texts
    ]


def publish(task: Task, now: datetime) -> None:
    """Write the next pairs of a draft; after the last ones the round is out for everybody at once."""
    event, rounds = events.event_with_rounds(task.event_id)
    this = next((one for one in rounds if one.number == int(task.subject)), None)
    if this is None or this != latest_run(rounds) or event.cancelled or this.state is not RoundState.DRAFT:
        tasks.finish(task)
        return
    made = drafts.load(str(this.draft_key))
    until = answer_by(event, rounds, this.number, now)
    upto = min(len(made.pairs), task.cursor + PAIRS_AT_ONCE)
    publish_pairs(event, made, made.pairs[task.cursor : upto], until, now)
    if upto < len(made.pairs):
        tasks.defer(task, now, cursor=upto)
        wake(settings().round_queue_url, [task.ref])
        return
    closing = Task(kind=TaskKind.CLOSE, event_id=event.event_id, subject=task.subject, due=until)
    following = [closing, *partition_tasks(event.event_id, Occasion.PROPOSALS, task.subject, now)]
    # Of whoever took part: a pair may not have come about after all, for no reason of theirs.
    took_part = dict.fromkeys((member for pair in made.pairs for member in pair.members), "")
    events.save_unmatched(event.event_id, this.number, took_part | made.unmatched, data_end(event))
    letters = [digest(event, f"round {this.number}", now)] if event.follow_up.digest else []
    events.finish_publishing(event.event_id, this.number, until, task, following, letters)
    logger.info("round published", event_id=event.event_id, round=this.number)


def publish_pairs(event: Event, made: Draft, pairs: tuple[DraftPair, ...], until: datetime, now: datetime) -> None:
    people = attendees.attendees_by_id(event.event_id, {member for pair in pairs for member in pair.members})
    for pair in pairs:
        members = [people[member] for member in pair.members if member in people]
        versions = tuple(member.version for member in members)
        if versions != pair.versions or not publish_pair(event, match_of(made, pair, members, until, now), members):
            # The pair is there already, somebody left, or a profile changed: its reasons may no longer hold.
            logger.info("pair skipped", event_id=event.event_id, round=made.round)


def publish_pair(event: Event, match: Match, members: list[Attendee]) -> bool:
    """Write a match; if both want to be introduced straight away, in a break that both have free."""
    if match.introduced_at is None:
        return matches.publish(match, members)
    for _ in range(2):  # somebody may just have promised that break on their page
        taken = matches.booked(event.event_id, match.members)
        free = free_break(event, members, taken, match.introduced_at)
        if matches.publish(match.model_copy(update={"meets_in": free}), members):
            return True
    return False


def match_of(made: Draft, pair: DraftPair, members: list[Attendee], until: datetime, now: datetime) -> Match:
    """Make a draft's pair a match, with the standing yeses entered as answers."""
    one, other = members
    answers = {member.person_id: Answer.YES for member in members if member.profile.standing_yes}
    agreed = len(answers) == len(members)
    return Match(
        event_id=made.event_id,
        match_id=match_id_of(made.event_id, pair.members),
        round=made.round,
        members=tuple(sorted(pair.members)),
        score=pair.score,
        gains={
            one.person_id: gains_in_words(pair.gains[0], one.profile, other.profile, topics_of(one, other)),
            other.person_id: gains_in_words(pair.gains[1], other.profile, one.profile, topics_of(other, one)),
        },
        writes_first=pair.writes_first,
        openers=dict(zip(pair.members, pair.openers, strict=True)),
        state=MatchState.INTRODUCED if agreed else MatchState.PROPOSED,
        answers=answers,
        answer_by=until,
        introduced_at=now if agreed else None,
    )


def topics_of(one: Attendee, other: Attendee) -> Topic:
    """Look up, when asked, what both texts of a reason are names of; drafts do not hold it."""

    def topic(reason: DraftReason) -> Bilingual | None:
        mine, theirs = (attendees.understanding(who.event_id, who.person_id) for who in (one, other))
        if mine is None or theirs is None or (mine.version, theirs.version) != (one.version, other.version):
            return None
        return topic_of(reason, mine, theirs)

    return topic
