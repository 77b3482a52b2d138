"""One realistic run made by hand: 25 clauses of six chapters with every verdict, and what was found."""

from conformance.clauses import Conflict
from conformance.runs import Cited, ClauseRow, Footer, Header, Run, Totals
from conformance.verdicts import Finding, Verdict

from .traffic_by_hand import HOSTILE_NAMES, MARKUP, exchange

PAGE = "https://www.alibabacloud.com/help/en/model-studio/openai-file-interface"
SOURCES = (
    Cited(
        document="files-en-2026-03-15",
        title="OpenAI compatible - File interface",
        url=PAGE,
        language="en",
        date="2026-03-15",
        section="List files",
    ),
    Cited(
        document="files-tw-2025-11-15",
        title="OpenAI相容-File介面",
        url=PAGE.replace("/en/", "/tc/"),
        language="zh-TW",
        date="2025-11-15",
        section="查詢檔案列表",
    ),
    Cited(
        document="samples",
        title="Recorded answers",
        url="javascript:alert('planted')",
        language="en",
        date="about 2025-07",
        section="retrieve",
    ),
)
# id, level, verdict, sentence, reason, required
CLAUSES = (
    ("uploads.object", "must", "pass", "An upload is answered with status 200 and a file object.", "", True),
    ("uploads.purpose-required", "must", "pass", "An upload without a purpose is refused.", "", True),
    (
        "uploads.filename-kept",
        "must",
        "fail",
        "The file object repeats the name that was uploaded.",
        "",
        True,
    ),
    ("uploads.bytes", "must", "pass", "`bytes` is the length of the uploaded file.", "", True),
    (
        "uploads.format-refused",
        "should",
        "warn",
        "A file of a format that is not listed is refused.",
        "",
        True,
    ),
    (
        "uploads.empty",
        "observed",
        "observed",
        "The answer to an empty file is recorded.",
        "answered 400",
        False,
    ),
    (
        "listing.order",
        "observed",
        "observed",
        "The order in which files are listed is recorded.",
        "newest first",
        False,
    ),
    ("listing.limit-range", "must", "fail", "A `limit` outside 1 to 2000 is refused.", "", True),
    (
        "listing.limit-default",
        "must",
        "unproven",
        "Without `limit` a page holds at most 2000 files.",
        "the budget of 40 uploads does not reach 2001 files",
        False,
    ),
    ("listing.has-more", "must", "pass", "`has_more` tells whether another page follows.", "", True),
    ("listing.after", "must", "pass", "`after` continues behind the file it names.", "", True),
    (
        "listing.page-complete",
        "must",
        "pass",
        "The pages of one traversal are the whole list, each file once.",
        "",
        True,
    ),
    (
        "filters.purpose",
        "must",
        "pass",
        "`purpose` returns all and only the files of that purpose.",
        "",
        True,
    ),
    (
        "filters.create-after",
        "must",
        "known",
        "`create_after` returns only files created later.",
        "deviation since 2026-08-01: the filter is read as UTC",
        True,
    ),
    (
        "filters.create-before",
        "must",
        "pass",
        "`create_before` returns only files created earlier.",
        "",
        True,
    ),
    ("deletion.object", "must", "pass", "A deletion is answered with `deleted: true` and the id.", "", True),
    (
        "deletion.stays-deleted",
        "must",
        "unproven",
        "A deleted file is not listed again.",
        "503 to every request that would have shown it",
        True,
    ),
    ("deletion.other-fields", "should", "pass", "The answer to a deletion has no other fields.", "", True),
    (
        "isolation.other-account",
        "must",
        "unproven",
        "A file of another account is not shown.",
        "no second key: set DASHSCOPE_SECOND_API_KEY",
        False,
    ),
    (
        "isolation.other-account-delete",
        "must",
        "unproven",
        "A file of another account is not deleted.",
        "no second key: set DASHSCOPE_SECOND_API_KEY",
        False,
    ),
    (
        "isolation.other-region",
        "must",
        "absent",
        "A key of one region opens nothing in the other.",
        "this region does not offer it",
        False,
    ),
    (
        "errors.envelope",
        "must",
        "pass",
        "An error is an object with `message`, `type`, `param` and `code`.",
        "",
        True,
    ),
    ("errors.request-id", "should", "pass", "An error names the request id.", "", True),
    (
        "errors.no-html",
        "must",
        "error",
        "No error is answered in HTML.",
        "the test itself raised KeyError: 'type'",
        True,
    ),
    (
        "errors.message-language",
        "observed",
        "observed",
        "The language of error messages is recorded.",
        "English",
        False,
    ),
)
CONFLICTS = (
    Conflict(
        id="upload-qps",
        fact="How many uploads a second are allowed",
        readings=("20 QPS", "3 QPS"),
        adopted="3 QPS",
        why="The newest dated page that speaks of this region says 3; 20 stood on a page of mid-2025.",
        clauses=("uploads.object",),
        probe="",
    ),
    Conflict(
        id="time-filter-zone",
        fact="The zone in which create_after is read",
        readings=("The time zone is not named", "The samples show UTC+8"),
        adopted="UTC+8, as in the samples",
        why="Only the sample can be followed; both readings are probed.",
        clauses=("filters.create-after", "filters.create-before", "gone.from-the-contract"),
        probe="two filters eight hours apart around one upload",
    ),
)


