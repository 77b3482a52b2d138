"""What a line of code hands over, reads, sends and calls. No prose."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.drift.lines import Fact
from conformance.drift.names import DOCUMENTATION, vocabulary

ARGUMENT: Final = re.compile(
    r"\b([a-z][a-z_]*)\s*=\s*(?:\w+\()?(?:f?@?[\"']{1,2}([^\"'\n]*)[\"']|(\d+(?:\.\d+)?|True|False|None|true|false)\b)"
)
CALL: Final = re.compile(r"\.(\w+)\(\s*(?:\w+(?:\.\w+)*\(\s*)?(?:\"([^\"\n]*)\"|(\d+))\s*\)")
ENTRY: Final = re.compile(
    r"[\"']([A-Za-z_]\w*)[\"']\s*:\s*(?:f?[\"']([^\"'\n]*)[\"']|(\d+(?:\.\d+)?|True|False|None|true|false|null)\b)?"
)
HEADER: Final = re.compile(r"(?:-H|--header)\s+[\"']([\w-]+):\s*(\w+)?")
METHOD: Final = re.compile(r"\bclient\.((?:\w+(?:\(\))?\.)*\w+)\(")
FIELD: Final = re.compile(r"(?<=[\w\]])((?:\.[a-z_]+(?:\[\d*\])?)+)(?![\w(])")


def arguments(text: str) -> Iterator[tuple[int, Fact]]:
    """Give what a line of code hands over, by name: `limit=20`, `.limit(20)`, `purpose="batch"`."""
    for found in ARGUMENT.finditer(text):
        if DOCUMENTATION.search(found[2] or "") is None and "://" not in (found[2] or ""):
            value = found[2] if found[2] is not None else found[3].lower()
            if value:
                yield found.start(), Fact(kind="argument", subject=found[1], value=_ascii(value))
    for found in ENTRY.finditer(text):
        value = found[2] if found[2] is not None else (found[3] or "").lower()
        yield found.start(), Fact(kind="argument", subject=found[1], value=_ascii(value))
    for found in CALL.finditer(text):
        if "://" not in (found[2] or ""):
            yield (
                found.start(),
                Fact(kind="argument", subject=_snake(found[1]), value=_ascii(found[2] or found[3])),
            )


def calls(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the fields that a line of code reads, the headers that it sends, and what it calls."""
    for found in FIELD.finditer(text):
        steps = [step.partition("[")[0] for step in found[1].lstrip(".").split(".")]
        if len(steps) > 1 and vocabulary() & set(steps) and not text.lstrip().startswith("import "):
            yield found.start(), Fact(kind="field", value=".".join(steps))
    for found in HEADER.finditer(text):
        yield found.start(), Fact(kind="header", value=f"{found[1]}: {found[2] or ''}".strip().lower())
    for found in METHOD.finditer(text):
        yield found.start(), Fact(kind="call", value=found[1].replace("()", ""))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[1].lower(), name)


def _ascii(value: str) -> str:
    """Keep no word of a page: a value in another script is only said to be one."""
    return value if value.isascii() and len(value) <= 80 and value.count(" ") < 3 else "…"
