"""What `conformance clauses --against` does and prints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.against.differences import Comparison, compare
from conformance.against.pairs import Class
from conformance.clauses import registry
from conformance.contract import contract
from conformance.errors import UsageError
from conformance.verdicts import ExitStatus
from conformance.writing import write

STYLES: Final[Mapping[Class, str]] = {
    Class.CONTRADICTORY: "bold red",
    Class.STRICTER: "yellow",
    Class.LOOSER: "cyan",
    Class.MISSING: "magenta",
    Class.UNKNOWN: "blue",
}
# What the table shows of a constraint; the JSON has all of it.
SHORT: Final = 60
# A document of a few hundred operations; more is a mistake, or means us ill.
MOST: Final = 8 * 1024 * 1024


def run(path: Path, *, data: Path | None) -> int:
    """Compare a document with ours, print the differences and write them where that is asked.

    Raises:
        UsageError: the document cannot be read, or is none of OpenAPI 3.0 or 3.1.
    """
    document = read(path)
    try:
        found = compare(contract().document, document)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    except RecursionError:
        raise UsageError(f"{path}: its schemas stand too deep in one another.") from None
    if data:
        write(data, as_json(found, document))
    Console().print(table(found))
    return ExitStatus.FAILED if found.of(Class.CONTRADICTORY) else ExitStatus.PASSED


def read(path: Path) -> dict[str, Any]:
    """Read JSON or YAML, of which the first is a part.

    Raises:
        UsageError: the file cannot be read, is neither, or holds no object.
    """
    try:
        if path.stat().st_size > MOST:
            raise UsageError(f"{path} has more than {MOST // 1024 // 1024} MB: no document of OpenAPI has.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no text in UTF-8.") from None
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, Loader=_Plain)  # noqa: S506  _Plain is a SafeLoader
    except (json.JSONDecodeError, yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{path} is neither JSON nor YAML: {' '.join(str(error).split())[:160]}.") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds no object, which a document of OpenAPI is.")
    return found


class _Plain(yaml.SafeLoader):
    """YAML whose values are those of JSON: dates are text."""


_Plain.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: str(node.value))


def as_json(found: Comparison, document: Mapping[str, Any]) -> str:
    """Write everything as data."""
    info = document.get("info")
    theirs = info if isinstance(info, dict) else {}
    return (
        json.dumps(
            {
                "contract": registry().digest,
                "against": {
                    "title": str(theirs.get("title", "")),
                    "version": str(theirs.get("version", "")),
                    "openapi": str(document.get("openapi", "")),
                },
                "operations": found.shared,
                "counts": {str(cls): len(found.of(cls)) for cls in Class},
                "differences": [
                    {
                        "operation": each.operation,
                        "place": each.gap.place,
                        "constraint": each.gap.keyword,
                        "class": str(each.gap.cls),
                        "ours": each.gap.ours,
                        "theirs": each.gap.theirs,
                        "clause": each.gap.clause,
                        "remark": each.gap.remark,
                    }
                    for each in found.differences
                ],
                "remarks": list(found.remarks),
            },
            indent=2,
        )
        + "\n"
    )


def table(found: Comparison) -> RenderableType:
    """Draw the differences, operation by operation, and count them."""
    parts: list[RenderableType] = []
    for operation in dict.fromkeys(each.operation for each in found.differences):
        parts += [Text(_plain(operation), style="bold"), _rows(found, operation), Text()]
    counts = ", ".join(f"{len(found.of(cls))} {cls}" for cls in Class)
    parts += [Text(f"remark: {_plain(remark)}", style="dim") for remark in found.remarks]
    operations = f"{found.shared} operation{'' if found.shared == 1 else 's'} in both"
    parts.append(Text(f"{operations}; {len(found.differences)} differences: {counts}"))
    return Group(*parts)


def _rows(found: Comparison, operation: str) -> Table:
    drawn = Table(box=None, expand=True, pad_edge=False)
    drawn.add_column("", width=max(map(len, Class)), no_wrap=True)
    for name, ratio in (("place", 4), ("ours", 3), ("theirs", 3), ("clause", 3)):
        drawn.add_column(name, ratio=ratio, overflow="fold", header_style="dim")
    for gap in (each.gap for each in found.differences if each.operation == operation):
        place = Text(_plain(gap.place or "the operation"))
        place.append(f" {gap.keyword}" if gap.place else "", style="dim")
        if gap.remark:
            place.append(f"\n{_plain(gap.remark)}", style="dim italic")
        drawn.add_row(
            Text(str(gap.cls), style=STYLES[gap.cls]),
            place,
            Text(_plain(gap.ours, SHORT)),
            Text(_plain(gap.theirs, SHORT)),
            Text(gap.clause),
        )
    return drawn


def _plain(text: str, limit: int = 300) -> str:
    """Leave nothing of a foreign document that a terminal would obey, and no more than a row has room for."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
