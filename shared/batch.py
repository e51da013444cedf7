"""Queue handlers: one record after the other; only what failed comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.logs import log_fault


def each_record(event: dict[str, Any], work: Callable[[str], None]) -> dict[str, Any]:
    """Do `work` for the body of every record of an SQS event and report those that failed (ReportBatchItemFailures)."""
    failed = []
    for record in event["Records"]:
        try:
            work(record["body"])
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on, and this one comes back
            log_fault(fault)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
