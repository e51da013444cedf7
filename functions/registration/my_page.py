"""What a person sees on their page of their matches. The other's answer is no part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared import local_time, phrases
from shared.chain import as_of, zone_of
from shared.meeting import meeting
from shared.models import Answer, Attendee, Event, Match, MatchState, Outcome, Round
from shared.texts import Voice


class Standing(StrEnum):
    """How a match looks to one of the two. A decline, silence and a bounced mail all look the same."""

    OPEN = "open"
    SAID_YES = "said_yes"
    SAID_NOT_NOW = "said_not_now"
    INTRODUCED = "introduced"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True)
class Card:
    """One match as its reader sees it; contact and place only after both said yes."""

    match_id: str
    standing: Standing
    name: str
    about: str
    reasons: tuple[str, ...]
    opener: str
    answer_by: str
    contact: str = ""
    place: str = ""
    recognise: str = ""
    i_write: bool = False
    outcome: Outcome | None = None
    suggested: str = ""  # what the link in a mail was about to say; only a button says it


def cards(
    event: Event,
    rounds: list[Round],
    me: Attendee,
    matches: list[Match],
    partners: dict[str, Attendee],
    voice: Voice,
    now: datetime,
) -> list[Card]:
    """Show the matches of all rounds that are out, the newest round first."""
    out = {one.number for one in rounds if one.is_out}
    shown = [as_of(match, rounds) for match in matches if match.round in out]
    return [
        card(event, me, match, partners.get(match.other(me.person_id)), voice, now)
        for match in sorted(shown, key=lambda match: -match.round)
    ]


def card(event: Event, me: Attendee, match: Match, partner: Attendee | None, voice: Voice, now: datetime) -> Card:
    zone = zone_of(event, me)
    moment = local_time.for_reader(match.answer_by, zone, event.time_zone, voice.language)
    if partner is None or not match.may_show(partner):
        return Card(match.match_id, Standing.GONE, "", "", (), "", moment)
    profile = partner.profile
    seen = Card(
        match_id=match.match_id,
        standing=standing(match, me.person_id, now),
        name=profile.first_name,
        about=profile.about,
        reasons=phrases.reasons(match, me.person_id, profile.first_name, voice),
        opener=phrases.opener(match, me.person_id, voice),
        answer_by=moment,
    )
    return seen if seen.standing is not Standing.INTRODUCED else with_contact(seen, event, me, match, partner, voice)


def with_suggestion(seen: Card, asked: Mapping[str, str]) -> Card:
    """Mark the answer or outcome somebody has chosen in a mail, where it can still be given."""
    say = asked.get("say", "")
    meant = asked.get("match") == seen.match_id and say in CAN_BE_SAID.get(seen.standing, ()) and say != seen.outcome
    return replace(seen, suggested=say) if meant else seen


CAN_BE_SAID: dict[Standing, tuple[str, ...]] = {
    Standing.OPEN: tuple(Answer),
    Standing.SAID_YES: (Answer.NOT_NOW,),
    Standing.SAID_NOT_NOW: (Answer.YES,),
    Standing.INTRODUCED: tuple(Outcome),
}


def standing(match: Match, person_id: str, now: datetime) -> Standing:
    """Say how a match stands for one of the two; at `answer_by` all open ones close alike."""
    if match.state is MatchState.INTRODUCED:
        return Standing.INTRODUCED
    if match.state is MatchState.CLOSED or match.answer_by <= now:
        return Standing.CLOSED
    return BY_ANSWER.get(match.answer_of(person_id), Standing.OPEN)


BY_ANSWER: dict[str, Standing] = {Answer.YES: Standing.SAID_YES, Answer.NOT_NOW: Standing.SAID_NOT_NOW}


def with_contact(seen: Card, event: Event, me: Attendee, match: Match, partner: Attendee, voice: Voice) -> Card:
    """Add what an introduction gives: contact, place and time, who writes first."""
    spot = meeting(event, match, (me, partner), voice.language)
    place = ""
    if spot:
        when = local_time.for_reader(spot.starts_at, zone_of(event, me), event.time_zone, voice.language)
        place = f"{when}, {spot.where}"
    return replace(
        seen,
        contact=partner.profile.contact or partner.email,
        place=place,
        recognise=partner.profile.recognise,
        i_write=match.writes_first == me.person_id,
        outcome=match.outcomes.get(me.person_id),
    )
