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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from conformance.mock import Mock, serve
from conformance.options import STRANGERS, settle
from conformance.pacing import OTHERS_PER_SECOND, UPLOADS_PER_SECOND
from tests.runs_of_the_suite import run_suite

MOST = 1.15


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


def main() -> int:
    """Print one line a profile; 1 where a profile takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live")
    parser.add_argument("--profile", action="append", choices=["smoke", "standard"])
    parser.add_argument("--latency", type=float, default=0.1)
    options = parser.parse_args()
    print(f"{'profile':10} {'requests':>8} {'uploads':>8} {'seconds':>8} {'least':>8} {'ratio':>6}")
    worst = 0.0
    for profile in options.profile or ["smoke", "standard"]:
        totals, seconds = measure(profile, options.latency)
        others = totals["requests"] - totals["uploads"]
        least = max(totals["uploads"] / UPLOADS_PER_SECOND, others / OTHERS_PER_SECOND)
        worst = max(worst, seconds / least)
        sent = f"{totals['requests']:8} {totals['uploads']:8}"
        print(f"{profile:10} {sent} {seconds:8.1f} {least:8.1f} {seconds / least:6.2f}")
    return 1 if worst > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
