"""Sending one planned mail: ask everything again, claim it, hand it to SES, note what came of it."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from functions.mailing import post
from functions.mailing.composing import compose
from functions.mailing.gathering import ASKED_A_DAY, Skip, Wait, gather
from functions.mailing.mime import mime
from functions.mailing.post import NotSent, Trouble
from functions.mailing.settings import settings
from functions.mailing.subject import Subject
from functions.mailing.timing import hours, may_ask, next_opening
from shared.chain import KINDS, data_end, zone_of
from shared.logs import log_fault, logger
from shared.models import Asked, Mail, MailKind, MailRef, MailState, Purpose, Token, Topic
from shared.store import addresses, limits, mails, pauses
from shared.store.table import Operation
from shared.tokens import new_token, page_link, token_hash

LEASE = timedelta(minutes=15)  # longer than the function, its queue's redelivery and SES's own event take together
LONGER = 4  # times, after each attempt whose end nobody knows: SES may be down for hours
MOST_UNCLEAR = 4  # such ends of a mail that must arrive, before it counts as unknown too: some 21 hours
STOPPED_FOR = timedelta(hours=1)
BREATHER = timedelta(minutes=5)  # after a call without an answer, so that SES's outage does not use up mail after mail
LATER = timedelta(hours=1)
LONGEST_WAIT_MINUTES = 60


def send(ref: MailRef, now: datetime) -> None:
    """Send a due mail, at most once where a second one would annoy."""
    mail = mails.mail(ref)
    if mail is None or mail.due is None or mail.due > now:
        return
    try:
        ask_and_send(mail, now)
    except Exception:
        # Whatever is wrong with it, it must not stand before the others each minute.
        mails.defer(mail, now + LATER)
        raise


def ask_and_send(mail: Mail, now: datetime) -> None:
    """Ask everything again, claim the mail, hand it to SES and note what came of it."""
    if mail.state is MailState.SENDING and not may_try_again(mail):
        lose_track(mail, "lease_over", now)
        return
    about, counted = asked_again(mail, now)
    if isinstance(about, Wait):
        mails.defer(mail, about.until)
        return
    if isinstance(about, Skip):
        if mail.state is MailState.SENDING:
            lose_track(mail, about, now)
            return
        mails.settle(mail, MailState.SKIPPED, about, now)
        logger.info("mail skipped", mail_id=mail.mail_id, kind=mail.kind, reason=about)
        return
    # A full second leaves the mail due, and the next minute's clock finds it.
    if not pauses.take_turn(now, pauses.usable_rate(settings().mails_per_second)):
        return
    about, tokens = with_links(mail, about)
    # Written before it is claimed: a letter that cannot be written has certainly not left.
    try:
        raw = written(mail, about)
    except ValueError as fault:
        log_fault(fault)
        mails.settle(mail, MailState.SKIPPED, Skip.REJECTED, now)
        return
    claimed = mails.claim(mail, now, LEASE * LONGER**mail.unclear, tokens, counted)
    if claimed is None:
        return
    try:
        ses_id = post.send(raw, about.recipient, mail.ref, settings().configuration_set)
    except NotSent as failure:
        note_trouble(claimed, about, failure, now)
        return
    mails.note_sent(claimed, ses_id, now)
    logger.info("mail sent", mail_id=mail.mail_id, kind=mail.kind)


def lose_track(mail: Mail, reason: str, now: datetime) -> None:
    """End a mail that was tried, and of which nobody knows whether it left."""
    mails.settle(mail, MailState.UNKNOWN, reason, now)
    logger.warning("mail unknown", mail_id=mail.mail_id, kind=mail.kind, reason=reason)


def written(mail: Mail, about: Subject) -> bytes:
    """Write the letter; raise ValueError where a header or an address cannot be put so that mail servers take it."""
    letter = compose(mail, about)
    return mime(letter, about.event, about.voice, settings().sender_address, about.recipient, mail.mail_id)


def may_try_again(mail: Mail) -> bool:
    """Say whether a mail whose fate is open may be sent once more."""
    return KINDS[mail.kind].must_arrive and mail.unclear < MOST_UNCLEAR


def asked_again(mail: Mail, now: datetime) -> tuple[Subject | Skip | Wait, list[Operation]]:
    """Ask everything anew: whether a mail may leave, whether its hour suits, and what the claim has to count."""
    about = gather(mail, now)
    if not isinstance(about, Subject):
        return about, []
    zone, moment = about.event.time_zone, now
    counted = []
    if about.submission:
        counted.append(addresses.count_asked_for(about.submission, mail.kind, ASKED_A_DAY, now))
        counted += [] if about.attendee else [limits.count_mail(mail.event_id, now)]
    if about.attendee:
        zone = zone_of(about.event, about.attendee)
        if KINDS[mail.kind].topic is Topic.FOLLOW_UP:
            cap = addresses.cap(about.attendee.address_hash)
            bearable = may_ask(cap, mail, about.attendee.confirmed_at, zone, now)
            if bearable is None or bearable > mail.not_after:
                return Skip.TOO_MANY, []
            moment = bearable
            asked = Asked(mail_id=mail.mail_id, event_id=mail.event_id, at=now)
            counted.append(addresses.count_asked(about.attendee.address_hash, cap, asked, now))
    moment = next_opening(mail, hours(mail, about.event, moment), zone, moment)
    if moment > mail.not_after:
        return Skip.TOO_LATE, []
    return (Wait(moment), []) if moment > now else (about, counted)


def with_links(mail: Mail, about: Subject) -> tuple[Subject, list[Token]]:
    """Mint the links a letter carries: the stored side goes into the claim's transaction."""
    base, tokens = settings().public_url.rstrip("/"), []
    if mail.kind is MailKind.CONFIRMATION and about.expires_at:
        raw = new_token()
        tokens.append(
            Token(
                token_hash=token_hash(raw),
                purpose=Purpose.CONFIRM,
                event_id=mail.event_id,
                subject_id=mail.owner_id,
                expires_at=about.expires_at,
            )
        )
        about = about._replace(confirm_url=f"{base}/confirm/{raw}")
    if about.attendee:
        raw, token = page_link(about.event, about.attendee.person_id)
        tokens.append(token)
        about = about._replace(page_url=f"{base}/me/{raw}")
    topic = KINDS[mail.kind].stops
    if topic:
        raw = new_token()
        tokens.append(
            Token(
                token_hash=token_hash(raw),
                purpose=Purpose.STOP,
                event_id=mail.event_id,
                subject_id=mail.owner_id,
                topic=topic,
                expires_at=data_end(about.event),
            )
        )
        about = about._replace(stop_url=f"{base}/stop/{raw}")
    return about, tokens


