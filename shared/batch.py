"""Queue handlers: one record after the other; only what failed comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.logs import log_fault


class _LoggingProcessor(BatchProcessor):
    """Tell of each failure by class and place: its message may hold what somebody wrote."""

    def failure_handler(self, record: Any, exception: ExceptionInfo) -> FailureResponse:
        if exception[1] is not None:
            log_fault(exception[1])
        return super().failure_handler(record, exception)


def each_record(
    event: dict[str, Any], context: LambdaContext, work: Callable[[SQSRecord], None]
) -> PartialItemFailureResponse:
    """Do `work` for every record of an SQS event and report those that failed."""
    # A batch that fails whole comes back like any other: the exception would log every record's trace.
    processor = _LoggingProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, work, processor, context)
