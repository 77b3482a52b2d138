"""The views that other programs read: exchanges.har, findings.sarif and junit.xml."""

import dataclasses
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from conformance import runs
from conformance.clauses import registry
from conformance.exchange import Answer
from conformance.report import FORMATS
from conformance.report.har import as_har
from conformance.report.junit import as_junit
from conformance.report.sarif import as_sarif
from conformance.runs import Run, clause_row
from conformance.specs import root
from conformance.verdicts import Ruling, Verdict

TEXT: Mapping[str, Any] = {"type": "string"}
NUMBER: Mapping[str, Any] = {"type": "number"}
LENGTH: Mapping[str, Any] = {"type": "number", "minimum": 0}


def exactly(required: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    """Describe an object that has these members, perhaps those, and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


def many(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


# What the archive's specification, version 1.2, asks of each object.
NAMED = exactly({"name": TEXT, "value": TEXT}, comment=TEXT)
MAKER = exactly({"name": TEXT, "version": TEXT}, comment=TEXT)
PARAMETER = exactly({"name": TEXT}, value=TEXT, fileName=TEXT, contentType=TEXT, comment=TEXT)
POSTED = exactly({"mimeType": TEXT}, params=many(PARAMETER), text=TEXT, comment=TEXT)
SENT = exactly(
    {
        **dict.fromkeys(("method", "url", "httpVersion"), TEXT),
        "cookies": many(NAMED),
        "headers": many(NAMED),
        "queryString": many(NAMED),
        "headersSize": NUMBER,
        "bodySize": NUMBER,
    },
    postData=POSTED,
    comment=TEXT,
)
GOT = exactly(
    {
        "status": {"type": "integer"},
        **dict.fromkeys(("statusText", "httpVersion", "redirectURL"), TEXT),
        "cookies": many(NAMED),
        "headers": many(NAMED),
        "content": exactly({"size": NUMBER, "mimeType": TEXT}, text=TEXT, encoding=TEXT, comment=TEXT),
        "headersSize": NUMBER,
        "bodySize": NUMBER,
    },
    comment=TEXT,
)
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$"}
TIMINGS = exactly(
    dict.fromkeys(("send", "wait", "receive"), LENGTH),
    **dict.fromkeys(("blocked", "dns", "connect", "ssl"), NUMBER),
)
ENTRY = exactly(
    {
        "startedDateTime": MOMENT,
        "time": LENGTH,
        "request": SENT,
        "response": GOT,
        "cache": exactly({}),
        "timings": TIMINGS,
    },
    comment=TEXT,
)
HAR = exactly(
    {
        "log": exactly(
            {"version": {"const": "1.2"}, "creator": MAKER, "entries": many(ENTRY)},
            browser=MAKER,
            comment=TEXT,
        )
    }
)
# What SARIF 2.1.0 asks of the objects that we write.
MESSAGE = exactly({"text": {"type": "string", "minLength": 1}})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
INDEX = {"type": "integer", "minimum": 0}
RULE = exactly(
    {"id": TEXT},
    shortDescription=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=exactly({}, level=LEVEL),
    properties={"type": "object"},
)
PLACE = exactly(
    {
        "physicalLocation": exactly(
            {"artifactLocation": exactly({}, uri=TEXT, uriBaseId=TEXT)},
            region=exactly({}, startLine={"type": "integer", "minimum": 1}),
        )
    }
)
RESULT = exactly(
    {"message": MESSAGE},
    ruleId=TEXT,
    ruleIndex=INDEX,
    kind={"const": "fail"},
    level=LEVEL,
    locations=many(PLACE),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=many(
        exactly(
            {"kind": {"enum": ["inSource", "external"]}},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        )
    ),
    properties={"type": "object"},
)
NOTIFICATION = exactly({"message": MESSAGE}, level=LEVEL, associatedRule=exactly({}, id=TEXT))
SARIF = exactly(
    {
        "version": {"const": "2.1.0"},
        "runs": many(
            exactly(
                {
                    "tool": exactly(
                        {"driver": exactly({"name": TEXT}, semanticVersion=TEXT, rules=many(RULE))}
                    )
                },
                automationDetails=exactly({}, id=TEXT),
                originalUriBaseIds={
                    "type": "object",
                    "additionalProperties": exactly({}, uri=TEXT, description=MESSAGE),
                },
                invocations=many(
                    exactly(
                        {"executionSuccessful": {"type": "boolean"}},
                        exitCode={"type": "integer"},
                        toolExecutionNotifications=many(NOTIFICATION),
                    )
                ),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                results=many(RESULT),
                properties={"type": "object"},
            )
        ),
    },
    **{"$schema": {"type": "string", "format": "uri"}},
)


def sarif(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_sarif(run))
    jsonschema.validate(found, SARIF)
    [one] = found["runs"]
    return dict(one)


def test_the_archive_is_one_of_version_1_2(run: Run) -> None:
    found = json.loads(as_har(run))
    jsonschema.validate(found, HAR)
    assert len(found["log"]["entries"]) == len(run.exchanges)
    for entry in found["log"]["entries"]:
        assert entry["time"] == sum(entry["timings"][name] for name in ("send", "wait", "receive"))
        assert entry["request"]["url"].startswith(run.header.base_url)
        post = entry["request"].get("postData", {})
        assert not {"params", "text"} <= set(post)


def test_a_body_that_is_no_text_and_an_answer_that_never_came_stand_in_the_archive(run: Run) -> None:
    first, second, *_ = run.exchanges
    odd = dataclasses.replace(first, answer=Answer(status=299, body=b"\xff\x00"))
    lost = dataclasses.replace(second, answer=None, trouble="reset")
    found = json.loads(as_har(dataclasses.replace(run, exchanges=(odd, lost))))
    jsonschema.validate(found, HAR)
    odd, lost = (entry["response"] for entry in found["log"]["entries"])
    assert odd["content"] | {"size": 2, "text": "/wA=", "encoding": "base64"} == odd["content"]
    assert (lost["status"], lost["comment"]) == (0, "reset")


def test_each_clause_that_did_not_hold_is_a_result(run: Run) -> None:
    found = sarif(run)
    told = {result["ruleId"]: result for result in found["results"]}
    wanted = {Verdict.FAIL: "error", Verdict.WARN: "warning", Verdict.KNOWN: "warning"}
    assert {name: result["level"] for name, result in told.items()} == {
        row.id: wanted[row.verdict] for row in run.clauses if row.verdict in wanted
    }
    for result in told.values():
        assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert ("suppressions" in result) is (result["properties"]["verdict"] == "known")
    errors = [row.id for row in run.clauses if row.verdict is Verdict.ERROR]
    notifications = found["invocations"][0]["toolExecutionNotifications"]
    assert [each["associatedRule"]["id"] for each in notifications] == errors


def test_a_result_points_at_the_line_of_its_sentence(run: Run) -> None:
    rows = []
    for clause in registry():
        ruling = Ruling(clause=clause.id, level=clause.level, verdict=Verdict.FAIL)
        rows.append(clause_row(clause, ruling, (), ()))
    for result in sarif(dataclasses.replace(run, clauses=tuple(rows)))["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = root().parent / place["artifactLocation"]["uri"]
        line = path.read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] - 1]
        assert line == f'id = "{result["ruleId"]}"'


def test_no_link_of_a_target_stands_in_a_message(run: Run) -> None:
    row = next(row for row in run.clauses if row.verdict is Verdict.FAIL)
    hostile = dataclasses.replace(row, reason="[here](https://example.com)")
    found = sarif(dataclasses.replace(run, clauses=(hostile,)))
    assert "](" not in found["results"][0]["message"]["text"]


def test_every_clause_is_a_test_case_with_its_properties(run: Run) -> None:
    tree = ET.fromstring(as_junit(run))  # noqa: S314  our own words
    cases = {case.get("name"): case for case in tree.iter("testcase")}
    assert list(cases) == [row.id for rows in _by_chapter(run) for row in rows]
    outcome = {
        Verdict.FAIL: "failure",
        Verdict.ERROR: "error",
        Verdict.PASS: None,
        Verdict.OBSERVED: None,
    }
    for row in run.clauses:
        case = cases[row.id]
        said = {each.get("name"): each.get("value") for each in case.iter("property")}
        assert said == {
            "clause": row.id,
            "level": str(row.level),
            "verdict": str(row.verdict),
            "target": run.header.target,
            "region": run.header.region,
            "contract": run.header.contract,
        }
        kinds = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        wanted = outcome.get(row.verdict, "skipped")
        assert kinds == ([wanted] if wanted else [])
    for suite in (tree, *tree.iter("testsuite")):
        assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
        for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(counted) == str(len(list(suite.iter(tag))))


def _by_chapter(run: Run) -> list[list[runs.ClauseRow]]:
    chapters = dict.fromkeys(row.chapter for row in run.clauses)
    return [[row for row in run.clauses if row.chapter == chapter] for chapter in chapters]


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\ufffe", "\ud800", "]]>", "\u202e"])
def test_no_letter_of_a_target_breaks_a_view(letter: str, run: Run) -> None:
    row = dataclasses.replace(run.clauses[0], verdict=Verdict.FAIL, reason=f"a{letter}b")
    hostile = dataclasses.replace(run, clauses=(row,))
    sarif(hostile)
    case = next(ET.fromstring(as_junit(hostile)).iter("failure"))  # noqa: S314  our own words
    assert re.fullmatch(r"a.*b", case.get("message", ""))
    jsonschema.validate(json.loads(as_har(hostile)), HAR)


def test_the_log_gives_every_view_again_byte_for_byte(run: Run) -> None:
    text = "".join(line + "\n" for line in runs.dump(run))
    for view in FORMATS.values():
        assert view(runs.parse(text)) == view(runs.parse(text)) == view(run)


def test_ten_thousand_exchanges_take_seconds(run: Run) -> None:
    copies = 10_000 // len(run.exchanges) + 1
    exchanges = [each for _ in range(copies) for each in run.exchanges]
    large = dataclasses.replace(
        run, exchanges=tuple(dataclasses.replace(each, number=n) for n, each in enumerate(exchanges, 1))
    )
    started = time.process_time()
    for name in ("exchanges.har", "findings.sarif", "junit.xml"):
        FORMATS[name](large)
    assert time.process_time() - started < 5
