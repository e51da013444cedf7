"""What is known of an address, whoever has it: its person in each event, its forms, its silence, its questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.models import Asked, Cap, Submission, Suppression
from shared.store.items import read
from shared.store.keys import address_key, asked_key, cap_key, suppression_key, transient_key
from shared.store.table import ConditionFailed, Operation, table

SOFT_BOUNCES = 3  # so many within this time, and an address is left alone for as long
SOFT_FOR = timedelta(days=14)
BOUNCED_FOR = timedelta(days=730)
CAP_KEPT = timedelta(days=400)


def person_at(address_hash: str, event_id: str) -> str | None:
    """Return who has this address in this event."""
    item = table().get(address_key(address_hash, event_id))
    return str(item["person_id"]) if item and "person_id" in item else None


def times_asked(submission: Submission) -> int:
    """Count the forms that came for this one's address on its day."""
    item = table().get(asked_key(submission.address_hash, utc_text(submission.submitted_at)[:10]))
    return int(item["asked"]) if item else 0


def suppression(address_hash: str) -> Suppression:
    return read(Suppression, table().get(suppression_key(address_hash)) or {})


def unreachable(address_hashes: set[str], now: datetime) -> int:
    """Count the addresses that bounced for good."""
    found = table().batch_get(suppression_key(one) for one in sorted(address_hashes))
    ends = [read(Suppression, item).bounced_until for item in found]
    return sum(end is not None and now < end for end in ends)


def note_bounce(address_hash: str, now: datetime) -> None:
    """Send nothing to an address that does not exist."""
    _mark(address_hash, "bounced_until", now + BOUNCED_FOR)


def note_complaint(address_hash: str, now: datetime) -> None:
    """Send nothing but service to an address that complained."""
    _mark(address_hash, "complained_at", now)


def note_soft_bounce(address_hash: str, ses_id: str, now: datetime) -> None:
    """Count a refusal that may pass; after several an address is left alone for a while. Told twice, it counts once."""
    item = table().get(transient_key(address_hash)) or {}
    recent = {one: at for one, at in item.get("refused", {}).items() if at > utc_text(now - SOFT_FOR)}
    recent.setdefault(ses_id, utc_text(now))
    ttl = int((now + SOFT_FOR).timestamp())
    table().write(table().put(transient_key(address_hash) | {"refused": recent, "ttl": ttl}))
    if len(recent) >= SOFT_BOUNCES:
        _mark(address_hash, "paused_until", now + SOFT_FOR)


def note_delivery(address_hash: str) -> None:
    """Forget what an address refused for a while."""
    table().delete_all([transient_key(address_hash)])


def _mark(address_hash: str, name: str, moment: datetime) -> None:
    table().write(
        table().update(
            suppression_key(address_hash), "SET #mark = :moment", "", name_mark=name, moment=utc_text(moment)
        )
    )


def cap(address_hash: str) -> Cap:
    return read(Cap, table().get(cap_key(address_hash)) or {})


def count_asked(address_hash: str, seen: Cap, asked: Asked, now: datetime) -> Operation:
    """Shape the count of one more follow-up letter; fails where another one was counted meanwhile."""
    kept = [one for one in seen.asked if one.at > now - CAP_KEPT and one.mail_id != asked.mail_id]
    return _rewrite(address_hash, seen, (*kept, asked), now)


def give_back(address_hash: str, mail_id: str, now: datetime) -> None:
    """Take a letter that did not leave out of the count."""
    seen = cap(address_hash)
    kept = tuple(one for one in seen.asked if one.mail_id != mail_id)
    try:
        table().write(_rewrite(address_hash, seen, kept, now))
    except ConditionFailed:
        # Counted too much, a person hears from us too little: the better mistake.
        return


def forget_event(address_hash: str, event_id: str, now: datetime) -> None:
    """Let go of the letters of an event; of what others sent, the count goes on."""
    seen = cap(address_hash)
    kept = tuple(one for one in seen.asked if one.event_id != event_id)
    if not kept:
        table().delete_all([cap_key(address_hash)])
    elif len(kept) < len(seen.asked):
        table().write(_rewrite(address_hash, seen, kept, now))


def _rewrite(address_hash: str, seen: Cap, asked: tuple[Asked, ...], now: datetime) -> Operation:
    return table().update(
        cap_key(address_hash),
        "SET asked = :asked, #ttl = :ttl ADD revision :one",
        "revision = :seen" if seen.revision else "attribute_not_exists(revision)",
        name_ttl="ttl",
        asked=[one.model_dump(mode="json") for one in asked],
        ttl=int((now + CAP_KEPT).timestamp()),
        one=1,
        **({"seen": seen.revision} if seen.revision else {}),
    )


def note_answer(address_hash: str, now: datetime) -> Operation:
    """Shape the note that somebody answered: the letters before count as answered."""
    return table().update(
        cap_key(address_hash),
        "SET answered_at = :now, #ttl = :ttl ADD revision :one",
        "",
        name_ttl="ttl",
        now=utc_text(now),
        ttl=int((now + CAP_KEPT).timestamp()),
        one=1,
    )
