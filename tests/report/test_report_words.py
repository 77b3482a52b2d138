"""The words of the views: one table, complete and without leftovers, so that it can be translated."""

import re
import string
from pathlib import Path

import pytest

from conformance import report
from conformance.clauses import registry
from conformance.gate import Kind
from conformance.notices import Level as Notice
from conformance.rates import DOCUMENTED
from conformance.report import words
from conformance.troubles import KINDS
from conformance.verdicts import ExitStatus, Verdict

WORDS = words.WORDS
HOME = Path(report.__file__).parent
OTHERS = ("trend_command.py",)
TEXTS = [
    path.read_text()
    for path in [
        *sorted(HOME.glob("*.py")),
        *sorted((HOME / "templates").iterdir()),
        *(HOME.parent / name for name in OTHERS),
    ]
    if path.name not in {"english.py", "chinese.py"}
]
# Keys that are put together from a part and a value.
FACTS = ("region", "base", "started", "contract", "profile", "lane", "seed", "pace", "version")
PHASES = ("paced", "control", "again", "flood", "flood-again", "beside", "recovery", "mix", "cleaning")
BECAUSE = (ExitStatus.PASSED, ExitStatus.INTERNAL, ExitStatus.UNPROVEN)
COUNTED = (Kind.ERROR, Kind.WORSE, Kind.PROMISE, Kind.LOST, "stray")
LEVELS = ("must", "should", "observed")
FAMILIES = (
    {f"verdict.{verdict}" for verdict in Verdict}
    | {f"level.{level}" for level in LEVELS}
    | {f"notice.{level}" for level in Notice}
    | {f"chapter.{chapter}" for chapter in registry().chapters()}
    | {"exit.other", "headline.other"}
    | {f"meaning.{verdict}" for verdict in Verdict}
    | {f"{family}.{int(status)}" for family in ("exit", "headline") for status in ExitStatus}
    | {f"fact.{name}" for name in FACTS}
    | {f"plan.{name}" for name in ("requests", "uploads", "bytes", "tokens", "minutes")}
    | {f"trouble.{kind}" for kind in KINDS}
    | {f"gate.because.{int(status)}" for status in BECAUSE}
    | {f"gate.count.{kind}.{form}" for kind in COUNTED for form in ("one", "many")}
    | {f"gate.title.{kind}" for kind in Kind}
    | {f"gate.{name}" for name in ("open", "shut", "judged", "judged.both")}
    | {f"trend.{name}" for name in ("clauses", "seconds")}
    | {f"rates.lane.{name}" for name in DOCUMENTED}
    | {f"rates.phase.{name}" for name in PHASES}
    | {f"rates.legend.{name}" for name in ("admitted", "sent", "limit", "estimate")}
)


def asked() -> set[str]:
    """Every key that the code or a template asks for."""
    text = "\n".join(TEXTS)
    single = set(re.findall(r"""(?:say|done)\(\s*["']([\w.-]+)["']\s*[,)]""", text))
    single |= set(re.findall(r"""["'](x\.\w+|exit\.other)["']""", text))
    plural = set(re.findall(r"""plural\(\s*["']([\w.]+)["']""", text))
    sections = set(re.findall(r"""_section\(\s*["'](\w+)["']""", text))
    return single | {f"{key}.{form}" for key in plural for form in ("one", "many")} | sections | FAMILIES


def test_every_word_that_is_asked_for_is_there() -> None:
    assert asked() - set(WORDS.english) == set()


def test_no_word_is_left_over() -> None:
    assert set(WORDS.english) - asked() == set()


def placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_every_word_is_said_in_both_languages() -> None:
    assert set(WORDS.chinese) == set(WORDS.english)
    for key, phrase in WORDS.english.items():
        assert placeholders(WORDS.chinese[key]) == placeholders(phrase), key


def test_what_is_said_inside_something_else_is_turned_with_it() -> None:
    said = words.say("headline.unproven", owed=words.plural("owed", 3))
    assert said == "Nothing failed, but 3 required clauses are unproven"
    assert said.chinese == "没有不符，但3 条必需条款未证实"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "0 ms"), (0.0312, "31 ms"), (0.9996, "1.0 s"), (74.218, "74.2 s"), (3661, "61 min 01 s")],
)
def test_a_duration_is_written_in_the_unit_it_is_read_in(seconds: float, written: str) -> None:
    assert words.duration(seconds) == written


def test_a_moment_that_is_none_stays_as_it_is() -> None:
    assert words.moment("2026-11-20T08:15:30+00:00") == "2026-11-20 08:15 UTC"
    assert words.moment("2026-11-20T08:15:30+08:00") == "2026-11-20T08:15:30+08:00"
    assert words.moment("yesterday") == "yesterday"
