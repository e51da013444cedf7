"""SES, and what its answers mean. The only module that knows it."""

from __future__ import annotations

from enum import StrEnum

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from shared.aws import client
from shared.models import MailRef
from shared.store.table import code_of

STATUS_OF_A_FAULT = 500
# SES knows no token for repeated calls: a retry after a lost answer would be a second mail.
ONCE = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})


class Trouble(StrEnum):
    """How a call to SES can fail; only after the last may the mail have left all the same."""

    AGAIN = "again"  # not sent: busy, unreachable, or something to be set right; again after a while
    STOPPED = "stopped"  # not sent: the account or the set-up, nobody's mail is at fault
    REJECTED = "rejected"  # not sent, and never will be
    UNKNOWN = "unknown"  # perhaps sent


class NotSent(Exception):
    """SES gave no message id; `code` is what it said instead."""

    def __init__(self, trouble: Trouble, code: str) -> None:
        super().__init__(trouble, code)
        self.trouble, self.code = trouble, code


TROUBLE_BY_CODE = {
    "TooManyRequestsException": Trouble.AGAIN,
    "ThrottlingException": Trouble.AGAIN,
    "LimitExceededException": Trouble.STOPPED,
    "SendingPausedException": Trouble.STOPPED,
    "AccountSuspendedException": Trouble.STOPPED,
    "MailFromDomainNotVerifiedException": Trouble.STOPPED,
    "NotFoundException": Trouble.STOPPED,
    "MessageRejected": Trouble.REJECTED,
    "BadRequestException": Trouble.REJECTED,
}


# SES says the same of a mail with a virus as of an identity that is not, or no longer, verified: that can be mended.
UNVERIFIED = "not verified"


def send(raw: bytes, recipient: str, ref: MailRef, configuration_set: str) -> str:
    """Hand one mail to SES and return its message id; raise NotSent.

    The tags let SES's own events find the mail again.
    """
    tags = {"event_id": ref.event_id, "owner": ref.owner, "owner_id": ref.owner_id, "mail_id": ref.mail_id}
    try:
        answer = client("sesv2", ONCE).send_email(
            Destination={"ToAddresses": [recipient]},
            Content={"Raw": {"Data": raw}},
            ConfigurationSetName=configuration_set,
            EmailTags=[{"Name": name, "Value": str(value)} for name, value in tags.items()],
        )
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise NotSent(Trouble.AGAIN, type(error).__name__) from None
    except (ReadTimeoutError, ConnectionClosedError) as error:
        raise NotSent(Trouble.UNKNOWN, type(error).__name__) from None
    except ParamValidationError as error:
        raise NotSent(Trouble.REJECTED, type(error).__name__) from None
    except ClientError as error:
        raise NotSent(trouble_of(error), code_of(error)) from None
    return str(answer["MessageId"])


def trouble_of(error: ClientError) -> Trouble:
    """Read what SES answered instead of an id."""
    if error.response["ResponseMetadata"]["HTTPStatusCode"] >= STATUS_OF_A_FAULT:
        return Trouble.UNKNOWN
    if UNVERIFIED in error.response["Error"].get("Message", ""):
        return Trouble.AGAIN
    # What is not listed may be about this mail alone, such as a policy that forbids its recipient: it stops nobody.
    return TROUBLE_BY_CODE.get(code_of(error), Trouble.AGAIN)
