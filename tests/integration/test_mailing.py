"""A mail leaves once, whatever breaks on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.models import Mail, MailKind, MailState
from shared.store import addresses, attendees
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


def test_a_policy_block_suppresses_nobody() -> None:
    from functions.mailing.feedback import Bounce, bounce  # noqa: PLC0415 - the stack sets the environment first

    def why(kind: str, **recipient: str) -> Bounce:
        return bounce({"bounceType": kind, "bouncedRecipients": [recipient]})

    assert why("Permanent", status="5.7.1") is Bounce.POLICY
    assert why("Transient", diagnosticCode="smtp; 550 5.7.26 unauthenticated") is Bounce.POLICY
    assert why("Permanent", status="5.1.1") is Bounce.FINAL
    assert why("Transient", status="4.2.2") is Bounce.PASSING
