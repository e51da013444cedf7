"""Whether this deployment can carry an event. Pure: what AWS and the table say in, a line for each check out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.chain import NUDGE_LEAVES, answer_by, ask_at, remind_at
from shared.counts import HIDDEN_BELOW
from shared.models import Event, Round, RoundState
from shared.texts import Voice

DAY = timedelta(hours=24)  # SES counts any 24 hours, not days of the calendar
AT_REGISTERING = 2  # confirmation and welcome
PEOPLE = 100  # where nobody says how many are expected
LONGEST_SENDING_MINUTES = 60
CLOCK_IS_LATE = timedelta(minutes=3)
SUCCESS = "SUCCESS"
HEALTHY = "HEALTHY"
# docs/event.toml's.
EXAMPLE_IMPRINT = "Verein für Weitermachen e. V., Uferweg 8, 01234 Lindenau, Vereinsregister Lindenau 567"
# RFC 2606 and 6761: names that belong to nobody.
RESERVED_ENDINGS = {"example", "invalid", "test", "localhost", "local"}
RESERVED_DOMAINS = {"example.com", "example.net", "example.org"}
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class State(StrEnum):
    """How a check came out; `unknown` is a hint, or what nobody here can say."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


class Line(NamedTuple):
    """One check: what it says, and what to do about it; nothing where all is well."""

    name: str
    state: State
    says: str
    do: str


class Unasked(NamedTuple):
    """AWS refused to say, or did not answer; `why` is its code."""

    action: str
    why: str


class Account(NamedTuple):
    """SES's account in this region; limits in mails, below zero where there is none."""

    in_production: bool
    is_enabled: bool
    standing: str
    per_day: float
    per_second: float
    sent: float  # in the last 24 hours


class Identity(NamedTuple):
    """What SES knows of the sender's domain or address."""

    is_verified: bool
    signs: bool
    dkim: str
    mail_from: str
    mail_from_status: str


class Alarms(NamedTuple):
    """How many hear of alarms, and how many have not confirmed yet that they want to; None where SNS counts nobody."""

    confirmed: int | None
    pending: int | None


class Facts(NamedTuple):
    """All that was asked."""

    event: Event
    rounds: Sequence[Round]
    expected: int  # people, by the organiser's word; 0: none
    confirmed: int  # people who are
    sender: str
    identity_name: str
    mails_per_second: int  # as deployed
    usable_per_second: int  # of these, what is sent
    account: Account | Unasked
    identity: Identity | Unasked | None  # None: SES does not know it
    alarms: Alarms | Unasked
    last_tick: datetime | None
    paused: Mapping[str, str]  # what concerns the event, by scope, and why


def preflight(facts: Facts, voice: Voice, now: datetime) -> list[Line]:
    """Check everything; each line that is red says what to do."""
    return [
        *identity(facts, voice),
        sender(facts, voice),
        *account(facts, voice, now),
        *details(facts.event, voice),
        alarms(facts.alarms, voice),
        clock(facts.last_tick, voice, now),
        pauses(facts.paused, voice),
    ]


def identity(facts: Facts, voice: Voice) -> Iterator[Line]:
    """Check that SES knows whose mails these are, and that they are signed."""
    name, found = facts.identity_name, facts.identity
    if isinstance(found, Unasked):
        yield not_asked("identity", found, voice)
    elif found is None:
        yield red("identity", "missing", voice, identity=name)
    elif not found.is_verified:
        yield red("identity", "unverified", voice, identity=name)
    elif not found.signs or found.dkim != SUCCESS:
        yield red("identity", "unsigned", voice, identity=name, status=found.dkim)
    else:
        yield green("identity", "signed", voice, identity=name)
    if isinstance(found, Identity):
        if found.mail_from and found.mail_from_status == SUCCESS:
            yield green("mail_from", "own", voice, domain=found.mail_from)
        else:
            yield unknown("mail_from", "amazons", voice, identity=name)


def sender(facts: Facts, voice: Voice) -> Line:
    """Check that the sender's address is the identity, or in its domain or one below."""
    address, covering = facts.sender.lower(), facts.identity_name.lower()
    domain = address.rpartition("@")[2]
    is_covered = covering in (address, domain) or domain.endswith(f".{covering}")
    say = green if is_covered else red
    return say("sender", "covered" if is_covered else "foreign", voice, sender=facts.sender, identity=covering)


