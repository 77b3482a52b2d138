"""All figures in one run: `python -m tests.benchmarks [CHAPTER…]` prints one table and writes it as JSON."""

import argparse
import sys
import tempfile
from pathlib import Path

from . import judging, kills, live, mock, pages, profiles, startup, views
from .figures import Figure, show, write

CHAPTERS = {
    "start": startup.figures,
    "runs": profiles.figures,
    "judging": judging.figures,
    "kills": kills.figures,
    "live": live.figures,
    "views": views.figures,
    "pages": pages.figures,
    "mock": mock.figures,
}
RESULTS = Path("reports/benchmarks/figures.json")


def main() -> int:
    """Measure, print and write; 1 where a figure is not what it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help=f"some of {', '.join(CHAPTERS)}")
    chosen = parser.parse_args().chapters or list(CHAPTERS)
    if unknown := set(chosen) - set(CHAPTERS):
        parser.error(f"there is no chapter {unknown.pop()}: choose from {', '.join(CHAPTERS)}")
    found: list[Figure] = []
    for chapter in chosen:
        with tempfile.TemporaryDirectory() as folder:
            print(f"measuring {chapter}…", file=sys.stderr, flush=True)
            found += CHAPTERS[chapter](Path(folder))
    show(found)
    write(found, RESULTS)
    print(RESULTS)
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
