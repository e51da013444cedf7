"""What AWS and the table say of this deployment. An answer that AWS refuses, or that does not come, is a fact too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from functions.organiser.preflight import Account, Alarms, Facts, Identity, Unasked
from functions.organiser.settings import settings
from shared.aws import client
from shared.models import AttendeeState, Event, Round
from shared.store import attendees, pauses, ticks
from shared.store.table import code_of

# Three services that do not answer must leave the function time to say so.
IMPATIENT = Config(connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})


def facts(event: Event, rounds: Sequence[Round], expected: int, now: datetime) -> Facts:
    """Ask everything a preflight wants to know."""
    deployed = settings()
    return Facts(
        event=event,
        rounds=rounds,
        expected=expected,
        confirmed=sum(one.state is AttendeeState.CONFIRMED for one in attendees.attendees(event.event_id)),
        sender=deployed.sender_address,
        identity_name=deployed.sender_identity,
        mails_per_second=deployed.mails_per_second,
        usable_per_second=pauses.usable_rate(deployed.mails_per_second),
        account=asked("ses:GetAccount", account),
        identity=asked("ses:GetEmailIdentity", lambda: identity(deployed.sender_identity)),
        alarms=asked("sns:GetTopicAttributes", lambda: alarms(deployed.alarm_topic_arn)),
        last_tick=ticks.last(),
        paused={
            scope: one.reason
            for scope, one in pauses.all_pauses(now).items()
            if f"{scope}#".startswith(f"EVENT#{event.event_id}#") or not scope.startswith("EVENT#")
        },
    )


def asked(action: str, question: Callable[[], Any]) -> Any:
    """Return AWS's answer, or that there is none."""
    try:
        return question()
    except ClientError as error:
        return Unasked(action, code_of(error))
    except (BotoCoreError, ResponseParserError) as error:
        return Unasked(action, type(error).__name__)


def account() -> Account:
    answer = client("sesv2", IMPATIENT).get_account()
    limits = answer["SendQuota"]
    return Account(
        in_production=answer["ProductionAccessEnabled"],
        is_enabled=answer["SendingEnabled"],
        standing=answer["EnforcementStatus"],
        per_day=limits["Max24HourSend"],
        per_second=limits["MaxSendRate"],
        sent=limits["SentLast24Hours"],
    )


def identity(name: str) -> Identity | None:
    """Return what SES knows of an identity, or None where it has never heard of it."""
    sesv2 = client("sesv2", IMPATIENT)
    try:
        answer = sesv2.get_email_identity(EmailIdentity=name)
    except sesv2.exceptions.NotFoundException:
        return None
    dkim, mail_from = answer.get("DkimAttributes", {}), answer.get("MailFromAttributes", {})
    return Identity(
        is_verified=answer["VerifiedForSendingStatus"],
        signs=dkim.get("SigningEnabled", False),
        dkim=dkim.get("Status", ""),
        mail_from=mail_from.get("MailFromDomain", ""),
        mail_from_status=mail_from.get("MailFromDomainStatus", ""),
    )


def alarms(topic_arn: str) -> Alarms:
    told = client("sns", IMPATIENT).get_topic_attributes(TopicArn=topic_arn)["Attributes"]
    counts = {
        name: int(told[name]) if name in told else None for name in ("SubscriptionsConfirmed", "SubscriptionsPending")
    }
    return Alarms(*counts.values())
