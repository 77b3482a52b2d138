"""findings.sarif (SARIF 2.1.0): what did not hold, each at the line of specs/ whose sentence it breaks."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from conformance.report import summary, words
from conformance.report.legible import one_line
from conformance.runs import ClauseRow, Run
from conformance.verdicts import Finding, Verdict

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# The name that code hosts know for the root of a checkout.
ROOT: Final = "%SRCROOT%"
LONG: Final = 1000
# A level must and no deviation is an error; nothing that a person has excused is one.
LEVELS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: "error",
    Verdict.WARN: "warning",
    Verdict.KNOWN: "warning",
}
BY_LEVEL: Final[Mapping[str, str]] = {"must": "error", "should": "warning", "observed": "note"}


def as_sarif(run: Run) -> str:
    """Write findings.sarif; every clause is a rule, and each that did not hold is one result."""
    findings = run.findings_by_clause()
    header = run.header
    told: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "model-studio-conformance",
                "semanticVersion": header.version,
                "rules": [_rule(row) for row in run.clauses],
            }
        },
        "automationDetails": {"id": f"conformance/{header.target}/{header.region}/{header.started}"},
        "originalUriBaseIds": {ROOT: {"description": {"text": words.say("sarif.root")}}},
        "invocations": [
            {
                "executionSuccessful": run.footer.exit_status in {0, 1, 6},
                "exitCode": run.footer.exit_status,
                "toolExecutionNotifications": [
                    _notification(row) for row in run.clauses if row.verdict is Verdict.ERROR
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(place, row, findings.get(row.id, ()))
            for place, row in enumerate(run.clauses)
            if row.verdict in LEVELS
        ],
        "properties": {
            "target": header.target,
            "region": header.region,
            "baseUrl": header.base_url,
            "contract": header.contract,
            "verdicts": {str(verdict): n for verdict, n in summary.whole(run).counts.items()},
        },
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}
    return json.dumps(document, indent=1) + "\n"


def _rule(row: ClauseRow) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": row.id,
        "shortDescription": {"text": row.text},
        "defaultConfiguration": {"level": BY_LEVEL.get(row.level, "note")},
        "properties": {
            "level": str(row.level),
            "chapter": row.chapter,
            "sources": [f"{each.title} ({each.date}), {each.section}" for each in row.sources],
        },
    }
    if pages := [each.url for each in row.sources if each.url.startswith("https://")]:
        rule["helpUri"] = pages[0]
    return rule


def _result(place: int, row: ClauseRow, findings: Iterable[Finding]) -> dict[str, Any]:
    finding = summary.telling(row, findings)
    contrast = summary.contrast(finding, limit=LONG) if finding else ""
    reason = one_line(row.reason, limit=LONG)
    result: dict[str, Any] = {
        "ruleId": row.id,
        "ruleIndex": place,
        "kind": "fail",
        "level": LEVELS[row.verdict],
        "message": {"text": _plain(" ".join(filter(None, [row.text, reason, contrast])))},
        "locations": [{"physicalLocation": _location(row)}],
        # The same clause of the same contract line stays the same alert from run to run.
        "partialFingerprints": {"clause/v1": row.id},
        "properties": {
            "verdict": str(row.verdict),
            "exchanges": list(row.exchanges),
            "tests": list(row.tests),
        },
    }
    if row.verdict is Verdict.KNOWN:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _plain(text: str) -> str:
    """Keep what a target said from being read as a link, which a message may hold."""
    return text.replace("](", "] (")


def _location(row: ClauseRow) -> dict[str, Any]:
    found: dict[str, Any] = {
        "artifactLocation": {"uri": f"specs/clauses/{row.chapter}.toml", "uriBaseId": ROOT}
    }
    # A log of before the lines were kept names the file alone.
    return found | ({"region": {"startLine": row.line}} if row.line else {})


def _notification(row: ClauseRow) -> dict[str, Any]:
    said = words.say("sarif.error", clause=row.id, reason=one_line(row.reason, limit=LONG))
    return {"level": "error", "message": {"text": _plain(said)}, "associatedRule": {"id": row.id}}
