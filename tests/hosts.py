"""Hosts of a test's own: network namespaces, each with an address, on one bridge with this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The address of this machine on the bridge, and for each host the command that runs another there."""

    here: str
    commands: tuple[Sequence[str], ...]


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    """Give so many hosts until the block ends, or skip the test where the machine does not allow it."""
    if not shutil.which("ip") or os.geteuid():
        pytest.skip("network namespaces need root and the command ip (apt-get install iproute2)")
    number = os.getpid() % 250 + 1
    bridge, net = f"conf{number}", f"10.213.{number}"
    with ExitStack() as undo:
        if not ip("link", "add", bridge, "type", "bridge"):
            pytest.skip("this machine allows no network of its own")
        undo.callback(ip, "link", "del", bridge)
        ip("address", "add", f"{net}.1/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        names = [f"{bridge}-{at}" for at in range(2, count + 2)]
        for at, name in enumerate(names, 2):
            inner, outer = f"c{number}i{at}", f"c{number}o{at}"
            ip("netns", "add", name)
            undo.callback(ip, "netns", "del", name)
            ip("link", "add", inner, "type", "veth", "peer", "name", outer)
            ip("link", "set", outer, "master", bridge, "up")
            ip("link", "set", inner, "netns", name)
            for words in (
                f"address add {net}.{at}/24 dev {inner}",
                f"link set {inner} up",
                "link set lo up",
            ):
                ip("-n", name, *words.split())
        yield Hosts(here=f"{net}.1", commands=tuple(("ip", "netns", "exec", name) for name in names))


def ip(*words: str) -> bool:
    """Run the command ip, and tell whether it was allowed."""
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0
