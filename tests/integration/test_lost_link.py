"""Asking for the link to one's page: mailed to who has one, and nothing for anybody else to learn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.local import people
from infra.local.gateway import Answer
from infra.local.stack import items_under
from shared import clock
from shared.models import MailKind
from shared.store import attendees
from tests.integration.faults import Faults
from tests.integration.pages import post, press, says
from tests.system.life import ADA, BO, Life, form
from tests.system.test_letters import kinds
from tests.unit.filled import form_to


def ask(life: Life, person: dict[str, Any], **fields: object) -> Answer:
    """Ask for the link through the page for it, and let the mail come."""
    answer = only_ask(life, person, **fields)
    life.stack.settle()
    return answer


def only_ask(life: Life, person: dict[str, Any], **fields: object) -> Answer:
    page = people.get(life.stack, f"/events/{life.event_id}/link").body.decode()
    blank = form_to(page, "/link")
    return post(life, blank.action, **{**blank.fields, "email": person["email"], **fields})


def opened(life: Life, person: dict[str, Any]) -> Answer:
    """Open the link in the newest mail."""
    return people.get(life.stack, people.page_of(life.mails(person)[-1]))


def same_length(name: str) -> dict[str, Any]:
    """Be somebody whose address is as long as everybody's here."""
    return form(name, "Wer singt?", "Ein Chor", email=f"{name.lower():x<12}@example.org")


def bounce(life: Life, person: dict[str, Any]) -> None:
    life.stack.inbox.tell(life.mails(person)[-1], "Bounce")


def complain(life: Life, person: dict[str, Any]) -> None:
    life.stack.inbox.tell(life.mails(person)[-1], "Complaint")


def leave(life: Life, person: dict[str, Any]) -> None:
    press(life, person, "/leave")


def erase(life: Life, person: dict[str, Any]) -> None:
    press(life, person, "/erase")


def nothing(_life: Life, _person: dict[str, Any]) -> None:
    """Stay as one is."""


KNOWN: dict[str, Callable[[Life, dict[str, Any]], None]] = {
    "known": nothing,
    "bounced": bounce,
    "complained": complain,
    "withdrawn": leave,
    "erased": erase,
}
GET_IT = {"known", "complained", "withdrawn"}


def everybody(life: Life) -> dict[str, dict[str, Any]]:
    """Bring addresses into every state there is for one."""
    folk = {state: same_length(state) for state in (*KNOWN, "unknown", "pending")}
    life.send(folk["pending"])
    for state, happens in KNOWN.items():
        life.join(folk[state])
        happens(life, folk[state])
    life.stack.turn_to(clock.now() + timedelta(minutes=2))
    return folk


