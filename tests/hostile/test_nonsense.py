"""The whole suite comes to its end where one operation answers with nonsense: not one test of it breaks down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.acts import encoded, member
from tests.hostile.row import Row
from tests.hostile.running import Nursery, meet
from tests.hostile.server import Act, On, lists, on, retrievals, uploads

ANSWERS: dict[str, On] = {
    "uploads": uploads,
    "lists": lists,
    "retrievals": retrievals,
    "deletions": on("DELETE", "/files/"),
    "new tasks": on("POST", "/batches", without="/cancel"),
    "lists of tasks": on("GET", "/batches", without="/batches/"),
    "cancellations": on("POST", "/batches/"),
    "completions": on("POST", "/chat"),
}
# One word for each: it is what other answers, and other requests, refer to.
MEMBERS = {"uploads": "filename", "lists": "filename", "deletions": "id", "lists of tasks": "status"}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


def wrong(does: str, where: On, act: Act) -> Row:
    """Let a server that is lawful otherwise meet the whole suite, in the region where all of it applies."""
    arguments = ("--profile=standard", "--billable=yes")
    return Row(does=does, act=act, on=where, arguments=arguments, region="cn", timeout=5, seconds=180)


ROWS = (
    *(wrong(f"{name} are a list", where, encoded(lambda _: b"[]")) for name, where in ANSWERS.items()),
    *(
        wrong(f"the {one} of {name} is a list", ANSWERS[name], member(one, []))
        for name, one in MEMBERS.items()
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.does.replace(" ", "-"))
def test_the_suite_does_not_break_down_where(row: Row, nursery: Nursery, tmp_path: Path) -> None:
    met = meet(nursery, row, tmp_path)
    assert met.met
    assert met.status == 1, met.said
    assert met.verdicts("error") == set(), met.said
    assert "Traceback" not in met.said
