"""Matches: the only truth about a pair, with pointers from each member's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.clock import utc_text
from shared.errors import AnswerTooLate
from shared.models import (
    NO_ANSWER,
    Answer,
    Attendee,
    AttendeeState,
    Mail,
    Match,
    MatchState,
    Outcome,
    SetAside,
)
from shared.store.addresses import note_answer
from shared.store.items import item_of, plan_mail, read
from shared.store.keys import (
    PARTITIONS,
    attendee_key,
    booking_key,
    match_key,
    match_partition,
    met_key,
    person_partition,
    pointer_key,
)
from shared.store.table import ABSENT, Cancelled, Operation, table


def publish(match: Match, members: Sequence[Attendee]) -> bool:
    """Write a match with its pointers.

    False where the pair exists, a member left, took their consent back or changed their profile, or has promised that
    break to somebody else.
    """
    operations = [table().put(item_of(match_key(match.event_id, match.match_id), match), ABSENT)]
    for member in members:
        operations += [
            table().put(pointer_key(match.event_id, member.person_id, match.match_id) | {"round": match.round}),
            table().check(
                attendee_key(match.event_id, member.person_id),
                f"{STILL_WANTS} AND version = :version",
                name_state="state",
                confirmed=AttendeeState.CONFIRMED,
                yes=True,
                version=member.version,
            ),
        ]
    if match.state is MatchState.INTRODUCED:
        operations += [*met(members), *book(match)]
    try:
        table().transact(operations)
    except Cancelled:
        return False
    return True


def met(members: Sequence[Attendee]) -> list[Operation]:
    """Remember for later events that two addresses know each other now, both ways."""
    one, other = (member.address_hash for member in members)
    return both_ways(one, other)


def both_ways(one: str, other: str) -> list[Operation]:
    return [table().put(met_key(one, other)), table().put(met_key(other, one))]


def book(match: Match) -> list[Operation]:
    """Keep the break of an introduction free for it, in both people's days."""
    if match.meets_in is None:
        return []
    keys = [booking_key(match.event_id, member, match.meets_in) for member in match.members]
    return [table().put(key | {"match_id": match.match_id}, ABSENT) for key in keys]


def booked(event_id: str, person_ids: Sequence[str]) -> set[int]:
    """Return the numbers of the breaks that any of these people has promised to somebody."""
    items = (item for one in person_ids for item in table().query(person_partition(event_id, one), "BREAK#"))
    return {int(item["sk"].removeprefix("BREAK#")) for item in items}


def have_met(address_hash: str) -> set[str]:
    """Return the address hashes of those whom somebody met at any event."""
    pk = met_key(address_hash, "")["pk"]
    return {item["sk"].removeprefix("MET#") for item in table().query(pk, "MET#")}


def match(event_id: str, match_id: str) -> Match | None:
    item = table().get(match_key(event_id, match_id))
    return read(Match, item) if item else None


def matches_of(event_id: str, person_id: str) -> list[Match]:
    """Read a person's matches, oldest round first, strongest first within it."""
    return matches_by_person(event_id, [person_id])[person_id]


def matches_by_person(event_id: str, person_ids: Sequence[str]) -> dict[str, list[Match]]:
    """Read several people's matches, ordered as one person's."""
    ids = {
        person_id: [
            item["sk"].removeprefix("MATCH#") for item in table().query(person_partition(event_id, person_id), "MATCH#")
        ]
        for person_id in person_ids
    }
    keys = [match_key(event_id, match_id) for match_id in sorted({one for each in ids.values() for one in each})]
    found = {item["match_id"]: read(Match, item) for item in table().batch_get(keys)}
    return {
        person_id: sorted(
            (found[one] for one in each if one in found), key=lambda one: (one.round, -one.score, one.match_id)
        )
        for person_id, each in ids.items()
    }


def all_matches(event_id: str) -> Iterator[Match]:
    """Read every match of an event, in no order."""
    for item in table().query_many([match_partition(event_id, partition) for partition in range(PARTITIONS)]):
        yield read(Match, item)