def test_whoever_asks_learns_nothing_and_only_who_has_a_page_gets_its_link(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    folk = everybody(life)
    only_ask(life, same_length("first"))  # what is read once is remembered for a minute
    faults = Faults(monkeypatch)
    seen = {}
    for state, person in folk.items():
        page = people.get(life.stack, f"/events/{life.event_id}/link").body.decode()
        blank = form_to(page, "/link")
        faults.calls, faults.sizes = [], []
        answer = post(life, blank.action, **blank.fields | {"email": person["email"]})
        seen[state] = (answer.status, answer.headers, answer.body, tuple(zip(faults.calls, faults.sizes, strict=True)))
    assert seen["known"][0] == 200
    assert {state for state, one in seen.items() if one != seen["known"]} == set()
    before = {state: len(life.mails(person)) for state, person in folk.items()}
    life.stack.turn_to(clock.now() + timedelta(minutes=2))
    got = {state for state, person in folk.items() if len(life.mails(person)) > before[state]}
    assert got == GET_IT
    for state in GET_IT:
        assert kinds(life, folk[state])[-1] is MailKind.PAGE_LINK
        assert opened(life, folk[state]).status == 200


def test_the_mailed_link_opens_the_page_and_the_older_ones_still_do(life: Life) -> None:
    life.join(ADA)
    old = life.link(ADA, "/me/")
    answer = ask(life, ADA)
    assert says(answer.body, "pages.link.sent")
    assert kinds(life, ADA)[-1] is MailKind.PAGE_LINK
    assert life.link(ADA, "/me/") != old
    assert "Hallo Ada" in life.page(ADA)
    assert people.get(life.stack, old).status == 200
    assert not [path for path in people.links(life.mails(ADA)[-1]) if path.startswith("/confirm/")]


def test_who_left_finds_the_way_back(life: Life) -> None:
    life.join(ADA)
    press(life, ADA, "/leave")
    life.stack.settle()
    ask(life, ADA)
    assert kinds(life, ADA)[-1] is MailKind.PAGE_LINK
    assert says(opened(life, ADA).body, "pages.me.left")


@pytest.mark.parametrize("end", ["over", "cancelled"])
def test_a_link_can_be_asked_for_as_long_as_there_is_a_page(life: Life, end: str) -> None:
    life.join(ADA)
    if end == "over":
        life.turn_to(days=-30)
    else:
        life.organise(cancelled=True)
    ask(life, ADA)
    assert kinds(life, ADA)[-1] is MailKind.PAGE_LINK
    assert opened(life, ADA).status == 200


def test_more_than_five_a_day_bring_no_more_mail_and_the_next_day_does(life: Life) -> None:
    life.join(ADA)
    life.stack.turn_to(clock.now() + timedelta(days=1))
    before = len(life.mails(ADA))
    bodies = set()
    for _ in range(7):
        bodies.add(ask(life, ADA).body)
    assert len(life.mails(ADA)) - before == 5
    assert len(bodies) == 1
    life.stack.turn_to(clock.now() + timedelta(days=1))
    ask(life, ADA)
    assert len(life.mails(ADA)) - before == 6


def test_who_fills_in_forms_for_an_address_uses_up_no_link_of_its_owner(life: Life) -> None:
    life.join(ADA)
    for _ in range(7):
        life.send(ADA)
    life.stack.settle()
    assert kinds(life, ADA).count(MailKind.CONFIRMATION) == 5
    ask(life, ADA)
    assert kinds(life, ADA).count(MailKind.PAGE_LINK) == 1


def test_a_mailbox_gets_no_more_under_several_spellings(life: Life) -> None:
    sent = [ADA | {"email": f"ada+{number}@example.org"} for number in range(7)]
    for filled in sent:
        life.send(filled)
        life.stack.settle()
    assert sum(len(life.mails(filled)) for filled in sent) == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"email": "nobody <at> home"}, "complaints.email"), ({"second_line": "filled"}, "complaints.left_empty")],
)
def test_what_cannot_be_taken_comes_back_with_what_was_typed(life: Life, fields: dict[str, str], words: str) -> None:
    life.join(ADA)
    answer = ask(life, ADA, **fields)
    page = answer.body.decode()
    assert answer.status == 422
    assert says(page, words)
    again = form_to(page, "/link")
    assert again.fields["email"] == [fields.get("email", ADA["email"])]
    assert kinds(life, ADA) == [MailKind.CONFIRMATION, MailKind.WELCOME]
    assert post(life, again.action, **again.fields | {"email": ADA["email"]}).status == 200


def test_a_request_for_a_link_is_no_form_and_makes_nobody_an_attendee(life: Life) -> None:
    life.join(BO)
    ask(life, ADA)
    assert attendees.submissions(life.event_id) == 1
    assert life.mails(ADA) == []
    held = [item for item in items_under("SUBMISSION") if item.get("email") == ADA["email"]]
    assert [set(item) & {"profile"} for item in held] == [set()]


def test_no_event_no_link(life: Life) -> None:
    assert people.get(life.stack, "/events/nothing/link").status == 404
    assert post(life, "/events/nothing/link", email=ADA["email"]).status == 404
