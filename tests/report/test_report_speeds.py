"""The drawing of the rate probe, made from the run log alone."""

import re
from dataclasses import replace
from pathlib import Path

from conformance import runs
from conformance.exchange import Answer, Exchange, Part, Request
from conformance.report.html import as_html
from conformance.report.speeds import LEFT, RIGHT, WIDTH, panels
from conformance.runs import ProbeTotals, Run

from . import run_by_hand

UPLOAD = Request(method="POST", path="/files", parts=(Part(name="file", filename="a.txt", size=1),))
LIST = Request(method="GET", path="/files", query=(("limit", "1"),))


def asked(
    number: int, at: float, phase: str, request: Request, status: int | None, account: str = "first"
) -> Exchange:
    body = b'{"id":"file-fe-1"}' if status == 200 else b'{"error":{"message":"slow","type":"t"}}'
    return Exchange(
        number=number,
        request=request,
        answer=None if status is None else Answer(status=status, body=body),
        account=account,
        started=1764000100.0 + at,
        seconds=0.01,
        phase=phase,
    )


def probed(*, silence: float = 0.0) -> Run:
    """A run with a little probe: eight uploads paced, a flood, and after a silence one more."""
    rows = [(n * 0.37, "uploads-paced", UPLOAD, 200) for n in range(8)]
    rows += [(3 + n * 0.2, "uploads-flood", UPLOAD, 200 if n < 3 or n % 2 else 429) for n in range(10)]
    rows += [(5.5 + silence, "uploads-recovery", UPLOAD, 200)]
    rows += [(6 + silence + n * 0.05, "others-flood", LIST, 429 if n % 2 else 200) for n in range(20)]
    made = [asked(100 + n, *row) for n, row in enumerate(rows)]
    made += [asked(200, 6.2 + silence, "others-flood", LIST, 200, "second")]
    made += [asked(201, 6.3 + silence, "others-flood", LIST, None)]
    run = run_by_hand.build()
    [row, *_] = run.clauses
    clause = replace(row, id="rates.uploads-admitted")
    totals = replace(run.footer.totals, rate_probe=ProbeTotals(requests=41, uploads=19, seconds=7.5))
    return replace(
        run,
        exchanges=(*run.exchanges, *made),
        clauses=(*run.clauses, clause),
        footer=replace(run.footer, totals=totals),
    )


def test_a_run_without_a_probe_has_no_drawing() -> None:
    assert panels(run_by_hand.build()) == ()
    assert '<figure class="speeds"' not in as_html(run_by_hand.build())


def test_each_lane_has_a_mark_for_each_of_its_requests() -> None:
    uploads, others = panels(probed())
    assert (uploads.lane, others.lane) == ("uploads", "others")
    assert (uploads.admitted, uploads.refused, uploads.unanswered) == (16, 3, 0)
    assert (others.admitted, others.refused, others.unanswered) == (11, 10, 1)
    assert len(uploads.marks) == 19
    assert len(others.marks) == 22
    assert [mark.is_second for mark in others.marks].count(True) == 1


def test_everything_is_drawn_within_the_drawing() -> None:
    for silence in (0.0, 60.0):
        for panel in panels(probed(silence=silence)):
            places = [mark.x for mark in panel.marks] + [tick.at for tick in panel.seconds]
            assert all(LEFT <= place <= WIDTH - RIGHT + 1 for place in places)


def test_a_long_silence_is_drawn_short_and_named() -> None:
    brief, long = panels(probed())[0], panels(probed(silence=60))[0]
    assert brief.silences == ()
    [silence] = long.silences
    assert silence.words == "60.7 s of silence"
    assert long.marks[8].x > 0.6 * brief.marks[8].x


def test_the_page_shows_the_drawing_the_estimate_and_what_it_cost() -> None:
    page = as_html(probed())
    assert page.count('role="img"') >= 2
    assert "Estimate: " in page
    assert "a second, bursts of" in page
    assert "Rate probe, apart" in page
    [uploads, others] = re.findall(r'aria-label="((?:Uploads|Retrieval)[^"]*Documented[^"]*)"', page)
    assert "16 admitted, 3 refused" in uploads
    assert "Documented: 10 a second" in others
    figure = page.split('<figure class="speeds"')[1].split("</figure>")[0]
    assert "[cut" not in figure


def test_the_log_alone_redraws_it(tmp_path: Path) -> None:
    run = probed()
    runs.write(run, tmp_path / "run.jsonl")
    again = runs.read(tmp_path / "run.jsonl")
    assert again == run
    assert as_html(again) == as_html(run)
