"""What the gate decided, as annotations that GitHub shows beside the lines of the files that they speak of."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance import specs
from conformance.gate import Decision, Entry, Kind
from conformance.report import gates

LEVELS: Final = {
    Kind.ERROR: "error",
    Kind.WORSE: "error",
    Kind.PROMISE: "error",
    Kind.LOST: "warning",
    Kind.STANDING: "warning",
}
FOLDER: Final = Path("specs/clauses")


def annotations(decision: Decision, *, workspace: Path, deviations: Path | None = None) -> Iterator[str]:
    """Write one command a line, the worst first.

    A clause is shown where its sentence stands, a broken promise where its row stands in `deviations`, if that is
    known. Paths are given as seen from `workspace`; what lies elsewhere has the path that it has in this project.
    """
    for sentence in decision.strays:
        name = next(iter(re.findall(r"[a-z]+\.[a-z0-9-]+", sentence)), "")
        where = _place(workspace, deviations, name)
        yield _command("error", where, "promise", sentence)
    for entry in decision.of(*LEVELS):
        row = entry.row
        where = _place(workspace, deviations, row.id) if entry.kind is Kind.PROMISE else ""
        message = f"{row.text} {gates.change(entry)}; {gates.told(entry)}"
        yield _command(
            LEVELS[entry.kind], where or _sentence(workspace, entry), f"{entry.kind}: {row.id}", message
        )


def _sentence(workspace: Path, entry: Entry) -> str:
    name = f"{entry.row.chapter}.toml"
    path = specs.root() / "clauses" / name
    line = _line(path, rf'id\s*=\s*"{re.escape(entry.row.id)}"')
    shown = _seen(workspace, path) or FOLDER / name
    return f"file={_property(shown.as_posix())},line={line}" if line else ""


def _place(workspace: Path, deviations: Path | None, clause: str) -> str:
    if deviations is None:
        return ""
    line = _line(deviations, rf'clause\s*=\s*"{re.escape(clause)}"')
    shown = _seen(workspace, deviations) or deviations
    return f"file={_property(shown.as_posix())},line={line}" if line else ""


def _seen(workspace: Path, path: Path) -> Path | None:
    try:
        return path.resolve().relative_to(workspace.resolve())
    except ValueError:
        return None


def _line(path: Path, pattern: str) -> int:
    """Give the number of the first line that the pattern begins, or 0 where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    return next((at for at, line in enumerate(lines, 1) if re.match(rf"\s*{pattern}", line)), 0)


def _command(level: str, where: str, title: str, message: str) -> str:
    place = f"{where}," if where else ""
    return f"::{level} {place}title={_property(title)}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "## [")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
