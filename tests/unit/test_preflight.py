"""What a preflight finds: every line green and red, in both languages, each red one with what to do."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.organiser import preflight
from functions.organiser.preflight import Account, Alarms, Facts, Identity, Line, State, Unasked
from shared.models import Event, FollowUp, Language, RoundState
from shared.texts import catalogue
from tests.people import DU, ENGLISH, an_event, berlin, rounds_of

EXAMPLE = Path(__file__).parents[2] / "docs" / "event.toml"
NOW = berlin("2027-05-01 12:00")
ACCOUNT = Account(
    in_production=True, is_enabled=True, standing="HEALTHY", per_day=50_000.0, per_second=14.0, sent=100.0
)
IDENTITY = Identity(
    is_verified=True, signs=True, dkim="SUCCESS", mail_from="bounce.verein.de", mail_from_status="SUCCESS"
)
OWN = {
    "imprint": "Verein e. V., Weg 1, 12345 Ort, www.verein.de",
    "privacy_url": "https://verein.de/datenschutz",
    "reply_to": "post@verein.de",
}
REFUSED = Unasked("ses:GetAccount", "AccessDeniedException")


def facts(event: Event | None = None, **changed: Any) -> Facts:
    """Return what is known where all is well."""
    event = event or an_event(**OWN)
    well: dict[str, Any] = {
        "event": event,
        "rounds": rounds_of(event),
        "expected": 300,
        "confirmed": 0,
        "sender": "hallo@verein.de",
        "identity_name": "verein.de",
        "mails_per_second": 14,
        "usable_per_second": 11,
        "account": ACCOUNT,
        "identity": IDENTITY,
        "alarms": Alarms(confirmed=1, pending=0),
        "last_tick": NOW - timedelta(seconds=70),
        "paused": {},
    }
    return Facts(**well | changed)


def lines(found: Facts) -> dict[str, Line]:
    return {line.name: line for line in preflight.preflight(found, ENGLISH, NOW)}


def test_where_all_is_well_every_line_is_green_and_asks_for_nothing() -> None:
    found = lines(facts())
    assert {line.state for line in found.values()} == {State.GREEN}
    assert {line.do for line in found.values()} == {""}
    assert list(found) == (
        "identity mail_from sender sandbox sending quota rate imprint privacy reply_to alarms clock pauses".split()
    )


def account(**changed: Any) -> dict[str, Any]:
    return {"account": ACCOUNT._replace(**changed)}


def identity(**changed: Any) -> dict[str, Any]:
    return {"identity": IDENTITY._replace(**changed)}


def event(**changed: Any) -> dict[str, Any]:
    return {"event": an_event(**OWN | changed)}


RED = [
    ("identity", {"identity": None}, "does not know verein.de"),
    ("identity", identity(is_verified=False), "not verified"),
    ("identity", identity(signs=False), "DKIM"),
    ("identity", identity(dkim="PENDING"), "PENDING"),
    ("identity", {"identity": Unasked("ses:GetEmailIdentity", "ReadTimeoutError")}, "could not be asked (ReadTimeout"),
    ("sender", {"sender": "hallo@anderswo.de"}, "does not cover"),
    ("sender", {"sender": "hallo@andererverein.de"}, "does not cover"),
    ("sender", {"identity_name": "post@verein.de"}, "does not cover"),
    ("account", {"account": REFUSED}, "ses:GetAccount could not be asked (AccessDenied"),
    ("sandbox", account(in_production=False), "200 mails a day"),
    ("sending", account(is_enabled=False), "paused"),
    ("sending", account(standing="PROBATION"), "PROBATION"),
    ("quota", account(per_day=200.0, sent=0.0), "only 200 in 24 hours, 200 of them free"),
    ("quota", account(per_day=1899.0, sent=100.0), "1799 of them free"),
    ("quota", account(per_day=100.0, sent=101.0), "0 of them free"),
    ("rate", account(per_second=13.9), "takes only 13.9"),
    ("rate", {"expected": 3601, "usable_per_second": 1}, "3601 people take 61 min"),
    ("imprint", event(imprint=preflight.EXAMPLE_IMPRINT.replace(", ", ",\n")), "the example's"),
    ("imprint", event(imprint="Verein, Weg 1, 12345 Ort, www.example.org"), "examples"),
    ("privacy", event(privacy_url="https://www.example.org/privacy"), "examples"),
    ("reply_to", event(reply_to="post@verein.example"), "examples"),
    ("alarms", {"alarms": Alarms(confirmed=0, pending=1)}, "not confirmed yet"),
    ("alarms", {"alarms": Alarms(confirmed=0, pending=0)}, "Nobody hears"),
    ("alarms", {"alarms": Unasked("sns:GetTopicAttributes", "NotFoundException")}, "could not be asked"),
    ("clock", {"last_tick": None}, "never ticked"),
    ("clock", {"last_tick": NOW - timedelta(minutes=3)}, "for 3 minutes"),
    ("pauses", {"paused": {"ALL": "by hand"}}, "ALL (by hand)"),
]


@pytest.mark.parametrize(("name", "changed", "words"), RED)
def test_what_is_wrong_is_the_one_red_line_and_says_what_to_do(name: str, changed: dict[str, Any], words: str) -> None:
    found = facts(**changed)
    for voice in (ENGLISH, DU):
        (red,) = (line for line in preflight.preflight(found, voice, NOW) if line.state is State.RED)
        assert red.name == name
        assert len(red.do) > 20
    assert words in lines(found)[name].says


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("sender", {"sender": "Hallo@Post.Verein.de"}),
        ("sender", {"sender": "hallo@verein.de", "identity_name": "Hallo@verein.de"}),
        ("quota", account(per_day=1900.0, sent=100.0)),
        ("quota", account(per_day=-1.0)),
        ("rate", account(per_second=-1.0)),
        ("rate", {"expected": 39_600}),
        ("alarms", {"alarms": Alarms(confirmed=1, pending=1)}),
        ("clock", {"last_tick": NOW - timedelta(seconds=179)}),
        ("clock", {"last_tick": NOW + timedelta(days=1)}),
    ],
)
def test_what_is_just_enough_is_green(name: str, changed: dict[str, Any]) -> None:
    assert lines(facts(**changed))[name].state is State.GREEN


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("mail_from", identity(mail_from=""), "MAIL FROM"),
        ("mail_from", identity(mail_from_status="PENDING"), "DNS record"),
        ("alarms", {"alarms": Alarms(confirmed=None, pending=None)}, "none here"),
    ],
)
def test_a_hint_and_what_nobody_can_say_here_are_not_red(name: str, changed: dict[str, Any], words: str) -> None:
    line = lines(facts(**changed))[name]
    assert line.state is State.UNKNOWN
    assert words in line.says
    assert line.do


def test_an_account_that_cannot_be_asked_is_one_line_and_hides_no_other() -> None:
    found = lines(facts(account=REFUSED))
    assert set(lines(facts())) - set(found) == {"sandbox", "sending", "quota", "rate"}
    assert set(found) - set(lines(facts())) == {"account"}


@pytest.mark.parametrize(
    ("expected", "confirmed", "words"),
    [
        (300, 0, "1800 mails (300 people, as given; 6 for each)"),
        (300, 301, "1806 mails (301 people, so many are confirmed; 6 for each)"),
        (0, 0, "600 mails (100 people, assumed;"),
        (0, 99, "600 mails (100 people, assumed;"),
        (1, 4, "6 mails (1 people, as given;"),  # a count of one to four is told nobody
    ],
)
def test_the_line_says_how_many_people_it_reckons_with_and_why(expected: int, confirmed: int, words: str) -> None:
    assert words in lines(facts(expected=expected, confirmed=confirmed))["quota"].says


def test_a_pause_says_how_to_end_it() -> None:
    paused = {"ALL": "account", "LETTERS": "bounce_rate", "EVENT#a#KIND#digest": "bounced", "KIND#nudge": "by hand"}
    line = lines(facts(paused=paused))["pauses"]
    for command in ("make resume, make resume EVENT=a KIND=digest", "make resume KIND=nudge"):
        assert command in line.do
    assert line.do.count("make resume,") == 1


# The busiest day


def busiest(now: str = "2027-05-01 12:00", **changed: Any) -> int:
    what = an_event(**changed)
    return preflight.busiest_day(what, rounds_of(what), berlin(now))


def test_a_day_with_two_rounds_closing_is_the_busiest() -> None:
    # The second round closes, the third proposes and closes, and three are introduced.
    assert busiest() == 6


def test_each_match_may_be_introduced_on_that_day() -> None:
    assert [busiest(matches_per_person=number) for number in (1, 5)] == [4, 8]


def test_the_reminder_counts_on_the_day_of_a_round() -> None:
    one_round: dict[str, Any] = {"rounds": (berlin("2027-06-01 09:00"),)}
    assert busiest(**one_round) == 5
    assert busiest(**one_round, follow_up=FollowUp(reminder=None)) == 4
    assert busiest(**one_round, follow_up=FollowUp(reminder=5)) == 4


def test_the_nudge_is_alone_on_its_day_but_for_introductions() -> None:
    early: dict[str, Any] = {"rounds": (berlin("2027-05-10 09:00"),), "matches_per_person": 1}
    assert busiest(**early, follow_up=FollowUp(reminder=None)) == 2
    # It counts where the reminder falls on its day.
    assert busiest(**early, follow_up=FollowUp(reminder=21)) == 3
    assert busiest(**early, follow_up=FollowUp(reminder=21, nudge=False)) == 2


def test_closing_late_and_asking_early_are_one_day() -> None:
    # The break at half past three closes the round; it is asked at half past nine the next morning.
    late: dict[str, Any] = {
        "rounds": (berlin("2027-06-03 12:00"),),
        "matches_per_person": 1,
        "follow_up": FollowUp(reminder=None),
    }
    assert busiest(**late) == 4
    assert busiest(**late | {"follow_up": FollowUp(reminder=None, did_you_meet=None)}) == 3


def test_where_registration_opens_on_the_day_of_a_round_everybody_gets_that_mail_too() -> None:
    one_round: dict[str, Any] = {"rounds": (berlin("2027-06-01 09:00"),), "follow_up": FollowUp(reminder=None)}
    assert busiest("2027-05-31 09:01", **one_round) == busiest("2027-05-30 09:00", **one_round) + 2


def test_what_is_over_counts_no_more() -> None:
    what = an_event()
    closed, out, coming = rounds_of(what)
    closed = closed.model_copy(update={"state": RoundState.CLOSED})
    out = out.model_copy(update={"state": RoundState.PUBLISHED, "answer_by": berlin("2027-06-03 05:00")})
    now = berlin("2027-06-03 05:30")
    # Registering, the third round with its closing words and introductions; the second is over.
    assert preflight.busiest_day(what, [closed, out, coming], now) == 2 + 1 + 3 + 1
    assert preflight.busiest_day(what, [closed, out], now) == 2
    # Half an hour sooner its closing words were still to come.
    assert preflight.busiest_day(what, [closed, out, coming], berlin("2027-06-03 04:45")) == 2 + 1 + 3 + 2


def test_what_left_this_morning_is_none_of_the_coming_day() -> None:
    assert busiest("2027-06-01 12:00", rounds=(), follow_up=FollowUp(reminder=2)) == 2


def test_without_rounds_to_come_registering_is_the_busiest() -> None:
    assert busiest(rounds=(), follow_up=FollowUp(reminder=None)) == 2


# Examples


def test_the_examples_imprint_is_known() -> None:
    assert tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["imprint"] == preflight.EXAMPLE_IMPRINT


@pytest.mark.parametrize("domain", ["example.org", "www.example.COM", "a.example", "localhost", "b.test.", "c.invalid"])
def test_a_domain_for_examples_is_known(domain: str) -> None:
    assert preflight.is_reserved(domain)


def test_a_link_that_cannot_be_read_is_left_to_whoever_opens_it() -> None:
    odd = an_event(**OWN | {"privacy_url": "https://[verein.de"})
    assert lines(facts(odd))["privacy"].state is State.GREEN
    assert preflight.links(odd, "https://meet.verein.de")["privacy_page"] == "https://[verein.de"


@pytest.mark.parametrize("domain", ["verein.de", "example.de", "myexample.org", "test.de", ""])
def test_a_domain_that_somebody_may_own_is_not_one(domain: str) -> None:
    assert not preflight.is_reserved(domain)


def test_pages_that_nobody_can_own_are_not_opened() -> None:
    assert preflight.links(an_event(**OWN), "https://meet.verein.de/") == {
        "form_page": "https://meet.verein.de/events/what-next",
        "privacy_page": "https://verein.de/datenschutz",
    }
    assert set(preflight.links(an_event(), "https://meet.verein.de")) == {"form_page"}


# Texts


def test_every_text_of_a_finding_is_said_by_one() -> None:
    """A text that nothing says would be missed by nobody; the command line has those of pages and warnings."""
    findings = [facts(), *(facts(**changed) for _, changed, _ in RED)]
    findings += [facts(identity=IDENTITY._replace(mail_from="")), facts(alarms=Alarms(None, None))]
    findings += [facts(account=ACCOUNT._replace(per_day=-1.0)), facts(expected=0), facts(confirmed=301)]
    said = " ".join(line.says + line.do for found in findings for line in preflight.preflight(found, ENGLISH, NOW))
    ours = {key: text["en"] for key, text in catalogue("preflight").items()}
    beginnings = {key: text.split("{")[0] or text.split("}")[1].split("{")[0] for key, text in ours.items()}
    unsaid = {key for key, words in beginnings.items() if words not in said}
    assert {key.split(".")[1] for key in unsaid} == {"form_page", "privacy_page", "warning"}


def test_german_and_english_say_the_same_findings() -> None:
    german = preflight.preflight(facts(), DU, NOW)
    assert [(line.name, line.state) for line in german] == [
        (line.name, line.state) for line in preflight.preflight(facts(), ENGLISH, NOW)
    ]
    assert all(one.says != other.says for one, other in zip(german, lines(facts()).values(), strict=True))
    assert DU.language is Language.DE
