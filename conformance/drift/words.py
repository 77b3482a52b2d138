"""What a drift and a coverage say themselves: the words of the report, and their own beside them."""

from typing import Final

from conformance.drift.chinese import CHINESE
from conformance.drift.english import ENGLISH
from conformance.report.words import WORDS as REPORT
from conformance.report.words import Words

WORDS: Final = Words(english={**REPORT.english, **ENGLISH}, chinese={**REPORT.chinese, **CHINESE})
say, word = WORDS.say, WORDS.word
