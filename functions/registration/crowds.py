"""Against floods, without locking anybody out: a signed time in the form, and a count for each network.

A whole venue sits behind one address. So beyond what a rush brings, mails wait their turn instead of being refused;
only what no venue would send is.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from shared.errors import TooManyForms

QUICKEST = timedelta(seconds=2)  # nobody reads and fills a form faster
STAMP_VALID = timedelta(hours=24)
NETWORK_BITS = 64  # of an IPv6 address: one household or venue
EACH_WAITS = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=30)


class Allowance(NamedTuple):
    """Forms of one network in ten minutes: so many at once, then one every two seconds, and then no more."""

    at_once: int
    most: int


STAMPED = Allowance(at_once=120, most=1500)
UNSTAMPED = Allowance(at_once=20, most=300)  # as a program's, or from somebody else's page


def stamp(secret: str, event_id: str, now: datetime) -> str:
    """Sign when a form was handed out."""
    moment = str(int(now.timestamp()))
    return f"{moment}.{_signature(secret, event_id, moment)}"


def age(given: str, secret: str, event_id: str, now: datetime) -> timedelta | None:
    """Say how long ago a form was handed out; None where nobody knows, or too long ago."""
    moment, _, signature = given.partition(".")
    if not hmac.compare_digest(signature.encode(errors="replace"), _signature(secret, event_id, moment).encode()):
        return None
    since = now - datetime.fromtimestamp(int(moment), UTC)
    return since if since <= STAMP_VALID else None


def _signature(secret: str, event_id: str, moment: str) -> str:
    said = f"form:{event_id}:{moment}".encode(errors="replace")
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:32]


def network_of(source_ip: str) -> str:
    """Name the network of an address: the address itself, or the first half of an IPv6 one."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> (128 - NETWORK_BITS))
    return str(getattr(address, "ipv4_mapped", None) or address)


def wait(forms: int, allowance: Allowance) -> timedelta:
    """Say how long the mail to the newest of so many forms waits; raise TooManyForms."""
    if forms > allowance.most:
        raise TooManyForms
    return min(LONGEST_WAIT, max(0, forms - allowance.at_once) * EACH_WAITS)
