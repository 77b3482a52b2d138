"""Downloads of what batch tasks have written."""

from collections.abc import Iterator

import pytest

from conformance import expect
from conformance.batches import Batches
from conformance.exchange import Exchange
from conformance.files import Files, description
from conformance.laws.content import downloads_are_as_long_as_told, downloads_are_steady
from conformance.marks import clause
from conformance.session import Session
from conformance.workload import Cancelled, Task, Workload

UNKNOWN = "file-batch_output-000000000000000000000000"


@clause("content.output")
def test_an_output_file_is_downloaded(output: Exchange) -> None:
    expect.accepted(output)


@clause("content.error-file")
def test_an_error_file_is_downloaded(
    workload: Workload, tasks: dict[str, Task], cancelled: Cancelled
) -> None:
    for task in (tasks["mixed"], cancelled.task):
        if "error" in (found := workload.results(task)):
            expect.accepted(found["error"])
            return
    raise expect.Unproven("no task names an error file")


@clause("content.bytes")
def test_a_download_is_as_long_as_its_file(
    conformance: Session, files: Files, good: Task, output: Exchange
) -> None:
    expect.answered(output)
    exchange = expect.answered(files.retrieve(_output_id(good)))
    if not exchange.succeeded:
        raise expect.Unproven(f"it needs the description of {_output_id(good)}: {expect.describe(exchange)}")
    expect.lawful(conformance.lawful(downloads_are_as_long_as_told), "content.bytes")


@clause("content.steady")
def test_a_second_download_is_like_the_first(
    conformance: Session, batches: Batches, good: Task, output: Exchange
) -> None:
    expect.accepted(output)
    expect.accepted(batches.content(_output_id(good)))
    expect.lawful(conformance.lawful(downloads_are_steady), "content.steady")


@clause("content.media-type")
def test_the_media_type_is_recorded(output: Exchange) -> None:
    expect.accepted(output)
    told = output.answer.header("content-type") if output.answer else None
    expect.record(f"media type: {told or 'none'}", output)


@clause("content.unknown-id")
def test_an_id_that_names_no_file_is_refused(batches: Batches, good: Task, output: Exchange) -> None:
    name = _output_id(good)
    for unknown in (UNKNOWN, name[:-8] + ("1" * 8 if name.endswith("0" * 8) else "0" * 8)):
        expect.refused(batches.content(unknown), twin=output)


@pytest.mark.parametrize("name", ["good", "document"])
@clause("content.input-refused")
def test_what_was_uploaded_is_not_downloaded(
    batches: Batches, tasks: dict[str, Task], output: Exchange, name: str
) -> None:
    uploaded = tasks[name].uploaded
    expect.accepted(uploaded)
    expect.refused(batches.content(str(description(uploaded).get("id"))), twin=output)


@pytest.mark.parametrize("account", ["none", "wrong"])
@clause("content.no-key")
def test_without_the_key_nothing_is_downloaded(
    batches: Batches, good: Task, output: Exchange, account: str
) -> None:
    expect.refused(batches.content(_output_id(good), account=account), twin=output, status=401)


@clause("content.isolated")
def test_another_account_downloads_nothing(batches: Batches, good: Task, output: Exchange) -> None:
    expect.refused(batches.content(_output_id(good), account="second"), twin=output)


@clause("content.deleted")
def test_what_was_deleted_is_not_downloaded(
    workload: Workload, batches: Batches, files: Files, tasks: dict[str, Task], cancelled: Cancelled
) -> None:
    for name, twin in _spare(workload, (cancelled.task, tasks["mixed"])):
        expect.accepted(files.delete(name))
        exchange = files.wait(lambda name=name: batches.content(name), lambda each: not each.succeeded)  # type: ignore[misc]
        expect.refused(exchange, twin=twin)
        return
    raise expect.Unproven("no task that can spare it has written a file")


def _spare(workload: Workload, tasks: tuple[Task, ...]) -> Iterator[tuple[str, Exchange]]:
    """Give files that tasks have written and that were downloaded."""
    for task in tasks:
        for kind, exchange in workload.results(task).items():
            if exchange.succeeded:
                yield str(task.said.get(f"{kind}_file_id")), exchange


def _output_id(task: Task) -> str:
    return str(task.said.get("output_file_id"))
