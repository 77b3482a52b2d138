"""What a comparison says itself: the words of the report, and its own beside them."""

from typing import Final

from conformance.comparison.chinese import CHINESE
from conformance.comparison.english import ENGLISH
from conformance.report.words import WORDS as REPORT
from conformance.report.words import Words

WORDS: Final = Words(english={**REPORT.english, **ENGLISH}, chinese={**REPORT.chinese, **CHINESE})
say, plural, word = WORDS.say, WORDS.plural, WORDS.word
