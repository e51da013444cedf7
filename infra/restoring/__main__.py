"""Put back what the table has lost, from a copy of it: python -m infra.restoring COPY [--write].

Runs with the operator's own rights; docs/restoring.md says step by step how. Prints numbers only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.restoring.deciding import Deciding
from infra.restoring.walking import Found, restore
from shared import clock
from shared.store import pauses
from shared.store.table import Table, table

STACK = "begegnung"


class Wrong(Exception):
    """Something the person at the keyboard can mend; the message says what."""


def main(words: list[str]) -> int:
    """Compare the two tables, and put back what is missing if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="make restore", description="Put back what the table has lost.")
    parser.add_argument("copy", help="the table that was restored from the backup")
    parser.add_argument("--table", help=f"the living table, if it is not that of the stack {STACK}")
    parser.add_argument("--stack", default=STACK)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--traceless", action="store_true")
    asked = parser.parse_args(words)
    if not asked.copy:
        parser.error("name the copy: make restore COPY=begegnung-copy (docs/restoring.md)")
    try:
        found = compare(asked)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
        return 1
    tell(found, write=asked.write)
    return 0


def compare(asked: argparse.Namespace) -> Found:
    """Go through the copy; raise Wrong before anything is written."""
    name = asked.table or table_of(asked.stack)
    if name == asked.copy:
        raise Wrong(f"{name} is the living table itself: name its copy.")
    # The store finds its table there, as in the functions.
    os.environ["TABLE_NAME"] = name  # noqa: TID251 - no Lambda
    table.cache_clear()
    now, dynamodb = clock.now(), boto3.client("dynamodb")
    if asked.write and pauses.EVERYTHING not in pauses.all_pauses(now):
        raise Wrong("Mail is not paused. First: make pause")
    deciding = Deciding(table(), Table(dynamodb, asked.copy), now, traceless=asked.traceless)
    return restore(deciding, dynamodb, write=asked.write, progress=progress)


def table_of(stack: str) -> str:
    """Return the name of a stack's table."""
    told = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Table")
    return str(told["StackResourceDetail"]["PhysicalResourceId"])


def progress(seen: int) -> None:
    """Show how far it is, on one line; the copy is read twice."""
    if sys.stderr.isatty():
        print(f"\r{seen:,} items read", end="", file=sys.stderr, flush=True)


def tell(found: Found, *, write: bool) -> None:
    print(file=sys.stderr)
    lines("Put back" if write else "Would be put back", found.back)
    lines("Left out", found.left_out)
    lines("Written by others meanwhile; run it again", found.meanwhile)
    if not write:
        print("Nothing was written. To write it: WRITE=yes")


def lines(title: str, counted: Counter[str]) -> None:
    print(f"{title}: {counted.total():,}")
    for what, number in sorted(counted.items()):
        print(f"{number:9,}  {what}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
