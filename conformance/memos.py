"""Memos: small files that each say one made-up word, so that an answer shows which of them were read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.client import FormFile
from conformance.corpus import name_of
from conformance.documents import document
from conformance.exchange import Exchange
from conformance.files import Files, id_of

CONSONANTS = "BDFGKLMNPRTVZ"
VOWELS = "AEIOU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """One file with its word and the exchange of its upload."""

    word: str
    exchange: Exchange

    @property
    def id(self) -> str:
        """The id that the upload answered, or nothing where it was not accepted."""
        return id_of(self.exchange)

    @property
    def sent(self) -> float:
        """When the upload was answered, in seconds since the epoch."""
        return self.exchange.started + self.exchange.seconds


def word(seed: str) -> str:
    """Make a word up that no model knows; the same seed gives the same word."""
    digest = hashlib.sha256(seed.encode()).digest()
    letters = (
        alphabet[byte % len(alphabet)]
        for byte, alphabet in zip(digest, (CONSONANTS, VOWELS) * 3, strict=False)
    )
    return "".join(letters) + f"{int.from_bytes(digest[6:8]) % 9000 + 1000}"


def sentence(word: str) -> str:
    """Say the word in a sentence of which a question can be asked."""
    return f"The code word of this document is {word}."


def upload(files: Files, tag: str, count: int, *, extension: str = "txt", words: str = "memo") -> list[Memo]:
    """Upload so many memos, no two with one word."""
    return [_upload(files, tag, f"{words} {number}", extension) for number in range(1, count + 1)]


def settled(memos: Iterable[Memo], lag: float) -> float:
    """Give the time from which no lag excuses a server for not knowing them."""
    return max((memo.sent for memo in memos), default=0.0) + lag


def _upload(files: Files, tag: str, words: str, extension: str) -> Memo:
    made_up = word(f"{tag} {words} {extension}")
    content = document(extension, sentence(made_up))
    name = name_of(tag, words, extension)
    exchange = files.upload(FormFile(filename=name, content=content, size=len(content)), "file-extract")
    return Memo(word=made_up, exchange=exchange)
