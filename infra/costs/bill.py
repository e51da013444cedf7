"""What an event and an idle month use and cost: measured.json, prices.toml, and what is assumed below."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, TypeAdapter

from infra.costs.deployed import Deployed

MEASURED = Path(__file__).with_name("measured.json")
MB = 1024**2
Quantities: TypeAlias = dict[str, float]  # by the names of prices
Dollars: TypeAlias = dict[str, float]

# What is not measured. Where nobody knows better, the dear side was taken, but for the polling.
MONTH_MINUTES = 43_200  # thirty days
# A call to AWS takes some 6 ms in DynamoDB, 15 in a transaction, 100 in SES: recalled. Our own work between two calls
# took 2 to 4 ms of the share of a core that the functions have, on the machine where it was measured.
CALL_S = 0.012
# Reading a profile: a dozen texts of 25 ms on a whole core of x86_64, measured; arm64 is taken to need twice that.
WORK_S = {"InterestsFunction": 1.0}
COLD_SHARE = 0.1  # of invocations
COLD_START_S = 0.8  # initialisation, billed since 2025-08-01
LOGGED_BYTES = 1_200  # for each invocation: 900 of Lambda's own, the rest ours, and the HTTP API's
SQS_REQUESTS = 3  # for each message: sent, received, deleted
# Lambda keeps long polls open on each queue a function reads, also while nobody sends. That it goes from five
# at a time down to two, but not where MaximumConcurrency is set, is documented (Lambda's guide, "Configuring scaling
# behavior for SQS event source mappings", read 2026-11-26). That there it stays at five is inferred; that a poll lasts
# 20 seconds was observed by users (15 empty receives a minute).
POLLS_A_MINUTE = 3
POLLERS = 2
POLLERS_WITH_MAXIMUM_CONCURRENCY = 5


class Price(BaseModel):
    """What so many units cost, and how many each account has free every month; `read` is when it was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: float
    per: int
    unit: str
    free: int = 0
    read: date | Literal["recalled"]
    source: str


class Life(BaseModel):
    """What the whole system did."""

    runs: dict[str, int] = {}  # by function: one for each message that it got from its queue, as if each came alone
    calls: dict[str, int] = {}  # to AWS, by function
    messages: int = 0  # through queues
    http_requests: int = 0
    mails: int = 0
    write_units: int = 0
    read_units: float = 0


class Measured(BaseModel):
    """One tick of the clock with nothing due, and an event for so many people until its data's end."""

    model_config = ConfigDict(frozen=True)

    on: date
    people: int
    tick: Life
    event: Life


@cache
def prices() -> dict[str, Price]:
    found = tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Price]).validate_python(found)


@cache
def measured() -> Measured:
    return Measured.model_validate_json(MEASURED.read_text(encoding="utf-8"))


def of_life(life: Life, deployed: Deployed) -> Quantities:
    """Return what a life comes to in the units that prices are for."""
    runs = sum(life.runs.values())
    return {
        "ses_mails": life.mails,
        "lambda_requests": runs,
        "lambda_gb_seconds": sum(
            (life.calls[name] * CALL_S + count * (COLD_SHARE * COLD_START_S + WORK_S.get(name, 0)))
            * deployed.memory_gb[name]
            for name, count in life.runs.items()
        ),
        "dynamodb_writes": life.write_units,
        "dynamodb_reads": life.read_units,
        "sqs_requests": life.messages * SQS_REQUESTS,
        "http_requests": life.http_requests,
        "traces": sum(count for name, count in life.runs.items() if name in deployed.traced),
        "log_mb": runs * LOGGED_BYTES / MB,
    }


def of_event(people: int, deployed: Deployed) -> Quantities:
    """Return what an event with so many people uses: as much for each as was measured with some."""
    share = people / measured().people
    return {name: share * amount for name, amount in of_life(measured().event, deployed).items()}


def of_idle_month(deployed: Deployed) -> Quantities:
    """Return what a month uses in which nobody comes: the clock, the polling of queues, what costs by the month."""
    ticks = {name: MONTH_MINUTES * amount for name, amount in of_life(measured().tick, deployed).items()}
    pollers = deployed.queues * POLLERS + deployed.queues_with_maximum_concurrency * POLLERS_WITH_MAXIMUM_CONCURRENCY
    return ticks | {
        "sqs_requests": pollers * POLLS_A_MINUTE * MONTH_MINUTES,
        "scheduler_calls": MONTH_MINUTES,
        "alarms": deployed.alarms,
        "secrets": deployed.secrets,
    }


def bill(used: Quantities, beside: Quantities | None = None) -> tuple[Dollars, Dollars]:
    """Return what a month's use costs at list price, and less what is always free and not used up by what is beside."""
    listed, reduced = {}, {}
    for name, amount in used.items():
        price = prices()[name]
        free = max(0, price.free - (beside or {}).get(name, 0))
        listed[name] = amount * price.usd / price.per
        reduced[name] = max(0, amount - free) * price.usd / price.per
    return listed, reduced
