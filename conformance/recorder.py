"""Recorder: numbers and keeps every exchange of a run, with secrets removed. Redaction lives here and nowhere else."""

import base64
import contextlib
import dataclasses
import json
import re
import threading
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from conformance.exchange import Answer, Exchange, Pairs, Part, Request

KEPT_BODY = 65_536
REDACTED = "[redacted]"
# Shorter keys belong to toy servers; hiding them would hide every "test" of a report.
SHORTEST_SECRET = 8
# A piece of Base64 shorter than this stands in innocent text, too.
SHORTEST_PIECE = 6
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
ECHO = "the answer repeats the key"


class Redactor:
    """Removes known secrets from text and bytes, in the spellings in which a server might echo them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        for secret in (secret for secret in secrets if len(secret) >= SHORTEST_SECRET):
            escaped = quote(secret, safe="")
            lower = re.sub("%..", lambda found: found[0].lower(), escaped)
            spellings |= {secret, escaped, lower, json.dumps(secret)[1:-1]}
            for plain in (secret, f"Bearer {secret}"):
                # Base64 of a longer text that holds the secret is aligned in one of three ways.
                for shift in range(3):
                    encoded = base64.b64encode(b"\0" * shift + plain.encode()).decode()
                    piece = encoded[4 if shift else 0 : -4]
                    if len(piece) >= SHORTEST_PIECE:
                        spellings |= {piece, piece.replace("+", "-").replace("/", "_")}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._bytes_pattern = re.compile(self._pattern.pattern.encode())

    def text(self, value: str) -> str:
        """Give the text without secrets, and without lone surrogates that no file can hold."""
        return self._pattern.sub(REDACTED, value).encode("utf-8", "replace").decode()

    def bytes(self, value: bytes) -> bytes:
        """Give the bytes without secrets."""
        return self._bytes_pattern.sub(REDACTED.encode(), value)

    def found_in(self, answer: Answer) -> bool:
        """Whether an answer repeats a secret."""
        headers = "\n".join(value for _, value in answer.headers)
        return bool(self._bytes_pattern.search(answer.body) or self._pattern.search(headers))

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


class Recorder:
    """The exchanges of a run in the order in which they ended, whichever of its clients sent them.

    `test` is the running test and `phase` the running phase of the rate probe, if any: every exchange bears both.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.test = ""
        self.phase = ""
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> Exchange:
        """Number an exchange, keep it, and give it back as it was kept."""
        clean = self.redactor.exchange(exchange)
        with self._lock:
            kept = dataclasses.replace(
                clean, number=len(self._exchanges) + 1, test=clean.test or self.test, phase=self.phase
            )
            self._exchanges.append(kept)
        return kept

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
