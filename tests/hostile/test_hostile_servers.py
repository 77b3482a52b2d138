"""No server can make a run crash, hang, swell, leak, write elsewhere, or accuse an innocent clause."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.canaries import sightings
from tests.hostile.row import Row
from tests.hostile.running import KEYS, MOST, Met, Nursery, meet
from tests.hostile.server import BASE
from tests.hostile.table import ROWS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What would move the reader's cursor, colour the terminal or turn a line around.
MOVING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SHOWN = ("report.html", "tests.html", "summary.md", "junit.xml")
ROUTES = re.compile(rf"{BASE}/(files|batches|chat/completions)(/[^/?#]+)*(\?[^#]*)?")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


def test_the_table_has_enough_rows_and_each_its_name() -> None:
    assert len(ROWS) >= 40
    assert len({row.does for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.does.replace(" ", "-").replace("/", "-"))
def test_a_run_survives_a_server_that(row: Row, nursery: Nursery, tmp_path: Path) -> None:
    met = meet(nursery, row, tmp_path)
    assert met.status == row.status, met.said
    assert "Traceback" not in met.said
    assert "INTERNALERROR" not in met.said
    assert met.bytes < MOST
    assert met.seconds < row.seconds
    assert met.met or row.url or row.rename
    accused = met.verdicts("fail", "warn")
    assert row.guilty <= accused <= row.guilty | row.may, met.said
    assert met.verdicts("error") == set(), met.said
    assert bool(met.verdicts("unproven"))
    assert sightings(KEYS, met.said, met.home) == []
    assert met.strays == []
    assert met.elsewhere == ()
    assert [each.target for each in met.received if not ROUTES.fullmatch(each.target)] == []
    assert row.leaves or met.left == ()
    _is_fit_to_be_read(met)


def _is_fit_to_be_read(met: Met) -> None:
    [folder] = (path.parent for path in met.reports.glob("*/summary.json"))
    texts = {name: (folder / name).read_bytes().decode() for name in SHOWN}
    ET.fromstring(texts["junit.xml"])  # noqa: S314 - our own file
    for name, text in (texts | {"the terminal": met.said}).items():
        assert MOVING.findall(text) == [], name
    for name in ("report.html", "tests.html"):
        assert "<script>window.pwned" not in texts[name]
        assert "<img src=x" not in texts[name]


def test_nothing_that_a_server_wrote_is_executed(
    nursery: Nursery, browser: "Browser", tmp_path: Path
) -> None:
    [row] = (row for row in ROWS if row.does == "writes markup into names and ids")
    met = meet(nursery, row, tmp_path)
    [folder] = (path.parent for path in met.reports.glob("*/summary.json"))
    for name in ("report.html", "tests.html"):
        assert "pwned" in (folder / name).read_text(encoding="utf-8")
        page = browser.new_page()
        page.add_init_script("window.alert = () => { window.pwned = 1; }")
        page.goto((folder / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        page.wait_for_load_state()
        assert page.evaluate("window.pwned") is None
        page.close()
