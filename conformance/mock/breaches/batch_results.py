"""Breaches of the batches chapter: what a task has written."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.batch_lines import TEST_ENDPOINT, numbered
from conformance.mock.batch_store import Batch
from conformance.mock.documents import Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Operation, Page, Query, Record
from conformance.mock.refusals import Refusal
from conformance.mock.shelf import Incoming


def _enter_rewriting(
    clause: str, name: str, description: str, rewrite: Callable[[list[bytes], str], list[bytes]]
) -> None:
    """Enter a breach that rewrites the lines of a result file of the good task; the kind is output or error."""

    @breach(f"batches.{clause}", name=name, description=description)
    class Rewriting(Lawful):
        def keep_results(self, batch: Batch, results: Incoming, kind: str, moment: int) -> str | None:
            if batch.status != "completed" or not results.size:
                return super().keep_results(batch, results, kind, moment)
            lines = list(_lines(results))
            again = self.world.shelf.receive()
            for line in rewrite(lines, kind):
                again.write(line)
            return super().keep_results(batch, again, kind, moment)


def _lines(results: Incoming) -> Iterator[bytes]:
    yield from results.read().splitlines(keepends=True)


def _each(change: Callable[[Body], Body]) -> Callable[[list[bytes], str], list[bytes]]:
    return lambda lines, _: [json.dumps(change(json.loads(line))).encode() + b"\n" for line in lines]


def _renamed(line: Body) -> Body:
    return {**line, "custom_id": f"{line['custom_id']}-1"}


REWRITINGS: tuple[tuple[str, str, str, Callable[[list[bytes], str], list[bytes]]], ...] = (
    ("every-line", "last-line-lost", "Loses the last line of a result file.", lambda lines, _: lines[:-1]),
    ("every-line", "first-line-lost", "Loses the first line of an output.", lambda lines, kind: lines[1:] if kind == "output" else lines),
    ("every-line", "failures-lost", "Writes no line of what failed.", lambda lines, kind: [] if kind == "error" else lines),
    ("line-once", "first-line-twice", "Writes the first line twice.", lambda lines, _: [*lines, lines[0]]),
    ("line-once", "output-twice", "Writes the whole output twice.", lambda lines, kind: lines * 2 if kind == "output" else lines),
    ("line-strange", "strange-line", "Writes a line that nobody asked for.", lambda lines, _: [*lines, lines[0].replace(b'"custom_id":"', b'"custom_id":"x')]),
    ("line-strange", "line-renamed", "Numbers the requests in its own way.", lambda lines, _: [*lines, *_each(_renamed)(lines[-1:], "")]),
    ("line-shape", "line-without-id", "Writes lines without an id.", _each(lambda line: {**line, "id": None})),
    ("line-shape", "line-with-the-id-of-all", "Writes one id on all lines.", _each(lambda line: {**line, "id": "batch_req_1"})),
    ("line-shape", "line-with-error-beside-success", "Writes an error beside the answer to each request.", _each(lambda line: {**line, "error": {"code": "none", "message": "no error"}})),
    ("line-shape", "line-without-response", "Writes the body of an answer where the answer should be.", _each(lambda line: {**line, "response": _body(line)})),
    ("line-shape", "line-with-status-in-words", "Writes a status in words.", _each(lambda line: {**line, "response": {"status_code": "200", "body": _body(line)}})),
    ("line-shape", "line-with-error-in-words", "Writes an error in words.", lambda lines, kind: _each(lambda line: {**line, "error": "it failed"})(lines, kind) if kind == "error" else lines),
)  # fmt: skip


def _body(line: Body) -> object:
    response = line["response"]
    return response["body"] if isinstance(response, dict) else None


for rewriting in REWRITINGS:
    _enter_rewriting(*rewriting)


@breach("batches.line-once")
class FailuresInBothFiles(Lawful):
    """Writes what failed into both files."""

    def keep_results(self, batch: Batch, results: Incoming, kind: str, moment: int) -> str | None:
        if kind == "output" and results.size:
            for index, (_, raw) in enumerate(numbered(self.world.shelf.path(f"{batch.id}.results"))):
                if index in batch.failures:
                    results.write(raw)
        return super().keep_results(batch, results, kind, moment)


@breach("batches.line-strange")
class CustomIdsLost(Lawful):
    """Names each request by its number."""

    def success(self, custom_id: object, body: Body) -> Body:
        return super().success(f"request-{self.uuid()}", body)


def _enter_result(name: str, description: str, change: Callable[[Body], Body]) -> None:
    @breach("batches.test-result", name=name, description=description)
    class Otherwise(Lawful):
        def perform(self, batch: Batch, body: Body, models: Mapping[str, Model]) -> Body:
            performed = super().perform(batch, body, models)
            return change(performed) if batch.endpoint == TEST_ENDPOINT else performed


for result in (
    ("test-echoes", "Answers a test with something else.", lambda body: {**body, "choices": [{"index": 0, "message": {"content": "2"}}]}),
    ("test-uses-nothing", "Counts no tokens for a test.", lambda body: {**body, "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}),
    ("test-usage-missing", "Tells no usage of a test.", lambda body: {key: value for key, value in body.items() if key != "usage"}),
    ("test-names-another-model", "Says that another model answered a test.", lambda body: {**body, "model": "qwen-turbo"}),
    ("test-is-a-chunk", "Answers a test as the chunk of a stream.", lambda body: {**body, "object": "chat.completion.chunk"}),
):  # fmt: skip
    _enter_result(*result)


@breach("batches.test-result")
class TestsAreRefused(Lawful):
    """Refuses every request of a test in the output."""

    def failure(self, custom_id: object, refusal: Refusal) -> Body:
        line = super().failure(custom_id, refusal)
        response = {
            "status_code": refusal.status,
            "request_id": line["id"],
            "body": {"error": self.error(refusal)},
        }
        return {**line, "response": response, "error": None}

    def perform(self, batch: Batch, body: Body, models: Mapping[str, Model]) -> Body:
        if batch.endpoint == TEST_ENDPOINT:
            raise Refusal(status=400, message="no tests today")
        return super().perform(batch, body, models)


@breach("batches.counts-end")
class FailuresUncounted(Lawful):
    """Counts what failed neither as failed nor as completed."""

    def counts(self, batch: Batch) -> Body:
        counts = super().counts(batch)
        return {**counts, "failed": 0} if batch.status == "completed" else counts


@breach("batches.output-file-id")
class OutputOfAnotherTask(Lawful):
    """Names the output of the task before."""

    def conclude(self, batch: Batch, *, done: int) -> Batch:
        concluded = super().conclude(batch, done=done)
        before = self.__dict__.get("_before")
        self.__dict__["_before"] = concluded.output_file_id or before
        return replace(concluded, output_file_id=before or concluded.output_file_id)


@breach("listing.batch-results")
class ResultsUnlisted(Lawful):
    """Does not list what tasks have written."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        return replace(page, records=tuple(item for item in page.records if item.purpose != "batch_output"))


@breach("retrieval.batch-results")
class ResultsAreNotRetrieved(Lawful):
    """Does not find what tasks have written where it is to be described."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = super().find(account, file_id, operation)
        if operation is Operation.RETRIEVE and record.purpose == "batch_output":
            raise refusals.no_such_file(file_id)
        return record


@breach("listing.batch-results")
class ResultsListedOnDemand(Lawful):
    """Lists what tasks have written for those alone who ask for it by its purpose."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        wanted = query.purpose == "batch_output"
        return replace(
            page, records=tuple(item for item in page.records if wanted or item.purpose != "batch_output")
        )