def answer(
    seen: Match,
    person_id: str,
    said: Answer,
    now: datetime,
    members: Sequence[Attendee],
    introductions: Sequence[Mail],
    meets_in: int | None,
) -> Match | None:
    """Write one member's answer, and with the last yes the introduction; None where something changed meanwhile.

    `seen` and `members` are as they were read; `introductions` are the mails to plan if this answer makes it mutual,
    and `meets_in` the break that is then kept free for both. Whoever took their consent back is introduced to nobody,
    which to the other looks like silence; so does being set aside.
    """
    other = seen.other(person_id)
    theirs = seen.answer_of(other)
    answered = seen.model_copy(update={"answers": {**seen.answers, person_id: said}, "meets_in": meets_in})
    agreed = answered.all_agree and all(member.wants_matches for member in members) and not seen.set_aside
    state = MatchState.INTRODUCED if agreed else MatchState.PROPOSED
    change = table().update(
        match_key(seen.event_id, seen.match_id),
        "SET answers.#me = :said, #state = :next" + (", introduced_at = :now, meets_in = :break" if agreed else ""),
        "#state = :proposed AND answer_by > :now AND "
        + ("attribute_not_exists(answers.#other)" if theirs == NO_ANSWER else "answers.#other = :theirs")
        # An old tab must not bring back whom somebody has set aside since.
        + (" AND attribute_not_exists(set_aside.#me)" if said is Answer.YES else "")
        + (" AND attribute_not_exists(set_aside.#other)" if agreed else ""),
        name_me=person_id,
        name_other=other,
        name_state="state",
        said=said,
        proposed=MatchState.PROPOSED,
        next=state,
        now=utc_text(now),
        **({} if theirs == NO_ANSWER else {"theirs": theirs}),
        **({"break": meets_in} if agreed else {}),
    )
    following = [*map(still_here, members), *met(members), *book(answered), *map(plan_mail, introductions)]
    try:
        table().transact([change, *(following if agreed else [])])
    except Cancelled:
        return None
    return answered.model_copy(update={"state": state, "introduced_at": now if agreed else None})


def still_here(member: Attendee) -> Operation:
    """Demand that somebody has neither left nor taken their consent back since they were read."""
    return table().check(
        attendee_key(member.event_id, member.person_id),
        STILL_WANTS,
        name_state="state",
        confirmed=AttendeeState.CONFIRMED,
        yes=True,
    )


STILL_WANTS = "#state = :confirmed AND consents.matching = :yes"


def note_outcome(seen: Match, member: Attendee, outcome: Outcome, letters: Sequence[Mail], now: datetime) -> bool:
    """Note what became of an introduction, in one member's eyes; saying it again replaces it.

    False where one of the letters it asks for has been planned meanwhile.
    """
    change = table().update(
        match_key(seen.event_id, seen.match_id),
        "SET outcomes.#me = :outcome, told_at.#me = :now",
        "#state = :introduced",
        name_me=member.person_id,
        name_state="state",
        outcome=outcome,
        now=utc_text(now),
        introduced=MatchState.INTRODUCED,
    )
    try:
        table().transact([change, note_answer(member.address_hash, now), *map(plan_mail, letters)])
    except Cancelled as cancelled:
        if 0 in cancelled.failed:
            raise AnswerTooLate from None
        return False
    return True


def set_aside(seen: Match, member: Attendee, other_hash: str, why: SetAside | None) -> None:
    """Note that somebody knows the other one already, or wants to hear nothing of them; None takes that back.

    Later events then propose them no more. The answer stays as it is; raise AnswerTooLate where the match is gone.
    """
    other, alone = seen.other(member.person_id), set(seen.set_aside) == {member.person_id}
    change = table().update(
        match_key(seen.event_id, seen.match_id),
        "SET set_aside.#me = :why" if why else "REMOVE set_aside.#me",
        "attribute_exists(pk)" + ("" if why or not alone else " AND attribute_not_exists(set_aside.#other)"),
        name_me=member.person_id,
        **({} if why or not alone else {"name_other": other}),
        **({"why": why} if why else {}),
    )
    remember = both_ways(member.address_hash, other_hash) if why and other_hash else []
    # Who was introduced, or whom the other one set aside, stays known.
    if alone and why is None and other_hash and seen.state is not MatchState.INTRODUCED:
        pairs = ((member.address_hash, other_hash), (other_hash, member.address_hash))
        remember = [table().delete(met_key(*pair)) for pair in pairs]
    try:
        table().transact([change, *remember])
    except Cancelled:
        raise AnswerTooLate from None


def take_out(seen: Match, person_id: str) -> None:
    """Leave nothing of what one of the two wrote or said in a match."""
    other = seen.other(person_id)
    kept = [gain.model_copy(update={"theirs": "", "topic": None}).model_dump(mode="json") for gain in seen.gains[other]]
    change = table().update(
        match_key(seen.event_id, seen.match_id),
        "SET gains = :gains REMOVE answers.#me, outcomes.#me, told_at.#me, set_aside.#me",
        "attribute_exists(pk)",
        name_me=person_id,
        gains={person_id: [], other: kept},
    )
    table().write_if_still(change)


def forget_met(gone: str, other: str, *, keep_others: bool) -> None:
    """Forget that somebody who is gone knew another one; what the other one asked for may stay: a fingerprint."""
    table().delete_all([met_key(gone, other), *([] if keep_others else [met_key(other, gone)])])


def drop(seen: Match) -> None:
    """Delete a match that nobody is left of."""
    table().delete_all([match_key(seen.event_id, seen.match_id)])


def close(open_match: Match) -> None:
    """Close a match that was not answered by both in time; an introduced one stays."""
    change = table().update(
        match_key(open_match.event_id, open_match.match_id),
        "SET #state = :closed",
        "#state = :proposed",
        name_state="state",
        proposed=MatchState.PROPOSED,
        closed=MatchState.CLOSED,
    )
    table().write_if_still(change)
