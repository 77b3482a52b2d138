"""Run to and from JSON lines: header, exchanges, findings, clauses, conflicts, footer.

A log without its footer was cut short and might hide failures: it is refused. Every view of a run is
a function of this file alone, so the lines carry the clauses' own sentences and sources.
"""

import base64
import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import writing
from conformance.clauses import Clause, Conflict
from conformance.errors import RunLogError, UsageError
from conformance.exchange import Answer, Exchange, Part, Request
from conformance.notices import Level, Notice
from conformance.troubles import Infrastructure
from conformance.verdicts import Finding, Ruling, Verdict

FORMAT = 1
LOG = "run.jsonl"
KINDS = ("header", "exchange", "finding", "clause", "conflict", "footer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a run was pointed at and what it was judged by; `started` is UTC, as ISO 8601."""

    target: str
    region: str
    base_url: str
    started: str
    contract: str
    version: str
    profile: str
    lane: str
    seed: int
    pace: str
    # Which part of a run this is, as I/N; empty for a whole one.
    shard: str = ""
    format: int = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A source as a report shows it: edition, date and section."""

    document: str
    title: str
    url: str
    language: str
    date: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """When live runs in one region last saw a clause hold, and when they have seen since that it did not; or empty."""

    region: str
    held: str = ""
    contradicted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """One clause of the contract and this run's verdict on it, whether it was exercised or not."""

    id: str
    level: str
    text: str
    applies: tuple[str, ...]
    regions: tuple[str, ...]
    sources: tuple[Cited, ...]
    needs: tuple[str, ...]
    untestable: str
    verdict: Verdict
    reason: str
    required: bool
    tests: tuple[str, ...] = ()
    exchanges: tuple[int, ...] = ()
    # Whether the official SDK can use the answers that broke the clause; None where nobody asked it.
    compatible: bool | None = None
    # What the verdict would be without the clause's deviation, where one changed it.
    strict: Verdict | None = None
    # What a newer copy of its page says otherwise, until someone looks.
    stale: str = ""
    # Where the sentence stands in specs/clauses/<chapter>.toml; 0 where an older log does not say.
    line: int = 0
    # What specs/attestations said of it when the run was made.
    attested: tuple[Attested, ...] = ()

    @property
    def chapter(self) -> str:
        """The word before the dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTotals:
    """What the rate probe cost: requests, uploads among them, and the seconds from its first to its last."""

    requests: int = 0
    uploads: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableTotals:
    """What the chapters sent that cost money: requests, with those for the files that they use, and uploads among them."""

    requests: int = 0
    uploads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the run cost: requests with their repetitions, uploads among them, body bytes, tokens, wall seconds.

    The tokens are those that answers of the chat tell. Requests, uploads and bytes are those without the rate probe
    and without the chapters that cost money, which are counted apart; the seconds are all.
    """

    requests: int
    uploads: int
    bytes_sent: int
    tokens: int = 0
    seconds: float
    rate_probe: ProbeTotals = ProbeTotals()
    billable: BillableTotals = BillableTotals()

    @property
    def exchanges(self) -> int:
        """How many requests the run sent, whatever they are counted as."""
        return self.requests + self.rate_probe.requests + self.billable.requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatible:
    """How many answers the official SDK was given, and how many of them its user can work with."""

    answers: int
    usable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """How the run ended."""

    exit_status: int
    totals: Totals
    note: str = ""
    # A sentence for each deviation that fits no clause of this region.
    strays: tuple[str, ...] = ()
    compatible: Compatible | None = None
    infrastructure: Infrastructure | None = None
    # What preflight would have a person know of the target.
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One whole run."""

    header: Header
    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]
    clauses: tuple[ClauseRow, ...]
    conflicts: tuple[Conflict, ...]
    footer: Footer

    def findings_on(self, clause: str) -> tuple[Finding, ...]:
        """Give the findings on one clause, in the order they were made."""
        return tuple(finding for finding in self.findings if finding.clause == clause)

    def findings_by_clause(self) -> Mapping[str, tuple[Finding, ...]]:
        """Group the findings by clause once, since a run may hold very many."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault(finding.clause, []).append(finding)
        return {clause: tuple(findings) for clause, findings in groups.items()}


def clause_row(
    clause: Clause,
    ruling: Ruling,
    tests: Iterable[str],
    exchanges: Iterable[int],
    *,
    compatible: bool | None = None,
    attested: tuple[Attested, ...] = (),
) -> ClauseRow:
    """Join a clause with what the run ruled, and with what was attested of it."""
    return ClauseRow(
        id=clause.id,
        level=clause.level,
        text=clause.text,
        applies=clause.applies,
        regions=clause.regions,
        sources=tuple(
            Cited(
                document=citation.source.id,
                title=citation.source.title,
                url=citation.source.url,
                language=citation.source.language,
                date=("about " if citation.source.about else "") + citation.source.date,
                section=citation.section,
            )
            for citation in clause.citations
        ),
        needs=clause.needs,
        untestable=clause.untestable,
        verdict=ruling.verdict,
        reason=ruling.reason,
        required=ruling.required,
        tests=tuple(tests),
        exchanges=tuple(exchanges),
        compatible=compatible,
        strict=ruling.strict,
        stale=clause.stale,
        line=clause.line,
        attested=attested,
    )


def dump(run: Run) -> Iterator[str]:
    """Write a run as lines, each one JSON object with its kind."""
    yield _line("header", run.header)
    for exchange in run.exchanges:
        yield _line("exchange", exchange)
    for finding in run.findings:
        yield _line("finding", finding)
    for row in run.clauses:
        yield _line("clause", row)
    for conflict in run.conflicts:
        yield _line("conflict", conflict)
    yield _line("footer", run.footer)


def write(run: Run, path: Path) -> None:
    """Write a run log."""
    writing.put(path, (line + "\n" for line in dump(run)))


def log_of(path: Path) -> Path:
    """Give the run log that a path names: itself, or the one in that folder."""
    return path / LOG if path.is_dir() else path


def read(path: Path) -> Run:
    """Read a run log, or the one in a folder.

    Raises:
        UsageError: there is none.
        RunLogError: it is cut short, or is of another format.
    """
    path = log_of(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot read the run log {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RunLogError(f"{path} is not a run log: it is not UTF-8 text.") from error
    return parse(text, name=str(path))


def parse(text: str, *, name: str = "the run log") -> Run:
    """Read a run from its lines; see `read`."""
    try:
        rows = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
        kinds = [row["kind"] for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RunLogError(f"{name} is cut short or is not a run log: run the suite again.") from error
    if kinds[0] != "header":
        raise RunLogError(f"{name} is not a run log: its first line is no header.")
    if rows[0].get("format") != FORMAT:
        raise RunLogError(f"{name} has format {rows[0].get('format')!r}; this version reads {FORMAT}.")
    if kinds[-1] != "footer" or not text.endswith("\n"):
        raise RunLogError(f"{name} has no footer: the run was cut short and may hide failures.")
    if kinds.count("header") > 1 or kinds.count("footer") > 1:
        raise RunLogError(f"{name} holds more than one run: give each run a file of its own.")
    if foreign := [kind for kind in kinds if kind not in KINDS]:
        raise RunLogError(f"{name} holds a line that is not of this format: its kind is {foreign[0]!r}.")

    def of(kind: str) -> Iterator[dict[str, Any]]:
        return ({k: v for k, v in row.items() if k != "kind"} for row in rows if row["kind"] == kind)

    try:
        return Run(
            header=Header(**next(of("header"))),
            exchanges=tuple(_exchange(row) for row in of("exchange")),
            findings=tuple(_finding(row) for row in of("finding")),
            clauses=tuple(_clause_row(row) for row in of("clause")),
            conflicts=tuple(Conflict(**_tuples(row)) for row in of("conflict")),
            footer=_footer(next(of("footer"))),
        )
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise RunLogError(f"{name} holds a line that is not of this format: {error}.") from error


def _footer(row: dict[str, Any]) -> Footer:
    compatible = Compatible(**row["compatible"]) if row.get("compatible") else None
    notices = tuple(Notice(level=Level(each["level"]), text=each["text"]) for each in row.get("notices", ()))
    return Footer(
        **{
            **row,
            "totals": _totals(row["totals"]),
            "compatible": compatible,
            "infrastructure": _infrastructure(row.get("infrastructure")),
            "notices": notices,
            "strays": tuple(row.get("strays", ())),
        }
    )


def _infrastructure(row: dict[str, Any] | None) -> Infrastructure | None:
    return Infrastructure(**{**row, "kinds": tuple((kind, n) for kind, n in row["kinds"])}) if row else None


def _totals(row: dict[str, Any]) -> Totals:
    apart = {
        "rate_probe": ProbeTotals(**row.get("rate_probe", {})),
        "billable": BillableTotals(**row.get("billable", {})),
    }
    return Totals(**{**row, **apart})


def _line(kind: str, value: Any) -> str:
    text = json.dumps({"kind": kind, **dataclasses.asdict(value)}, ensure_ascii=False, default=_plain)
    # A lone surrogate has no UTF-8; whoever let one through, the log must still be written.
    return text.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def _body(value: Any) -> bytes:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else str(value).encode()


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _pairs(rows: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in rows)


def _exchange(row: dict[str, Any]) -> Exchange:
    request = {
        **row["request"],
        "query": _pairs(row["request"]["query"]),
        "headers": _pairs(row["request"]["headers"]),
        "parts": tuple(Part(**part) for part in row["request"]["parts"]),
    }
    answer = row["answer"] and {
        **row["answer"],
        "headers": _pairs(row["answer"]["headers"]),
        "body": _body(row["answer"]["body"]),
    }
    return Exchange(
        **{
            **_tuples(row),
            "request": Request(**request),
            "answer": Answer(**answer) if answer else None,
        }
    )


def _finding(row: dict[str, Any]) -> Finding:
    return Finding(**{**_tuples(row), "verdict": Verdict(row["verdict"])})


def _clause_row(row: dict[str, Any]) -> ClauseRow:
    sources = tuple(Cited(**source) for source in row["sources"])
    strict = Verdict(row["strict"]) if row.get("strict") else None
    return ClauseRow(
        **{
            **_tuples(row),
            "sources": sources,
            "verdict": Verdict(row["verdict"]),
            "strict": strict,
            "attested": tuple(Attested(**each) for each in row.get("attested", ())),
        }
    )
