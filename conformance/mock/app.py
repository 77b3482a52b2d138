"""The application: it reads requests, asks the behaviour, and hands answers to delivery. ASGI, without a framework."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from time import perf_counter
from urllib.parse import parse_qsl

from conformance.mock import refusals
from conformance.mock.delivery import Delivery, Disconnect, HangUp, Inbox, Receive, Scope, Send
from conformance.mock.express import Express
from conformance.mock.forms import OVERHEAD, Form, boundary
from conformance.mock.identities import RequestIds
from conformance.mock.journal import Journal
from conformance.mock.lawful import Lawful
from conformance.mock.lines import Lines, parsed
from conformance.mock.records import Answer, Body, Call, Fate, Flow, Operation
from conformance.mock.refusals import Refusal, Silence
from conformance.mock.routes import Route, route
from conformance.mock.settings import BASE_PATH

# What needs no body is answered at once, the rest when its body is here.
Read = Callable[[str, Call], Body | Flow]
Work = Callable[[Inbox, Call, str], Awaitable[Body | Flow]]


class Application:
    """The server without its socket."""

    def __init__(self, behaviour: Lawful, journal: Journal) -> None:
        self.behaviour = behaviour
        self.journal = journal
        self.crashes: list[str] = []
        self.hang_up: HangUp | None = None
        self._ids = RequestIds(behaviour.settings.seed)
        self.express = Express(behaviour, journal, self._ids, self.crashes)
        self._reads: dict[Operation, Read] = {
            Operation.LIST: behaviour.list_files,
            Operation.RETRIEVE: lambda account, call: behaviour.retrieve(account, call.file_id),
            Operation.DELETE: lambda account, call: behaviour.delete(account, call.file_id),
            Operation.CONTENT: lambda account, call: behaviour.content(account, call.file_id),
            Operation.LIST_BATCHES: behaviour.list_batches,
            Operation.RETRIEVE_BATCH: lambda account, call: behaviour.retrieve_batch(account, call.batch_id),
            Operation.CANCEL_BATCH: lambda account, call: behaviour.cancel_batch(account, call.batch_id),
        }
        self._works: dict[Operation, Work] = {
            Operation.UPLOAD: self._upload,
            Operation.CHAT: self._chat,
            Operation.CREATE_BATCH: self._create_batch,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        inbox = Inbox(scope, receive)
        if scope["path"] == "/" and scope["method"] in {"GET", "HEAD"}:
            delivery = self._state(inbox)
        else:
            delivery = await self._serve(scope, inbox)
        await delivery(scope, send)

    def _state(self, inbox: Inbox) -> Delivery:
        # Imported late: a template engine is nothing that a client of the API should wait for.
        from conformance.mock import state

        shown = state.page(self.behaviour, self.journal, [*self.crashes, *self.behaviour.world.aside.crashes])
        answer = Answer(status=200, body=shown, headers=state.HEADERS, media_type=state.MEDIA_TYPE)
        return self._delivery(answer, Flow(pieces=(shown,), size=len(shown)), inbox)

    async def _serve(self, scope: Scope, inbox: Inbox) -> Delivery:
        self.behaviour.world.clock.tick()
        began = perf_counter()
        asked = route(scope["method"], scope["path"])
        call = self._call(scope, asked)
        try:
            answer = await self._answer(inbox, call, asked.refusal)
        except (Disconnect, Silence):
            answer = Answer(status=400, body="", fate=Fate.LOST)
        except Exception:  # noqa: BLE001 - whatever goes wrong in here, the client gets an envelope
            self.crashes.append(traceback.format_exc())
            answer = self.behaviour.refuse(refusals.broken(), call)
        flow = self._flow(answer)
        self._note(scope, call, answer, perf_counter() - began)
        return self._delivery(answer, flow, inbox)

    def _delivery(self, answer: Answer, flow: Flow, inbox: Inbox) -> Delivery:
        return Delivery(answer=answer, flow=flow, inbox=inbox, hang_up=self.hang_up or (lambda _: None))

    def _note(self, scope: Scope, call: Call, answer: Answer, seconds: float) -> None:
        behaviour = self.behaviour
        token = behaviour.token(call)
        account = behaviour.settings.account(token) if token in behaviour.settings.keys else ""
        query = scope["query_string"]
        target = (scope["raw_path"] + b"?" * bool(query) + query).decode("ascii", "backslashreplace")
        moment = behaviour.now()
        self.journal.note((moment, call.method, target, answer.status, account, call.request_id, seconds))

    async def _answer(self, inbox: Inbox, call: Call, refusal: Refusal | None) -> Answer:
        behaviour = self.behaviour
        try:
            await behaviour.meet(call)
            behaviour.settle()
            account = ""
            if call.path.startswith(BASE_PATH + "/"):
                account = behaviour.authenticate(call)
                behaviour.admit(account, call)
            body: Body | Flow
            if refusal:
                body = behaviour.stray(account, call, refusal)
            elif read := self._reads.get(call.operation):
                body = read(account, call)
            else:
                body = await self._works[call.operation](inbox, call, account)
        except Refusal as raised:
            return behaviour.refuse(raised, call)
        return behaviour.succeed(body, call)

    def _call(self, scope: Scope, asked: Route) -> Call:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        return Call(
            operation=asked.operation,
            method=scope["method"],
            path=scope["path"],
            headers=headers,
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            request_id=self._ids.draw(),
            peer=str(scope["client"]),
            file_id=asked.file_id,
            batch_id=asked.batch_id,
        )

    def _flow(self, answer: Answer) -> Flow:
        if isinstance(answer.body, Flow):
            return answer.body
        encoded = self.behaviour.encode(answer)
        return Flow(pieces=(encoded,), size=len(encoded))

    async def _upload(self, inbox: Inbox, call: Call, account: str) -> Body:
        behaviour, shelf = self.behaviour, self.behaviour.world.shelf
        declared = inbox.declared
        behaviour.check_declared(declared, OVERHEAD)
        marker = boundary(call.headers.get("content-type", ""))
        incoming = shelf.receive()
        try:
            form = Form(
                boundary=marker,
                rules=behaviour,
                incoming=incoming,
                lines=Lines(behaviour.limits),
                declared=declared,
            )
            async for chunk in inbox.pieces():
                form.feed(chunk)
            upload = form.close()
            if shelf.is_durable:
                await asyncio.to_thread(incoming.secure)
            with behaviour.store.together():
                record = behaviour.accept(account, upload)
                incoming.keep(record.id)
        finally:
            incoming.discard()
        return behaviour.describe(record, Operation.UPLOAD)

    async def _chat(self, inbox: Inbox, _: Call, account: str) -> Body | Flow:
        return self.behaviour.chat(account, await self._json(inbox, self.behaviour.limits.chat_bytes))

    async def _create_batch(self, inbox: Inbox, _: Call, account: str) -> Body:
        return self.behaviour.create_batch(account, await self._json(inbox, OVERHEAD))

    async def _json(self, inbox: Inbox, most: int) -> Body:
        read = bytearray()
        async for chunk in inbox.pieces():
            read += chunk
            if len(read) > most:
                raise refusals.body_too_large()
        try:
            value = parsed(bytes(read))
        except ValueError:
            raise refusals.bad_json() from None
        if not isinstance(value, dict):
            raise refusals.bad_json()
        return value
