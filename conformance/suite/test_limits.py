"""Formats, sizes and counts."""

from collections.abc import Callable

import pytest

from conformance import expect
from conformance.blobs import Blob
from conformance.client import FormFile
from conformance.corpus import Corpus, name_of
from conformance.documents import IMAGE_FORMATS, TEXT_FORMATS, batch_line
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause, judging

Attempted = Callable[[str], tuple[Exchange, ...]]
MB = 1_000_000
MIB = 1_048_576


@clause("limits.text-formats")
def test_every_text_format_is_accepted(corpus: Corpus) -> None:
    _all_are_accepted(corpus, TEXT_FORMATS)


@clause("limits.image-formats")
def test_every_image_format_is_accepted(corpus: Corpus) -> None:
    _all_are_accepted(corpus, IMAGE_FORMATS)


def _all_are_accepted(corpus: Corpus, formats: tuple[str, ...]) -> None:
    first = corpus.first("file-extract")
    if first is None or not any(sent.id for sent in corpus.sent if sent.purpose == "file-extract"):
        raise expect.Unproven("no upload for file-extract was accepted at all")
    for sent in corpus.sent:
        if sent.purpose == "file-extract" and sent.plan.format in formats and sent.file.size > 1:
            expect.accepted(sent.exchange, f"a file .{sent.plan.format} to be accepted")


@clause("limits.other-formats")
def test_another_format_is_refused(corpus: Corpus, attempted: Attempted) -> None:
    sent = corpus.first("file-extract")
    assert sent
    for exchange in attempted("limits.other-formats"):
        expect.refused(exchange, twin=sent.exchange)


@clause("limits.batch-format")
def test_a_batch_file_that_is_not_jsonl_is_refused(corpus: Corpus, attempted: Attempted) -> None:
    sent = corpus.first("batch")
    assert sent
    for exchange in attempted("limits.batch-format"):
        expect.refused(exchange, twin=sent.exchange)


@clause("limits.one-byte")
def test_the_smallest_file_is_accepted(corpus: Corpus) -> None:
    sent = next((sent for sent in corpus.sent if sent.file.size == 1), None)
    twin = corpus.first("file-extract")
    if sent is None or twin is None or not twin.id:
        raise expect.Unproven("no larger file of its format was accepted")
    expect.accepted(sent.exchange, "a file of one byte to be accepted")


@clause("limits.empty-file")
def test_an_empty_file_is_tried(attempted: Attempted) -> None:
    [exchange] = attempted("limits.empty-file")
    expect.answered(exchange)
    expect.record(f"empty file: {expect.describe(exchange)}", exchange)


# A megabyte may be 10^6 or 2^20 bytes: what lies between is left alone.
ADMITTED = [
    judging("limits.file-extract-admitted", "file-extract", "txt", 150 * MB),
    judging("limits.batch-admitted", "batch", "jsonl", 500 * MB),
    judging("limits.image-admitted", "file-extract", "bmp", 20 * MB),
]
EXCEEDED = [
    judging("limits.file-extract-exceeded", "file-extract", "txt", 150 * MIB + 1),
    judging("limits.batch-exceeded", "batch", "jsonl", 500 * MIB + 1),
    judging("limits.image-exceeded", "file-extract", "bmp", 20 * MIB + 1),
]


@pytest.mark.parametrize(("purpose", "extension", "size"), ADMITTED)
def test_a_file_at_the_limit_is_accepted(
    files: Files, tag: str, purpose: str, extension: str, size: int
) -> None:
    exchange = _send(files, tag, purpose, extension, size)
    expect.accepted(exchange)
    files.delete(str(exchange.mapping().get("id")))


@pytest.mark.parametrize(("purpose", "extension", "size"), EXCEEDED)
def test_a_file_above_the_limit_is_refused(
    files: Files, corpus: Corpus, tag: str, purpose: str, extension: str, size: int
) -> None:
    sent = corpus.first(purpose)
    assert sent
    exchange = _send(files, tag, purpose, extension, size)
    if exchange.answer is None:
        raise expect.Unproven(f"the connection broke before an answer came: {exchange.trouble}")
    expect.refused(exchange, twin=sent.exchange)


def _send(files: Files, tag: str, purpose: str, extension: str, size: int) -> Exchange:
    blob = Blob.of(extension, size, batch_line)
    return files.upload(FormFile(filename=name_of(tag, "large", extension), content=blob, size=size), purpose)


@clause("limits.file-count")
def test_one_file_more_than_allowed_is_refused(full: Exchange, twin: Exchange) -> None:
    expect.refused(full, twin=twin)
