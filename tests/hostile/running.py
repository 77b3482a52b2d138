"""Meeting a hostile server with a run of the suite, and what a run may never do."""

import contextlib
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.mock import serve
from tests.canaries import FIRST, SECOND
from tests.hostile.row import Row
from tests.hostile.server import Hostile
from tests.loopback import Loopback, Received, answer

# Bytes that a run may occupy at most.
MOST = 300 * 1000 * 1000
# Where a run writes ahead what it makes.
OWN = {Path(f"home/{place}/model-studio-conformance") for place in (".local/state", ".cache")}
KEYS = (FIRST, SECOND)


@dataclass(frozen=True, kw_only=True)
class Met:
    """How a run ended, and what it left."""

    status: int
    seconds: float
    bytes: int
    said: str
    home: Path
    met: int
    received: tuple[Received, ...]
    elsewhere: tuple[Received, ...]
    left: tuple[str, ...]

    @property
    def reports(self) -> Path:
        """Where all that the run wrote should be."""
        return self.home / "reports"

    @property
    def summary(self) -> dict[str, Any]:
        """The one summary.json that was written."""
        [path] = self.reports.glob("*/summary.json")
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return value

    def verdicts(self, *words: str) -> set[str]:
        """Name the clauses that got one of these verdicts."""
        return {row["id"] for row in self.summary["clauses"] if row["verdict"] in words}

    @property
    def strays(self) -> list[str]:
        """Name what was written elsewhere than among the reports, and is neither a journal nor what is kept for the next run."""
        found = (path.relative_to(self.home) for path in self.home.rglob("*") if path.is_file())
        return sorted(
            str(path) for path in found if path.parts[0] != "reports" and OWN.isdisjoint(path.parents)
        )


class Nursery:
    """Bears one run after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()

    def bear(self, job: dict[str, Any]) -> dict[str, Any]:
        """Run the suite once, and say how that ended."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        ended: dict[str, Any] = json.loads(self._process.stdout.readline())
        return ended


def meet(nursery: Nursery, row: Row, home: Path) -> Met:
    """Let a run meet the server of a row; all that it could write to is below an empty folder of its own."""
    for name in ("work", "home", "tmp"):
        (home / name).mkdir()
    with contextlib.ExitStack() as stack:
        mock = stack.enter_context(serve(region=row.region, keys=KEYS))
        tls = stack.enter_context(_unsigned()) if row.tls else None
        hostile = stack.enter_context(
            Hostile(mock.port, row.act, row.on, since=row.since, tls=tls, rename=row.rename)
        )
        hostile.elsewhere = stack.enter_context(Loopback(answer()))
        port = hostile.url.rpartition(":")[2]
        said = home / "reports" / "said.txt"
        said.parent.mkdir()
        ended = nursery.bear(
            {
                "cwd": str(home / "work"),
                "said": str(said),
                "seconds": row.seconds,
                "environment": {
                    "PATH": "/usr/bin:/bin",
                    "HOME": str(home / "home"),
                    "TMPDIR": str(home / "tmp"),
                    "LANG": "C.UTF-8",
                    "DASHSCOPE_API_KEY": FIRST,
                    "DASHSCOPE_SECOND_API_KEY": SECOND,
                },
                "arguments": [
                    *("--pyargs", "conformance.suite", "-p", "no:cacheprovider", "-q", "--assert=plain"),
                    *("--pace=off", "--rate-probe=no", f"--report-dir={home / 'reports'}"),
                    *(f"--target={(row.url or hostile.url).format(port=port)}", f"--region={row.region}"),
                    *(f"--timeout={row.timeout}", *row.arguments),
                ],
            }
        )
        return Met(
            status=ended["status"],
            seconds=ended["seconds"],
            bytes=ended["kilobytes"] * 1024,
            said=said.read_bytes().decode("utf-8", "replace"),
            home=home,
            met=hostile.met,
            received=tuple(hostile.received),
            elsewhere=tuple(hostile.elsewhere.received),
            left=tuple(name for key in KEYS for name in mock.files(key)),
        )


@contextlib.contextmanager
def _unsigned() -> Iterator[ssl.SSLContext]:
    """Give the server's side of TLS, with a certificate that it signed itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        name = f"{folder}/both.pem"
        Path(name).write_text(_certificate(), encoding="ascii")
        context.load_cert_chain(name)
    yield context


@cache
def _certificate() -> str:
    """Let openssl make a key and a certificate for this host."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl makes the certificate: install it"
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
        )
        return key.read_text(encoding="ascii") + certificate.read_text(encoding="ascii")
