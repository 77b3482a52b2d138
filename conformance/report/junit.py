"""junit.xml: one test case a clause, run or not, so that no dashboard's denominator ever moves."""

import re
from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.report import summary
from conformance.report.legible import legible
from conformance.runs import ClauseRow, Run
from conformance.verdicts import Finding, Verdict

LONG: Final = 2000
# What XML 1.0 cannot hold, in whatever spelling.
UNSPEAKABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What is no failure, and no success either.
SKIPPED: Final = {Verdict.WARN, Verdict.KNOWN, Verdict.ABSENT, Verdict.UNPROVEN}


def as_junit(run: Run) -> str:
    """Write junit.xml: a suite for each chapter; what was not judged is skipped with its reason."""
    findings = run.findings_by_clause()
    seconds = _seconds(run)
    root = Element("testsuites", {"name": "conformance", **_counts(run.clauses, seconds)})
    for chapter, rows in summary.chapters(run).items():
        suite = SubElement(
            root,
            "testsuite",
            {"name": chapter, **_counts(rows, seconds), "timestamp": run.header.started},
        )
        _properties(suite, **_facts(run))
        for row in rows:
            _case(suite, row, findings.get(row.id, ()), seconds.get(row.id, 0.0), run)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _facts(run: Run) -> dict[str, str]:
    header = run.header
    return {"target": header.target, "region": header.region, "contract": header.contract}


def _case(suite: Element, row: ClauseRow, findings: Iterable[Finding], seconds: float, run: Run) -> None:
    case = SubElement(
        suite, "testcase", {"classname": row.chapter, "name": _fit(row.id), "time": f"{seconds:.3f}"}
    )
    _properties(case, clause=row.id, level=str(row.level), verdict=str(row.verdict), **_facts(run))
    finding = summary.telling(row, findings)
    contrast = summary.contrast(finding, limit=LONG) if finding else ""
    reason = legible(row.reason, limit=LONG)
    if row.verdict is Verdict.FAIL:
        failure = SubElement(case, "failure", {"message": _fit(reason or contrast or row.text)})
        failure.text = _fit("\n".join(filter(None, [row.text, reason, contrast, *_places(row)])))
    elif row.verdict is Verdict.ERROR:
        SubElement(case, "error", {"message": _fit(reason)}).text = _fit(row.text)
    elif row.verdict in SKIPPED:
        told = "; ".join(filter(None, [reason, contrast]))
        SubElement(case, "skipped", {"message": _fit(f"{row.verdict}: {told}")})
    elif reason:
        SubElement(case, "system-out").text = _fit(reason)


def _places(row: ClauseRow) -> Iterable[str]:
    """Say where to look on."""
    if row.exchanges:
        yield f"exchanges {', '.join(map(str, row.exchanges))} of run.jsonl"
    for each in row.sources:
        yield f"{each.title} ({each.date}), {each.section}: {each.url}"
    yield from row.tests


def _properties(parent: Element, **pairs: str) -> None:
    group = SubElement(parent, "properties")
    for name, value in pairs.items():
        SubElement(group, "property", {"name": name, "value": _fit(value)})


def _counts(rows: Iterable[ClauseRow], seconds: dict[str, float]) -> dict[str, str]:
    rows = list(rows)
    verdicts = [row.verdict for row in rows]
    return {
        "tests": str(len(rows)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.ERROR)),
        "skipped": str(sum(verdict in SKIPPED for verdict in verdicts)),
        "time": f"{sum(seconds.get(row.id, 0.0) for row in rows):.3f}",
    }


def _seconds(run: Run) -> dict[str, float]:
    """Give the seconds that the exchanges of each clause's own tests took."""
    clauses = {test: row.id for row in run.clauses for test in row.tests}
    found: dict[str, float] = {}
    for exchange in run.exchanges:
        if clause := clauses.get(exchange.test):
            found[clause] = found.get(clause, 0.0) + exchange.seconds
    return found


def _fit(text: str) -> str:
    """Name what XML cannot hold instead of saying it."""
    return UNSPEAKABLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
