"""The outbox and the tasks: planned once, found when due, in one hand at a time, settled for good."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest

from shared.models import Mail, MailState, Purpose, Task, TaskRef
from shared.store import addresses, attendees, limits, mails, tasks
from shared.store.items import plan_mail, plan_task
from shared.store.keys import MAILS_DUE, mail_key, task_key
from shared.store.table import table
from shared.tokens import token_hash
from tests.contract.work import LEASE, MINUTE, NOW, a_mail, a_task, a_token
from tests.integration.faults import Faults
from tests.people import a_submission

Result = TypeVar("Result")
SETTLED: dict[MailState, Callable[[Mail], object]] = {
    MailState.SENT: lambda seen: mails.note_sent(seen, "ses-1", NOW),
    MailState.SKIPPED: lambda seen: mails.settle(seen, MailState.SKIPPED, "too_late", NOW),
    MailState.DELIVERED: lambda seen: mails.note_event(seen.ref, MailState.DELIVERED, "ses-1", NOW),
}


def claimed(seen: Mail, now: datetime = NOW) -> Mail:
    taken = mails.claim(seen, now, LEASE, [])
    assert taken is not None
    return taken


def claimed_task(task: Task, now: datetime = NOW) -> Task:
    taken = tasks.claim(task.ref, now, LEASE)
    assert taken is not None
    return taken


def stored(mail: Mail) -> Mail:
    found = mails.mail(mail.ref)
    assert found is not None
    return found


def due(now: datetime = NOW) -> int:
    return len(tasks.due_mails(now, 100)) + len(tasks.due_tasks(now, 100))


def at_once(count: int, call: Callable[[], Result]) -> list[Result]:
    """Let so many threads begin a call together."""
    ready = Barrier(count)

    def wait_and_call(_: int) -> Result:
        ready.wait()
        return call()

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(wait_and_call, range(count)))


# Planned


def test_a_mail_planned_twice_is_planned_once_whatever_became_of_it() -> None:
    mails.plan(a_mail())
    mails.plan(a_mail(due=NOW + MINUTE))
    assert stored(a_mail()) == a_mail()
    mails.settle(a_mail(), MailState.SKIPPED, "gone", NOW)
    mails.plan(a_mail())
    assert stored(a_mail()).state is MailState.SKIPPED


def test_a_mail_and_a_task_are_read_as_they_were_planned() -> None:
    mail = a_mail(variant="little_said", wave="2")
    mails.plan(mail)
    tasks.add(a_task(cursor=7))
    assert stored(mail) == mail
    assert tasks.claim(a_task().ref, NOW, LEASE) == a_task(due=NOW + LEASE, attempt=2, cursor=7)


# Due


def test_only_what_is_due_is_found_the_oldest_first() -> None:
    for minutes in (5, -1, 0, -3):
        tasks.add(a_task(str(minutes), NOW + minutes * MINUTE))
    assert [ref.subject for ref in tasks.due_tasks(NOW, 10)] == ["-3", "-1", "0"]
    assert [ref.subject for ref in tasks.due_tasks(NOW, 2)] == ["-3", "-1"]
    assert tasks.next_due() == NOW - 3 * MINUTE


def test_nothing_is_due_where_nothing_is_planned() -> None:
    assert tasks.next_due() is None
    assert due() == 0


def test_the_oldest_mails_of_every_shard_are_found_up_to_the_limit() -> None:
    planned = [a_mail(str(place), NOW - place * MINUTE) for place in range(40)]
    table().transact([plan_mail(mail) for mail in planned])
    assert {ref.mail_id for ref in tasks.due_mails(NOW, 400)} == {mail.mail_id for mail in planned}
    few = tasks.due_mails(NOW, 8)
    assert len(few) == 2 * len(MAILS_DUE)
    by_shard = {str(item["due_shard"]) for item in (table().get(mail_key(ref)) or {} for ref in few)}
    assert by_shard == set(MAILS_DUE)


def test_more_than_a_page_is_due(faults: Faults) -> None:
    # An entry of the index is as long as its keys, and a key may have 2 KB.
    many = [a_task(f"{'x' * 1900}{place:03}", NOW - place * MINUTE) for place in range(330)]
    for start in range(0, len(many), 100):
        table().transact([plan_task(task) for task in many[start : start + 100]])
    faults.calls = []
    assert [ref.subject for ref in tasks.due_tasks(NOW, 1000)] == [task.subject for task in reversed(many)]
    assert len(faults.calls) > 1


@pytest.mark.parametrize("state", SETTLED)
def test_a_settled_mail_leaves_the_due_index(state: MailState) -> None:
    mails.plan(a_mail())
    assert due() == 1
    SETTLED[state](claimed(a_mail()))
    assert due(NOW + LEASE) == 0
    assert stored(a_mail()).state is state
    assert stored(a_mail()).due is None


def test_a_done_task_leaves_the_due_index_and_what_follows_enters_it() -> None:
    tasks.add(a_task())
    tasks.finish(claimed_task(a_task()), [a_task("next", NOW + MINUTE)])
    assert table().get(task_key(a_task().ref)) is None
    assert due() == 0
    assert tasks.due_tasks(NOW + MINUTE, 1) == [a_task("next").ref]


# Claimed


def test_of_two_who_saw_a_mail_one_gets_it() -> None:
    mails.plan(a_mail())
    taken = a_mail(due=NOW + LEASE, state=MailState.SENDING, attempt=1)
    assert mails.claim(a_mail(), NOW, LEASE, []) == taken
    assert mails.claim(a_mail(), NOW, LEASE, []) is None
    assert stored(a_mail()) == taken


def test_of_many_at_once_one_gets_the_mail_and_one_the_task() -> None:
    for place in range(5):
        mails.plan(mail := a_mail(str(place)))
        tasks.add(task := a_task(str(place)))
        assert sum(map(bool, at_once(6, partial(mails.claim, mail, NOW, LEASE, [])))) == 1
        assert sum(map(bool, at_once(6, partial(tasks.claim, task.ref, NOW, LEASE)))) == 1


def test_what_is_claimed_is_not_due_until_the_lease_is_over() -> None:
    mails.plan(a_mail())
    tasks.add(a_task())
    claimed(a_mail())
    claimed_task(a_task())
    assert due(NOW + LEASE - timedelta(seconds=1)) == 0
    assert tasks.claim(a_task().ref, NOW + LEASE - timedelta(seconds=1), LEASE) is None
    assert due(NOW + LEASE) == 2


def test_nobody_claims_what_is_not_due_or_not_there() -> None:
    mails.plan(a_mail(due=NOW + MINUTE))
    tasks.add(a_task(due=NOW + MINUTE))
    assert mails.claim(a_mail(due=NOW + MINUTE), NOW, LEASE, []) is None
    assert tasks.claim(a_task().ref, NOW, LEASE) is None
    assert mails.claim(a_mail("never planned"), NOW, LEASE, []) is None
    assert tasks.claim(a_task("never planned").ref, NOW, LEASE) is None
    assert mails.mail(a_mail("never planned").ref) is None


def test_after_a_lease_the_first_claimer_can_no_longer_settle_the_mail() -> None:
    mails.plan(a_mail())
    first = claimed(a_mail())
    second = claimed(first, NOW + LEASE)
    assert (second.attempt, second.unclear) == (2, 1)
    mails.note_sent(first, "ses-1", NOW)
    mails.release(first, NOW)
    mails.settle(first, MailState.UNKNOWN, "lease_over", NOW)
    assert stored(a_mail()) == second
    mails.note_sent(second, "ses-2", NOW + LEASE)
    assert (stored(a_mail()).state, stored(a_mail()).ses_id) == (MailState.SENT, "ses-2")


def test_after_a_lease_the_first_claimer_can_no_longer_finish_the_task() -> None:
    tasks.add(a_task())
    first = claimed_task(a_task())
    second = claimed_task(a_task(), NOW + LEASE)
    tasks.finish(first, [a_task("next")])
    tasks.defer(first, NOW, cursor=9)
    assert tasks.due_tasks(NOW + LEASE, 10) == []
    tasks.defer(second, NOW, cursor=3)
    assert claimed_task(a_task()).cursor == 3


def test_a_task_planned_anew_while_it_is_worked_on_stays() -> None:
    tasks.add(a_task())
    working = claimed_task(a_task())
    tasks.add(a_task(due=NOW + MINUTE))
    tasks.finish(working)
    assert tasks.due_tasks(NOW + MINUTE, 10) == [a_task().ref]


def test_a_claim_stores_its_links_and_counts_or_nothing() -> None:
    form = a_submission()
    for wave in ("1", "2", "3"):
        mails.plan(mail := a_mail(wave))
        counted = [
            addresses.count_asked_for(form, mail.kind, 2, NOW),
            limits.count_mail(mail.event_id, NOW),
        ]
        taken = mails.claim(mail, NOW, LEASE, [a_token(wave)], counted)
        assert (taken is None) == (wave == "3")
        assert (attendees.token(token_hash(wave), NOW) is None) == (wave == "3")
    assert addresses.mails_asked_for(form, a_mail().kind, NOW) == limits.mails_today("what-next", NOW) == 2
    assert stored(a_mail("3")) == a_mail("3")


def test_a_link_that_is_there_already_stops_the_claim() -> None:
    attendees.add_link(a_token())
    mails.plan(a_mail())
    assert mails.claim(a_mail(), NOW, LEASE, [a_token(purpose=Purpose.STOP)]) is None
    assert stored(a_mail()).state is MailState.PLANNED


# Moved


def test_a_mail_that_certainly_did_not_leave_is_planned_again() -> None:
    mails.plan(a_mail())
    mails.release(claimed(a_mail()), NOW + MINUTE)
    assert stored(a_mail()) == a_mail(due=NOW + MINUTE, attempt=1)
    assert due(NOW + MINUTE) == 1


def test_a_waiting_mail_moves_on_and_back_but_not_behind_somebodys_back() -> None:
    mails.plan(a_mail())
    mails.defer(a_mail(), NOW + 5 * MINUTE)
    mails.defer(a_mail(), NOW + 2 * MINUTE)
    assert stored(a_mail()).due == NOW + 5 * MINUTE
    mails.bring_forward(a_mail(), NOW)
    assert stored(a_mail()).due == NOW + 5 * MINUTE
    mails.bring_forward(stored(a_mail()), NOW)
    assert due() == 1


# What SES tells


def test_what_is_told_late_or_twice_lowers_no_state() -> None:
    mails.plan(a_mail())
    seen = claimed(a_mail())
    told = [MailState.DELIVERED, MailState.SENT, MailState.DELIVERED, MailState.COMPLAINED, MailState.BOUNCED]
    assert [mails.note_event(seen.ref, state, "ses-1", NOW) for state in told] == [True, False, False, True, False]
    mails.note_sent(seen, "ses-2", NOW)
    assert (stored(a_mail()).state, stored(a_mail()).ses_id) == (MailState.COMPLAINED, "ses-1")


def test_nothing_is_told_of_a_mail_that_nobody_sent() -> None:
    mails.plan(a_mail())
    assert not mails.note_event(a_mail().ref, MailState.DELIVERED, "ses-1", NOW)
    assert not mails.note_event(a_mail("gone").ref, MailState.DELIVERED, "ses-1", NOW)
    assert stored(a_mail()) == a_mail()
    assert mails.mail(a_mail("gone").ref) is None


def test_what_another_version_has_left_in_the_index_stops_nobody() -> None:
    table().write(table().put({"pk": "TASK#dance#e#1", "sk": "TASK", "due_shard": "DUE#TASKS", "due_at": "2027"}))
    tasks.add(a_task())
    assert tasks.due_tasks(NOW, 10) == [TaskRef(kind=a_task().kind, event_id="what-next", subject="1")]
