"""A run log that was cut is refused by every command with one sentence, wherever it was cut."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from conformance import runs
from conformance.cli import main
from conformance.verdicts import ExitStatus
from tests.report.run_by_hand import build

COMMANDS: dict[str, Sequence[str]] = {
    "report": ("report", "{cut}"),
    "gate": ("gate", "{cut}"),
    "gate-against": ("gate", "{whole}", "--against", "{cut}"),
    "compare": ("compare", "{whole}", "{cut}", "--report-dir={folder}"),
    "trend": ("trend", "{whole}", "{cut}"),
    "merge": ("merge", "{cut}", "{whole}", "--report-dir={folder}"),
}
SAMPLES = 40
SEED = 20261122


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "run.jsonl"
    runs.write(build(), path)
    return path


def places(text: bytes) -> list[int]:
    """Before, at and behind the end of every line, and a sample of all bytes, those within a letter among them."""
    ends = [at + 1 for at, byte in enumerate(text) if byte == 0x0A]
    inside = [at for at, byte in enumerate(text) if 0x80 <= byte < 0xC0]
    drawn = Random(SEED)  # noqa: S311 - which bytes are cut is no secret
    sample = drawn.sample(range(len(text)), SAMPLES) + drawn.sample(inside, min(len(inside), SAMPLES))
    around = {end + step for end in ends for step in (-2, -1, 0, 1)}
    return sorted(at for at in {0, 1, *around, *sample} if 0 <= at < len(text))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_log_that_was_cut_is_refused_with_one_sentence(
    command: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = whole.read_bytes()
    cut = tmp_path / "cut.jsonl"
    words = {"cut": str(cut), "whole": str(whole), "folder": str(tmp_path / "reports")}
    arguments = [word.format(**words) for word in COMMANDS[command]]
    before = sorted(tmp_path.iterdir())
    for place in places(text):
        cut.write_bytes(text[:place])
        assert main(arguments) == ExitStatus.FAILED, place
        told = capsys.readouterr()
        assert (told.err.count("\n"), told.out) == (1, ""), (place, told)
        assert str(cut) in told.err
    assert sorted(tmp_path.iterdir()) == [*before, cut]
