"""The words of a comparison: complete in both languages, and without leftovers."""

import re
import string
from pathlib import Path

from conformance import comparison
from conformance.comparison.chinese import CHINESE
from conformance.comparison.difference import Class
from conformance.comparison.english import ENGLISH
from conformance.comparison.facets import Kind
from conformance.comparison.fidelity import LIVE
from conformance.comparison.words import WORDS
from conformance.rates import DOCUMENTED

HOME = Path(comparison.__file__).parent
TEXT = "\n".join(
    path.read_text()
    for path in [*sorted(HOME.glob("*.py")), *sorted((HOME / "templates").iterdir())]
    if path.name not in {"english.py", "chinese.py"}
)
# Keys that are put together from a part and a value.
FAMILIES = (
    {f"class.{cls}" for cls in Class}
    | {f"class.{part}.{cls}" for part in ("title", "means") for cls in Class}
    | {f"kind.{kind}" for kind in Kind if kind is not Kind.GROUND}
    | {f"label.{label}" for label in ("documented", "observed", "inferred", LIVE)}
    | {f"closing.{status}" for status in (0, 1, 6)}
    | {f"remark.option.{field}" for field in ("profile", "lane", "seed", "pace", "version")}
    | {f"times.limit.{lane}" for lane in DOCUMENTED}
    | {f"chapters.{key}" for key in ("clauses-alike", "behaviours-alike", "share")}
)


def asked() -> set[str]:
    """Every key that the code or a template asks for."""
    quoted = set(re.findall(r"""["']([a-z]+(?:[.-][\w-]+)*)["']""", TEXT))
    plural = set(re.findall(r"""plural\(\s*["']([\w.]+)["']""", TEXT))
    return (quoted & set(WORDS.english)) | {f"{key}.{form}" for key in plural for form in ("one", "many")}


def said() -> set[str]:
    return set(re.findall(r"""\bsay\(\s*["']([\w.-]+)["']\s*[,)]""", TEXT))


def placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_every_word_that_is_asked_for_is_there_and_none_is_left_over() -> None:
    assert (said() | FAMILIES) - set(WORDS.english) == set()
    assert set(ENGLISH) - asked() - FAMILIES == set()


def test_every_word_is_said_in_both_languages() -> None:
    assert set(CHINESE) == set(ENGLISH)
    for key, phrase in ENGLISH.items():
        assert placeholders(CHINESE[key]) == placeholders(phrase), key
