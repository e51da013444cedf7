"""What may stop mail for many: pauses by hand or by themselves, the rate SES allows, the health of what was sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from shared.clock import utc_text
from shared.models import MailKind, MailState, Topic, Value
from shared.store.items import read
from shared.store.keys import health_key, pause_key, rate_key
from shared.store.table import table

EVERYTHING = "ALL"
LETTERS = "LETTERS"  # all but service mail
LOOKED_AT_DAYS = 7
HEALTH_KEPT = timedelta(days=30)
COUNTED = (MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED)
ENOUGH_MAILS = 200  # below, a handful of bounces would stop a small event
MOST_BOUNCED = 0.04  # SES looks into an account at 5 %
MOST_COMPLAINED = 0.0008  # and at 0.1 %
ENOUGH_COMPLAINTS = 2  # one may be a slip of a finger


class Pause(Value):
    """Why mail of a scope waits, and until when; without an end until somebody resumes it."""

    reason: str
    since: AwareDatetime
    until: AwareDatetime | None = None


def scope(event_id: str = "", kind: str = "") -> str:
    """Name what is paused: everything, an event, a kind of letter, or a kind in an event."""
    parts = [f"EVENT#{event_id}"] * bool(event_id) + [f"KIND#{kind}"] * bool(kind)
    return "#".join(parts) or EVERYTHING


def paused(event_id: str, kind: MailKind, topic: Topic, now: datetime) -> Pause | None:
    """Return what keeps a letter waiting."""
    scopes = [EVERYTHING, scope(event_id), scope(kind=kind), scope(event_id, kind)]
    if topic is not Topic.SERVICE:
        scopes.append(LETTERS)
    found = [read(Pause, item) for item in table().batch_get(map(pause_key, scopes))]
    return next((one for one in found if one.until is None or now < one.until), None)


def pause(what: str, reason: str, now: datetime, until: datetime | None = None) -> None:
    """Let mail of a scope wait. A pause that is longer, or has no end, is not shortened."""
    item = pause_key(what) | Pause(reason=reason, since=now, until=until).model_dump(mode="json", exclude_none=True)
    shorter = "attribute_not_exists(pk) OR #until < :until"
    bound = {"name_until": "until", "until": item.get("until")}
    table().write_if_still(table().put(item, shorter, **bound) if until else table().put(item))


def resume(what: str, now: datetime) -> None:
    """Let mail of a scope leave again; what went wrong before counts no more."""
    days = [health_key(day) for day in _days(now)] if what in (EVERYTHING, LETTERS) else []
    table().delete_all([pause_key(what), *days])


def all_pauses(now: datetime) -> dict[str, Pause]:
    """Return every pause that holds, by scope."""
    found = {str(item["sk"]): read(Pause, item) for item in table().query(pause_key("")["pk"])}
    return {what: one for what, one in found.items() if one.until is None or now < one.until}


def usable_rate(allowed: int) -> int:
    """Return how many mails a second to send where SES allows so many: its seconds are not ours."""
    return max(1, allowed * 4 // 5)


def take_turn(now: datetime, per_second: int) -> bool:
    """Count one more mail in this second; False where SES would have too many."""
    change = table().update(
        rate_key(int(now.timestamp())),
        "SET #ttl = :ttl ADD sent :one",
        "attribute_not_exists(sent) OR sent < :most",
        name_ttl="ttl",
        ttl=int((now + timedelta(hours=1)).timestamp()),
        one=1,
        most=per_second,
    )
    return table().write_if_still(change)


def count(outcome: MailState, now: datetime) -> None:
    """Count one mail as delivered, bounced or complained of."""
    table().write(
        table().update(
            health_key(utc_text(now)[:10]),
            "SET #ttl = :ttl ADD #outcome :one",
            "",
            name_ttl="ttl",
            name_outcome=outcome,
            ttl=int((now + HEALTH_KEPT).timestamp()),
            one=1,
        )
    )


def trouble(now: datetime) -> str | None:
    """Say what SES would soon object to in the mails of the last week."""
    days = table().batch_get(health_key(day) for day in _days(now))
    delivered, bounced, complained = (sum(int(day.get(name, 0)) for day in days) for name in COUNTED)
    sent = delivered + bounced
    if sent < ENOUGH_MAILS:
        return None
    if bounced >= MOST_BOUNCED * sent:
        return "bounce_rate"
    return "complaint_rate" if complained >= max(ENOUGH_COMPLAINTS, MOST_COMPLAINED * sent) else None


def _days(now: datetime) -> list[str]:
    return [utc_text(now - timedelta(days=ago))[:10] for ago in range(LOOKED_AT_DAYS)]
