"""What was measured of events' lives, and what it comes to in the units that prices are for."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from infra.costs.deployed import CLOCK, HTTP, QUEUE, Deployed, Function

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
GB = 1024**3
Quantities: TypeAlias = dict[str, float]  # by the names of prices
DUE = "dynamodb.Query due"  # the clock's look into the index
SEND = ("sqs.SendMessage", "sqs.SendMessageBatch")
FEEDBACK = "FeedbackFunction"


class FunctionUse(BaseModel):
    """What one function did."""

    invocations: int = 0
    messages: int = 0  # that it got from its queue
    processor_s: float = 0  # its own, without what stands in for AWS
    log_bytes: int = 0  # with 26 for each line, as CloudWatch counts
    write_units: int = 0
    read_units: float = 0
    calls: dict[str, int] = {}


class Life(BaseModel):
    """What the whole system did."""

    functions: dict[str, FunctionUse] = {}
    mails: int = 0
    mail_bytes: int = 0
    answer_bytes: int = 0  # of the HTTP API, with headers
    stored_bytes: int = 0  # in the table after the event, with 100 for each item and index entry


class Measured(BaseModel):
    """Empty ticks of the clock, an event to which nobody came, and one with people, each to its data's end."""

    model_config = ConfigDict(frozen=True)

    on: date
    people: int
    ticks: Life
    nobody: Life
    everybody: Life


class Assumptions(BaseModel):
    """See assumptions.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month_minutes: int
    polls_a_minute: int
    pollers: int
    pollers_with_maximum_concurrency: int
    cold_share: float
    cold_start_s: float
    clock_cold_starts: int
    whole_core_mb: int
    platform_log_bytes: int
    access_log_bytes: int
    log_months: float
    kept_months: float
    table_gb_idle: float
    wait_ms: dict[str, float]
    budget: dict[str, float]


@cache
def measured() -> Measured:
    return Measured.model_validate_json(MEASURED.read_text(encoding="utf-8"))


@cache
def assumptions() -> Assumptions:
    return Assumptions.model_validate(tomllib.loads((HERE / "assumptions.toml").read_text(encoding="utf-8")))


def of_event(people: float, deployed: Deployed) -> Quantities:
    """Return what an event with so many people uses: what it takes without any, and each person's share of the rest.

    An upper bound: in a larger event messages come in fuller batches than one by one, as they are counted here.
    """
    nobody, everybody = (of_life(life, deployed) for life in (measured().nobody, measured().everybody))
    share = people / measured().people
    return {name: nobody[name] + share * (everybody[name] - nobody[name]) for name in everybody}


def of_life(life: Life, deployed: Deployed) -> Quantities:
    """Return what a life uses beyond the clock's ticks, which a month has anyway."""
    given, found, log_bytes = assumptions(), defaultdict[str, float](float), 0.0
    for name, use in life.functions.items():
        function = deployed.functions[name]
        runs = {CLOCK: 0, QUEUE: use.messages}.get(function.trigger, use.invocations)
        calls = {call: count for call, count in use.calls.items() if call != DUE}
        cold_starts = runs * given.cold_share
        found["lambda_requests"] += runs
        found["lambda_gb_seconds"] += gb_seconds(function, use.processor_s, calls, cold_starts)
        found["traces"] += runs if function.traced else 0
        found["secret_calls"] += cold_starts if function.reads_secret else 0
        found["sqs_requests"] += sum(calls.get(call, 0) for call in SEND) + 2 * use.messages  # received, deleted
        found["s3_puts"] += calls.get("s3.PutObject", 0)
        found["s3_gets"] += calls.get("s3.GetObject", 0)
        found["http_requests"] += use.invocations if function.trigger == HTTP else 0
        log_bytes += use.log_bytes + runs * given.platform_log_bytes
        if name == FEEDBACK:
            found["sns_publishes"] += use.messages
            found["sqs_requests"] += use.messages  # as SNS sends each one
        found["dynamodb_reads"] += use.read_units - use.calls.get(DUE, 0) / 2
        found["dynamodb_writes"] += use.write_units
    log_bytes += found["http_requests"] * given.access_log_bytes
    return found | {
        "dynamodb_gb_months": life.stored_bytes / GB * given.kept_months,
        "backup_gb_months": life.stored_bytes / GB * given.kept_months,
        "ses_mails": life.mails,
        "ses_gb": life.mail_bytes / GB,
        "transfer_gb": (life.answer_bytes + life.mail_bytes) / GB,
        "log_gb": log_bytes / GB,
        "log_gb_months": log_bytes / GB * given.log_months,
    }


def of_idle_month(deployed: Deployed) -> Quantities:
    """Return what a month uses in which nobody comes: the clock, the polling of queues, what is kept."""
    given, ticks = assumptions(), assumptions().month_minutes // deployed.tick_minutes
    ((name, use),) = measured().ticks.functions.items()
    each = ticks / use.invocations
    calls = {call: count * each for call, count in use.calls.items()}
    function = deployed.functions[name]
    log_bytes = use.log_bytes * each + ticks * given.platform_log_bytes
    return {
        "scheduler_calls": ticks,
        "lambda_requests": ticks,
        "lambda_gb_seconds": gb_seconds(function, use.processor_s * each, calls, given.clock_cold_starts),
        "dynamodb_reads": use.read_units * each,
        "dynamodb_writes": use.write_units * each,
        "dynamodb_gb_months": given.table_gb_idle,
        "backup_gb_months": given.table_gb_idle,
        "traces": ticks if function.traced else 0,
        "log_gb": log_bytes / GB,
        "log_gb_months": log_bytes / GB * given.log_months,
        "sqs_requests": polls(deployed),
        "alarms": deployed.alarms,
        "secrets": deployed.secrets,
    }


def polls(deployed: Deployed) -> int:
    """Return how often Lambda asks empty queues in a month."""
    given = assumptions()
    at_a_time = deployed.mappings * given.pollers
    at_a_time += deployed.mappings_with_maximum_concurrency * given.pollers_with_maximum_concurrency
    return at_a_time * given.polls_a_minute * given.month_minutes


def gb_seconds(function: Function, processor_s: float, calls: Mapping[str, float], cold_starts: float) -> float:
    """Return what a function is billed for: its share of a core at work, waiting for answers, starting."""
    given = assumptions()
    waiting_s = sum(count * wait_ms(call) for call, count in calls.items()) / 1000
    working_s = processor_s * max(1.0, given.whole_core_mb / function.memory_mb)
    return (working_s + waiting_s + cold_starts * given.cold_start_s) * function.memory_mb / 1024


def wait_ms(call: str) -> float:
    known = assumptions().wait_ms
    return known.get(call, known[call.partition(".")[0]])