def clauses() -> tuple[ClauseRow, ...]:
    return tuple(
        ClauseRow(
            id=name,
            level=level,
            text=text,
            applies=("listFiles",) if name.startswith("listing") else ("uploadFile", "retrieveFile"),
            regions=("cn", "intl"),
            sources=SOURCES[: 1 + index % 3],
            needs=("listing.order",) if name == "listing.after" else (),
            untestable="",
            verdict=Verdict(verdict),
            reason=reason,
            required=required,
            tests=(f"conformance/suite/test_{name.partition('.')[0]}.py::test_{name.partition('.')[2]}",),
            exchanges=tuple(range(1 + index, 41, 11)),
        )
        for index, (name, level, verdict, text, reason, required) in enumerate(CLAUSES)
    )


def findings() -> tuple[Finding, ...]:
    made = [
        Finding(clause=row.id, verdict=Verdict.PASS, exchanges=row.exchanges)
        for row in clauses()
        if row.verdict is Verdict.PASS
    ]
    return (
        *made,
        *made[:3],
        Finding(
            clause="uploads.filename-kept",
            verdict=Verdict.FAIL,
            expected=f'the file name "{HOSTILE_NAMES[0]}"',
            actual=f'the file name "{MARKUP}"',
            exchanges=(1, 2),
        ),
        Finding(
            clause="listing.limit-range",
            verdict=Verdict.FAIL,
            reason="a violation was accepted",
            expected="status 400 for limit=0",
            actual="status 200 and a list of 12 files",
            exchanges=(12,),
        ),
        Finding(
            clause="listing.limit-range",
            verdict=Verdict.FAIL,
            reason="a violation was accepted",
            expected="status 400 for limit=-1",
            actual="status 200 and a list of 12 files",
            exchanges=(13,),
        ),
        Finding(
            clause="uploads.format-refused",
            verdict=Verdict.FAIL,
            expected="a 4xx answer to the format .xyz",
            actual="status 200 [bold red]not markup[/] \x1b[31mred\x1b[0m",
            exchanges=(8,),
        ),
        Finding(
            clause="filters.create-after",
            verdict=Verdict.FAIL,
            expected="no file created before 2026-11-20 08:00",
            actual="file-fe-00000000000000000000000a, created 2026-11-20 01:12",
            exchanges=(19,),
        ),
        Finding(clause="listing.order", verdict=Verdict.OBSERVED, reason="newest first", exchanges=(11,)),
    )


def build() -> Run:
    return Run(
        header=Header(
            target="intl",
            region="intl",
            base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            started="2026-11-20T08:15:30+00:00",
            contract="sha256:9f86d081884c7d65",
            version="0.1.0",
            profile="standard",
            lane="gate",
            seed=20261120,
            pace="documented",
        ),
        exchanges=tuple(exchange(number) for number in range(1, 41)),
        findings=findings(),
        clauses=clauses(),
        conflicts=CONFLICTS,
        footer=Footer(
            exit_status=3, totals=Totals(requests=40, uploads=11, bytes_sent=48_213, seconds=74.218), note=""
        ),
    )
