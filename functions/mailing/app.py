"""Queue: send what is due, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.mailing import sending
from shared import clock
from shared.batch import each_record
from shared.logs import logger
from shared.models import MailRef

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def send_one(body: str) -> None:
    sending.send(MailRef.model_validate_json(body), clock.now())


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
    return each_record(event, send_one)
