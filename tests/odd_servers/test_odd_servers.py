"""The suite against servers that are odd and lawful, and against some that are wrong.

A run takes seconds. So each lawful variation is met once, in the company of others, and of the faults only a sample,
each by the chapters that own it; with ODD_SERVERS=all in the environment each variation is met alone as well, and
every fault by the whole suite.
"""

import os
from pathlib import Path

import pytest

from conformance.clauses import registry
from tests.odd_servers.faults import FAULTS
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import serving
from tests.odd_servers.server import Odd
from tests.odd_servers.variations import VARIATIONS, servers, together
from tests.runs_of_the_suite import Done, run_suite

ALL = os.environ.get("ODD_SERVERS") == "all"
# Each page of theirs costs a quarter of a second, and a run asks for a hundred.
CROWDS = {"five thousand strangers", "nearly full"}
MANY = {
    f"many {number}": names
    for number, names in enumerate(servers([name for name in VARIATIONS if name not in CROWDS], 8))
}
ALONE = {name: (name,) for name in VARIATIONS}
LAWFUL = MANY | (ALONE if ALL else {})
SAMPLE = sorted(FAULTS)[::12]
# Machines of continuous integration may be busy with other things.
PATIENCE = 600


def judge(odd: Odd, folder: Path, *arguments: str) -> Done:
    with serving(odd) as origin:
        options = (f"--target={origin}", "--pace=off", "--rate-probe=no", *arguments)
        return run_suite(folder, *options, key=odd.manners.keys[0], timeout=PATIENCE)


@pytest.mark.parametrize("name", LAWFUL)
def test_a_lawful_server_is_not_accused(name: str, tmp_path: Path) -> None:
    odd = Odd(together(*LAWFUL[name]))
    done = judge(odd, tmp_path / "run")
    assert odd.crashes == []
    assert done.verdicts("fail", "warn", "error") == set(), done.said
    assert done.status in {0, 6}, done.said


def test_every_variation_is_met_unless_it_is_a_crowd() -> None:
    assert {name for names in MANY.values() for name in names} == set(VARIATIONS) - CROWDS


@pytest.mark.parametrize("name", FAULTS if ALL else SAMPLE)
def test_a_wrong_server_is_caught_by_a_clause_that_owns_the_fault(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    chapters = " or ".join(sorted({clause.partition(".")[0] for clause in fault.owners}))
    done = judge(fault.server(Manners()), tmp_path / "run", *([] if ALL else ["-m", chapters]))
    accused = done.verdicts("fail", "warn")
    assert accused & fault.owners, done.said
    assert accused <= fault.owners | fault.also, done.said
    assert done.verdicts("error") == set(), done.said
    assert (done.status == 1) == any(registry()[clause].level == "must" for clause in accused)
