"""One event's whole life, with moto and with DynamoDB Local behind it: the same calls are valid, the same is left."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from moto.core.botocore_stubber import BotocoreStubber

from infra.local.stack import Stack
from shared.store import events
from shared.store.table import Item
from tests.conftest import START
from tests.contract import plugin
from tests.contract.differences import Store
from tests.integration.pages import everything, post
from tests.integration.test_own_page import change
from tests.system.life import ADA, BO, CY, Life, form
from tests.system.test_letters import DEE, ELI

FAY = form("Fay", "Wer hat eine Kantine umgebaut?", "Azubis finden wir über Schulpatenschaften")


def live(stack: Stack) -> list[list[str]]:
    """Play an event with all that can happen at it; return what the table holds after each act."""
    acts: list[list[str]] = []

    def act(**before_start: float) -> None:
        life.turn_to(**before_start)
        acts.append(sorted(map(comparable, everything())))

    def presses(person: dict[str, Any], where: str, **fields: str) -> None:
        # The newest link may lead to something behind the page.
        page = "/".join(life.link(person, "/me/").split("/")[:3])
        assert post(life, page + where, **fields).status in (200, 303)
        stack.settle()

    life = Life(stack, "a whole life")
    life.join(ADA, BO, CY, DEE, ELI, FAY)
    life.send(ADA)
    presses(CY, "/pause", until=f"{life.start - timedelta(days=3):%Y-%m-%d}")
    act(days=9)
    for person, said in ((ADA, "yes"), (BO, "yes"), (DEE, "not_now")):
        life.answer(person, said)
    _, match_id = life.cards(ELI)[0]
    presses(ELI, f"/matches/{match_id}/aside", aside="known")
    presses(ELI, f"/matches/{match_id}/aside", aside="none")
    change(life, ELI, about="hält Bienen")
    act(days=4)
    life.organise(place="Neue Post", breaks=[])
    presses(CY, "/consents", topic="matching", given="no")
    presses(CY, "/consents", topic="matching", given="yes")
    life.send(form("Gil", "Wer kennt sich mit Mentoring aus?", "Imkerei auf dem Dach"))
    presses(CY, "/data")
    stack.inbox.tell(life.mails(ELI)[-1], "Bounce")
    act(days=1)
    life.command("pause")
    life.command("resume")
    presses(DEE, "/leave")
    presses(FAY, "/erase")
    act(days=-2)
    life.outcome(ADA, "not_yet")
    stack.inbox.tell(life.mails(CY)[-1], "Complaint")
    act(days=-30)
    life.outcome(BO, "stay_in_touch")
    act(days=-130)
    return acts


def comparable(item: Item) -> str:
    """Leave out what depends on which of several mails due in the same second is sent first: nobody promises that."""
    left_out = {"ses_id", "token_hash"} | ({"pk"} if "token_hash" in item else set())
    kept = {name: value for name, value in item.items() if name not in left_out}
    return json.dumps(
        kept, sort_keys=True, default=lambda value: sorted(value) if isinstance(value, set) else str(value)
    )


def played(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Play it so that nothing depends on chance or on how fast this machine is."""
    numbers = count()
    events._remembered.clear()
    stack.inbox.mails.clear()
    with monkeypatch.context() as patched, time_machine.travel(START, tick=False) as journey:
        patched.setattr(stack, "_journey", journey)
        patched.setattr(secrets, "token_hex", lambda size: f"{next(numbers):0{2 * size}x}")
        patched.setattr(secrets, "token_urlsafe", lambda size: f"{next(numbers):0{4 * size // 3 + 1}x}")
        stack.set_clock(START)
        return live(stack)


def test_a_whole_life_leaves_the_same_in_both_stores(
    stack: Stack, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store is Store.MOTO:
        pytest.skip("needs DynamoDB Local: make contract")
    with monkeypatch.context() as patched:
        patched.setattr(BotocoreStubber, "__call__", plugin.MOTO)
        by_moto = played(stack, monkeypatch)
    by_local = played(stack, monkeypatch)
    assert plugin.REFUSED == []
    assert by_local == by_moto
