"""After a build: keep its template to one processor, print its table: python -m infra.packaging .aws-sam/build."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from infra.packaging.packages import (
    Package,
    can_run_here,
    has_model,
    packages,
    processors,
    reading,
    start,
    unzipped_bytes,
    zipped_bytes,
)

MB = 1_000_000


def keep_to_one_processor(build: Path) -> str:
    """Let the built template take no other Architecture than that of its packages: CloudFormation then refuses it."""
    (architecture,) = set().union(*(processors(package.folder) for package in packages(build).values()))
    path = build / "template.yaml"
    template = yaml_parse(path.read_text(encoding="utf-8"))
    template["Parameters"]["Architecture"] |= {"Default": architecture, "AllowedValues": [architecture]}
    path.write_text(json.dumps(template, indent=2), encoding="utf-8")  # which is YAML, too
    return architecture


def row(name: str, package: Package, *, timed: bool) -> str:
    sizes = f"{name:<22}{unzipped_bytes(package.folder) / MB:>10.1f}{zipped_bytes(package.folder) / MB:>9.1f}"
    if not timed:
        return sizes
    begun = start(package)
    times = (begun.seconds, begun.without_bytecode_seconds, begun.bare_seconds)
    return f"{sizes}{begun.modules:>9}" + "".join(
        f"{seconds * 1000:>{width}.0f}" for seconds, width in zip(times, (11, 18, 11), strict=True)
    )


def model_in_words(package: Package, *, timed: bool) -> str:
    """Say whether the package that understands texts has a language model, and how quickly it reads with it."""
    if not has_model(package.folder):
        return "InterestsFunction has no language model: it compares texts by vocabulary and words alone."
    if not timed:
        return "InterestsFunction has its language model."
    ready, first, short, long = (f"{seconds * 1000:.0f}" for seconds in reading(package))
    return (
        f"InterestsFunction has its language model, ready after {ready} ms. "
        f"It reads its first text in {first} ms, then a short one in {short} and three sentences in {long}."
    )


def main() -> None:
    build = Path(sys.argv[1])
    architecture = keep_to_one_processor(build)
    built = packages(build)
    timed = can_run_here(next(iter(built.values())).folder)
    print(
        f"For {architecture}. Sizes in MB; start in ms of processor time, from a fresh Python 3.13 to the first client."
    )
    print(f"{'':<22}{'unzipped':>10}{'zipped':>9}{'modules':>9}{'start':>11}{'without bytecode':>18}{'SDK alone':>11}")
    for name, package in built.items():
        print(row(name, package, timed=timed), flush=True)
    print(model_in_words(built["InterestsFunction"], timed=timed))
    if not timed:
        print("Modules and start are empty: the packages are for another processor than this machine's.")


if __name__ == "__main__":
    main()
