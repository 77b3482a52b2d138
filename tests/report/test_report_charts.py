"""The geometry of the report's drawings: lanes of the timeline, ticks of its axis, boxes of the latencies."""

from dataclasses import replace

import pytest

from conformance.report import charts
from conformance.runs import Run


def test_each_operation_has_a_lane_and_all_requests_are_counted(run: Run) -> None:
    drawn = charts.timeline(run)
    assert [lane.operation for lane in drawn.lanes] == [
        "deleteFile",
        "listFiles",
        "retrieveFile",
        "uploadFile",
        "outside the contract",
    ]
    assert sum(lane.count for lane in drawn.lanes) == sum(count for _, count in drawn.kinds) == 40
    assert drawn.height == 5 * charts.ROW + charts.AXIS


def test_errors_are_marked_and_refusals_are_not(run: Run) -> None:
    drawn = charts.timeline(run)
    assert {lane.operation: len(lane.crosses) for lane in drawn.lanes if lane.errors} == {"listFiles": 3}
    refused = next(lane for lane in drawn.lanes if lane.operation == "deleteFile")
    assert [kind for kind, _ in refused.bars] == ["4xx"]


def test_no_bar_leaves_its_row_and_none_is_too_small_to_see(run: Run) -> None:
    many = tuple(replace(run.exchanges[12], started=0.0) for _ in range(1000))
    drawn = charts.timeline(replace(run, exchanges=(*many, *run.exchanges)))
    assert drawn.tallest == 1000
    heights = [
        float(piece.partition("v-")[2].partition("h")[0])
        for lane in drawn.lanes
        for _, path in lane.bars
        for piece in path.split("z")
        if piece
    ]
    assert (min(heights), max(heights)) == (2.0, float(charts.TALL))


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (0.0, ["0 ms"]),
        (0.5, ["0 s", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5"]),
        (23.0, ["0 s", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22"]),
        (3600.0, ["0 s", "500", "1000", "1500", "2000", "2500", "3000", "3500"]),
    ],
)
def test_an_axis_counts_in_steps_that_one_can_count_by(run: Run, seconds: float, labels: list[str]) -> None:
    ends = tuple(replace(run.exchanges[12], started=at) for at in (0.0, seconds))
    ticks = charts.timeline(replace(run, exchanges=ends)).ticks
    assert [label for _, label in ticks] == labels
    places = [place for place, _ in ticks]
    assert places == sorted(places)
    assert charts.LEFT <= places[0] <= places[-1] <= charts.WIDTH - charts.RIGHT


def test_a_run_without_traffic_has_no_lane(run: Run) -> None:
    assert charts.timeline(replace(run, exchanges=())).lanes == ()


def test_the_quartiles_of_a_latency_stand_in_their_order(run: Run) -> None:
    drawn, top = charts.whiskers(run)
    assert top > 0
    for each in drawn:
        places = [each.start, each.quarter, each.middle, each.three_quarters, each.end]
        assert places == sorted(places)
        assert 0 <= places[0] <= places[-1] <= charts.WIDTH
