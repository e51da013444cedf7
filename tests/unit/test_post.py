"""What SES's answers mean for a mail, and for all the others."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.mailing.feedback import Bounce, bounce
from functions.mailing.post import TROUBLE_BY_CODE, Trouble, trouble_of


def refusal(code: str, status: int = 400, message: str = "") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")


@pytest.mark.parametrize(("code", "expected"), TROUBLE_BY_CODE.items())
def test_what_ses_says_has_its_meaning(code: str, expected: Trouble) -> None:
    assert trouble_of(refusal(code)) is expected


def test_a_fault_of_ses_leaves_open_whether_a_mail_left() -> None:
    assert trouble_of(refusal("InternalFailure", 500)) is Trouble.UNKNOWN
    assert trouble_of(refusal("MessageRejected", 503)) is Trouble.UNKNOWN


def test_what_nobody_has_listed_is_tried_again_and_stops_no_other_mail() -> None:
    assert trouble_of(refusal("AccessDeniedException", 403)) is Trouble.AGAIN


def test_an_identity_that_is_not_verified_can_be_mended_and_loses_nobody_a_mail() -> None:
    said = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: …"
    assert trouble_of(refusal("MessageRejected", message=said)) is Trouble.AGAIN
    assert trouble_of(refusal("MessageRejected", message="Message contained a virus")) is Trouble.REJECTED


def why(kind: str, **recipient: str) -> Bounce:
    return bounce({"bounceType": kind, "bouncedRecipients": [recipient]})


@pytest.mark.parametrize(
    "told",
    [
        {"status": "5.7.1"},
        {"status": "4.7.0"},
        {"status": "5.0.0", "diagnosticCode": "smtp; 550-5.7.1 [192.0.2.1] our system has detected"},
        {"diagnosticCode": "smtp; 550 5.7.26 unauthenticated"},
        {"diagnosticCode": "smtp; 550 #5.7.1 rejected"},
        {"diagnosticCode": "smtp; 554-5.7.1: blocked"},
    ],
)
@pytest.mark.parametrize("kind", ["Permanent", "Transient"])
def test_a_policy_block_says_nothing_about_an_address(kind: str, told: dict[str, str]) -> None:
    assert why(kind, **told) is Bounce.POLICY


def test_other_codes_do() -> None:
    assert why("Permanent", status="5.1.1") is Bounce.FINAL
    assert why("Permanent", status="5.1.1", diagnosticCode="smtp; 550 5.1.1 no such user at 10.5.7.1") is Bounce.FINAL
    assert why("Transient", status="4.2.2") is Bounce.PASSING
    assert why("Undetermined") is Bounce.PASSING
