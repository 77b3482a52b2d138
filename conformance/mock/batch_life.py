"""The life of a batch: what happens to it as time passes, and what it leaves behind.

Nothing waits: with each request, what should have happened meanwhile happens, at the moment when it was due.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from conformance.mock import refusals
from conformance.mock.batch_lines import (
    CHAT_MODELS,
    EMBEDDING_ENDPOINT,
    EMBEDDING_MODELS,
    TEST_ENDPOINT,
    TEST_MODEL,
    Fault,
    Inspection,
    embeddings,
    numbered,
    result_of_the_test,
)
from conformance.mock.batch_store import Batch, results_of
from conformance.mock.chat import Chats
from conformance.mock.clock import SECOND
from conformance.mock.documents import Model
from conformance.mock.lines import parsed
from conformance.mock.records import Body, Record, Upload
from conformance.mock.refusals import Refusal
from conformance.mock.shelf import Incoming

STAGES = {"validating": SECOND // 5, "finalizing": SECOND // 10, "cancelling": SECOND // 10}
LINE_TIME = SECOND // 500
LEAST_WORK = 3 * SECOND // 10
CONTEXT_TOKENS = 262_144
SHOWN_FAULTS = 100
# An input of more bytes than that would keep every other request waiting for longer than a blink.
LONG = 128 * 1024
# For how long nobody else works on a batch that is being worked on: longer than a virtual clock may leap.
CLAIM = 100 * 365 * 24 * 3600 * SECOND

UNDONE = {
    "cancelled": ("batch_cancelled", "This request was not run, because the batch was cancelled."),
    "expired": ("batch_expired", "This request was not run, because the completion window had passed."),
}


class BatchLife(Chats):
    """A server whose batches live."""

    def settle(self) -> None:
        """Let happen what should have happened by now."""
        while batch := self.store.batches.next_due(self.now()):
            if not self.store.batches.claim(batch, self.now(), until=self.now() + CLAIM):
                continue
            if self.world.shelf.size(batch.id) > LONG:
                self.world.aside.begin(partial(self.advance, batch))
            else:
                self.advance(batch)

    def advance(self, batch: Batch) -> None:
        """Bring a batch to its next status, unless a client has done so meanwhile."""
        stepped = self.step(batch, self.now() if batch.due is None else batch.due)
        if not self.store.batches.change(stepped, since=batch.status):
            self.world.shelf.drop(results_of(batch.id))

    def step(self, batch: Batch, moment: int) -> Batch:
        """Bring a batch to its next status."""
        match batch.status:
            case "validating":
                return self.begin(batch, moment)
            case "in_progress" if moment >= batch.expires:
                return self.conclude(batch.reached("expired", batch.expires), done=self.done(batch, moment))
            case "in_progress":
                finalizing = batch.reached("finalizing", moment, moment + self.stage("finalizing"))
                return replace(finalizing, done=batch.total)
            case "finalizing":
                return self.conclude(batch.reached("completed", moment), done=batch.total)
            case _:
                return self.conclude(batch.reached("cancelled", moment), done=batch.done)

    # -- time

    def stage(self, status: str) -> int:
        """Tell how long a batch is validated, finalized or cancelled."""
        return STAGES[status]

    def line_time(self, batch: Batch) -> int:
        """Tell how long one request takes."""
        return max(LINE_TIME, LEAST_WORK // batch.total)

    def done(self, batch: Batch, moment: int) -> int:
        """Count the requests that are done by a moment of the work."""
        passed = moment - batch.moments["in_progress_at"]
        return min(batch.total, passed // self.line_time(batch))

    # -- validation

    def begin(self, batch: Batch, moment: int) -> Batch:
        """Validate a batch, and begin to work on it or let it fail."""
        faults, total = self.inspect(batch)
        if faults:
            self.world.shelf.drop(batch.id)
            return replace(
                batch.reached("failed", moment), errors=tuple(fault.body for fault in faults[:SHOWN_FAULTS])
            )
        begun = replace(batch.reached("in_progress", moment), total=total)
        failures = self.work(begun)
        finish = moment + total * self.line_time(begun)
        return replace(begun, failures=failures, due=min(finish, batch.expires))

    def inspect(self, batch: Batch) -> tuple[list[Fault], int]:
        """Read an input: what is wrong with it, and how many requests it holds."""
        path = self.world.shelf.path(batch.id)
        inspection = Inspection(endpoint=batch.endpoint, models=self.batch_models(batch.endpoint))
        faults, total = [], 0
        for number, raw in self.lines(batch.id):
            total += 1
            if fault := self.inspect_line(inspection, number, raw):
                faults.append(fault)
        if not total:
            faults.append(Fault(code="empty_file", message="The input file holds no request."))
        if batch.endpoint == TEST_ENDPOINT:
            faults += self.inspect_test(total, path.stat().st_size)
        return faults, total

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Read the lines of a body for as long as the mock is there."""
        for each in numbered(self.world.shelf.path(name)):
            self.world.aside.check()
            yield each

    def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
        """Judge one line of an input."""
        return inspection.judge(number, raw)

    def inspect_test(self, requests: int, size: int) -> list[Fault]:
        """Judge whether a test is too large."""
        limits = self.limits
        if requests <= limits.test_batch_requests and size <= limits.test_batch_bytes:
            return []
        message = (
            f"A test holds at most {limits.test_batch_requests} requests in {limits.test_batch_bytes} bytes."
        )
        return [Fault(code="test_limit_exceeded", message=message)]

    def batch_models(self, endpoint: str) -> Mapping[str, Model]:
        """List the models that an endpoint has in batches."""
        if endpoint == TEST_ENDPOINT:
            names: tuple[str, ...] = (TEST_MODEL,)
        elif endpoint == EMBEDDING_ENDPOINT:
            names = EMBEDDING_MODELS
        else:
            names = CHAT_MODELS[self.settings.region.name]
        plain = {
            name: Model(name=name, files=0, formats=frozenset(), input_tokens=CONTEXT_TOKENS)
            for name in names
        }
        return plain | {name: model for name, model in self.chat_models().items() if name in plain}

    # -- work

    def work(self, batch: Batch) -> tuple[int, ...]:
        """Write down what every request will give, and tell which will fail."""
        shelf = self.world.shelf
        failures = []
        models = self.batch_models(batch.endpoint)
        results = shelf.receive()
        try:
            for index, (_, raw) in enumerate(self.lines(batch.id)):
                result = self.result(batch, raw, models)
                if result["error"] is not None:
                    failures.append(index)
                results.write(self.line(result) + b"\n")
            results.keep(results_of(batch.id))
        finally:
            results.discard()
        return tuple(failures)

    def result(self, batch: Batch, raw: bytes, models: Mapping[str, Model]) -> Body:
        """Run one request; what a lax inspection has let through fails here."""
        try:
            entry = parsed(raw)
        except ValueError:
            entry = None
        entry = entry if isinstance(entry, dict) else {}
        custom_id, body = entry.get("custom_id"), entry.get("body")
        try:
            answer = self.perform(batch, body if isinstance(body, dict) else {}, models)
        except Refusal as refusal:
            return self.failure(custom_id, refusal)
        return self.success(custom_id, answer)

    def perform(self, batch: Batch, body: Body, models: Mapping[str, Model]) -> Body:
        """Ask the model."""
        if batch.endpoint == TEST_ENDPOINT:
            return result_of_the_test(f"chatcmpl-{self.uuid()}", self.now() // SECOND)
        if batch.endpoint == EMBEDDING_ENDPOINT:
            given = body.get("input")
            texts = [
                text for text in (given if isinstance(given, list) else [given]) if isinstance(text, str)
            ]
            if not texts:
                raise refusals.bad_input("'input' must be a text or a list of texts")
            return embeddings(self.uuid(), str(body.get("model")), texts)
        conversation = self.conversation(body, models)
        return self.whole(self.complete(batch.account, conversation))

    def success(self, custom_id: object, body: Body) -> Body:
        """Write the line of a request that was answered."""
        request_id = self.uuid()
        response = {"status_code": 200, "request_id": request_id, "body": body}
        return {"id": request_id, "custom_id": custom_id, "response": response, "error": None}

    def failure(self, custom_id: object, refusal: Refusal) -> Body:
        """Write the line of a request that was refused."""
        error = self.line_error(refusal.code or refusal.type, refusal.message)
        return {"id": self.uuid(), "custom_id": custom_id, "response": None, "error": error}

    def line_error(self, code: str, message: str) -> Body:
        """Write what went wrong with a request."""
        return {"code": code, "message": message}

    # -- the end

    def conclude(self, batch: Batch, *, done: int) -> Batch:
        """Make files of what is done, and note of the rest that it was not run."""
        shelf = self.world.shelf
        moment = batch.moments[f"{batch.status}_at"]
        output, error = shelf.receive(), shelf.receive()
        failures = set(batch.failures)
        with ExitStack() as cleanup:
            cleanup.callback(shelf.drop, batch.id)
            cleanup.callback(shelf.drop, results_of(batch.id))
            cleanup.callback(output.discard)
            cleanup.callback(error.discard)
            for index, (_, raw) in enumerate(self.lines(results_of(batch.id)) if batch.total else ()):
                line = raw if index < done else self.undone(batch, raw)
                is_failure = index >= done or index in failures
                (error if is_failure else output).write(line)
            return replace(
                batch,
                done=done,
                output_file_id=self.keep_results(batch, output, "output", moment),
                error_file_id=self.keep_results(batch, error, "error", moment),
            )

    def undone(self, batch: Batch, raw: bytes) -> bytes:
        """Write the line of a request that was not run."""
        code, message = UNDONE[batch.status]
        line = {**json.loads(raw), "response": None, "error": self.line_error(code, message)}
        return self.line(line) + b"\n"

    def keep_results(self, batch: Batch, results: Incoming, kind: str, moment: int) -> str | None:
        """Make a file of the account of results, if there are any."""
        if not results.size:
            return None
        upload = Upload(
            purpose="batch_output",
            filename=f"{batch.id}_{kind}.jsonl",
            bytes=results.size,
            digest=results.digest,
            overhead=0,
        )
        record = self.register(
            Record(
                id=self.result_id(batch, upload, kind),
                account=batch.account,
                purpose=upload.purpose,
                filename=upload.filename,
                bytes=upload.bytes,
                created=moment,
                digest=upload.digest,
            )
        )
        results.keep(record.id)
        return record.id

    def result_id(self, batch: Batch, upload: Upload, kind: str) -> str:  # noqa: ARG002 - a variation looks at the kind
        """Invent the id of a file of results: errors have the same kind of id."""
        return self.new_id(batch.account, upload)
