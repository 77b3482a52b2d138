"""The words of a drift and a coverage: complete in both languages, and without leftovers."""

import re
from pathlib import Path
from typing import Final

import pytest

from conformance import drift
from conformance.drift import adopted, names, telling
from conformance.drift.chinese import CHINESE
from conformance.drift.comparing import Change, Fate
from conformance.drift.english import ENGLISH
from conformance.drift.lines import Kind, Line
from conformance.drift.words import WORDS
from conformance.report.words import in_chinese
from tests.report.test_report_words import placeholders

from .by_hand import fact, read, text_of

HOME: Final = Path(drift.__file__).parent
TEXT: Final = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*sorted(HOME.glob("*.py")), *sorted((HOME / "templates").iterdir())]
    if path.name not in {"english.py", "chinese.py"}
)
KINDS: Final = set(re.findall(r"""Fact\(\s*kind="(\w+)\"""", TEXT))
COUNTED: Final = ("change", "stale", "sample")
# Keys that are put together from a part and a value.
FAMILIES: Final = (
    {f"fate.{fate}" for fate in Fate}
    | {f"line.{kind}" for kind in Kind}
    | {f"kind.{kind}" for kind in KINDS | {"format", "model", "name"}}
    | {f"value.sense.{name}" for name, _ in names.SENSES}
    | {f"value.region.{name}" for _, name in names.REGIONS}
    | {f"value.required.{name}" for name in names.REQUIRED.values()}
    | {f"count.{name}.{form}" for name in COUNTED for form in ("one", "many")}
    | {f"where.{form}" for form in ("one", "many")}
)


def asked() -> set[str]:
    """Every key that the code or a template asks for."""
    return set(re.findall(r"""["']([a-z]+(?:[.-][\w-]+)*)["']""", TEXT))


def said() -> set[str]:
    return set(re.findall(r"""\bsay\(\s*["']([\w.-]+)["']\s*[,)]""", TEXT))


def lines(*numbers: int) -> tuple[Line, ...]:
    return tuple(Line(digest=str(n), key="", kind=Kind.PROSE, sketch=0, number=n) for n in numbers)


def test_every_word_that_is_asked_for_is_there_and_none_is_left_over() -> None:
    assert (said() | FAMILIES) - set(WORDS.english) == set()
    assert set(ENGLISH) - asked() - FAMILIES == set()


def test_every_word_is_said_in_both_languages() -> None:
    assert set(CHINESE) == set(ENGLISH)
    for key, phrase in ENGLISH.items():
        assert placeholders(CHINESE[key]) == placeholders(phrase), key


def test_every_kind_of_value_that_a_page_names_has_its_word() -> None:
    editions = [read(text_of("zh")), read(text_of("en")), *adopted.editions().values()]
    kinds = {fact.kind for edition in editions for line in edition.lines for fact in line.facts}
    assert {f"kind.{kind}" for kind in kinds} - set(ENGLISH) == set()


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        (
            Change(fate=Fate.CHANGED, old=(fact("number", "800"),), new=(fact("number", "900"),)),
            "number: 800 → 900",
            "数值：800 → 900",
        ),
        (
            Change(
                fate=Fate.CHANGED,
                old=(fact("sense", "not"), fact("sense", "only")),
                new=(fact("range", "1..40", "limit"), fact("region", "tokyo")),
            ),
            "a word for not, only → limit range 1..40; region tokyo",
            "关键词 不，仅 → limit 的取值范围 1..40；地域 东京",
        ),
        (Change(fate=Fate.LOST), "gone: a sentence", "消失：一个句子"),
        (
            Change(fate=Fate.NEW, new=(fact("required", "yes", "limit"),)),
            "new: limit required yes",
            "新增：limit 的必选 是",
        ),
    ],
)
def test_what_changed_is_told_in_both_languages(change: Change, english: str, chinese: str) -> None:
    told = telling.told(change)
    assert (told, in_chinese(told)) == (english, chinese)


def test_whom_a_change_concerns_is_told_in_both_languages() -> None:
    names = tuple(f"limits.{letter}" for letter in "abcdefgh")
    told = telling.concerned(Change(fate=Fate.LOST, clauses=names, near=True, excuse="told elsewhere"))
    assert told == (
        "near limits.a, limits.b, limits.c, limits.d, limits.e, limits.f and 2 more "
        "(no clause rests on it: told elsewhere)"
    )
    assert in_chinese(told) == (
        "附近的条款：limits.a，limits.b，limits.c，limits.d，limits.e，limits.f 及另外 2 条"
        "（不设条款的理由：told elsewhere）"
    )
    assert in_chinese(telling.concerned(Change(fate=Fate.NEW))) == "不涉及条款"


def test_a_number_of_a_line_has_no_separators() -> None:
    assert telling.where(lines(1234, 5)) == "lines 5, 1234"
    assert telling.where(lines(7)) == "line 7"
    assert telling.where(()) == ""
