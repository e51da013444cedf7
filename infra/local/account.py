"""The organiser's AWS account, as SES and SNS would tell of it: in production, its sender verified, without alarms.

moto knows nothing of an account, and leaves every identity unverified.
"""

from __future__ import annotations

import json
from typing import Any

from moto.sesv2.responses import SESV2Response
from moto.sns.responses import SNSResponse

# Enough for whatever template.PARAMETERS lets be sent.
ACCOUNT = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 1_000_000, "MaxSendRate": 1000, "SentLast24Hours": 0},
}
VERIFIED = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"},
    "MailFromAttributes": {"MailFromDomain": "bounce.begegnung.example", "MailFromDomainStatus": "SUCCESS"},
}

_identity = SESV2Response.get_email_identity
_topic = SNSResponse.get_topic_attributes


def install() -> None:
    """Let moto answer so; before it is first asked anything, as it then remembers what it can."""
    SESV2Response.get_account = _get_account
    SESV2Response.get_email_identity = _get_email_identity
    SNSResponse.get_topic_attributes = _get_topic_attributes


def _get_account(_: SESV2Response) -> str:
    return json.dumps(ACCOUNT)


def _get_email_identity(self: SESV2Response) -> str:
    return json.dumps(json.loads(_identity(self)) | VERIFIED)


def _get_topic_attributes(self: SNSResponse) -> Any:
    """Count nobody, rather than say that nobody listens: there is nothing here that would raise an alarm."""
    answer = _topic(self)
    for name in ("SubscriptionsConfirmed", "SubscriptionsPending"):
        del answer.result["Attributes"][name]
    return answer
