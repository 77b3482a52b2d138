"""What a line says, freed of what does not count: script, case, white space, punctuation. Digests and sketches of it."""

import hashlib
import re
import unicodedata
from functools import cache
from typing import Final

from opencc import OpenCC

WIDTH: Final = 256
# Words of the vendor's traditional edition whose usual counterpart is not that of the simplified one.
VENDOR: Final = (
    ("文件剖析", "文档分析"),
    ("截取", "获取"),
    ("缺省", "默认"),
    ("样本", "示例"),
    ("回应", "响应"),
    ("帐号", "账号"),
    ("密匙", "密钥"),
    ("只读", "只读"),
    ("时间戳记", "时间戳"),
    ("列出", "列表"),
)
QUOTES: Final = str.maketrans("“”„‟«»「」『』‘’‚′″", '""""""""""\'\'\'\'\'')
INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]")
CJK: Final = re.compile("[\u3400-\u9fff]")
KANA: Final = re.compile("[\u3041-\u30ff]")
THOUSANDS: Final = re.compile(r"(?<![\[\d.,])(\d{1,3}(?:,\d{3})+)(?![\d\]])")
# Punctuation counts only where it joins letters and digits, as in a name, a host or a time.
LOOSE: Final = re.compile(r"(?<![a-z0-9])[^\w]+|[^\w]+(?![a-z0-9])", re.ASCII)
ENGLISH: Final = re.compile(r"\b(?:the|of|to|and|is|for|in|you|a)\b", re.IGNORECASE)


@cache
def _converter() -> OpenCC:
    return OpenCC("tw2sp")


@cache
def plain(text: str) -> str:
    """Fold widths, quotes and invisible characters, and write Chinese in its simplified form."""
    folded = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(QUOTES)
    if CJK.search(folded):
        folded = _converter().convert(folded)
        for theirs, ours in VENDOR:
            folded = folded.replace(theirs, ours)
    return THOUSANDS.sub(lambda found: found[1].replace(",", ""), folded)


@cache
def normal(text: str) -> str:
    """Give what counts of a line; empty where nothing does."""
    folded = plain(text).casefold()
    kept = []
    for place, char in enumerate(folded):
        if char.isalnum() or (_joins(folded, place) and not char.isspace()):
            kept.append(char)
    return "".join(kept)


def _joins(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def digest(text: str, nth: int = 1) -> str:
    """Fingerprint a line by what it says; `nth` tells it from earlier lines that say the same."""
    said = normal(text) if nth == 1 else f"{normal(text)}\n{nth}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def sketch(text: str) -> int:
    """Give a bit for each pair of neighbouring characters, so that rewordings can be told from other lines."""
    said = f"^{normal(text)}$"
    bits = 0
    for place in range(len(said) - 1):
        pair = hashlib.blake2b(said[place : place + 2].encode(), digest_size=2).digest()
        bits |= 1 << int.from_bytes(pair, "big") % WIDTH
    return bits


def alike(one: int, other: int) -> float:
    """Say how much two sketches share, from 0 to 1."""
    return (one & other).bit_count() / ((one | other).bit_count() or 1)


def within(part: int, whole: int) -> float:
    """Say how much of one sketch is in another, from 0 to 1."""
    return (part & whole).bit_count() / (part.bit_count() or 1)


def language(text: str) -> str:
    """Tell in which language a page is written: zh, en, or nothing that we read."""
    chinese, kana = len(CJK.findall(text)), len(KANA.findall(text))
    if kana > max(20, chinese / 10):
        return ""
    letters = sum(char.isascii() and char.isalpha() for char in text)
    if chinese * 25 > letters:
        return "zh"
    return "en" if len(ENGLISH.findall(text)) * 40 > len(text.split()) else ""
