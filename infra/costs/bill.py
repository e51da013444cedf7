"""From what is used to what it costs, in US dollars: prices.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from infra.costs.deployed import Deployed
from infra.costs.usage import of_event, of_idle_month


class Price(BaseModel):
    """What so many units cost; `read` is when it was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: float
    per: int
    unit: str
    read: date | Literal["recalled"]
    source: str


class Allowance(BaseModel):
    """What is free each month, without end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: float
    read: date | Literal["recalled"]
    source: str


class Prices(BaseModel):
    """See prices.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price: dict[str, Price]
    free: dict[str, Allowance]


@cache
def prices() -> Prices:
    text = Path(__file__).with_name("prices.toml").read_text(encoding="utf-8")
    return Prices.model_validate(tomllib.loads(text))


def dollars(used: Mapping[str, float], *, free: bool) -> dict[str, float]:
    """Return what each thing used in a month costs, with or without the allowances."""
    allowed = {name: one.amount for name, one in prices().free.items()} if free else {}
    return {name: max(0.0, amount - allowed.get(name, 0)) * rate(name) for name, amount in used.items()}


def rate(name: str) -> float:
    price = prices().price[name]
    return price.usd / price.per


def event_dollars(people: int, deployed: Deployed, *, free: bool) -> dict[str, float]:
    """Return what an event costs beyond the idle month, as if all of it fell into one month."""
    event, idle = of_event(people, deployed), of_idle_month(deployed)
    both = dollars({name: amount + idle.get(name, 0) for name, amount in event.items()}, free=free)
    alone = dollars(idle, free=free)
    return {name: both[name] - alone.get(name, 0) for name in event}


def idle_dollars(deployed: Deployed, *, free: bool) -> float:
    return sum(dollars(of_idle_month(deployed), free=free).values())
