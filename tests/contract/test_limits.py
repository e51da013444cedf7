"""How much fits: DynamoDB's limits, and the largest that we ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.matching.engine import Unmatched
from functions.organiser.change import change
from shared import chain
from shared.models import MailState, Round, RoundState
from shared.store import attendees, events
from shared.store.items import plan_mail
from shared.store.keys import PARTITIONS, partition_of
from shared.store.table import Operation, table
from tests.contract.differences import refused
from tests.contract.test_differences import KEY, of_size
from tests.contract.work import NOW, a_mail, confirm
from tests.integration.faults import Faults
from tests.people import an_attendee, an_event, rounds_of

MOST_OPERATIONS, MOST_BYTES = 100, 400 * 1024
DAY = timedelta(days=1)


def puts(number: int) -> list[Operation]:
    return [table().put({"pk": "P", "sk": str(place)}) for place in range(number)]


INVALID: dict[str, Callable[[], object]] = {
    "an item beyond 400 KB": lambda: table().write(of_size(MOST_BYTES + 1)),
    "an item grown beyond 400 KB": lambda: table().write(
        table().update(KEY, "SET more = :more", more="x" * MOST_BYTES)
    ),
    "a hundred and one operations": lambda: table().transact(puts(MOST_OPERATIONS + 1)),
    "an empty key": lambda: table().write(table().put({"pk": "P", "sk": ""})),
    "a partition key beyond 2 KB": lambda: table().write(table().put({"pk": "P" * 2049, "sk": "1"})),
    "a sort key beyond 1 KB": lambda: table().write(table().put({"pk": "P", "sk": "1" * 1025})),
    "an empty due time": lambda: table().write(table().put(KEY | {"due_shard": "DUE#0", "due_at": ""})),
    "a due time of no value": lambda: table().write(table().put(KEY | {"due_shard": "DUE#0", "due_at": None})),
    "a part of what is not there": lambda: table().write(table().update(KEY, "SET answers.ada = :yes", yes=True)),
    "a sum with what is not there": lambda: table().write(table().update(KEY, "SET n = n + :one", one=1)),
    "a reserved word": lambda: table().write(table().update(KEY, "SET ttl = :now", now=1)),
    "a name that no expression uses": lambda: table().write(
        table().update(KEY, "SET seen = :yes", yes=True, name_left="over")
    ),
    "a value that no update uses": lambda: table().write(table().update(KEY, "SET seen = :yes", yes=True, left=1)),
}


@pytest.mark.parametrize("what", INVALID)
def test_what_dynamodb_does_not_take_changes_nothing(what: str) -> None:
    table().write(table().put(KEY))
    with refused():
        INVALID[what]()
    assert list(table().query("P")) == [KEY]


def test_as_much_as_a_transaction_holds_is_taken() -> None:
    table().transact(puts(MOST_OPERATIONS))
    assert len(list(table().query("P"))) == MOST_OPERATIONS
    table().transact([of_size(400_000, str(place)) for place in range(10)])


# Ours


def test_the_largest_change_of_an_event_is_one_transaction(faults: Faults) -> None:
    """Six rounds wait for answers and six are to come, and the event is moved towards now."""
    rounds = tuple(NOW + place * DAY for place in range(1, 7))
    old, new = an_event(rounds=rounds), an_event(version=2, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, rounds=rounds)
    opened = [
        Round(event_id="what-next", number=number, due=NOW, state=RoundState.PUBLISHED, answer_by=NOW + 5 * DAY)
        for number in range(1, 7)
    ]
    before = [*opened, *(one.model_copy(update={"number": one.number + 6}) for one in rounds_of(old))]
    events.save(old, before, [], [], [], {})
    made = change(new, old, before, NOW)
    assert len(made.ending_sooner) == 6
    faults.calls = []
    events.save(new, made.rounds, made.obsolete_rounds, made.tasks, made.obsolete_tasks, made.ending_sooner)
    assert faults.calls == ["dynamodb.TransactWriteItems"]
    assert events.event("what-next") == new


def test_as_many_mails_as_a_transaction_holds_are_cancelled_by_who_leaves() -> None:
    ada = an_attendee()
    assert confirm(ada)
    goodbye = chain.goodbye(ada, an_event(), NOW)
    planned = [a_mail(str(place)) for place in range(MOST_OPERATIONS - 3)]
    table().transact([plan_mail(mail) for mail in planned])
    attendees.withdraw(ada, [goodbye], NOW)
    states = [mail.state for mail in attendees.mails_of("what-next", "ada")]
    assert (states.count(MailState.CANCELLED), states.count(MailState.PLANNED)) == (len(planned) + 1, 1)


def test_a_hundred_thousand_people_are_told_why_they_have_nobody() -> None:
    """The one item that grows with the event: a partition's share of them, with the longest reason."""
    longest = max(Unmatched, key=len)
    ids = (f"{place:032x}" for place in range(200_000))
    share = [one for one in ids if partition_of(one) == 3][: 100_000 // PARTITIONS]
    events.save_unmatched("what-next", 1, dict.fromkeys(share, longest), NOW)
    assert events.unmatched("what-next", 1, 3) == dict.fromkeys(share, str(longest))
