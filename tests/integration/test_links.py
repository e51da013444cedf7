"""What a link in a mail lets its holder do, and nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local import people
from infra.local.gateway import Answer, Request
from shared import clock
from shared.models import Attendee, Match, MatchState, match_id_of
from shared.store import matches
from tests.integration.pages import everything, own, post, press
from tests.integration.test_template import events_of
from tests.people import a_match
from tests.system.life import ADA, BO, CY, Life, form, without_tokens
from tests.system.test_letters import attendee

ROUTES = sorted((one["Method"], one["Path"]) for one in events_of("HttpApi") if "{token}" in one.get("Path", ""))
# What a form sends that is filled as it should be.
FIELDS: dict[str, dict[str, Any]] = {
    "answer": {"answer": "yes"},
    "outcome": {"outcome": "not_yet"},
    "aside": {"aside": "blocked"},
    "profile": ADA,
    "consents": {"topic": "matching", "given": "no"},
    "pause": {"until": "2027-05-25"},
}
DEE = form("Dee", "Wer kennt sich mit Mentoring aus?", "Wie wir die Imkerei auf das Dach geholt haben")
ELI = form("Eli", "Wer hat Bienen auf dem Dach, Imkerei also?", "Zehn Jahre Mentoring, und was davon blieb")


def ask(life: Life, method: str, route: str, token: str, match_id: str = "nothing") -> Answer:
    path = route.replace("{token}", token).replace("{match_id}", match_id)
    if method == "GET":
        return people.get(life.stack, path)
    return post(life, path, **FIELDS.get(route.rpartition("/")[2], {}))


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_link_of_another_kind_a_foreign_one_and_none_look_alike_and_do_nothing(
    life: Life, method: str, route: str
) -> None:
    life.join(ADA)
    purpose = route.split("/")[1]
    others = [life.link(ADA, f"/{kind}/").split("/")[2] for kind in ("confirm", "me", "stop") if kind != purpose]
    before = everything()
    answers = [ask(life, method, route, token) for token in (*others, "x" * 43, "ä", "TOKEN")]
    answers.append(people.get(life.stack, f"/me/{'y' * 43}"))
    assert {answer.status for answer in answers} == {404}
    assert len({(answer.body, repr(answer.headers)) for answer in answers}) == 1
    assert everything() == before


def test_every_page_can_be_opened_and_none_of_them_changes_anything(life: Life) -> None:
    life.introduce(ADA, BO)
    tokens = {kind: life.link(ADA, f"/{kind}/").split("/")[2] for kind in ("confirm", "me", "stop")}
    paths = {route.replace("{token}", tokens[route.split("/")[1]]) for method, route in ROUTES if method == "GET"}
    paths |= {f"/events/{life.event_id}", f"/events/{life.event_id}/link", "/style.css", "/page.js", "/icon.svg"}
    _, match_id = life.cards(ADA)[0]
    before = everything()
    for path in sorted(paths):
        assert people.get(life.stack, path).status == 200, path
    chosen = f"match={match_id}&say=good_conversation&sent=data&lang=en&aside=blocked&given=no&until=2027-05-30"
    for path in sorted(paths):
        assert life.stack.http(Request("GET", path, chosen, {}, b"")).status == 200, path
        assert life.stack.http(Request("HEAD", path, "", {}, b"")).status == 405, path
    assert everything() == before


def test_nobody_presses_a_button_of_a_match_that_is_not_theirs(life: Life) -> None:
    other, dora = Life(life.stack, "another event"), DEE | {"email": "dora@example.org"}
    other.join(dora)
    life.join(ADA, BO, DEE, ELI)
    life.turn_to(days=9)
    for person in (ADA, BO):
        life.answer(person, "yes")
    _, match_id = life.cards(ADA)[0]
    before = everything()
    asked = [
        ask(life, "POST", "/me/{token}/matches/{match_id}/" + button, link.split("/")[2], one)
        for button in ("answer", "outcome", "aside")
        for link, one in (
            (life.link(DEE, "/me/"), match_id),
            (other.link(dora, "/me/"), match_id),
            (life.link(ADA, "/me/"), "no-such-match"),
        )
    ]
    assert {answer.status for answer in asked} == {404}
    assert len({without_tokens(answer.body.decode()) for answer in asked}) == 1
    assert everything() == before


def hidden_match(life: Life, *both: dict[str, Any], **changed: Any) -> Match:
    """Write a match of a round that is not out yet, as publishing does before it shows the round."""
    members: list[Attendee] = [attendee(life, person) for person in both]
    one, other = (member.person_id for member in members)
    match = a_match(one, other, event_id=life.event_id, round=3, answer_by=life.start, **changed)
    match = match.model_copy(update={"match_id": match_id_of(life.event_id, match.members)})
    assert matches.publish(match, members)
    return match


@pytest.mark.parametrize("button", ["answer", "outcome", "aside"])
@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.INTRODUCED])
def test_a_match_of_a_round_that_is_not_out_is_on_no_page_and_has_no_buttons(
    life: Life, button: str, state: MatchState
) -> None:
    life.join(ADA, CY)
    match = hidden_match(life, ADA, CY, state=state, introduced_at=clock.now(), meets_in=0)
    before = everything()
    assert life.cards(ADA) == []
    assert json.loads(own(life, ADA, "/data.json").body)["matches"] == []
    assert b"Cy" not in own(life, ADA, "/calendar.ics").body
    assert press(life, ADA, f"/matches/{match.match_id}/{button}", **FIELDS[button]).status == 404
    assert everything() == before
