"""Put back what the table has lost, from a copy of it: python -m infra.restoring COPY [--write].

Runs with the operator's own rights; docs/restoring.md says step by step how. Prints numbers only.
"""

from __future__ import annotations

import argparse
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.restoring.walking import Found, restore
from shared import clock
from shared.store import pauses
from shared.store.table import table


class Wrong(Exception):
    """Something the person at the keyboard can mend; the message says what."""


def main(words: list[str]) -> int:
    """Compare the two tables, and put back what is missing if asked to; return the exit code."""
    parser = argparse.ArgumentParser(prog="make restore", description="Put back what the table has lost.")
    parser.add_argument("copy", help="the table that was restored from the backup")
    parser.add_argument("--table", help="the living table, if it is not that of the stack")
    parser.add_argument("--stack", default="begegnung")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--traceless", action="store_true")
    asked = parser.parse_args(words)
    if not asked.copy:
        parser.error("name the copy: make restore COPY=begegnung-copy (docs/restoring.md)")
    try:
        found = compare(asked)
    except (Wrong, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
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
    return restore(name, asked.copy, dynamodb, now, traceless=asked.traceless, write=asked.write)


def table_of(stack: str) -> str:
    """Return the name of a stack's table."""
    told = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Table")
    return str(told["StackResourceDetail"]["PhysicalResourceId"])


def tell(found: Found, *, write: bool) -> None:
    """Print how many came back, as what, and how many did not and why."""
    titles = ("Put back" if write else "Would be put back", "Left out", "Written by others meanwhile; run it again")
    for title, counted in zip(titles, found, strict=True):
        print(f"{title}: {counted.total():,}")
        for what, number in sorted(counted.items()):
            print(f"{number:9,}  {what}")
    if not write:
        print("Nothing was written. To write it: WRITE=yes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
