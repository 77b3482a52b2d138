"""What the views say themselves, in every language at once, and how they write numbers.

One language is one table of words. What is said is English, and carries its Chinese with it to the pages, which
show either.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from conformance.report.chinese import CHINESE
from conformance.report.english import ENGLISH

CUT: Final = "… [cut: {all} characters]"


class Phrase(str):
    """Something said in English that knows its Chinese."""

    __slots__ = ("chinese",)

    chinese: str

    def __new__(cls, english: str, chinese: str) -> Self:
        """Say the same twice."""
        phrase = super().__new__(cls, english)
        phrase.chinese = chinese
        return phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The tables of one kind of view."""

    english: Mapping[str, str]
    chinese: Mapping[str, str]

    def say(self, key: str, **values: object) -> Phrase:
        """Say one thing; numbers are written with separators, and phrases in the language around them."""
        written = {name: number(value) if type(value) is int else value for name, value in values.items()}
        turned = {name: in_chinese(value) for name, value in written.items()}
        return Phrase(self.english[key].format(**written), self.chinese[key].format(**turned))

    def plural(self, key: str, n: int) -> Phrase:
        """Say how many of a thing there are."""
        return self.say(f"{key}.{'one' if n == 1 else 'many'}", n=n)

    def word(self, family: str, value: str) -> str:
        """Name one value of a family that is known; another stays as it is."""
        key = f"{family}.{value}"
        return self.say(key) if key in self.english else value

    def beginning(self, *prefixes: str) -> dict[str, dict[str, str]]:
        """Give the words that a page's script says, by language."""
        return {
            language: {key: phrase for key, phrase in table.items() if key.startswith(prefixes)}
            for language, table in (("en", self.english), ("zh", self.chinese))
        }


WORDS: Final = Words(english=ENGLISH, chinese=CHINESE)
say, plural, word = WORDS.say, WORDS.plural, WORDS.word


def in_chinese(value: object) -> object:
    """Give the Chinese of a phrase; anything else is the same in both languages."""
    return value.chinese if isinstance(value, Phrase) else value


def listed(items: Iterable[str], *, english: str = ", ", chinese: str = "，") -> Phrase:
    """Set one thing beside another, with a mark of each language between them."""
    items = tuple(items)
    return Phrase(english.join(items), chinese.join(str(in_chinese(item)) for item in items))


def number(n: int) -> str:
    """Write a whole number with separators."""
    return f"{n:,}"


def duration(seconds: float) -> str:
    """Write a duration in the unit that it is read in."""
    if seconds < 0.0005:
        return "0 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{number(minutes)} min {rest:02d} s"


def size(count: int) -> str:
    """Write a number of bytes in the unit that it is read in."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"


def moment(iso: str) -> str:
    """Write an ISO 8601 moment in UTC to the minute; what is none stays as it is."""
    day, mark, time = iso.partition("T")
    if not mark or len(time) < 5 or not time.endswith(("Z", "+00:00")):
        return iso
    return f"{day} {time[:5]} UTC"
