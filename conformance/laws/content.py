"""Downloads of what batch tasks have written: JSON lines, whole, and each request once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.batch_trace import RESULTS, BatchTrace, Download, ids_of
from conformance.laws.ruling import broken, held, law, measured
from conformance.trace import Trace
from conformance.verdicts import Finding

OK = 200


@law(
    "content.jsonl",
    "batches.line-shape",
)
def results_are_json_lines(trace: Trace) -> Iterator[Finding]:
    """Each line of a result file is one object that names its request and says what came of it."""
    for download in _results(trace).values():
        lines = download.lines
        bad = [number for number, line in enumerate(lines, 1) if not line or not ids_of([line])]
        if bad or not lines:
            told = f"line {bad[0]} is none" if bad else "no line"
            yield broken("content.jsonl", "lines that are objects with custom_id", told, download.exchange)
            continue
        yield held("content.jsonl", download.exchange)
        odd = next((line for line in lines if line and not _is_result(line)), None) or _namesake(lines)
        if odd:
            yield broken(
                "batches.line-shape", "an id of its own, and response or error", odd, download.exchange
            )
        else:
            yield held("batches.line-shape", download.exchange)


def _is_result(line: Mapping[str, Any]) -> bool:
    response, error = line.get("response"), line.get("error")
    if not isinstance(line.get("id"), str) or not line["id"]:
        # The line of a request that was never run has none to tell.
        return isinstance(error, dict) and _is_told(error)
    if isinstance(response, dict):
        # What has succeeded tells of no error; fields that are empty say nothing.
        contradicted = response.get("status_code") == OK and isinstance(error, dict) and any(error.values())
        known = type(response.get("status_code")) is int and isinstance(response.get("body"), dict)
        return known and not contradicted
    return response is None and isinstance(error, dict) and _is_told(error)


def _namesake(lines: Iterable[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    """Give the first line whose id another request has before it."""
    seen: dict[str, object] = {}
    for line in lines:
        name = line.get("id") if line else None
        if (
            line
            and isinstance(name, str)
            and name
            and seen.setdefault(name, line["custom_id"]) != line["custom_id"]
        ):
            return line
    return None


def _is_told(error: Mapping[str, Any]) -> bool:
    return any(
        isinstance(error.get(f"{prefix}code"), str) and isinstance(error.get(f"{prefix}message"), str)
        for prefix in ("", "error_")
    )


@law(
    "batches.line-once",
)
def requests_are_answered_once(trace: Trace) -> Iterator[Finding]:
    """No request stands twice in what one task has written."""
    results = _results(trace)
    for files in _files_of_tasks(trace):
        downloads = [results[name] for name in files if name in results]
        counts = Counter(name for download in downloads for name in ids_of(download.lines))
        twice = [name for name, count in counts.items() if count > 1]
        exchanges = [download.exchange for download in downloads]
        if twice:
            yield broken("batches.line-once", "each request once", f"{twice[0]} twice", *exchanges)
        elif counts:
            yield held("batches.line-once", *exchanges)


@law(
    "batches.counts-end",
)
def what_succeeded_is_counted(trace: Trace) -> Iterator[Finding]:
    """No answer that succeeded is counted as a failure: where failures stand and whether they are counted is open."""
    results = _results(trace)
    last = {look.id: look for look in BatchTrace(trace.finals).own if look.status == "completed"}
    for look in last.values():
        files = {name for kind in RESULTS if isinstance(name := look.said.get(kind), str) and name in results}
        lines = [line for name in files for line in results[name].lines if line and _succeeded(line)]
        successes = len(set(ids_of(lines)))
        counts = look.said.get("request_counts")
        counted = counts.get("completed") if isinstance(counts, dict) else None
        if isinstance(counted, int) and counted < successes:
            downloads = [results[name].exchange for name in sorted(files)]
            yield broken(
                "batches.counts-end", f"{successes} completed", f"{counted}", look.exchange, *downloads
            )


def _succeeded(line: Mapping[str, Any]) -> bool:
    response = line.get("response")
    return isinstance(response, dict) and response.get("status_code") == OK


@law(
    "content.bytes",
)
def downloads_are_as_long_as_told(trace: Trace) -> Iterator[Finding]:
    """A download has as many bytes as the description of its file says."""
    told = {
        name: (exchange, size)
        for name, exchange in trace.of_file("GET")
        if exchange.succeeded and isinstance(size := exchange.mapping().get("bytes"), int)
    }
    for name, download in _results(trace).items():
        if name in told:
            exchange, size = told[name]
            yield measured("content.bytes", size, len(download.body), exchange, download.exchange)


@law(
    "content.steady",
)
def downloads_are_steady(trace: Trace) -> Iterator[Finding]:
    """Two downloads of one file are the same to the byte."""
    first: dict[str, Download] = {}
    for download in BatchTrace(trace.finals).downloads:
        before = first.setdefault(download.file_id, download)
        if before is not download:
            both = before.exchange, download.exchange
            if before.body == download.body:
                yield held("content.steady", *both)
            else:
                sizes = f"{len(before.body)} bytes", f"{len(download.body)} bytes, and others"
                yield broken("content.steady", sizes[0], sizes[1], *both)


def _files_of_tasks(trace: Trace) -> Iterator[list[str]]:
    """Give the result files of each task that the trace created."""
    files: dict[str, dict[str, None]] = {}
    for look in BatchTrace(trace.finals).own:
        found = files.setdefault(look.id, {})
        found |= {name: None for kind in RESULTS if isinstance(name := look.said.get(kind), str)}
    yield from (list(found) for found in files.values())


def _results(trace: Trace) -> Mapping[str, Download]:
    """Give the first download of each result file by its id."""
    mine = {name for files in _files_of_tasks(trace) for name in files}
    found: dict[str, Download] = {}
    for download in BatchTrace(trace.finals).downloads:
        if download.file_id in mine:
            found.setdefault(download.file_id, download)
    return found