def account(facts: Facts, voice: Voice, now: datetime) -> Iterator[Line]:
    """Check that SES lets this account write to anybody, and to enough of them."""
    found = facts.account
    if isinstance(found, Unasked):
        yield not_asked("account", found, voice)
        return
    yield green("sandbox", "out", voice) if found.in_production else red("sandbox", "inside", voice)
    if not found.is_enabled:
        yield red("sending", "paused", voice)
    elif found.standing != HEALTHY:
        yield red("sending", "under_review", voice, standing=found.standing)
    else:
        yield green("sending", "enabled", voice)
    yield quota(facts, found, voice, now)
    yield rate(facts, found, voice)


def people(facts: Facts) -> tuple[int, str]:
    """Say how many people to reckon with, and who says so: the organiser, who is confirmed, or nobody.

    Few confirmed people stay uncounted, as in all counts.
    """
    expected, source = (facts.expected, "expected") if facts.expected else (PEOPLE, "assumed")
    is_more = facts.confirmed >= HIDDEN_BELOW and facts.confirmed > expected
    return (facts.confirmed, "confirmed") if is_more else (expected, source)


def quota(facts: Facts, found: Account, voice: Voice, now: datetime) -> Line:
    """Check that SES takes the mails of the event's busiest day, beside what the account has sent already."""
    number, source = people(facts)
    each = busiest_day(facts.event, facts.rounds, now)
    told = {"people": number, "source": voice(f"preflight.people.{source}"), "each": each, "mails": number * each}
    if found.per_day < 0:
        return green("quota", "unlimited", voice, **told)
    left = max(0, int(found.per_day - found.sent))
    is_enough = number * each <= left
    say = green if is_enough else red
    return say("quota", "enough" if is_enough else "short", voice, **told, left=left, per_day=int(found.per_day))


