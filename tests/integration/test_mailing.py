"""A mail leaves once, whatever breaks on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.local.stack import items_under
from shared import chain, clock
from shared.models import Mail, MailKind, MailState, Task, TaskKind
from shared.store import addresses, attendees, events, mails, pauses, tasks
from shared.store.keys import TASKS_DUE
from shared.store.table import table
from tests.integration.faults import Died, Faults
from tests.system.life import ADA, BO, Life

SEND = "sesv2.SendEmail"


@pytest.fixture
def faults(life: Life, monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Break calls from when the test says so; two people wait for their first round."""
    life.join(ADA, BO)
    return Faults(monkeypatch)


def proposals(life: Life) -> list[Mail]:
    people = [person.person_id for person in attendees.attendees(life.event_id)]
    mails = [mail for person in people for mail in attendees.mails_of(life.event_id, person)]
    return [mail for mail in mails if mail.kind is MailKind.PROPOSAL]


def arrived(life: Life) -> int:
    return [*life.subjects(ADA), *life.subjects(BO)].count("Ein Mensch, ein Grund")


@pytest.mark.parametrize("fault", ["cannot connect", "TooManyRequestsException"])
def test_what_certainly_did_not_leave_is_sent_a_little_later(life: Life, faults: Faults, fault: str) -> None:
    faults.plan = {(SEND, 1): fault}
    life.turn_to(days=9)
    assert arrived(life) == 2
    assert {mail.state for mail in proposals(life)} == {MailState.DELIVERED}


def test_a_paused_account_stops_no_mail_for_good(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "SendingPausedException", (SEND, 2): "SendingPausedException"}
    life.turn_to(days=9)
    assert arrived(life) == 2


def test_a_rejected_mail_is_skipped_and_says_so(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "MessageRejected"}
    life.turn_to(days=9)
    assert sorted((mail.state, mail.reason) for mail in proposals(life)) == [
        (MailState.DELIVERED, None),
        (MailState.SKIPPED, "rejected"),
    ]


def test_a_proposal_whose_answer_was_lost_is_not_sent_twice(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "answer lost"}
    life.turn_to(days=9)
    assert arrived(life) == 1
    assert {mail.state for mail in proposals(life)} == {MailState.DELIVERED, MailState.UNKNOWN}
    assert faults.calls.count(SEND) == 2


def test_a_function_that_dies_before_ses_leaves_an_open_fate_and_no_double(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "die before"}
    with pytest.raises(Died):
        life.turn_to(days=9)
    faults.dead, faults.plan = False, {}
    life.stack.turn_to(clock.now() + timedelta(hours=1))
    assert arrived(life) == 1
    assert sorted(mail.state for mail in proposals(life)) == [MailState.DELIVERED, MailState.UNKNOWN]


def test_a_confirmation_that_died_on_the_way_is_sent_again(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "die before"}
    cleo = ADA | {"first_name": "Cleo", "email": "cleo@example.org"}
    life.send(cleo)
    with pytest.raises(Died):
        life.stack.settle()
    faults.dead, faults.plan = False, {}
    life.stack.turn_to(clock.now() + timedelta(hours=1))
    assert life.subjects(cleo) == ["Bitte bestätigen"]


@pytest.mark.usefixtures("faults")
def test_a_wake_up_that_comes_five_times_sends_one_mail(life: Life) -> None:
    life.turn_to(days=9)
    before = len(life.stack.inbox.mails)
    for mail in proposals(life) * 5:
        life.stack.invoke("MailingFunction", {"Records": [{"messageId": "1", "body": mail.ref.model_dump_json()}]})
    life.stack.settle()
    assert len(life.stack.inbox.mails) == before


def test_a_lost_wake_up_costs_a_minute_and_nothing_else(life: Life, faults: Faults) -> None:
    faults.plan = {("sqs.SendMessageBatch", 1): "cannot connect"}
    cleo = ADA | {"first_name": "Cleo", "email": "cleo@example.org"}
    life.send(cleo)
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    assert life.subjects(cleo) == ["Bitte bestätigen"]


def test_feedback_in_any_order_only_raises_a_mails_state(life: Life, faults: Faults) -> None:
    del faults
    welcome = life.mails(ADA)[-1]
    for kind in ("Bounce", "Delivery", "Send", "Complaint", "Bounce"):
        life.stack.inbox.tell(welcome, kind)
        life.stack.drain()
    ada = next(person for person in attendees.attendees(life.event_id) if person.profile.first_name == "Ada")
    assert [mail.state for mail in attendees.mails_of(life.event_id, ada.person_id)] == [MailState.COMPLAINED]
    assert addresses.suppression(ada.address_hash).complained_at


class Down(dict[tuple[str, int], str]):
    """Every call to SES fails inside, however often it is tried."""

    def get(self, key: tuple[str, int], default: str = "") -> str:  # type: ignore[override] # faults ask only this way
        return "InternalServerError" if key[0] == SEND else default


