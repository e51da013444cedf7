"""The events under tests/events: one for each function, and as the code would write them now."""

from __future__ import annotations

import pytest

from infra.local.template import expand
from infra.sam_local.samples import FOLDER, as_text, file_of, samples


def test_every_function_of_the_template_has_its_event() -> None:
    functions = {name for name, one in expand()["Resources"].items() if one["Type"] == "AWS::Lambda::Function"}
    assert functions == samples().keys() == {path.stem for path in FOLDER.iterdir()}


@pytest.mark.parametrize("function", samples())
def test_the_file_is_what_the_code_writes(function: str) -> None:
    assert file_of(function).read_text(encoding="utf-8") == as_text(samples()[function]), (
        "python -m infra.sam_local.samples writes it anew"
    )
