"""Docker: whether it runs, Lambda's image, and this machine's address as containers see it."""

from __future__ import annotations

import ipaddress
import json
import platform
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

STAND_IN = Path(__file__).with_name("image")
# What processors call themselves, and what the template and the images call them.
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
ARCHITECTURE = ARCHITECTURES[platform.machine()]
IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"


class Host(NamedTuple):
    """Where to listen so that containers reach it and the network does not, and the name they reach it by."""

    listens_at: str
    is_called: str


def docker(*arguments: str) -> str | None:
    """Return what Docker says, or None if it fails or is not there."""
    if not shutil.which("docker"):
        return None
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def provide_image() -> None:
    """See to it that Lambda's image is here: AWS's own where it can be had, else a stand-in."""
    if docker("image", "inspect", IMAGE) is None and docker("pull", IMAGE) is None:
        subprocess.run([STAND_IN, ARCHITECTURE], check=True)


def host() -> Host:
    """Find the address for what containers are to reach: on Linux this machine's on Docker's bridge."""
    if platform.system() != "Linux":
        return Host("127.0.0.1", "host.docker.internal")  # Docker's own virtual machine lies between
    network = json.loads(docker("network", "inspect", "bridge") or "")[0]["IPAM"]["Config"][0]
    # Not every engine names it: it is the subnet's first.
    address = network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))
    return Host(address, address)
