"""Numbers with their units, ranges and defaults, in one form whatever the language. No names, no samples."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.drift.lines import Fact

SCALES: Final = {"万": 10_000, "千": 1_000, "百万": 1_000_000, "亿": 100_000_000, "k": 1_000}
SCALES_IN_WORDS: Final = {"million": 1_000_000, "thousand": 1_000}
# Counted things have no unit: each language counts them with words of its own.
UNITS: Final = (
    (r"(?:次|个|条)?(?:请求)?/\s*(?:秒|second|sec|s)\b|QPS|RPS|次每秒", "/s"),
    (r"(?:requests?|queries|calls|uploads?|times)\s*(?:per|a|each|every|/)\s*second", "/s"),
    (r"(?:requests?|queries|calls|times)\s*(?:per|a|each|every|/)\s*minute|QPM|RPM|次/分钟?", "/min"),
    (r"TPM", " tokens/min"),
    (r"KB|千字节|kilobytes?", "KB"),
    (r"MB|M(?![A-Za-z])|兆(?:字节)?|megabytes?", "MB"),
    (r"GB|G(?![A-Za-z])|gigabytes?", "GB"),
    (r"TB|T(?![A-Za-z])|terabytes?", "TB"),
    (r"bytes?\b|字节", "B"),
    (r"毫秒|ms\b|milliseconds?", "ms"),
    (r"秒钟?|s\b|seconds?", "s"),
    (r"分钟|min\b|minutes?", "min"),
    (r"个?小时|h\b|hours?", "h"),
    (r"天|日|d\b|days?", "d"),
    (r"周|weeks?", "weeks"),
    (r"个月|months?", "months"),
    (r"年|years?", "years"),
    (r"个?\s*tokens?", " tokens"),
    (r"%|percent", "%"),
    (r"(?:个|位)?(?:字符|characters?)", " characters"),
)
UNIT: Final = "|".join(f"(?P<u{place}>{pattern})" for place, (pattern, _) in enumerate(UNITS))
SCALE: Final = r"(?P<scale>百万|万|千(?!字节)|亿|k(?![a-z])|million|thousand)?"
PLAIN: Final = r"\d+(?:\.\d+)?"
# A digit in a name, a version, a time or a host is no number.
ALONE: Final = r"(?<![A-Za-z0-9_.\-/#\\])(?<!\d:)"
NUMBER: Final = re.compile(
    rf"{ALONE}(?P<number>{PLAIN})\s*{SCALE}[\s\-]*(?:{UNIT})?(?![A-Za-z0-9_]|[.\-]\d)",
    re.IGNORECASE,
)
RANGE: Final = re.compile(
    rf"[\[(]?{ALONE}({PLAIN})\s*(?:,(?=\s*\d+\s*[\])])|-|~|–|—|至|到|to|and|\.\.)\s*({PLAIN})(?![A-Za-z0-9_\-]|\.\d)[\])]?",
    re.IGNORECASE,
)
BETWEEN: Final = re.compile(
    r"between|from|范围|range|values?|介于|取值|[\[~–—至到]|\bto\b|\d\s*-\s*\d", re.IGNORECASE
)
DEFAULT: Final = re.compile(
    r"(?:默认(?:值)?|default(?:s|ed)?(?:\s+(?:value|to))?)\s*(?:为|是|:|=|is|to|of)?\s*"
    rf"[`\"]?({PLAIN}|true|false|null|[a-z][a-z0-9]*[_-][a-z0-9_\-]+)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
A_SECOND: Final = re.compile(r"QPS|RPS|每秒|(?:per|a) second", re.IGNORECASE)
FEW: Final = re.compile(rf"(?:几|数|\b(?:a few|several))\s*({UNIT.replace('?P<u', '?P<w')})", re.IGNORECASE)
# A unit that is said of a field and not of a number.
OF_A_FIELD: Final = re.compile(
    rf"\(({UNIT.replace('?P<u', '?P<f')})\)|单位(?:为|是|:)?\s*({UNIT.replace('?P<u', '?P<g')})|\bin ({UNIT.replace('?P<u', '?P<h')})\b",
    re.IGNORECASE,
)
A_MINUTE: Final = re.compile(r"QPM|RPM|每分钟(?:请求|调用|次)|requests? (?:per|a) minute", re.IGNORECASE)
ORDINAL: Final = re.compile(r"^\s*(?:\(?\d{1,2}\\?[.)、](?!\d)\s*|步骤\s*\d+|step\s+\d+)", re.IGNORECASE)
NO_NUMBER: Final = re.compile(
    r"华(?:北|东|南|中)\s*\d|\bv\d[\w.]*|https?://\S+|\d{4}[-/年]\d{1,2}(?:[-/月]\d{1,2}日?)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|(?:Python|Java|Node(?:\.js)?|OpenAPI|HTTP/|JDK|UTC|GMT)\s*[+\-]?\d[\d.]*\+?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2},?\s+\d{4}",
    re.IGNORECASE,
)


def numbers(text: str) -> Iterator[tuple[int, Fact]]:
    """Give each number, range and default of a line that was made `plain`, with its place."""
    rest = ORDINAL.sub(_blank, text)
    rest = NO_NUMBER.sub(_blank, rest)
    for found in DEFAULT.finditer(rest):
        yield found.start(), Fact(kind="default", value=found[1].lower())
    rest = DEFAULT.sub(_blank, rest)
    for found in RANGE.finditer(rest):
        if BETWEEN.search(rest[max(0, found.start() - 20) : found.end()]):
            yield found.start(), Fact(kind="range", value=f"{found[1]}..{found[2]}")
            rest = rest[: found.start()] + _blank(found) + rest[found.end() :]
    for found in FEW.finditer(rest):
        yield found.start(), Fact(kind="number", value=f"few {_named(found, 'w')}")
    for found in OF_A_FIELD.finditer(rest):
        unit = _named(found, "fgh")
        if not unit.startswith("/") and re.fullmatch(r"[a-z]", found[0].strip("()"), re.IGNORECASE) is None:
            yield found.start(), Fact(kind="unit", value=unit)
    pace = "/min" if A_MINUTE.search(text) else "/s" if A_SECOND.search(text) else ""
    for found in NUMBER.finditer(rest):
        yield found.start(), Fact(kind="number", value=_value(found) + _unit(found, pace))


def _value(found: re.Match[str]) -> str:
    number, scale = float(found["number"]), (found["scale"] or "").lower()
    number *= SCALES.get(scale) or SCALES_IN_WORDS.get(scale) or 1
    return f"{number:.10g}"


def _unit(found: re.Match[str], pace: str) -> str:
    return _named(found, "u") or pace


def _named(found: re.Match[str], families: str) -> str:
    """Give the one name of the unit that was found."""
    for place, (_, name) in enumerate(UNITS):
        if any(found[f"{family}{place}"] for family in families):
            return name.strip() if families != "u" else name
    return ""


def _blank(found: re.Match[str]) -> str:
    """Leave places where they are."""
    return " " * len(found[0])
