"""The SDK describes only the services that packages keep: a client of another one would fail in Lambda alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def services(folder: str) -> set[str]:
    """Return the services whose clients the code in there makes; a command's own run elsewhere, with the whole SDK."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        if path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]
                ):
                    if called in {"client", "resource"}:
                        found.add(name)
    return found


def test_packages_describe_exactly_the_services_whose_clients_are_made() -> None:
    recipe = (ROOT / "infra/packaging/Makefile").read_text(encoding="utf-8")
    (kept,) = re.findall(r"^SERVICES := (.+)$", recipe, re.MULTILINE)
    assert services("shared") | services("functions") == set(kept.split())


def test_a_client_is_named_where_it_is_made() -> None:
    """A service in a variable would escape the test above; shared/aws.py alone passes one on."""
    unnamed = {
        str(path.relative_to(ROOT))
        for folder in ("shared", "functions")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b(client|resource)\((?!\")\w", path.read_text(encoding="utf-8"))
    }
    assert unnamed == {"shared/aws.py"}
