"""When a form was handed out, from which network it comes, and how long its mail waits."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registration.crowds import (
    EACH_WAITS,
    LONGEST_WAIT,
    STAMP_VALID,
    STAMPED,
    UNSTAMPED,
    Allowance,
    age,
    network_of,
    stamp,
    wait,
)
from shared.errors import TooManyForms
from tests.people import berlin

SECRET, EVENT = "of this deployment", "what-next"
NOW = berlin("2027-05-01 12:00")
HANDED_OUT = stamp(SECRET, EVENT, NOW)
SECOND = timedelta(seconds=1)


@given(st.timedeltas(timedelta(0), STAMP_VALID).map(lambda since: timedelta(seconds=int(since.total_seconds()))))
def test_a_form_says_how_long_ago_it_was_handed_out(since: timedelta) -> None:
    assert age(HANDED_OUT, SECRET, EVENT, NOW + since) == since


def test_after_a_day_nobody_knows() -> None:
    assert age(HANDED_OUT, SECRET, EVENT, NOW + STAMP_VALID) == STAMP_VALID
    assert age(HANDED_OUT, SECRET, EVENT, NOW + STAMP_VALID + SECOND) is None


def test_a_time_of_another_event_or_deployment_says_nothing() -> None:
    assert age(HANDED_OUT, SECRET, "another", NOW) is None
    assert age(HANDED_OUT, "another", EVENT, NOW) is None


@given(st.integers(0, len(HANDED_OUT) - 1), st.characters())
def test_a_time_with_one_letter_changed_says_nothing(place: int, letter: str) -> None:
    forged = HANDED_OUT[:place] + letter + HANDED_OUT[place + 1 :]
    assert age(forged, SECRET, EVENT, NOW) == (timedelta(0) if forged == HANDED_OUT else None)


@pytest.mark.parametrize("cut", [HANDED_OUT[:-1], HANDED_OUT[1:], HANDED_OUT.partition(".")[0], f"{HANDED_OUT}0"])
def test_a_part_of_a_time_says_nothing(cut: str) -> None:
    assert age(cut, SECRET, EVENT, NOW) is None


@pytest.mark.parametrize("typed", ["", ".", "..", "1.", ".ä", "ä.ü", "\ud800.\udfff", "9" * 5000 + ".0", "١.x", "-1.0"])
def test_garbage_says_nothing_and_breaks_nothing(typed: str) -> None:
    assert age(typed, SECRET, EVENT, NOW) is None


@given(st.text(st.characters()), st.text(st.characters()))
def test_whatever_is_typed_breaks_nothing(moment: str, signature: str) -> None:
    assert age(f"{moment}.{signature}", SECRET, EVENT, NOW) is None


# Networks


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("::ffff:203.0.113.7", "::FFFF:cb00:7107"),
        ("2001:db8::1", "2001:0db8:0000:0000:1234:5678:9abc:def0"),
        ("nonsense", ""),
        ("203.0.113", "203.0.113.7.8"),
    ],
)
def test_one_network_however_it_is_written(address: str, same: str) -> None:
    assert network_of(address) == network_of(same)


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("203.0.113.7", "203.0.113.8"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8"),
        ("2001:db8::1", "2001:db8:0:1::1"),
        ("2001:db8::1", "203.0.113.7"),
        ("nonsense", "203.0.113.7"),
        ("::1", "0.0.0.1"),
    ],
)
def test_two_networks_are_two(address: str, other: str) -> None:
    assert network_of(address) != network_of(other)


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_whoever_has_an_ipv6_network_counts_as_one_whichever_address_they_take(
    address: IPv6Address, other: int
) -> None:
    neighbour = IPv6Address(int(address) >> 64 << 64 | other)
    if address.ipv4_mapped is None and neighbour.ipv4_mapped is None:
        assert network_of(str(address)) == network_of(str(neighbour))


# Waiting


@pytest.mark.parametrize("allowance", [STAMPED, UNSTAMPED])
def test_a_rush_waits_for_nothing_what_comes_after_it_a_little_and_the_rest_is_refused(allowance: Allowance) -> None:
    assert wait(1, allowance) == wait(allowance.at_once, allowance) == timedelta(0)
    assert wait(allowance.at_once + 1, allowance) == EACH_WAITS
    assert wait(allowance.at_once + 10, allowance) == 10 * EACH_WAITS
    assert wait(allowance.most, allowance) <= LONGEST_WAIT
    with pytest.raises(TooManyForms):
        wait(allowance.most + 1, allowance)


@given(st.integers(1, STAMPED.most - 1))
def test_who_comes_later_waits_no_shorter_and_nobody_for_ever(forms: int) -> None:
    assert wait(forms, STAMPED) <= wait(forms + 1, STAMPED) <= LONGEST_WAIT


@given(st.integers(1, UNSTAMPED.most))
def test_a_form_of_ours_never_waits_longer_than_another(forms: int) -> None:
    assert wait(forms, STAMPED) <= wait(forms, UNSTAMPED)
