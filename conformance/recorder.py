"""Recorder: numbers and keeps every exchange of a run, with secrets removed. Redaction lives here and nowhere else."""

import base64
import contextlib
import dataclasses
import html
import json
import re
import threading
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from conformance.exchange import Answer, Exchange, Pairs, Part, Request

KEPT_BODY = 65_536
# What all bodies longer than that may take together, in bytes: behind it, no more than their beginnings are kept.
ROOM = 64 * 1024 * 1024
REDACTED = "[redacted]"
# Shorter keys belong to toy servers; hiding them would hide every "test" of a report.
SHORTEST_SECRET = 8
# A piece of Base64 shorter than this stands in innocent text, too.
SHORTEST_PIECE = 6
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
# What stands for itself in a URL, and is therefore left alone where a whole URL is escaped.
URL_LETTERS = ";,/?:@&=+$-_.!~*'()#[]"
ECHO = "the answer repeats the key"


class Redactor:
    """Removes known secrets from text and bytes, in the spellings in which a server might echo them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        pieces: set[str] = set()
        for secret in (secret for secret in secrets if len(secret) >= SHORTEST_SECRET):
            spellings |= set(_escaped(secret))
            for plain in (secret, f"Bearer {secret}"):
                # Base64 of a longer text that holds the secret is aligned in one of three ways.
                for shift in range(3):
                    encoded = base64.b64encode(b"\0" * shift + plain.encode()).decode()
                    piece = encoded[4 if shift else 0 : -4]
                    if len(piece) >= SHORTEST_PIECE:
                        pieces |= {piece, piece.replace("+", "-").replace("/", "_")}
        # Whoever changes the case of a key still gives it away; Base64 in another case says something else.
        spelt = "|".join(f"(?i:{re.escape(each)})" for each in _longest_first(spellings))
        encoded = "|".join(map(re.escape, _longest_first(pieces)))
        self._pattern = re.compile(f"{spelt}|{encoded}" if spellings else r"(?!)")
        self._bytes_pattern = re.compile(self._pattern.pattern.encode())
        # To look for one of many words in any case takes a second for each of their megabytes; for a few, no time.
        self._stems = _shortest({each.lower() for each in spellings | pieces})
        self._bytes_stems = [stem.encode() for stem in self._stems]

    def text(self, value: str) -> str:
        """Give the text without secrets, and without lone surrogates that no file can hold."""
        lower = value.lower()
        if any(stem in lower for stem in self._stems):
            value = self._pattern.sub(REDACTED, value)
        return value.encode("utf-8", "replace").decode()

    def bytes(self, value: bytes) -> bytes:
        """Give the bytes without secrets."""
        lower = value.lower()
        if any(stem in lower for stem in self._bytes_stems):
            value = self._bytes_pattern.sub(REDACTED.encode(), value)
        return value

    def found_in(self, answer: Answer) -> bool:
        """Whether an answer repeats a secret."""
        headers = "\n".join(f"{name}\n{value}" for name, value in answer.headers)
        return self.bytes(answer.body) != answer.body or self._pattern.search(headers) is not None

    def exchange(self, exchange: Exchange) -> Exchange:
        """Give the exchange without secrets; one whose answer repeated a key says so in its notes."""
        answer = exchange.answer
        notes = exchange.notes
        if answer:
            if self.found_in(answer):
                notes = (*notes, ECHO)
            answer = dataclasses.replace(
                answer, headers=self._headers(answer.headers), body=self.bytes(answer.body)
            )
        request = exchange.request
        clean = Request(
            method=request.method,
            path=self.text(request.path),
            query=tuple((self.text(k), self.text(v)) for k, v in request.query),
            # Without an account there is no secret to hide, and the header may be the very point.
            headers=self._headers(request.headers, hide=exchange.account != "none"),
            parts=tuple(self._part(part) for part in request.parts),
            body=None if request.body is None else self.text(request.body),
            body_bytes=request.body_bytes,
        )
        trouble = self.text(exchange.trouble) if exchange.trouble else None
        return dataclasses.replace(exchange, request=clean, answer=answer, trouble=trouble, notes=notes)

    def _headers(self, headers: Pairs, *, hide: bool = True) -> Pairs:
        return tuple(
            (self.text(name), REDACTED if hide and name.lower() in SECRET_HEADERS else self.text(value))
            for name, value in headers
        )

    def _part(self, part: Part) -> Part:
        return dataclasses.replace(
            part,
            filename=None if part.filename is None else self.text(part.filename),
            text=None if part.text is None else self.text(part.text),
        )


def _escaped(secret: str) -> Iterator[str]:
    """Write a secret in the ways in which text is escaped: as it is, in URLs, in JSON and in HTML, in part and whole."""
    in_url, in_json = quote(secret, safe=""), json.dumps(secret)[1:-1]
    yield from (quote(secret), quote(secret, safe=URL_LETTERS))
    yield from (secret, in_url, quote(in_url, safe=""), in_json, in_json.replace("/", "\\/"))
    yield from (html.escape(secret), html.escape(secret).replace("&#x27;", "&#39;"))
    for form in ("%{:02x}", "\\u{:04x}", "&#{};", "&#x{:x};"):
        letters = [(letter, form.format(ord(letter))) for letter in secret]
        yield "".join(written for _, written in letters)
        yield "".join(
            letter if letter.isalnum() or letter in "-._" else written for letter, written in letters
        )


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _shortest(words: Iterable[str]) -> list[str]:
    """Keep the words that hold none of the others."""
    found: list[str] = []
    for word in reversed(_longest_first(words)):
        if not any(each in word for each in found):
            found.append(word)
    return found


class Recorder:
    """The exchanges of a run in the order in which they ended, whichever of its clients sent them.

    `test` is the running test and `phase` the running phase of the rate probe, if any: every exchange bears both.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.test = ""
        self.phase = ""
        self._exchanges: list[Exchange] = []
        self._large: dict[bytes, bytes] = {}
        self._room = ROOM
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> Exchange:
        """Number an exchange, keep it, and give it back as it was kept."""
        clean = self.redactor.exchange(exchange)
        with self._lock:
            kept = dataclasses.replace(
                clean,
                number=len(self._exchanges) + 1,
                answer=self._roomy(clean.answer),
                test=clean.test or self.test,
                phase=self.phase,
            )
            self._exchanges.append(kept)
        return kept

    def _roomy(self, answer: Answer | None) -> Answer | None:
        """Give an answer as there is room for it: a long body is kept once, or cut where there is none left."""
        if answer is None or len(answer.body) <= KEPT_BODY:
            return answer
        body = self._large.get(answer.body)
        if body is None:
            if len(answer.body) > self._room:
                return dataclasses.replace(answer, body=answer.body[:KEPT_BODY], cut=True)
            self._room -= len(answer.body)
            body = self._large[answer.body] = answer.body
        return dataclasses.replace(answer, body=body)

    @contextlib.contextmanager
    def during(self, phase: str) -> Iterator[None]:
        """Let what is sent meanwhile bear the name of a phase."""
        before, self.phase = self.phase, phase
        try:
            yield
        finally:
            self.phase = before

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was kept so far, whole."""
        return tuple(self._exchanges)

    def log(self) -> tuple[Exchange, ...]:
        """What was kept so far, bodies cut to the length that a run log holds."""
        return tuple(shortened(exchange) for exchange in self._exchanges)


def shortened(exchange: Exchange) -> Exchange:
    """Cut a body to the length that a run log holds."""
    answer = exchange.answer
    if answer is None or len(answer.body) <= KEPT_BODY:
        return exchange
    body = answer.body[:KEPT_BODY]
    # Cut at a character's end, so that the log stays text where the body was text.
    kept = body.decode("utf-8", "ignore").encode()
    body = kept if len(kept) > KEPT_BODY - 4 and body.startswith(kept) else body
    notes = (*exchange.notes, f"{len(answer.body)} bytes, of which the log keeps {len(body)}")
    return dataclasses.replace(exchange, answer=dataclasses.replace(answer, body=body), notes=notes)
