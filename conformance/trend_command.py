"""What `conformance trend` does and prints."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from conformance import runs
from conformance.errors import UsageError
from conformance.gate import NO_RUN
from conformance.report import trend_views, trends, words
from conformance.report.trends import Point
from conformance.verdicts import ExitStatus
from conformance.writing import write


def run(paths: Iterable[Path], *, page: Path | None, data: Path | None) -> int:
    """Put runs in a row and draw them.

    Raises:
        UsageError: none of them is whole, or a file cannot be written.
        RunLogError: a log cannot be read.
    """
    points, apart = [], []
    for path in dict.fromkeys(map(runs.log_of, paths)):
        point = trends.point(runs.read(path))
        if point.exit_status in NO_RUN:
            apart.append(_left(point))
        else:
            points.append(point)
    if not points:
        raise UsageError(f"There is nothing to plot. {' '.join(apart)}")
    found = trends.series(points)
    Console().print(trend_views.as_text(found, apart=apart))
    if page:
        write(page, trend_views.as_html(found, apart=apart))
        print(page)
    if data:
        write(data, trends.as_json(found))
        print(data)
    return ExitStatus.PASSED


def _left(point: Point) -> str:
    return words.say(
        "trend.left", target=point.target, at=words.moment(point.started), status=str(point.exit_status)
    )
