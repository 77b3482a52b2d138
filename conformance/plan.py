"""What a run would cost, before anything is sent: it is rehearsed on the built-in mock, and counted by chapter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from conformance.batch_trace import Download, download_of
from conformance.exchange import Exchange
from conformance.pacing import MARGIN, OTHERS_PER_SECOND, UPLOADS_PER_SECOND
from conformance.replies import tokens_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a chapter sends: requests, uploads among them, bytes of bodies, and the tokens that it uses."""

    chapter: str
    requests: int = 0
    uploads: int = 0
    bytes_sent: int = 0
    tokens: int = 0

    def minutes(self, pace: str) -> float | None:
        """Give the time that it takes at a pace, where uploads and other requests go side by side; None without one."""
        if pace == "off":
            return None
        documented = (UPLOADS_PER_SECOND, OTHERS_PER_SECOND)
        uploads, others = documented if pace == "documented" else (float(pace), float(pace))
        return max(self.uploads / uploads, (self.requests - self.uploads) / others) * MARGIN / 60


def costs(exchanges: Iterable[Exchange], by: Callable[[str], str] | None = None) -> tuple[Cost, ...]:
    """Count what was sent, by chapter, or `by` something else of the test's name, in the order in which they began."""
    found: dict[str, Cost] = {}
    downloads: set[str] = set()
    for exchange in exchanges:
        download = download_of(exchange)
        is_news = download is not None and download.file_id not in downloads
        if download:
            downloads.add(download.file_id)
        chapter = (by or chapter_of)(exchange.test)
        before = found.get(chapter, Cost(chapter=chapter))
        found[chapter] = Cost(
            chapter=chapter,
            requests=before.requests + 1,
            uploads=before.uploads + exchange.request.is_upload,
            bytes_sent=before.bytes_sent + exchange.request.body_bytes,
            tokens=before.tokens + (tokens_told(exchange) or 0) + (_tokens_of(download) if is_news else 0),
        )
    return tuple(found.values())


def together(rows: Iterable[Cost]) -> Cost:
    """Add up what several chapters cost."""
    rows = tuple(rows)
    return Cost(
        chapter="",
        requests=sum(row.requests for row in rows),
        uploads=sum(row.uploads for row in rows),
        bytes_sent=sum(row.bytes_sent for row in rows),
        tokens=sum(row.tokens for row in rows),
    )


def chapter_of(test: str) -> str:
    """Name the chapter for which a request was sent, or what else it was for, such as the corpus or the clean-up."""
    module, _, name = test.partition("::")
    if not name:
        return test.partition(".")[0]
    return PurePosixPath(module).stem.removeprefix("test_").partition("_")[0]


def _tokens_of(download: Download | None) -> int:
    """Give the tokens that the answered lines of a batch task say they used."""
    return sum(_total(line) for line in download.lines if line) if download else 0


def _total(line: dict[str, Any]) -> int:
    said: Any = line
    for name in ("response", "body", "usage", "total_tokens"):
        said = said.get(name) if isinstance(said, dict) else None
    return said if isinstance(said, int) and not isinstance(said, bool) else 0
