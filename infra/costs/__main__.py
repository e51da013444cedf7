"""What Begegnung costs: python -m infra.costs. `--measure` plays an event first, `--write` renews docs/costs.md."""

from __future__ import annotations

import argparse
import sys

from infra.costs.bill import MEASURED, measured
from infra.costs.tables import DOCUMENT, rewritten, tables
from shared import clock

PEOPLE = 60


def main() -> int:
    """Print the tables; return the exit code."""
    parser = argparse.ArgumentParser(prog="make costs")
    parser.add_argument("--measure", action="store_true", help="play an event and count anew, which takes minutes")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/costs.md")
    asked = parser.parse_args()
    if asked.measure:
        from infra.costs import measuring  # noqa: PLC0415 - moto takes seconds, and needs the environment for itself

        found = measuring.measure(clock.now(), PEOPLE)
        MEASURED.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(f"Measured on {measured().on} with {measured().people} people; prices of infra/costs/prices.toml.\n")
    print("\n".join(tables().values()))
    if asked.write:
        DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
