"""The chapter of isolation as its user meets it: with no second key, a bad one, or one of the same account."""

from pathlib import Path

import pytest

from conformance.clauses import registry
from conformance.verdicts import ExitStatus
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import serving
from tests.odd_servers.server import KEYS, Odd, Record, RefusalError, Said, Shelf
from tests.runs_of_the_suite import Done, run_suite

CLAUSES = {clause.id for clause in registry() if clause.chapter == "isolation" and not clause.billable}
JUDGED = {clause.id for clause in registry() if clause.id in CLAUSES and clause.level == "must"}


def judge(odd: Odd, folder: Path, second: str = "") -> Done:
    more = {"DASHSCOPE_SECOND_API_KEY": second} if second else {}
    with serving(odd) as origin:
        return run_suite(
            folder,
            f"--target={origin}",
            "--pace=off",
            "--rate-probe=no",
            # Where a chapter is out of scope as a whole, another must keep the run from being empty.
            "-m",
            "isolation or ids",
            key=KEYS[0],
            more=more,
        )


def reasons(done: Done) -> set[str]:
    return {row["reason"] for row in done.summary["clauses"] if row["id"] in CLAUSES}


def test_two_accounts_that_are_apart_hold_every_clause(tmp_path: Path) -> None:
    odd = Odd(Manners())
    done = judge(odd, tmp_path / "run", KEYS[1])
    assert done.verdicts("pass") >= JUDGED, done.said
    assert done.verdicts("observed") >= CLAUSES - JUDGED, done.said
    left = [record for shelf in odd.shelves.values() for record in shelf.values() if record["gone"] is None]
    assert not [record["filename"] for record in left if record["filename"].startswith("conformance-")]


def test_without_a_second_key_nothing_is_owed_and_the_variable_is_named(tmp_path: Path) -> None:
    done = judge(Odd(Manners()), tmp_path / "run")
    assert done.verdicts("unproven") >= CLAUSES, done.said
    assert all("DASHSCOPE_SECOND_API_KEY" in reason and "is not set" in reason for reason in reasons(done))


def test_the_first_key_again_is_no_second_account(tmp_path: Path) -> None:
    done = judge(Odd(Manners()), tmp_path / "run", KEYS[0])
    assert done.verdicts("unproven") >= CLAUSES, done.said
    assert all("holds the first key again" in reason for reason in reasons(done))


def test_a_second_key_that_is_refused_proves_nothing(tmp_path: Path) -> None:
    done = judge(Odd(Manners()), tmp_path / "run", "sk-odd-nobody")
    assert done.verdicts("unproven") >= CLAUSES, done.said
    assert reasons(done) == {"the key of the second account is refused (401)"}
    assert done.status == ExitStatus.UNPROVEN


class OneAccount(Odd):
    """Both keys open one account."""

    def __init__(self, manners: Manners) -> None:
        super().__init__(manners)
        self.shelves = dict.fromkeys(self.shelves, self.shelves[KEYS[0]])

    def _everyone(self) -> Shelf:
        return next(iter(self.shelves.values()))


def test_two_keys_of_one_account_are_told_so(tmp_path: Path) -> None:
    done = judge(OneAccount(Manners()), tmp_path / "run", KEYS[1])
    assert done.verdicts("fail") >= JUDGED, done.said
    told = {row["reason"] for row in done.summary["clauses"] if row["id"] in JUDGED}
    assert all("DASHSCOPE_SECOND_API_KEY is a key of the same main account" in reason for reason in told), (
        told
    )


class Forbidding(Odd):
    """Says 403 of what belongs to another account."""

    says = 403

    def find(self, shelf: Shelf, name: str) -> Record:
        self._check(shelf, name)
        return super().find(shelf, name)

    def delete(self, shelf: Shelf, name: str) -> Said:
        self._check(shelf, name)
        return super().delete(shelf, name)

    def _check(self, shelf: Shelf, name: str) -> None:
        if name not in shelf and name in self._everyone():
            raise RefusalError(self.says, "That file is not yours.")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_any_clean_refusal_keeps_accounts_apart(tmp_path: Path, status: int) -> None:
    odd = Forbidding(Manners())
    odd.says = status
    done = judge(odd, tmp_path / "run", KEYS[1])
    assert done.verdicts("pass") >= JUDGED, done.said
    assert done.verdicts("fail", "warn", "error") == set()
