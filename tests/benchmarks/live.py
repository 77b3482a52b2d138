"""What a live run takes: requests and seconds by profile, beside the least that the documented rates allow.

    python -m tests.benchmarks.live [--profile smoke|standard]… [--latency SECONDS]

The server is the mock with the documented rates, and answers after a tenth of a second as one far away does.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from conformance.mock import Mock, serve
from conformance.options import STRANGERS, settle
from conformance.pacing import OTHERS_PER_SECOND, UPLOADS_PER_SECOND
from tests.runs_of_the_suite import run_suite

from .figures import Figure, show

MOST = 1.15
PROFILES = ("smoke", "standard")


@contextlib.contextmanager
def far_away(latency: float, arrivals: list[float]) -> Iterator[Mock]:
    """Serve a mock that keeps the documented rates and is so far away, in seconds; tell when requests arrive."""
    with serve(region="intl", rate_limits=True) as mock:
        settle(mock, STRANGERS)
        config = mock._server.config
        application: Any = config.loaded_app

        async def delayed(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                arrivals.append(time.monotonic())
                await asyncio.sleep(latency)
            await application(scope, receive, send)

        config.loaded_app = delayed
        yield mock


def measure(profile: str, latency: float) -> tuple[dict[str, Any], float]:
    """Run a profile, and give its totals and the seconds between its first and its last request."""
    arrivals: list[float] = []
    with tempfile.TemporaryDirectory() as folder, far_away(latency, arrivals) as mock:
        options = (f"--target={mock.url}", "--billable=no", f"--profile={profile}")
        done = run_suite(Path(folder) / "reports", *options, key=mock.keys[0], timeout=900)
        totals: dict[str, Any] = done.summary["totals"]
        return totals, arrivals[-1] - arrivals[0] + latency


def figures(_folder: Path, latency: float = 0.1, profiles: Sequence[str] = PROFILES) -> Iterator[Figure]:
    """Run each profile once: it is the pace that takes the time."""
    for profile in profiles:
        totals, seconds = measure(profile, latency)
        others = totals["requests"] - totals["uploads"]
        least = max(totals["uploads"] / UPLOADS_PER_SECOND, others / OTHERS_PER_SECOND)
        yield Figure(
            chapter="live",
            name=f"{profile}: {totals['requests']} requests, {totals['uploads']} uploads",
            value=seconds,
            unit="s",
            ratio=seconds / least,
            beside="the least that the rates allow",
            wanted=f"<= {MOST} times" if profile == "standard" else "",
            holds=profile != "standard" or seconds / least <= MOST,
        )


def main() -> int:
    """Print one line a profile; 1 where a profile takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live")
    parser.add_argument("--profile", action="append", choices=PROFILES)
    parser.add_argument("--latency", type=float, default=0.1)
    options = parser.parse_args()
    found = list(figures(Path(), options.latency, options.profile or PROFILES))
    show(found)
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
