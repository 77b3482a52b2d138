"""How quick report.html is in a browser, with 10,000 exchanges beside 1,000: milliseconds, the least of some rounds.

    python -m tests.benchmarks.pages [--rounds N]

What a reader does is timed from the click to the end of the layout that it needs, in the page itself.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from conformance.exchange import Answer, Exchange
from conformance.report import FORMATS
from conformance.runs import Run
from tests.benchmarks.figures import Figure, show
from tests.pages import FLAGS, chromium
from tests.report.run_by_hand import build
from tests.report.traffic_by_hand import listing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SMALL, LARGE = 1_000, 10_000
# What a clause of the contract is to the run made by hand.
CLAUSES = 320
TYPED = "limit"
LIST = (
    b'"object":"list","data":[' + b",".join([b'{"id":"file-fe-1","bytes":10}'] * 12) + b'],"has_more":false}'
)
# Does one thing, waits for the layout, and gives the milliseconds; what is deferred by timers is waited for.
ACTS: Mapping[str, str] = {
    "open a clause": "document.querySelectorAll('details.clause')[40].open = true",
    "filter the clauses": f"search.value = {json.dumps(TYPED)}; search.dispatchEvent(new Event('input'))",
    "clear the filter": "document.getElementById('clear').click()",
    "turn the theme": "theme.click()",
    "turn the language": "document.getElementById('language').click()",
    "turn it back": "document.getElementById('language').click()",
    "expand all clauses": "expand.click()",
    "open the traffic": "document.getElementById('all-traffic').open = true",
    "search the traffic": "const box = document.getElementById('traffic-search'); box.value = 'delete'; "
    "box.dispatchEvent(new Event('input'))",
}
TIMED = """async (act) => {
  for (const name of ["search", "theme", "expand"]) window[name] = document.getElementById(name);
  const longest = [0];
  const watch = new PerformanceObserver((list) => list.getEntries().forEach((task) => longest.push(task.duration)));
  watch.observe({ type: "longtask" });
  const begin = performance.now();
  new Function(act)();
  document.body.offsetHeight;
  const own = performance.now() - begin;
  await new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 250));
  return Math.max(own, ...longest);
}"""


def large(run: Run, count: int) -> Run:
    """Make a run of so many exchanges and as many clauses as the contract has."""
    exchanges = tuple(sent(n) for n in range(1, count + 1))
    clauses = tuple(
        replace(
            run.clauses[n % 25],
            id=f"{run.clauses[n % 25].id}-{n}",
            exchanges=tuple(range(1 + n, count, 97)),
            needs=(),
        )
        for n in range(CLAUSES)
    )
    return replace(run, exchanges=exchanges, clauses=clauses)


def sent(number: int) -> Exchange:
    """Make an exchange whose answer no other has."""
    made = listing(12)
    answer = Answer(
        status=200, headers=(("x-request-id", f"{number:032x}"),), body=b'{"n":%d,' % number + LIST
    )
    return replace(made, number=number, started=number * 0.3, answer=answer)


def measure(browser: "Browser", file: Path, rounds: int) -> dict[str, float]:
    """Open a page so many times and give the least time of each thing that a reader does there."""
    least: dict[str, float] = {}
    for _ in range(rounds):
        page = browser.new_page(locale="en-GB")
        page.goto(file.as_uri())
        took = {
            "open the page": page.evaluate(
                "performance.timing.domComplete - performance.timing.navigationStart"
            )
        }
        took |= {name: page.evaluate(TIMED, act) for name, act in ACTS.items()}
        least = {name: min(value, least.get(name, value)) for name, value in took.items()}
        page.close()
    return least


def written(run: Run, folder: Path, count: int) -> Path:
    """Write the page of so many exchanges."""
    path = folder / f"{count}.html"
    path.write_text(FORMATS["report.html"](large(run, count)), encoding="utf-8")
    return path


def figures(folder: Path, rounds: int = 3) -> Iterator[Figure]:
    """Measure each thing that a reader does with 10,000 exchanges, beside 1,000."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        small, much = (measure(browser, written(build(), folder, count), rounds) for count in (SMALL, LARGE))
        browser.close()
    for name, least in small.items():
        yield Figure(
            chapter="pages",
            name=f"{name}, {LARGE:,} exchanges",
            value=much[name],
            unit="ms",
            ratio=much[name] / max(least, 1),
            beside=f"{SMALL:,} exchanges",
        )


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        show(figures(Path(folder), rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
