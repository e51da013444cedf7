"""The stack as a terminal reaches it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.system.life import Life


@pytest.fixture
def endpoint(life: Life, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the stack on a free port, and lead the organiser's commands there; return its address."""
    from infra.local import server  # noqa: PLC0415 - as in tests/conftest.py

    front = server.serve(life.stack, 0)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{front.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", address)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield address
    front.shutdown()
    front.server_close()
