"""The outbox: a mail is claimed, sent and settled here, each step fenced by the attempt that made it.

The claim moves the mail's due time to the end of a lease. Whoever finds it due again knows that the claimer died or
never learnt what SES answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.clock import utc_text
from shared.models import Mail, MailRef, MailState, Token
from shared.store.attendees import put_token
from shared.store.items import mail_of, plan_mail
from shared.store.keys import mail_key
from shared.store.table import Cancelled, Operation, table

KEPT = timedelta(days=90)  # after that nobody asks any more why a mail did not come
# What SES tells later only ever raises a state: events come twice and in any order.
RISING = (
    MailState.SENDING,
    MailState.UNKNOWN,
    MailState.SENT,
    MailState.REFUSED,
    MailState.DELIVERED,
    MailState.BOUNCED,
    MailState.COMPLAINED,
)


def mail(ref: MailRef) -> Mail | None:
    item = table().get(mail_key(ref))
    return mail_of(item) if item else None


def plan(planned: Mail) -> None:
    """Plan a mail; planning it again changes nothing, whatever became of it."""
    table().write_if_still(plan_mail(planned))


def claim(
    seen: Mail, now: datetime, lease: timedelta, links: Sequence[Token], counted: Sequence[Operation] = ()
) -> Mail | None:
    """Take a due mail for the time of a lease; None where it is in other hands.

    Its links are stored and what limits it is counted in the same step.
    """
    unclear = seen.unclear + (seen.state is MailState.SENDING)
    change = table().update(
        mail_key(seen),
        "SET #state = :sending, attempt = :next, unclear = :unclear, due_at = :until",
        "attempt = :seen AND #state IN (:planned, :sending) AND due_at <= :now",
        name_state="state",
        planned=MailState.PLANNED,
        sending=MailState.SENDING,
        seen=seen.attempt,
        next=seen.attempt + 1,
        unclear=unclear,
        until=utc_text(now + lease),
        now=utc_text(now),
    )
    try:
        table().transact([change, *map(put_token, links), *counted])
    except Cancelled:
        return None
    taken = {"state": MailState.SENDING, "attempt": seen.attempt + 1, "unclear": unclear, "due": now + lease}
    return seen.model_copy(update=taken)


def note_sent(claimed: Mail, ses_id: str, now: datetime) -> None:
    """Note that SES took the mail. Its own event may have told so already."""
    change = table().update(
        mail_key(claimed),
        "SET #state = :sent, ses_id = :ses, sent_at = :now, #ttl = :ttl REMOVE due_shard, due_at",
        "attempt = :mine AND #state = :sending",
        name_state="state",
        name_ttl="ttl",
        sending=MailState.SENDING,
        sent=MailState.SENT,
        mine=claimed.attempt,
        ses=ses_id,
        now=utc_text(now),
        ttl=int((now + KEPT).timestamp()),
    )
    table().write_if_still(change)


def release(claimed: Mail, due: datetime) -> None:
    """Give a mail that certainly did not leave back for later."""
    change = table().update(
        mail_key(claimed),
        "SET #state = :planned, due_at = :due",
        "attempt = :mine AND #state = :sending",
        name_state="state",
        planned=MailState.PLANNED,
        sending=MailState.SENDING,
        mine=claimed.attempt,
        due=utc_text(due),
    )
    table().write_if_still(change)


def defer(seen: Mail, due: datetime) -> None:
    """Let a mail that nobody has claimed wait for a better moment."""
    change = table().update(
        mail_key(seen),
        "SET due_at = :due",
        "attempt = :seen AND #state IN (:planned, :sending) AND due_at <= :until",
        name_state="state",
        planned=MailState.PLANNED,
        sending=MailState.SENDING,
        seen=seen.attempt,
        due=utc_text(due),
        until=utc_text(due),
    )
    table().write_if_still(change)


def bring_forward(seen: Mail, due: datetime) -> None:
    """Let a mail that waited leave sooner, if it still waits for the same moment."""
    change = table().update(
        mail_key(seen),
        "SET due_at = :due",
        "#state = :planned AND due_at = :before",
        name_state="state",
        planned=MailState.PLANNED,
        due=utc_text(due),
        before=utc_text(seen.due) if seen.due else "",
    )
    table().write_if_still(change)


def settle(seen: Mail, state: MailState, reason: str, now: datetime) -> None:
    """End a mail without sending it (again), saying why."""
    change = table().update(
        mail_key(seen),
        "SET #state = :state, reason = :reason, #ttl = :ttl REMOVE due_shard, due_at",
        "attempt = :seen AND #state IN (:planned, :sending)",
        name_state="state",
        name_ttl="ttl",
        planned=MailState.PLANNED,
        sending=MailState.SENDING,
        state=state,
        reason=reason,
        seen=seen.attempt,
        ttl=int((now + KEPT).timestamp()),
    )
    table().write_if_still(change)


def note_event(ref: MailRef, state: MailState, ses_id: str, now: datetime) -> bool:
    """Raise a mail's state to what SES tells of it; False where that, or more, was known."""
    below = {f"below{place}": lower for place, lower in enumerate(RISING[: RISING.index(state)])}
    change = table().update(
        mail_key(ref),
        "SET #state = :state, sent_at = if_not_exists(sent_at, :now), ses_id = if_not_exists(ses_id, :ses), "
        "#ttl = :ttl REMOVE due_shard, due_at",
        f"#state IN ({', '.join(f':{name}' for name in below)})",
        name_state="state",
        name_ttl="ttl",
        state=state,
        ses=ses_id,
        now=utc_text(now),
        ttl=int((now + KEPT).timestamp()),
        **below,
    )
    return table().write_if_still(change)
