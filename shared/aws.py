"""Clients of AWS services, made when first used and each with a timeout."""

from __future__ import annotations

import gc
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# Three tries of six seconds at most fit into the shortest function's 20 seconds.
PATIENT = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@cache
def client(service: str, config: Config = PATIENT) -> Any:  # Any: the stubs tell the types apart by literal names
    """Return this process's client for `service`, for example "dynamodb"."""
    made = boto3.client(service, config=config)  # type: ignore[call-overload] # see above
    gc.freeze()
    gc.enable()
    return made
