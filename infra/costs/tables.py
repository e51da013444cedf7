"""The tables of docs/costs.md."""

from __future__ import annotations

import re
from collections.abc import Iterable

from infra.costs.bill import Dollars, Quantities, bill, of_event, of_idle_month, prices
from infra.costs.deployed import ROOT, deployed

DOCUMENT = ROOT / "docs" / "costs.md"
COLUMNS = ("list price", "less what is always free")
SIZES = (100, 1_000, 10_000)
CENT = 0.005
MARKED = re.compile(r"(<!-- (\w+) -->\n)(?:(?!<!--).*\n)*?(<!-- end -->)")


def rewritten(document: str) -> str:
    """Return a document with the tables as the data have them now, each between its two marks."""
    made = tables()
    return MARKED.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", document)


def tables() -> dict[str, str]:
    """Return the tables by the names of their marks."""
    usual = deployed()
    queues = usual.queues + usual.queues_with_maximum_concurrency
    five_polls = usual._replace(queues=0, queues_with_maximum_concurrency=queues)
    idle = of_idle_month(usual)
    bills = {f"an event of {people:,} people": bill(of_event(people, usual), beside=idle) for people in SIZES}
    bills |= {
        "an idle month": bill(idle),
        "an idle month without alarms (`Monitoring=no`)": bill(of_idle_month(usual._replace(alarms=0))),
        "an idle month, should Lambda keep five polls open on each queue": bill(of_idle_month(five_polls)),
    }
    return {
        "summary": markdown(["US dollars", *COLUMNS], ((what, *total(one)) for what, one in bills.items())),
        "event": table("an event of 1,000 people", of_event(1_000, usual), beside=idle),
        "idle": table("an idle month", idle),
    }


def table(what: str, used: Quantities, beside: Quantities | None = None) -> str:
    """Lay out what is used and what it costs in US dollars, the dearest first."""
    dollars = listed, reduced = bill(used, beside)
    names = sorted(filter(used.get, used), key=lambda name: -listed[name])
    rows = [(prices()[name].unit, f"{used[name]:,.0f}", usd(listed[name]), usd(reduced[name])) for name in names]
    return markdown([what, "used", *COLUMNS], [*rows, ("**together**", "", *total(dollars))])


def total(dollars: tuple[Dollars, Dollars]) -> list[str]:
    return [usd(sum(one.values())) for one in dollars]


def markdown(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay a table out: words to the left, numbers to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *rows))


def usd(amount: float) -> str:
    return "< 0.01" if 0 < amount < CENT else f"{amount:.2f}"
