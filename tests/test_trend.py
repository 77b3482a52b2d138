"""The command `conformance trend`, on runs from the disk."""

import json
from dataclasses import replace
from pathlib import Path

from conformance import runs
from tests.report.run_by_hand import build
from tests.runs_of_the_suite import run_command


def night(folder: Path, day: int, status: int = 1) -> Path:
    """Write a run of that day of November and give its folder."""
    run = build()
    header = replace(run.header, started=f"2026-11-{day:02}T03:17:00+00:00")
    footer = replace(run.footer, exit_status=status)
    runs.write(replace(run, header=header, footer=footer), folder / f"{day}" / "run.jsonl")
    return folder / f"{day}"


def test_runs_are_drawn_in_the_terminal_on_a_page_and_as_json(tmp_path: Path) -> None:
    page, data = tmp_path / "trend.html", tmp_path / "trend.json"
    nights = [night(tmp_path, day) for day in (2, 1, 3)]
    done = run_command("trend", *map(str, nights), f"--html={page}", f"--json={data}")
    assert done.status == 0, done.said
    assert "3 runs, 2026-11-01 03:17 UTC to 2026-11-03 03:17 UTC" in done.said
    assert "▄▄▄" in done.said
    assert "http" not in page.read_text(encoding="utf-8").replace('http-equiv="Content-Security-Policy"', "")
    [series] = json.loads(data.read_text(encoding="utf-8"))["series"]
    assert [run["started"][:10] for run in series["runs"]] == ["2026-11-01", "2026-11-02", "2026-11-03"]


def test_a_run_named_twice_counts_once(tmp_path: Path) -> None:
    folder = night(tmp_path, 1)
    done = run_command("trend", str(folder), str(folder / "run.jsonl"))
    assert "1 run, 2026-11-01" in done.said


def test_a_run_that_is_not_whole_is_left_out_and_this_is_said(tmp_path: Path) -> None:
    broken = night(tmp_path, 2, status=2)
    done = run_command("trend", str(night(tmp_path, 1)), str(broken))
    assert done.status == 0
    assert "1 run, 2026-11-01" in done.said
    assert "began 2026-11-02 03:17 UTC is not whole (exit status 2)" in " ".join(done.said.split())
    alone = run_command("trend", str(broken))
    assert (alone.status, "There is nothing to plot." in alone.said) == (4, True)