@pytest.mark.slow
def test_an_outage_of_ses_loses_no_mail_that_must_arrive_and_tries_one_at_a_time(life: Life, faults: Faults) -> None:
    people = [ADA | {"first_name": f"Cleo {place}", "email": f"cleo{place}@example.org"} for place in range(20)]
    faults.plan, began = Down(), clock.now()
    for person in people:
        life.send(person)
    life.stack.turn_to(began + timedelta(hours=3))
    # Every five minutes one; each for itself they would have been eighty.
    assert faults.calls.count(SEND) <= 3 * 12 + 1
    faults.plan = {}
    life.stack.turn_to(began + timedelta(hours=22))
    assert [life.subjects(person) for person in people] == [["Bitte bestätigen"]] * len(people)


def planned(life: Life) -> Mail:
    """Plan one more letter to Ada."""
    event = events.event(life.event_id)
    ada = next(one for one in attendees.attendees(life.event_id) if one.profile.first_name == "Ada")
    mail = chain.to_person(event, ada.person_id, MailKind.EVENT_CHANGED, "9", clock.now(), event.ends_at)
    mails.plan(mail)
    return mail


@pytest.mark.usefixtures("faults")
def test_of_two_who_read_the_same_mail_one_claims_it(life: Life) -> None:
    mail, now = planned(life), clock.now()
    assert mails.claim(mail, now, timedelta(minutes=15), [])
    assert mails.claim(mail, now, timedelta(minutes=15), []) is None
    assert mails.claim(mail, now + timedelta(minutes=16), timedelta(minutes=15), []) is None


@pytest.mark.usefixtures("faults")
def test_who_comes_back_after_the_lease_changes_nothing_any_more(life: Life) -> None:
    mail, now = planned(life), clock.now()
    late = mails.claim(mail, now, timedelta(minutes=15), [])
    assert late
    again = now + timedelta(minutes=15)
    assert mails.claim(late, again - timedelta(minutes=1), timedelta(minutes=15), []) is None
    second = mails.claim(late, again, timedelta(minutes=15), [])
    assert second
    mails.note_sent(late, "an id that came late", again)
    mails.release(late, again)
    mails.settle(late, MailState.SKIPPED, "late", again)
    mails.defer(late, again + timedelta(days=1))
    assert mails.mail(mail.ref) == second
    mails.note_sent(second, "id", again)
    found = mails.mail(mail.ref)
    assert found
    assert (found.state, found.ses_id, found.due) == (MailState.SENT, "id", None)


def test_a_refusal_nobody_has_listed_holds_up_no_other_mail(life: Life, faults: Faults) -> None:
    faults.plan = {(SEND, 1): "AccessDeniedException", (SEND, 3): "AccessDeniedException"}
    life.turn_to(days=9.9995)
    assert arrived(life) == 1
    assert pauses.all_pauses(clock.now()) == {}
    life.turn_to(days=9)
    assert arrived(life) == 2


@pytest.mark.usefixtures("faults")
def test_a_mail_that_cannot_even_be_read_steps_back_from_the_head_of_the_line(life: Life) -> None:
    cleo, dan = ({**ADA, "first_name": name, "email": f"{name}@example.org"} for name in ("cleo", "dan"))
    life.send(cleo)
    (form,) = (item for item in items_under("SUBMISSION") if item.get("email") == cleo["email"])
    key = {"pk": form["pk"], "sk": form["sk"]}
    table().write(table().update(key, "SET #language = :odd", name_language="language", odd="klingon"))
    life.stack.drain()
    (waiting,) = (item for item in items_under("MAIL#") if item["pk"] == form["pk"])
    assert waiting["state"] == "planned"
    assert waiting["due_at"] > clock.utc_text(clock.now() + timedelta(minutes=59))
    life.send(dan)
    life.stack.settle()
    assert life.subjects(dan) == ["Bitte bestätigen"]


@pytest.mark.usefixtures("faults")
def test_what_another_version_has_left_behind_does_not_stop_the_clock(life: Life) -> None:
    odd = {"pk": "TASK#of another version#e#1", "sk": "TASK"}
    table().write(table().put(odd | {"due_shard": TASKS_DUE[0], "due_at": clock.utc_text(clock.now())}))
    life.organise(place="Neue Post")
    assert life.subjects(ADA)[-1] == "Geändert"


def test_a_round_does_not_wait_until_a_thousand_mails_have_left(life: Life, faults: Faults) -> None:
    """At a mail a second the minute's mails are sixty; what is planned for the event comes beside them."""
    del faults
    event, now = events.event(life.event_id), clock.now()
    for number in range(200):
        mails.plan(chain.to_person(event, f"nobody{number}", MailKind.WELCOME, "1", now, event.ends_at))
    assert len(tasks.due_mails(now, 60)) == 60
    soon = Task(kind=TaskKind.ROUND, event_id=life.event_id, subject="1", due=now)
    tasks.add(soon)
    assert soon.ref in tasks.due_tasks(now, 60)
