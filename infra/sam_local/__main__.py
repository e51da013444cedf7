"""Play Begegnung in Lambda's containers: python -m infra.sam_local [--port 8000]."""

from __future__ import annotations

import argparse
import contextlib
import socket
import subprocess
import sys
import threading
from datetime import timedelta

from infra.local.server import HOST, serve
from infra.sam_local.containers import ContainerStack, SamFailed, build, has_sam
from infra.sam_local.docker import docker, provide_image
from infra.sam_local.soon import event_soon
from shared import clock

FIRST_ROUND = timedelta(minutes=5)


def main() -> int:
    """Build, start, print the addresses, run until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(prog="infra.sam_local", description="Begegnung in Lambda's containers.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if docker("info") is None:
        print("No Docker engine answers: start one, then try again. `make run` needs none.")
        return 1
    if not has_sam():
        print("The SAM CLI is not there: `make sam-local` installs it.")
        return 1
    for one in range(port, port + 3):
        with socket.socket() as asking:
            if asking.connect_ex((HOST, one)) == 0:
                print(f"Port {one} is taken, perhaps by `make run`. Try others: make sam-local PORT={port + 10}")
                return 1
    try:
        print("Lambda's image: a download, or else a stand-in made in two minutes ...", flush=True)
        provide_image()
        print("Building the packages ...", flush=True)
        print(f"  built in {build():.0f} s. Starting SAM's servers ...", flush=True)
        stack = ContainerStack(api_port=port + 1, lambda_port=port + 2)
    except (SamFailed, subprocess.CalledProcessError) as failure:
        print(failure)
        return 1
    server = serve(stack, port)
    content = event_soon(clock.now(), FIRST_ROUND)
    stack.invoke("OrganiserFunction", {"command": "event", "event": content})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"Form, from `sam local start-api`: http://{HOST}:{port + 1}/events/{content['id']}")
    print(f"Inbox, queues and clock: http://{HOST}:{port}")
    print(f"Invoke, from `sam local start-lambda`: {stack.invoke_address}")
    print(f"  variables for calls of your own: {stack.variables}")
    print(f"  The first round runs at {content['rounds'][0][11:16]} in {content['time_zone']}.")
    print("  Ctrl-C ends it all; nothing is kept.", flush=True)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            stack.run_for_ever()
    finally:
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
