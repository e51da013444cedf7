"""Structured log lines and metrics. They carry ids only: never a name, an address, a token or a text."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()
