"""Structured log lines. They carry ids only: never a name, an address, a token or a text."""

from pathlib import Path

from aws_lambda_powertools.logging import Logger

logger = Logger(use_rfc3339=True)  # a time of another form is none to Lambda


def log_fault(fault: BaseException) -> None:
    """Log an unexpected fault by class and place, without its message: that may hold what somebody wrote."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown"
    logger.error("unexpected", fault=type(fault).__name__, place=place)
