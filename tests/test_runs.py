"""A run log: byte for byte there and back, and refused as soon as anything of it is missing."""

import dataclasses
import json
from pathlib import Path

import pytest

from conformance import runs
from conformance.clauses import Conflict, registry
from conformance.errors import ConformanceError, RunLogError
from conformance.exchange import Answer, Exchange, Part, Request
from conformance.runs import BillableTotals, Footer, Header, ProbeTotals, Run, Totals, clause_row
from conformance.verdicts import Finding, Ruling, Verdict

HEADER = Header(
    target="mock",
    region="intl",
    base_url="http://127.0.0.1/v1",
    started="2026-01-01T00:00:00+00:00",
    contract="sha256:0",
    version="0",
    profile="smoke",
    lane="gate",
    seed=0,
    pace="off",
)
BODIES = (
    b"",
    b"{}",
    "a\u2028b\u2029c\x85d\x0be\r\nf\x00".encode(),
    b"\xff\xfe\x00",
    '{"名": "\U0001f600"}'.encode(),
)


def small() -> Run:
    """Give a run that holds a line of every kind and every awkward byte that a server may send."""
    request = Request(
        method="POST",
        path="/files",
        query=(("after", "\u2028"), ("after", "")),
        headers=(("x", "名"),),
        parts=(Part(name="file", filename="a\u2028.txt", size=3), Part(name="purpose", size=1, text="\n")),
        body_bytes=4,
    )
    exchanges = [
        Exchange(
            number=n, request=request, answer=Answer(status=200, headers=(("a", "b"),), body=body, cut=True)
        )
        for n, body in enumerate(BODIES, 1)
    ]
    finding = Finding(clause="uploads.id", verdict=Verdict.FAIL, expected="\u2028", exchanges=(1, 2))
    ruling = Ruling(clause="uploads.id", level="must", verdict=Verdict.FAIL, findings=(finding,))
    conflict = Conflict(id="c", fact="f", readings=("a", "b"), adopted="a", why="w", clauses=("uploads.id",))
    return Run(
        header=HEADER,
        exchanges=(
            *exchanges,
            Exchange(number=9, request=request, trouble="reset", notes=("n",), final=False),
        ),
        findings=(finding,),
        clauses=(clause_row(registry()["uploads.id"], ruling, ["t"], [1]),),
        conflicts=(conflict,),
        footer=Footer(
            exit_status=1, totals=Totals(requests=1, uploads=1, bytes_sent=4, seconds=0.5), note="页"
        ),
    )


def text_of(run: Run) -> str:
    return "".join(line + "\n" for line in runs.dump(run))


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.jsonl"
    runs.write(small(), path)
    assert runs.read(path) == small()
    assert path.read_bytes() == text_of(small()).encode()
    assert [each.name for each in path.parent.iterdir()] == ["run.jsonl"]


def test_the_same_run_has_the_same_bytes() -> None:
    assert text_of(small()) == text_of(small()) == text_of(runs.parse(text_of(small())))


def test_a_log_of_before_tokens_were_counted_is_read() -> None:
    *lines, footer = _lines()
    row = json.loads(footer)
    del row["totals"]["tokens"]
    assert runs.parse("\n".join([*lines, json.dumps(row)]) + "\n") == small()


def test_every_truncation_of_a_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    run = dataclasses.replace(small(), exchanges=small().exchanges[2:4], clauses=())
    whole = text_of(run).encode()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(RunLogError):
            runs.read(path)
    path.write_bytes(whole)
    assert runs.read(path) == run


def test_a_log_without_its_footer_is_refused() -> None:
    with pytest.raises(RunLogError, match="no footer"):
        runs.parse("\n".join(_lines()[:-1]) + "\n")


def _lines() -> list[str]:
    return list(runs.dump(small()))


@pytest.mark.parametrize("place", range(len(_lines()) + 1))
@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "garbage",
        "null",
        "7",
        '"kind"',
        "[]",
        "{}",
        '{"kind": "banana"}',
        '{"kind": ["header"]}',
        '{"kind": "exchange"}',
        '{"kind": "exchange", "request": [], "answer": 1}',
        '{"kind": "finding", "clause": "a", "verdict": "splendid"}',
        '{"kind": "clause", "sources": [1]}',
        '{"kind": "header"}',
        '{"kind": "footer"}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_a_line_of_garbage_anywhere_is_refused(garbage: str, place: int) -> None:
    lines = _lines()
    lines.insert(place, garbage)
    with pytest.raises(RunLogError):
        runs.parse("\n".join(lines) + "\n")


@pytest.mark.parametrize("place", range(len(_lines())))
def test_a_line_without_one_of_its_members_is_refused_or_filled_with_a_default(place: int) -> None:
    row = json.loads(_lines()[place])
    for name in row:
        lines = _lines()
        lines[place] = json.dumps({key: value for key, value in row.items() if key != name})
        try:
            runs.parse("\n".join(lines) + "\n")
        except RunLogError:
            continue


@pytest.mark.parametrize("place", range(len(_lines())))
@pytest.mark.parametrize("wrong", [None, 7, "x", [[]], [7], {"a": 1}], ids=repr)
def test_a_member_of_a_wrong_type_never_ends_in_a_traceback(wrong: object, place: int) -> None:
    row = json.loads(_lines()[place])
    for name in row:
        lines = _lines()
        lines[place] = json.dumps({**row, name: wrong})
        try:
            runs.parse("\n".join(lines) + "\n")
        except RunLogError:
            continue


def test_two_runs_in_one_file_are_refused() -> None:
    with pytest.raises(RunLogError, match="more than one run"):
        runs.parse(text_of(small()) * 2)


def test_another_format_is_refused_with_its_number() -> None:
    text = text_of(dataclasses.replace(small(), header=dataclasses.replace(HEADER, format=99)))
    with pytest.raises(RunLogError, match="99"):
        runs.parse(text)


def test_what_is_no_file_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("absent", "binary", "."):
        with pytest.raises(ConformanceError):
            runs.read(tmp_path / name)


def test_the_requests_of_a_run_are_those_of_the_probe_and_those_that_cost_money_too() -> None:
    totals = Totals(
        requests=2,
        uploads=1,
        bytes_sent=3,
        seconds=1.0,
        rate_probe=ProbeTotals(requests=20),
        billable=BillableTotals(requests=300),
    )
    assert totals.exchanges == 322
