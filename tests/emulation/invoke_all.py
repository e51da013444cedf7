"""Call every built function once, in Lambda's image, with moto in place of AWS, and the organiser's by its command.

    .venv/bin/python -m tests.emulation.invoke_all

Needs Docker and SAM: the variable SAM names its command where `sam` is not on the path.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from infra.local import cloud, gateway

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
# Not where `sam deploy` looks: this build is for another processor.
BUILD = ".aws-sam/emulation"
PUBLIC_URL = "https://begegnung.example"
TIME_LIMIT_S = 300
SAM = os.environ.get("SAM", "sam")


class Case(NamedTuple):
    """An event, and whether a function's answer to it is right."""

    event: Any
    is_right: Callable[[Any], bool]


def message(body: Any) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(body)}]}


def is_done(answer: Any) -> bool:
    return bool(answer == {"batchItemFailures": []})


def task(kind: str, subject: str) -> dict[str, str]:
    return {"kind": kind, "event_id": "nothing", "subject": subject}


# Each asks for something that is not there: that takes imports, environment, credentials and the table.
MAIL = {"event_id": "nothing", "owner": "person", "owner_id": "nobody", "mail_id": "none"}
SENT = {"messageId": "none", "timestamp": "2027-05-20T07:30:00.123Z", "destination": ["ada@example.org"]}
TOLD = {"eventType": "Delivery", "mail": SENT | {"tags": {name: [value] for name, value in MAIL.items()}}}
ASKED = gateway.Request("GET", "/events/nothing", "", {"accept": "text/html"}, b"")
CASES = {
    "RegistrationFunction": Case(
        gateway.event(ASKED, "GET /events/{event_id}", {"event_id": "nothing"}),
        lambda answer: answer["statusCode"] == 404 and "<html" in answer["body"],
    ),
    "OrganiserFunction": Case({"command": "status", "event_id": "nothing"}, lambda answer: "refused" in answer),
    "FollowUpFunction": Case({}, lambda answer: answer is None),
    "InterestsFunction": Case(message(task("understand", "nobody")), is_done),
    "MatchingFunction": Case(message(task("round", "1")), is_done),
    "MailingFunction": Case(message(MAIL), is_done),
    "FeedbackFunction": Case(message({"Message": json.dumps(TOLD)}), is_done),
}


class Aws(BaseHTTPRequestHandler):
    """AWS's address for the containers: what they ask is answered by moto in this process."""

    def answer(self) -> None:
        # The address does not tell the services apart, but each request is signed for one.
        _, _, region, service, _ = self.headers["Authorization"].split("/", 4)
        host = f"{'email' if service == 'ses' else service}.{region}.amazonaws.com"
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            headers[name] = host if name.lower() == "host" else value
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = AWSPreparedRequest(self.command, f"https://{host}{self.path}", headers, body, stream_output=False)
        status, answered, content = botocore_stubber.process_request(asked) or (404, {}, "")
        self.send_response_only(status)
        for name, value in answered.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content.encode() if isinstance(content, str) else content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names http.server calls


def docker(*arguments: str) -> str | None:
    """Return what Docker says, or None if it fails or is not there."""
    if not shutil.which("docker"):
        return None
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def provide_image() -> None:
    """See to it that Lambda's image is here: AWS's own where it can be had, else a stand-in."""
    if docker("image", "inspect", IMAGE) is None and docker("pull", IMAGE) is None:
        subprocess.run([ROOT / "tests/emulation/local_image"], check=True)


def bridge_address() -> str:
    """Return this machine's address on Docker's bridge: containers reach it, the network does not."""
    network = json.loads(docker("network", "inspect", "bridge") or "")[0]["IPAM"]["Config"][0]
    # Not every engine names it: it is the subnet's first.
    return network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))


def sam(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run SAM for the image's processor: what a function answers is on its standard output, the logs are not."""
    command = [SAM, *arguments, "--parameter-overrides", "Architecture=x86_64"]
    told = os.environ | {"SAM_CLI_TELEMETRY": "0", "PLATFORM": "x86_64-manylinux_2_28"}
    return subprocess.run(
        command, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S
    )


def invoke(function: str, case: Case, variables: Path) -> bool:
    """Call a function in its container, tell how it went, and return whether its answer is right."""
    event = variables.with_name("event.json")
    event.write_text(json.dumps(case.event))
    begun = time.monotonic()
    done = sam(
        "local", "invoke", function, "--template", f"{BUILD}/template.yaml", "--skip-pull-image",
        "--env-vars", str(variables), "--event", str(event),
    )  # fmt: skip
    took = time.monotonic() - begun
    try:
        passed = done.returncode == 0 and bool(case.is_right(json.loads(done.stdout.splitlines()[-1])))
    except (ValueError, LookupError, TypeError):
        passed = False
    tell(function, done, took, passed=passed)
    return passed


def tell(name: str, done: subprocess.CompletedProcess[str], took: float, *, passed: bool) -> None:
    """Print how a call went, and all it said if it went wrong."""
    print(f"{name:<21} {'passed' if passed else 'FAILED'} {took:5.1f} s", flush=True)
    if not passed:
        print(done.stdout, done.stderr, sep="\n", flush=True)


def command_line(variables: Path) -> bool:
    """Create an event with the organiser's command through `sam local start-lambda`; return whether it was created."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = subprocess.Popen(
        [
            SAM, "local", "start-lambda", "--template", f"{BUILD}/template.yaml", "--skip-pull-image",
            "--env-vars", str(variables), "--port", str(port), "--parameter-overrides", "Architecture=x86_64",
        ],
        cwd=ROOT, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(TIME_LIMIT_S):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(1)
        begun = time.monotonic()
        command = ["make", "--silent", "event", "FILE=docs/event.toml", f"ENDPOINT=http://127.0.0.1:{port}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S)
    finally:
        serving.terminate()
        serving.wait()
    passed = done.returncode == 0 and json.loads(done.stdout)["created"] is True
    tell("make event", done, time.monotonic() - begun, passed=passed)
    return passed


def main() -> int:
    if docker("info") is None:
        print("there is no Docker engine running here: start one, then call this again")
        return 1
    if not shutil.which(SAM):
        print("there is no SAM here: install tests/emulation/requirements-sam.txt into an environment of its own")
        return 1
    provide_image()
    begun = time.monotonic()
    built = sam("build", "--build-dir", BUILD)
    if built.returncode:
        print(built.stdout, built.stderr, sep="\n")
        return 1
    print(f"built in {time.monotonic() - begun:.1f} s", flush=True)

    functions = {one.logical_id: one for one in cloud.start(PUBLIC_URL).functions.values()}
    if functions.keys() != CASES.keys():
        print(f"the template's functions and those called here differ: {functions.keys() ^ CASES.keys()}")
        return 1
    address = bridge_address()
    with HTTPServer((address, 0), Aws) as aws, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=aws.serve_forever, daemon=True).start()
        endpoint = {"AWS_ENDPOINT_URL": f"http://{address}:{aws.server_port}"}
        variables = Path(folder) / "variables.json"
        variables.write_text(json.dumps({name: one.environment | endpoint for name, one in functions.items()}))
        passed = [invoke(name, case, variables) for name, case in CASES.items()]
        passed.append(command_line(variables))
        aws.shutdown()
    print(f"{passed.count(True)} passed, {passed.count(False)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
