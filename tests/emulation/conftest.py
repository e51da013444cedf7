"""The functions in containers, started once; where no Docker engine runs, skipped, or failed under `make emulation`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from infra.sam_local.containers import ContainerStack, build, has_sam
from infra.sam_local.docker import docker, provide_image

NEEDED = "the emulation needs a running Docker engine and the SAM CLI: `make emulation`"


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


@pytest.fixture(scope="session")
def containers() -> Iterator[ContainerStack]:
    if docker("info") is None or not has_sam():
        (pytest.fail if os.environ.get("EMULATION_REQUIRED") else pytest.skip)(NEEDED)
    provide_image()
    print(f"\nbuilt in {build():.0f} s", flush=True)
    running = ContainerStack(free_port(), free_port())
    yield running
    running.stop()
