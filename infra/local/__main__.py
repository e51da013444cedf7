"""Start the whole system on this machine: python -m infra.local [--port 8000]."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading

from infra.local.demo_event import create
from infra.local.server import HOST, serve
from infra.local.stack import Stack


def main() -> int:
    """Start, print the address, run until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(prog="infra.local", description="Begegnung on this machine, without AWS.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if port not in range(1, 65536):
        parser.error(f"a port is a number from 1 to 65535, not {port}")
    address = f"http://{HOST}:{port}"
    stack = Stack(address)
    try:
        server = serve(stack, port)
    except OSError:
        print(f"Port {port} is taken, perhaps by another `make run`. Try another: make run PORT={port + 1}")
        return 1
    event_id = create(stack)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"Begegnung runs at {address}  (form: {address}/events/{event_id})")
    for left_out in stack.cloud.left_out:
        print(f"  left out: {left_out}")
    print("  Ctrl-C ends it; nothing is kept.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        stack.run_for_ever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
