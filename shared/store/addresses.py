"""What is known of an address, whoever has it: its person in each event, its forms, its silence, its questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.clock import utc_text
from shared.models import Asked, Cap, MailKind, Submission, Suppression, Topic
from shared.store.items import read
from shared.store.keys import (
    Key,
    address_key,
    address_of,
    asked_key,
    cap_key,
    submission_key,
    suppression_key,
    transient_key,
)
from shared.store.table import Operation, table

REFUSALS = 3  # in a row and within this time, and an address is left alone for as long
PAUSED_FOR = timedelta(days=14)
BOUNCED_FOR = timedelta(days=730)
CAP_KEPT = timedelta(days=400)


def person_at(address_hash: str, event_id: str) -> str | None:
    """Return who has this address in this event."""
    item = table().get(address_key(address_hash, event_id))
    return str(item["person_id"]) if item and "person_id" in item else None


def forms_of(address_hash: str, event_id: str, until: datetime) -> list[Key]:
    """Return the keys of all that is kept of an address's forms at an event, their mails and what finds them."""
    pointers = [
        one
        for one in table().query(address_key(address_hash, "")["pk"], "FORM#")
        if one["event_id"] == event_id and one["sent_at"] <= utc_text(until)
    ]
    return [
        {"pk": item["pk"], "sk": item["sk"]}
        for pointer in pointers
        for item in (*table().query(submission_key(pointer["sk"].removeprefix("FORM#"))["pk"]), pointer)
    ]


def was_erased(submission: Submission) -> bool:
    """Say whether who sent this form had themselves erased since."""
    item = table().get(address_key(submission.address_hash, submission.event_id))
    return str(item.get("erased_at", "")) >= utc_text(submission.submitted_at) if item else False


def mails_asked_for(submission: Submission, kind: MailKind, now: datetime) -> int:
    """Count the mails of a kind that left for this one's mailbox today, as anybody may ask for them."""
    item = table().get(asked_key(submission.mailbox_hash, utc_text(now)[:10]))
    return int(item.get(kind, 0)) if item else 0


def count_asked_for(submission: Submission, kind: MailKind, most: int, now: datetime) -> Operation:
    """Shape the count of one more of them; fails where there were as many as may be."""
    return table().update(
        asked_key(submission.mailbox_hash, utc_text(now)[:10]),
        "SET #ttl = :ttl ADD #kind :one",
        "attribute_not_exists(#kind) OR #kind < :most",
        name_ttl="ttl",
        name_kind=kind,
        ttl=int((now + timedelta(days=2)).timestamp()),
        one=1,
        most=most,
    )


def suppression(address_hash: str) -> Suppression:
    found = {
        item["sk"]: item for item in table().batch_get([suppression_key(address_hash), transient_key(address_hash)])
    }
    marks = read(Suppression, found.get(suppression_key("")["sk"], {}))
    return marks.model_copy(update={"paused_until": pause_after(found.get(transient_key("")["sk"], {}))})


def pause_after(transient: Mapping[str, Any]) -> datetime | None:
    """Say until when an address is left alone that refused several mails in a row, within some days."""
    since = transient.get("delivered", "")
    refused = sorted(at for one in transient.get("refused", ()) if (at := one.split()[0]) > since)[-REFUSALS:]
    if len(refused) < REFUSALS:
        return None
    first, last = datetime.fromisoformat(refused[0]), datetime.fromisoformat(refused[-1])
    return last + PAUSED_FOR if last - first <= PAUSED_FOR else None


def unreachable(address_hashes: set[str], now: datetime) -> set[str]:
    """Return which of these addresses bounced for good."""
    return {one for one, marks in _marks(address_hashes) if marks.bounced_until and now < marks.bounced_until}


def suppressed(address_hashes: set[str], now: datetime) -> set[str]:
    """Return which of these addresses get no proposal: it would go unanswered."""
    found = _marks(address_hashes)
    return {one for one, marks in found if marks.stops(MailKind.PROPOSAL, Topic.MATCHING, now)}


def _marks(address_hashes: set[str]) -> list[tuple[str, Suppression]]:
    found = table().batch_get(suppression_key(one) for one in sorted(address_hashes))
    return [(address_of(item["pk"]), read(Suppression, item)) for item in found]


def note_bounce(address_hash: str, now: datetime) -> None:
    """Send nothing to an address that does not exist."""
    _mark(address_hash, "bounced_until", now + BOUNCED_FOR)


def note_complaint(address_hash: str, now: datetime) -> None:
    """Send nothing but service to an address that complained."""
    _mark(address_hash, "complained_at", now)


def note_refusal(address_hash: str, ses_id: str, sent_at: str, now: datetime) -> None:
    """Note that a mailbox refused a mail for now; told twice, it counts once."""
    change = table().update(
        transient_key(address_hash),
        "SET #ttl = :ttl ADD refused :this",
        "",
        name_ttl="ttl",
        ttl=int((now + 2 * PAUSED_FOR).timestamp()),
        this={f"{sent_at} {ses_id}"},
    )
    table().write(change)


def note_delivery(address_hash: str, sent_at: str, now: datetime) -> None:
    """Note that a mailbox took a mail: what it refused before counts no more, in whatever order that is told."""
    change = table().update(
        transient_key(address_hash),
        "SET delivered = :at, #ttl = :ttl",
        "attribute_not_exists(delivered) OR delivered < :at",
        name_ttl="ttl",
        at=sent_at,
        ttl=int((now + 2 * PAUSED_FOR).timestamp()),
    )
    table().write_if_still(change)


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
    # Counted too much, a person hears from us too little: the better mistake.
    table().write_if_still(_rewrite(address_hash, seen, kept, now))


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
