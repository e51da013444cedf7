"""The tables of docs/costs.md."""

from __future__ import annotations

import re
from collections.abc import Iterable

from infra.costs.bill import dollars, event_dollars, idle_dollars, prices
from infra.costs.deployed import ROOT, Deployed, deployed, without
from infra.costs.usage import of_event, of_idle_month

DOCUMENT = ROOT / "docs" / "costs.md"
SIZES = (100, 1_000, 10_000)
GROUPS = {
    "mails (SES)": ("ses_mails", "ses_gb"),
    "functions (Lambda)": ("lambda_requests", "lambda_gb_seconds"),
    "table (DynamoDB)": ("dynamodb_writes", "dynamodb_reads", "dynamodb_gb_months", "backup_gb_months"),
    "queues (SQS, SNS)": ("sqs_requests", "sns_publishes"),
    "pages (HTTP API, data out)": ("http_requests", "transfer_gb"),
    "traces (X-Ray)": ("traces",),
    "logs, drafts, the key": ("log_gb", "log_gb_months", "s3_puts", "s3_gets", "secret_calls"),
}
CHEAPER = {
    "no alarms: `Monitoring=no`": ("alarms", "nobody hears that the clock has stopped"),
    "no traces of the clock: `Tracing: PassThrough` at its function": ("traces", "its log alone tells of a tick"),
    "no `MaximumConcurrency` at the mail queue": (
        "maximum concurrency",
        "more senders run at once; none beyond `MailsPerSecond`, but some find the second full and wait a minute",
    ),
    "SES's news from SNS to the function, without a queue": (
        "feedback queue",
        "an invocation for each event, and what fails is tried three times within minutes",
    ),
    "a tick every two minutes": ("every second tick", "what nobody woke waits a minute longer"),
}
CENT = 0.005
MARKED = re.compile(r"(<!-- (\w+) -->\n)(?:(?!<!--).*\n)*?(<!-- end -->)")


def rewritten(document: str) -> str:
    """Return a document with the tables as the data have them now, each between its two marks."""
    made = tables()
    return MARKED.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", document)


def tables() -> dict[str, str]:
    """Return the tables by the names of their marks."""
    usual = deployed()
    return {
        "summary": summary(usual),
        "event": event(usual),
        "used": used(usual),
        "idle": idle(usual),
        "cheaper": cheaper(usual),
    }


def summary(usual: Deployed) -> str:
    rows = [(f"an event of {people:,} people", *totals(people, usual)) for people in SIZES]
    for what, one in (
        ("an idle month", usual),
        ("an idle month without alarms (`Monitoring=no`)", without("alarms", usual)),
        ("an idle month, should Lambda keep five polls open on each queue", without("few polls", usual)),
    ):
        rows.append((what, idle_dollars(one, free=False), idle_dollars(one, free=True)))
    return markdown(["US dollars", "list price", "less what is always free"], [(a, usd(b), usd(c)) for a, b, c in rows])


def totals(people: int, usual: Deployed) -> tuple[float, float]:
    return sum(event_dollars(people, usual, free=False).values()), sum(event_dollars(people, usual, free=True).values())


def event(usual: Deployed) -> str:
    bills = [event_dollars(people, usual, free=False) for people in SIZES]
    rows = [
        (what, *(usd(sum(bill.get(name, 0) for name in names)) for bill in bills)) for what, names in GROUPS.items()
    ]
    rows.append(("**together**", *(usd(sum(bill.values())) for bill in bills)))
    return markdown(["US dollars, list price", *(f"{people:,} people" for people in SIZES)], rows)


def used(usual: Deployed) -> str:
    nobody, one = of_event(0, usual), of_event(1, usual)
    bill = event_dollars(1_000, usual, free=False)
    names = [name for name in one if bill[name] >= sum(bill.values()) / 50]
    rows = [(prices().price[name].unit, number(nobody[name]), number(one[name] - nobody[name])) for name in names]
    return markdown(["what costs more than a fiftieth", "an event without anybody", "each person more"], rows)


def idle(usual: Deployed) -> str:
    amounts = of_idle_month(usual)
    listed, reduced = dollars(amounts, free=False), dollars(amounts, free=True)
    names = sorted((name for name in amounts if listed[name] >= 2 * CENT), key=lambda name: -listed[name])
    rows = [(prices().price[name].unit, number(amounts[name]), usd(listed[name]), usd(reduced[name])) for name in names]
    rest = [sum(bill[name] for name in amounts if name not in names) for bill in (listed, reduced)]
    rows.append(("all else", "", usd(rest[0]), usd(rest[1])))
    rows.append(("**together**", "", usd(sum(listed.values())), usd(sum(reduced.values()))))
    return markdown(["US dollars", "in thirty days", "list price", "less what is always free"], rows)


def cheaper(usual: Deployed) -> str:
    rows: list[tuple[str, ...]] = []
    for what, (name, but) in CHEAPER.items():
        one = without(name, usual)
        saved = [idle_dollars(usual, free=free) - idle_dollars(one, free=free) for free in (False, True)]
        rows.append((what, *map(usd, saved), but))
    return markdown(["a month saves", "list price", "less what is always free", "but"], rows)


def markdown(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay a table out: words to the left, numbers to the right."""
    rule = ["---" if name in (head[0], "but") else "---:" for name in head]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *rows))


def usd(amount: float) -> str:
    return "< 0.01" if 0 < amount < CENT else f"{amount:.2f}"


def number(amount: float) -> str:
    """Write an amount with three digits that count, and no exponent."""
    if amount >= 100:  # noqa: PLR2004 - three digits
        return f"{amount:,.0f}"
    return f"{amount:.3g}" if amount >= CENT else f"{amount:.6f}".rstrip("0").rstrip(".") or "0"
