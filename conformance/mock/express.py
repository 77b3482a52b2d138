"""Plain requests that succeed, answered at once: no parser, no task, and what was asked before needs no second look.

Only the lawful mock has them. What every request costs, one from here costs too: a place in the journal, a token of the
rate, a request id, the date. Whatever is not plain, or would be refused, is left to `app`, which begins it anew.
"""

import traceback
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import parse_qsl

from conformance.mock import plain
from conformance.mock.behaviour import dated
from conformance.mock.clock import RealClock
from conformance.mock.delivery import TOGETHER
from conformance.mock.filing import held
from conformance.mock.forms import OVERHEAD
from conformance.mock.identities import RequestIds
from conformance.mock.journal import Journal
from conformance.mock.lawful import Lawful
from conformance.mock.lines import parsed
from conformance.mock.records import Body, Call, Flow, Operation
from conformance.mock.refusals import Refusal
from conformance.mock.routes import route

# In bytes of answers.
CAPACITY = 8 * 1024 * 1024
# To be answered when the rest of it is here.
LATER = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One question that was answered, and with what: headers that say how to read the body, and the body."""

    call: Call
    account: str
    kind: str
    body: bytes


class Express:
    """The answers that were given since the state last changed, and the short way to new ones."""

    def __init__(self, behaviour: Lawful, journal: Journal, ids: RequestIds, crashes: list[str]) -> None:
        # A fault may count requests, or answer otherwise the second time.
        self._is_open = type(behaviour) is Lawful and isinstance(behaviour.world.clock, RealClock)
        self._behaviour = behaviour
        self._journal = journal
        self._ids = ids
        self._crashes = crashes
        self._known: dict[tuple[str, str, str], Known] = {}
        self._weight = 0
        self._version: object = None

    def answer(self, raw: bytes) -> bytes | None:
        """Answer a request, or leave it to those who can parse; `LATER` where its body is still to come."""
        began = perf_counter()
        if not self._is_open or len(raw) > plain.MOST or not (head := plain.head(raw)):
            return None
        missing = head.size + head.length - len(raw)
        if missing > 0 and head.size + head.length <= plain.MOST and head.method == "POST":
            return LATER
        now = self._behaviour.now()
        if missing or self._behaviour.store.batches.is_due(now):
            return None
        try:
            known = self._remembered(head) if head.method == "GET" else self._done(head, raw[head.size :])
        except (Refusal, _Unusual):
            return None
        except Exception:  # noqa: BLE001 - whatever goes wrong in here, the client gets an answer from those who parse
            self._crashes.append(traceback.format_exc())
            return None
        return self._written(head, known, now, began)

    def _remembered(self, head: plain.Head) -> Known:
        version = self._behaviour.store.version
        if version != self._version:
            self._forget(version)
        asked = (head.path, head.query, head.authorization)
        known = self._known.get(asked)
        if known is None:
            known = self._looked_up(head)
            self._weight += len(known.body)
            if self._weight > CAPACITY:
                self._forget(version)
                self._weight = len(known.body)
            self._known[asked] = known
        self._behaviour.admit(known.account, known.call)
        return known

    def _forget(self, version: object) -> None:
        self._known.clear()
        self._weight = 0
        self._version = version

    def _looked_up(self, head: plain.Head) -> Known:
        behaviour, call = self._behaviour, _call(head)
        account = behaviour.authenticate(call)
        if call.operation is Operation.RETRIEVE:
            body = behaviour.retrieve(account, call.file_id)
        elif call.operation is Operation.LIST:
            body = behaviour.list_files(account, call)
        else:
            raise _Unusual
        return self._known_as(call, account, body)

    def _done(self, head: plain.Head, sent: bytes) -> Known:
        call = _call(head)
        account = self._behaviour.authenticate(call)
        if call.operation is Operation.UPLOAD:
            body: Body | Flow = self._uploaded(account, call, plain.form(head.content_type, sent), len(sent))
        elif call.operation is Operation.CHAT:
            body = self._said(account, call, sent)
        else:
            raise _Unusual
        return self._known_as(call, account, body)

    def _uploaded(self, account: str, call: Call, form: plain.PlainForm | None, size: int) -> Body:
        behaviour, shelf = self._behaviour, self._behaviour.world.shelf
        # For a disk one must wait, and a batch's lines have a reader of their own.
        if form is None or not shelf.holds(len(form.content)) or form.filename.lower().endswith(".jsonl"):
            raise _Unusual
        behaviour.check_declared(size, OVERHEAD)
        upload = held(behaviour.purpose(form.purpose), form.filename, form.content, overhead=size)
        behaviour.judge(upload.purpose, upload.filename, upload.bytes, None)
        behaviour.check_room(account, upload)
        behaviour.admit(account, call)
        record = behaviour.enter(account, upload)
        shelf.put(record.id, form.content)
        return behaviour.describe(record, call.operation)

    def _said(self, account: str, call: Call, sent: bytes) -> Body | Flow:
        try:
            question = parsed(sent)
        except ValueError:
            raise _Unusual from None
        if not isinstance(question, dict) or len(sent) > self._behaviour.limits.chat_bytes:
            raise _Unusual
        body = self._behaviour.chat(account, question)
        self._behaviour.admit(account, call)
        return body

    def _known_as(self, call: Call, account: str, body: Body | Flow) -> Known:
        if not isinstance(body, Flow):
            text = self._behaviour.json(body)
            kind = f"content-type: application/json\r\ncontent-length: {len(text)}\r\n"
        elif body.size is not None and body.size <= TOGETHER and not body.pause:
            text = b"%x\r\n%b\r\n0\r\n\r\n" % (body.size, b"".join(body.pieces))
            kind = f"content-type: {body.media_type}\r\ntransfer-encoding: chunked\r\n"
        else:
            raise _Unusual
        return Known(call=call, account=account, kind=kind, body=text)

    def _written(self, head: plain.Head, known: Known, now: int, began: float) -> bytes:
        request_id = self._ids.draw()
        target = f"{head.path}?{head.query}" if head.query else head.path
        seconds = perf_counter() - began
        self._journal.note((now, head.method, target, 200, known.account, request_id, seconds))
        lines = f"HTTP/1.1 200 OK\r\n{known.kind}x-request-id: {request_id}\r\ndate: {dated(now)}\r\n\r\n"
        return lines.encode("ascii") + known.body


class _Unusual(Exception):  # noqa: N818 - it is nobody's fault
    """Not for here."""


def _call(head: plain.Head) -> Call:
    asked = route(head.method, head.path)
    return Call(
        operation=asked.operation,
        method=head.method,
        path=head.path,
        headers={"authorization": head.authorization},
        query=dict(parse_qsl(head.query, keep_blank_values=True)) if head.query else {},
        request_id="",
        file_id=asked.file_id,
    )