def note_trouble(claimed: Mail, about: Subject, failure: NotSent, now: datetime) -> None:
    """Settle a mail SES did not take, or leave it in the lease's hands where that is open."""
    trouble = failure.trouble
    logger.error("mail not sent", mail_id=claimed.mail_id, kind=claimed.kind, trouble=trouble, code=failure.code)
    if trouble is Trouble.AGAIN:
        mails.release(claimed, now + wait(claimed))
    elif trouble is Trouble.STOPPED:
        # Another one tries first, lest this one is what stops the account.
        mails.release(claimed, now + STOPPED_FOR + wait(claimed))
        pauses.pause(pauses.EVERYTHING, "account", now, now + STOPPED_FOR)
    elif trouble is Trouble.REJECTED:
        mails.settle(claimed, MailState.SKIPPED, Skip.REJECTED, now)
    else:
        pauses.pause(pauses.EVERYTHING, "no_answer", now, now + BREATHER)
    if trouble is not Trouble.UNKNOWN and about.attendee and KINDS[claimed.kind].topic is Topic.FOLLOW_UP:
        addresses.give_back(about.attendee.address_hash, claimed.mail_id, now)


def wait(mail: Mail) -> timedelta:
    """Wait longer after each attempt, from one minute to an hour, spread by the mail's id."""
    longest = min(LONGEST_WAIT_MINUTES, 2**mail.attempt)
    return timedelta(seconds=60 + zlib.crc32(f"{mail.mail_id}{mail.attempt}".encode()) % (longest * 60))
