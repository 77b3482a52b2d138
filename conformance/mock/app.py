"""The routes: a Starlette application that reads requests, asks the behaviour, and hands answers to delivery."""

import traceback
from collections.abc import Awaitable, Callable
from random import Random
from time import perf_counter
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from conformance.mock import refusals
from conformance.mock.delivery import Delivery, HangUp, Inbox
from conformance.mock.forms import OVERHEAD, Form, boundary
from conformance.mock.journal import Journal
from conformance.mock.lawful import Lawful
from conformance.mock.lines import Lines, parsed
from conformance.mock.records import Answer, Body, Call, Fate, Flow, Operation
from conformance.mock.refusals import Refusal, Silence
from conformance.mock.settings import BASE_PATH

INBOX = "conformance.inbox"

Work = Callable[[Request, Call, str], Awaitable[Body | Flow]]


class Application:
    """The server without its socket."""

    def __init__(self, behaviour: Lawful, journal: Journal) -> None:
        self.behaviour = behaviour
        self.journal = journal
        self.crashes: list[str] = []
        self.hang_up: HangUp | None = None
        # Apart from the ids of files, so that the same uploads get the same ids whatever was asked in between.
        self._random = Random(behaviour.settings.seed)  # noqa: S311 - request ids are no secrets
        self._works: dict[Operation, Work] = {
            Operation.UPLOAD: self._upload,
            Operation.LIST: self._list,
            Operation.RETRIEVE: self._retrieve,
            Operation.DELETE: self._delete,
            Operation.CONTENT: self._content,
            Operation.CHAT: self._chat,
            Operation.CREATE_BATCH: self._create_batch,
            Operation.LIST_BATCHES: self._list_batches,
            Operation.RETRIEVE_BATCH: self._retrieve_batch,
            Operation.CANCEL_BATCH: self._cancel_batch,
        }
        self._starlette = Starlette(
            routes=[
                self._route("/files", GET=Operation.LIST, POST=Operation.UPLOAD),
                self._route("/files/{file_id}", GET=Operation.RETRIEVE, DELETE=Operation.DELETE),
                self._route("/files/{file_id}/content", GET=Operation.CONTENT),
                self._route("/chat/completions", POST=Operation.CHAT),
                self._route("/batches", GET=Operation.LIST_BATCHES, POST=Operation.CREATE_BATCH),
                self._route("/batches/{batch_id}", GET=Operation.RETRIEVE_BATCH),
                self._route("/batches/{batch_id}/cancel", POST=Operation.CANCEL_BATCH),
            ],
            exception_handlers={HTTPException: self._stray},
        )
        # A path with a slash too many is another path; a redirect would make clients repeat their uploads.
        self._starlette.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["path"] == "/" and scope["method"] in {"GET", "HEAD"}:
            await self._show_state(scope, receive, send)
            return
        inbox = Inbox(scope, receive)
        await self._starlette({**scope, INBOX: inbox}, inbox, send)

    async def _show_state(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Imported late: a template engine is nothing that a client of the API should wait for.
        from conformance.mock import state

        shown = state.page(self.behaviour, self.journal, self.crashes)
        await Response(shown, headers=state.HEADERS)(scope, receive, send)

    def _route(self, path: str, **operations: Operation) -> Route:
        async def endpoint(request: Request) -> Delivery:
            method = "GET" if request.method == "HEAD" else request.method
            return await self._serve(request, operations[method])

        return Route(BASE_PATH + path, endpoint, methods=list(operations))

    async def _stray(self, request: Request, error: Exception) -> Delivery:
        """Answer a request that no route takes, but not before its key was looked at."""
        refusal = refusals.no_such_route(request.url.path)
        if isinstance(error, HTTPException) and error.status_code == 405:
            refusal = refusals.wrong_method(request.method, (error.headers or {}).get("Allow", ""))
        return await self._serve(request, Operation.NONE, refusal)

    async def _serve(
        self, request: Request, operation: Operation, refusal: Refusal | None = None
    ) -> Delivery:
        self.behaviour.world.clock.tick()
        began = perf_counter()
        call = self._call(request, operation)
        try:
            answer = await self._answer(request, call, refusal)
        except (ClientDisconnect, Silence):
            answer = Answer(status=400, body="", fate=Fate.LOST)
        except Exception:  # noqa: BLE001 - whatever goes wrong in here, the client gets an envelope
            self.crashes.append(traceback.format_exc())
            answer = self.behaviour.refuse(refusals.broken(), call)
        self._note(request.scope, call, answer, perf_counter() - began)
        return Delivery(
            answer=answer,
            flow=self._flow(answer),
            inbox=request.scope[INBOX],
            hang_up=self.hang_up or (lambda _: None),
        )

    def _note(self, scope: Scope, call: Call, answer: Answer, seconds: float) -> None:
        token = self.behaviour.token(call)
        is_known = token in self.behaviour.settings.keys
        query = scope["query_string"]
        target = (scope["raw_path"] + b"?" * bool(query) + query).decode("ascii", "backslashreplace")
        self.journal.note(
            (
                self.behaviour.world.clock.now(),
                call.method,
                target,
                answer.status,
                self.behaviour.settings.account(token) if token and is_known else "",
                call.request_id,
                seconds,
            )
        )

    async def _answer(self, request: Request, call: Call, refusal: Refusal | None) -> Answer:
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
            else:
                body = await self._works[call.operation](request, call, account)
        except Refusal as raised:
            return behaviour.refuse(raised, call)
        return behaviour.succeed(body, call)

    def _call(self, request: Request, operation: Operation) -> Call:
        return Call(
            operation=operation,
            method=request.method,
            path=request.url.path,
            headers=dict(request.headers),
            query=dict(request.query_params),
            request_id=str(UUID(int=self._random.getrandbits(128), version=4)),
            peer=str(request.client),
            file_id=request.path_params.get("file_id", ""),
            batch_id=request.path_params.get("batch_id", ""),
        )

    def _flow(self, answer: Answer) -> Flow:
        if isinstance(answer.body, Flow):
            return answer.body
        encoded = self.behaviour.encode(answer)
        return Flow(pieces=(encoded,), size=len(encoded))

    async def _upload(self, request: Request, call: Call, account: str) -> Body:
        behaviour, shelf = self.behaviour, self.behaviour.world.shelf
        declared = request.scope[INBOX].declared
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
            async for chunk in request.stream():
                form.feed(chunk)
            record = behaviour.accept(account, form.close())
            incoming.keep(shelf.path(record.id))
        finally:
            incoming.discard()
        return behaviour.describe(record, Operation.UPLOAD)

    async def _list(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        query = self.behaviour.query(call)
        return self.behaviour.listing(self.behaviour.select(account, query), query)

    async def _retrieve(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        record = self.behaviour.find(account, call.file_id, Operation.RETRIEVE)
        return self.behaviour.describe(record, Operation.RETRIEVE)

    async def _delete(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        return self.behaviour.delete(account, call.file_id)

    async def _content(self, request: Request, call: Call, account: str) -> Flow:  # noqa: ARG002 - one shape for all works
        return self.behaviour.content(account, call.file_id)

    async def _chat(self, request: Request, call: Call, account: str) -> Body | Flow:  # noqa: ARG002 - one shape for all works
        return self.behaviour.chat(account, await self._json(request, self.behaviour.limits.chat_bytes))

    async def _create_batch(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        return self.behaviour.create_batch(account, await self._json(request, OVERHEAD))

    async def _list_batches(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        return self.behaviour.list_batches(account, call)

    async def _retrieve_batch(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        return self.behaviour.retrieve_batch(account, call.batch_id)

    async def _cancel_batch(self, request: Request, call: Call, account: str) -> Body:  # noqa: ARG002 - one shape for all works
        return self.behaviour.cancel_batch(account, call.batch_id)

    async def _json(self, request: Request, most: int) -> Body:
        read = bytearray()
        async for chunk in request.stream():
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
