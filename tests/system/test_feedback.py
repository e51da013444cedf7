"""What SES tells of mails, late, twice and in any order, and what follows for addresses and for all."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from infra.local.inbox import Received
from shared import clock
from shared.models import MailKind, MailState
from shared.store import addresses, pauses
from tests.system.life import ADA, BO, CY, Life
from tests.system.test_letters import attendee, kinds, states


@pytest.fixture
def slow_post(life: Life, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Let nothing be told of a mail but what the test tells."""
    tell = life.stack.inbox.tell

    def only_sent(mail: Received, *told: str) -> None:
        tell(mail, *(one for one in told if (one != "Delivery" or len(told) == 1)))

    monkeypatch.setattr(life.stack.inbox, "tell", only_sent)
    return life


def tell(life: Life, *told: tuple[Received, str]) -> None:
    for mail, what in told:
        life.stack.inbox.tell(mail, what)
        life.stack.drain()


def test_a_complaint_ends_all_but_service(life: Life) -> None:
    life.introduce(ADA, BO)
    life.stack.inbox.tell(life.mails(ADA)[-1], "Complaint")
    life.organise(place="Neue Post")
    life.turn_to(days=-9)
    assert kinds(life, ADA)[-1] is MailKind.EVENT_CHANGED
    assert not attendee(life, ADA).consents.follow_up
    life.send(ADA)
    life.stack.settle()
    assert MailKind.REMINDER not in kinds(life, ADA)


def test_a_full_mailbox_is_left_alone_for_two_weeks_or_until_it_takes_a_mail(slow_post: Life) -> None:
    life = slow_post
    life.join(ADA)
    hashed = attendee(life, ADA).address_hash
    life.organise(place="Neue Post")
    first, second, third = life.mails(ADA)
    tell(life, *((mail, "SoftBounce") for mail in (first, second, first, second)))
    # Told twice, each of the two counts once.
    assert addresses.suppression(hashed).paused_until is None
    tell(life, (third, "SoftBounce"))
    until = addresses.suppression(hashed).paused_until
    assert until is not None
    assert until - clock.now() > timedelta(days=13)
    life.stack.turn_to(clock.now() + timedelta(minutes=1))
    life.organise(place="Alte Post")
    assert (MailState.SKIPPED, "suppressed") in states(life, ADA, MailKind.EVENT_CHANGED)
    # Who fills in the form again reads mail again, and once it is there, gets all the rest.
    life.send(ADA)
    life.stack.settle()
    assert kinds(life, ADA)[-1] is MailKind.CONFIRMATION
    tell(life, (life.mails(ADA)[-1], "Delivery"))
    life.organise(place="Neue Post")
    assert kinds(life, ADA)[-1] is MailKind.EVENT_CHANGED


@pytest.mark.usefixtures("life")
@pytest.mark.parametrize(
    ("told", "is_paused"),
    [("R1 R2 R3", True), ("R1 R2 D3", False), ("D1 R2 R3 R4", True), ("D1 R1 D2 R2 D3 R3", False)],
)
def test_refusals_and_deliveries_mean_the_same_in_any_order(told: str, is_paused: bool) -> None:  # noqa: FBT001 - expected
    """Automatic answers ("out of office") come as soft bounces of what was delivered, and mean nothing."""
    now = clock.now()
    for number, turn in enumerate(itertools.islice(itertools.permutations(told.split()), 0, None, 7)):
        for one in turn:
            place = one[1:]
            sent_at = clock.utc_text(now + timedelta(minutes=int(place)))
            if one.startswith("R"):
                addresses.note_refusal(str(number), place, sent_at, now)
            else:
                addresses.note_delivery(str(number), sent_at, now)
        assert (addresses.suppression(str(number)).paused_until is not None) == is_paused, turn


def test_automatic_answers_neither_undo_a_delivery_nor_stop_mail(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses.resume(pauses.LETTERS, clock.now())
    monkeypatch.setattr(pauses, "ENOUGH_MAILS", 1)
    life.join(ADA, BO)
    tell(life, *((mail, "SoftBounce") for mail in life.mails(ADA)))
    assert {state for state, _ in states(life, ADA, MailKind.WELCOME)} == {MailState.DELIVERED}
    assert pauses.LETTERS not in pauses.all_pauses(clock.now())


def test_one_complaint_stops_nobody_else_and_two_stop_all_but_service(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses.resume(pauses.LETTERS, clock.now())
    monkeypatch.setattr(pauses, "ENOUGH_MAILS", 1)
    life.join(ADA, BO)
    tell(life, (life.mails(ADA)[-1], "Complaint"), (life.mails(ADA)[-1], "Complaint"))
    assert pauses.LETTERS not in pauses.all_pauses(clock.now())
    tell(life, (life.mails(BO)[-1], "Complaint"))
    assert pauses.all_pauses(clock.now())[pauses.LETTERS].reason == "complaint_rate"
    pauses.resume(pauses.LETTERS, clock.now())


def test_an_address_that_takes_no_mail_is_proposed_to_nobody(life: Life) -> None:
    life.join(ADA, BO, CY)
    tell(life, (life.mails(BO)[-1], "Bounce"))
    life.turn_to(days=9)
    assert life.cards(ADA) == []
    assert kinds(life, ADA)[-1] is MailKind.NO_MATCH


def test_an_organiser_whose_mailbox_is_gone_gets_no_more_digests(life: Life) -> None:
    life.organise(follow_up={"digest": True})
    life.turn_to(days=9.9)
    digest = next(mail for mail in life.stack.inbox.mails[life.since :] if mail.recipient == "team@example.org")
    tell(life, (digest, "Bounce"))
    seen = len(life.stack.inbox.mails)
    life.turn_to(days=1.9)
    assert "team@example.org" not in {mail.recipient for mail in life.stack.inbox.mails[seen:]}
    assert pauses.all_pauses(clock.now())[f"EVENT#{life.event_id}#KIND#digest"].reason == "bounced"
