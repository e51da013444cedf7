"""Unit tests ask nobody: no socket, and no test that is slow only because the machine is."""

from __future__ import annotations

import pytest_socket
from hypothesis import settings

settings.register_profile("unit", deadline=None, max_examples=40, database=None)
settings.load_profile("unit")


def pytest_runtest_setup() -> None:
    pytest_socket.disable_socket()


def pytest_runtest_teardown() -> None:
    pytest_socket.enable_socket()