def rate(facts: Facts, found: Account, voice: Voice) -> Line:
    """Check that no more is sent a second than SES takes, and that a round's proposals are out within an hour."""
    if 0 <= found.per_second < facts.mails_per_second:
        return red("rate", "above", voice, ours=facts.mails_per_second, theirs=f"{found.per_second:g}")
    number, _ = people(facts)
    minutes = -(-number // (facts.usable_per_second * 60))
    is_quick = minutes <= LONGEST_SENDING_MINUTES
    say = green if is_quick else red
    told = {"people": number, "minutes": minutes, "usable": facts.usable_per_second}
    return say("rate", "quick" if is_quick else "slow", voice, **told)


def busiest_day(event: Event, rounds: Sequence[Round], now: datetime) -> int:
    """Say how many mails one person gets at most within 24 hours, from now on.

    Of the letters planned in shared.chain, each has its moment:

    - confirmation and welcome come together; everybody may register at once, and now;
    - a round sends one proposal for all of a person's matches, or the word that there is none; half-way to the end of
      its time a nudge, where it leaves 24 hours; at that end the closing words;
    - the reminder, and the question what became of it, asked twice. The frequency cap lets one question through in
      seven days, so that *not yet* and *stay in touch*, weeks later, are alone on their day;
    - an introduction for each match. A person has no more matches at a time than the event gives, and all of these may
      be introduced on one day while a round's proposals can be answered.

    The answer is the largest sum of all 24 hours that begin with one of these. It leaves out what few people ask for
    (their link, their data, leaving, more matches than the event gives) and what the organiser decides (to move or
    cancel the event: one letter to each).
    """
    letters = [(now, AT_REGISTERING)]
    spans = []
    for one in rounds:
        begins = max(one.due, now)
        ends = one.answer_by or answer_by(event, rounds, one.number, begins)
        if one.state is RoundState.CLOSED or ends <= now:
            continue
        spans.append((begins, ends))
        letters += [(ends, 1)] if one.is_out else [(begins, 1), (ends, 1)]
        half_way = begins + (ends - begins) / 2
        if event.follow_up.nudge and ends - half_way >= NUDGE_LEAVES:
            letters.append((half_way, 1))
    follow_up, zone = event.follow_up, event.time_zone
    if follow_up.reminder is not None:
        letters.append((remind_at(event, zone, follow_up.reminder), 1))
    if follow_up.did_you_meet is not None:
        letters.append((ask_at(event, zone, "1"), 1))
        letters += [(ask_at(event, zone, "2"), 1)] if follow_up.once_more is not None else []

    def within(start: datetime) -> int:
        planned = sum(number for moment, number in letters if start <= moment < start + DAY)
        is_answered = any(begins < start + DAY and start <= ends for begins, ends in spans)
        return planned + (event.matches_per_person if is_answered else 0)

    return max(within(moment) for moment, _ in letters if moment >= now)


def details(event: Event, voice: Voice) -> Iterator[Line]:
    """Check that what the law asks for, and the address for answers, are the organiser's own."""
    is_example = " ".join(event.imprint.split()) == EXAMPLE_IMPRINT
    if is_example or any(map(is_reserved, DOMAIN.findall(event.imprint))):
        yield red("imprint", "example", voice)
    else:
        yield green("imprint", "own", voice)
    for name, value, domain in (
        ("privacy", event.privacy_url, host_of(event.privacy_url)),
        ("reply_to", event.reply_to, event.reply_to.rpartition("@")[2]),
    ):
        yield (
            red(name, "example", voice, value=value) if is_reserved(domain) else green(name, "own", voice, value=value)
        )


def is_reserved(domain: str) -> bool:
    """Say whether a domain is one for examples, which nobody can own."""
    labels = domain.lower().rstrip(".").split(".")
    return labels[-1] in RESERVED_ENDINGS or ".".join(labels[-2:]) in RESERVED_DOMAINS


def host_of(link: str) -> str:
    """Return a link's host; nothing where it has none that could be read."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def links(event: Event, public_url: str) -> dict[str, str]:
    """Return the pages that whoever asks should open, by name; nobody answers at an example's."""
    form = {"form_page": f"{public_url.rstrip('/')}/events/{event.event_id}"}
    is_example = is_reserved(host_of(event.privacy_url))
    return form if is_example else form | {"privacy_page": event.privacy_url}


def alarms(found: Alarms | Unasked, voice: Voice) -> Line:
    """Check that somebody hears of alarms."""
    if isinstance(found, Unasked):
        return not_asked("alarms", found, voice)
    if found.confirmed is None:
        return unknown("alarms", "none_here", voice)
    if found.confirmed > 0:
        return green("alarms", "heard", voice)
    return red("alarms", "pending" if found.pending else "unheard", voice)


def clock(last_tick: datetime | None, voice: Voice, now: datetime) -> Line:
    """Check that the clock has ticked lately."""
    if last_tick is None:
        return red("clock", "silent", voice)
    age = now - last_tick
    if age >= CLOCK_IS_LATE:
        return red("clock", "late", voice, minutes=int(age.total_seconds() // 60))
    return green("clock", "ticks", voice)


def pauses(paused: Mapping[str, str], voice: Voice) -> Line:
    """Check that no mail of this event is kept waiting."""
    if not paused:
        return green("pauses", "none", voice)
    what = ", ".join(f"{scope.replace('#', ' ')} ({reason})" for scope, reason in sorted(paused.items()))
    return red("pauses", "waiting", voice, what=what, commands=", ".join(sorted(set(map(resuming, paused)))))


def resuming(scope: str) -> str:
    """Return the command that lets a scope's mail leave again: "EVENT#a#KIND#b" holds its words."""
    words = iter(scope.split("#"))
    return " ".join(["make resume", *(f"{name}={value}" for name, value in zip(words, words, strict=False))])


def not_asked(name: str, found: Unasked, voice: Voice) -> Line:
    told = found._asdict()
    return Line(name, State.RED, voice("preflight.not_asked.says", **told), voice("preflight.not_asked.do", **told))


def green(name: str, finding: str, voice: Voice, **values: object) -> Line:
    return Line(name, State.GREEN, voice(f"preflight.{name}.{finding}", **values), "")


def red(name: str, finding: str, voice: Voice, **values: object) -> Line:
    return _to_do(name, State.RED, finding, voice, values)


def unknown(name: str, finding: str, voice: Voice, **values: object) -> Line:
    return _to_do(name, State.UNKNOWN, finding, voice, values)


def _to_do(name: str, state: State, finding: str, voice: Voice, values: Mapping[str, object]) -> Line:
    says, do = f"preflight.{name}.{finding}", f"preflight.{name}.{finding}_do"
    return Line(name, state, voice(says, **values), voice(do, **values))
