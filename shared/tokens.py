"""Links that let a person act: 256 random bits in the URL, only their hash in the table."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata

from shared.chain import data_end
from shared.models import Event, Purpose, Token


def new_token() -> str:
    """Mint a token for a URL: 256 random bits in 43 characters."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """Mint a random id of 128 bits, safe in keys, tags and URLs."""
    return secrets.token_hex(16)


def token_hash(token: str) -> str:
    """Hash a token for storing and looking up; the token is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(secret: str, kind: str, value: str) -> str:
    """Hash an address or a company so that only this deployment can compare it."""
    return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def address_hash(secret: str, email: str) -> str:
    """Name a mailbox without telling it."""
    return keyed_hash(secret, "address", normal_address(email))


def mailbox_hash(secret: str, email: str) -> str:
    """Name what an address leads to, without what some providers let people add to it ("ada+events@")."""
    local, _, domain = normal_address(email).rpartition("@")
    return keyed_hash(secret, "mailbox", f"{local.partition('+')[0]}@{domain}")


def normal_address(email: str) -> str:
    """Fold spellings of one mailbox: NFC, no outer spaces, lower case."""
    return unicodedata.normalize("NFC", email).strip().lower()


def normal_company(company: str) -> str:
    """Fold spellings of one company: case, spaces, punctuation and the usual legal forms."""
    text = unicodedata.normalize("NFKC", company).casefold()
    text = re.sub(r"\b([^\W\d_])\.(?=[^\W\d_]\b)", r"\1", text)  # "s.p.a." is "spa."
    words = "".join(c if c.isalnum() else " " for c in text).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


LEGAL_FORMS = frozenset(
    "gmbh ag se ug kg kgaa ohg gbr ek eg ev e v co mbh ggmbh gag inc ltd limited llc llp plc corp bv nv sa "
    "sas sarl srl spa oy ab as aps sro".split()
)


def page_link(event: Event, person_id: str) -> tuple[str, Token]:
    """Mint a link to somebody's page, for as long as the event's data are kept: what it says, and what is stored."""
    raw = new_token()
    token = Token(
        token_hash=token_hash(raw),
        purpose=Purpose.PAGE,
        event_id=event.event_id,
        subject_id=person_id,
        expires_at=data_end(event),
    )
    return raw, token
