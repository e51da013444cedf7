"""The stack with its functions in containers: SAM's API and Invoke before them, our queues and clock beside them."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.local.cloud import Lambda
from infra.local.gateway import Answer, Request
from infra.local.lambdas import FunctionFailed
from infra.local.stack import Stack
from infra.local.template import ROOT
from infra.sam_local import aws
from infra.sam_local.docker import ARCHITECTURE, host

BUILD = ".aws-sam/emulation"  # not where `sam deploy` looks: this build may be for another processor
TIME_LIMIT_S = 300
SAM_OF_OURS = ROOT / ".venv-sam" / "bin" / "sam"


class SamFailed(Exception):
    """SAM did not do what it was told; the message is all it said."""


def sam(*arguments: str) -> list[str]:
    """Return SAM's command line for this machine's processor."""
    given = os.environ.get("SAM")
    return [given or str(SAM_OF_OURS), *arguments, "--parameter-overrides", f"Architecture={ARCHITECTURE}"]


def has_sam() -> bool:
    return shutil.which(sam()[0]) is not None


def environment() -> dict[str, str]:
    """Return what SAM is told: nothing of this machine's AWS set-up, as it hands that on to the containers."""
    return dict(os.environ) | {"SAM_CLI_TELEMETRY": "0", "ARCHITECTURE": ARCHITECTURE}


def build() -> float:
    """Build the packages; return how many seconds that took, or raise SamFailed."""
    begun = time.monotonic()
    command = sam("build", "--build-dir", BUILD)
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SamFailed(done.stdout + done.stderr)
    return time.monotonic() - begun


class ContainerStack(Stack):
    """Begegnung as it is built, in containers. Its clock is the containers', so nobody can turn it."""

    turns = False

    def __init__(self, api_port: int, lambda_port: int) -> None:
        """Start moto, and SAM's two servers at these ports of this machine; raise SamFailed if they do not come up."""
        super().__init__(f"http://127.0.0.1:{api_port}")
        self._ports = {"start-api": api_port, "start-lambda": lambda_port}
        self.invoke_address = f"http://127.0.0.1:{lambda_port}"
        self._folder = tempfile.TemporaryDirectory()
        self._log = (Path(self._folder.name) / "sam.log").open("w+", encoding="utf-8")
        self._serving: list[subprocess.Popen[str]] = []
        self.cloud.invoke = self._invoke
        found = host()
        self._aws = aws.serve(found.listens_at, self.inbox)
        endpoint = {"AWS_ENDPOINT_URL": f"http://{found.is_called}:{self._aws.server_port}"}
        self.variables = Path(self._folder.name) / "variables.json"
        names = {name: one.environment | endpoint for name, one in self.cloud.functions.items()}
        self.variables.write_text(json.dumps(names, indent=2))
        for name, port in self._ports.items():
            command = sam(
                "local", name, "--template", f"{BUILD}/template.yaml", "--env-vars", str(self.variables),
                "--port", str(port), "--skip-pull-image", "--warm-containers", "LAZY",
            )  # fmt: skip
            self._serving.append(
                subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=self._log, stderr=self._log, text=True)
            )
        for name, port in self._ports.items():
            self._await(name, port)

    def _await(self, name: str, port: int) -> None:
        ends = time.monotonic() + TIME_LIMIT_S
        while time.monotonic() < ends and all(one.poll() is None for one in self._serving):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.5)
        said = self.said()
        self.stop()
        raise SamFailed(f"sam local {name} did not come up:\n{said}")

    def said(self) -> str:
        """Return what SAM and the functions have logged."""
        self._log.flush()
        return Path(self._log.name).read_text(encoding="utf-8")

    def stop(self) -> None:
        """End SAM with its containers, and moto."""
        for one in self._serving:
            one.terminate()
        for one in self._serving:
            with suppress(subprocess.TimeoutExpired):
                one.wait(timeout=60)
        self._aws.shutdown()
        self._log.close()
        self._folder.cleanup()
        super().stop()

    def http(self, request: Request) -> Answer:
        """Ask SAM's API."""
        path = f"{request.path}?{request.query}" if request.query else request.path
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
        status, answered, body = self._ask("start-api", request.method, path, request.body, headers)
        return Answer(status, {name.lower(): value for name, value in answered.items()}, body)

    def _invoke(self, function: Lambda, payload: Any) -> Any:
        """Call a function through SAM's Invoke."""
        path = f"/2015-03-31/functions/{function.logical_id}/invocations"
        status, answered, body = self._ask("start-lambda", "POST", path, json.dumps(payload).encode(), {})
        answer = json.loads(body or b"null")
        if status != HTTPStatus.OK or "x-amz-function-error" in {name.lower() for name in answered}:
            raise FunctionFailed({"errorType": str(status)} | (answer if isinstance(answer, dict) else {}))
        return answer

    def _ask(
        self, server: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[server], timeout=TIME_LIMIT_S)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()
