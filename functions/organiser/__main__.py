"""The organiser's command line: python -m functions.organiser event FILE | preflight, publish, status EVENT.

Calls the organiser function through Lambda's Invoke API: in AWS, or wherever AWS_ENDPOINT_URL_LAMBDA points.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
import tomllib
import urllib.request
from datetime import date, datetime, time
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.organiser.preflight import Line, State, green, red
from shared.models import Language
from shared.texts import Voice

FUNCTION = "begegnung-organiser"  # stack "begegnung"; another name goes into ORGANISER_FUNCTION
LOCALLY = "OrganiserFunction"  # emulators know a function by its name in the template
MARKS = {State.GREEN: "✓", State.RED: "✗", State.UNKNOWN: "?"}
PAGE_TIMEOUT_S = 10


class Wrong(Exception):
    """Something the person at the keyboard can mend; the message says what."""


def main(words: list[str]) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="functions.organiser", description="Commands for an organiser of events.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("event", help="create or change an event").add_argument("file", type=Path)
    publish = commands.add_parser("publish", help="publish a round's draft")
    publish.add_argument("event_id")
    commands.add_parser("status", help="how an event stands").add_argument("event_id")
    preflight = commands.add_parser("preflight", help="whether this deployment can carry an event")
    preflight.add_argument("event_id")
    preflight.add_argument("--people", type=int, help="how many are expected")
    for name, told in (("pause", "let mail wait"), ("resume", "let mail leave again")):
        command = commands.add_parser(name, help=told)
        command.add_argument("event_id", nargs="?", default="")
        command.add_argument("--kind")
    asked = parser.parse_args(words)
    try:
        answer = call(command_of(asked))
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if "refused" in answer:
        print(answer["refused"], file=sys.stderr)
        for complaint in answer["complaints"]:
            print(f"  {complaint['field']}: {complaint['text']}", file=sys.stderr)
        return 1
    if asked.command == "preflight":
        lines = checked(answer)
        print(*map(shown, lines), sep="\n")
        return int(any(line.state is State.RED for line in lines))
    warnings = warned(answer["event_id"]) if asked.command == "event" else []
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    if warnings:
        print(in_words("preflight.warning.saved"), *map(shown, warnings), sep="\n", file=sys.stderr)
    return 0


def checked(answer: dict[str, Any]) -> list[Line]:
    """Read what the function found, and open the pages that only somebody outside can judge."""
    lines = [Line(**line | {"state": State(line["state"])}) for line in answer["checks"]]
    return lines + [opened(name, link) for name, link in answer["links"].items()]


def opened(name: str, link: str) -> Line:
    """Open a page as a reader would, and say whether it is there."""
    agent = {"User-Agent": "Mozilla/5.0 (compatible; Begegnung)"}  # some sites refuse Python's own name
    try:
        host = urlsplit(link).netloc
        # As browsers do where a link holds umlauts; what is encoded already stays.
        address = quote(link.replace(host, host.encode("idna").decode(), 1), safe="%/:?#[]@!$&'()*+,;=~")
        request = urllib.request.Request(address, headers=agent)  # noqa: S310 - https by event_file, or our own form's
        with urllib.request.urlopen(request, timeout=PAGE_TIMEOUT_S) as found:  # noqa: S310 - see above
            why = "" if found.status == HTTPStatus.OK else str(found.status)
    except HTTPError as error:
        why = str(error.code)
    except (OSError, HTTPException, ValueError) as error:
        why = str(getattr(error, "reason", "") or type(error).__name__)
    voice = Voice(Language(language()))
    return red(name, "silent", voice, link=link, why=why) if why else green(name, "answers", voice, link=link)


def warned(event_id: str) -> list[Line]:
    """Return what is red about an event that has just been saved; nothing where nobody can register."""
    try:
        answer = call({"command": "preflight", "language": language(), "event_id": event_id})
    except Wrong as wrong:
        return [Line("preflight", State.RED, str(wrong), "")]
    return [] if "refused" in answer else [line for line in checked(answer) if line.state is State.RED]


def shown(line: Line) -> str:
    return f"{MARKS[line.state]} {line.says}" + (f"\n  → {line.do}" if line.do else "")


def command_of(asked: argparse.Namespace) -> dict[str, Any]:
    command = {"command": asked.command, "language": language()}
    if asked.command == "event":
        return command | {"event": read(asked.file)}
    more = {name: value for name in ("kind", "people") if (value := getattr(asked, name, None)) is not None}
    return command | {"event_id": asked.event_id} | more


def read(file: Path) -> dict[str, Any]:
    """Read an event file as JSON can carry it; raise Wrong."""
    try:
        return dict(plain(tomllib.loads(file.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        raise Wrong(in_words("commands.cannot_open", file=file, why=error.strerror)) from None
    except tomllib.TOMLDecodeError as error:
        raise Wrong(in_words("commands.not_toml", file=file, why=error)) from None
    except UnicodeDecodeError:
        raise Wrong(in_words("commands.not_utf8", file=file)) from None


def plain(value: Any) -> Any:
    """Write TOML's dates and times as text, for JSON."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def language() -> str:
    """Speak German to somebody whose terminal does."""
    code = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""  # noqa: TID251 - no Lambda
    return "de" if code.lower().startswith("de") else "en"


def in_words(key: str, **values: object) -> str:
    return Voice(Language(language()))(key, **values)


def call(command: dict[str, Any]) -> dict[str, Any]:
    """Invoke the organiser function and return its answer; raise Wrong."""
    environment = os.environ  # noqa: TID251 - no Lambda
    is_local = urlsplit(environment.get("AWS_ENDPOINT_URL_LAMBDA", "")).hostname in ("127.0.0.1", "localhost")
    if is_local:
        # Nobody checks who calls on this machine, but the SDK signs all the same.
        environment.setdefault("AWS_ACCESS_KEY_ID", "local")
        environment.setdefault("AWS_SECRET_ACCESS_KEY", "local")
        environment.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    patience = Config(connect_timeout=3, read_timeout=70, retries={"total_max_attempts": 1})
    name = environment.get("ORGANISER_FUNCTION", LOCALLY if is_local else FUNCTION)
    try:
        answer = boto3.client("lambda", config=patience).invoke(FunctionName=name, Payload=json.dumps(command))
    except (BotoCoreError, ClientError) as error:
        raise Wrong(in_words("commands.no_answer", name=name, why=error)) from None
    result = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise Wrong(in_words("commands.failed", why=result.get("errorType")))
    return dict(result)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
