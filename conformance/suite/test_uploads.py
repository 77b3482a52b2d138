"""Sending a file, and what the answer says of it."""

from collections.abc import Callable, Iterable

import pytest

from conformance import expect
from conformance.corpus import EMOJI, LONG, PUNCTUATION, QUOTES, UNICODE, Corpus
from conformance.exchange import Exchange
from conformance.files import description
from conformance.marks import clause, judging
from conformance.resources import spellings

Attempted = Callable[[str], tuple[Exchange, ...]]


@clause("uploads.file-extract-accepted")
def test_a_document_is_accepted(corpus: Corpus) -> None:
    _first_is_accepted(corpus, "file-extract")


@clause("uploads.batch-accepted")
def test_the_input_of_a_batch_task_is_accepted(corpus: Corpus) -> None:
    _first_is_accepted(corpus, "batch")


def _first_is_accepted(corpus: Corpus, purpose: str) -> None:
    tried = [sent for sent in corpus.sent if sent.purpose == purpose]
    # Which formats are accepted is judged one by one in the chapter of limits.
    sent = next((sent for sent in tried if sent.exchange.succeeded), tried[0])
    said = expect.accepted(sent.exchange)
    expect.that(isinstance(said.get("id"), str), "a file with an id", said, sent.exchange)


@clause("uploads.file-required")
def test_an_upload_without_a_file_is_refused(attempted: Attempted, twin: Exchange) -> None:
    _are_refused(attempted("uploads.file-required"), twin)


def _are_refused(exchanges: Iterable[Exchange], twin: Exchange) -> None:
    for exchange in exchanges:
        expect.refused(exchange, twin=twin)


@clause("uploads.purpose-required")
def test_an_upload_without_a_purpose_is_refused(attempted: Attempted, twin: Exchange) -> None:
    _are_refused(attempted("uploads.purpose-required"), twin)


@clause("uploads.purpose-values")
def test_an_upload_with_a_purpose_that_is_not_listed_is_refused(attempted: Attempted, twin: Exchange) -> None:
    _are_refused(attempted("uploads.purpose-values"), twin)


@clause("uploads.fine-tune")
def test_the_purpose_fine_tune_is_tried(attempted: Attempted) -> None:
    [exchange] = attempted("uploads.fine-tune")
    expect.record(f"purpose fine-tune: {expect.describe(expect.answered(exchange))}", exchange)


@pytest.mark.parametrize(
    "name",
    [
        judging("uploads.filename-unicode", UNICODE),
        judging("uploads.filename-emoji", EMOJI),
        judging("uploads.filename-quotes", QUOTES),
        judging("uploads.filename-punctuation", PUNCTUATION),
        judging("uploads.filename-long", LONG),
    ],
)
def test_an_unusual_name_comes_back(corpus: Corpus, name: str) -> None:
    sent = next((sent for sent in corpus.sent if sent.plan.name == name), None)
    if sent is None:
        raise expect.Unproven("no file of this run bears such a name")
    plain = (other for other in corpus.files if other.purpose == sent.purpose and not other.plan.name)
    if not sent.id and not any(other.plan.format == sent.plan.format for other in plain):
        raise expect.Unproven("it was refused, and so was every file of its format")
    said = expect.accepted(sent.exchange)
    known = said.get("filename") in spellings(sent.file.filename)
    expect.that(known, repr(sent.file.filename), said.get("filename"), sent.exchange)


@clause("uploads.field-order")
def test_a_file_before_its_purpose_is_accepted(corpus: Corpus) -> None:
    at = next((at for at, sent in enumerate(corpus.sent) if sent.file.first), None)
    if at is None:
        raise expect.Unproven("no form of this run has its file first")
    sent, twin = corpus.sent[at], corpus.sent[at - 1]
    if not twin.id:
        raise expect.Unproven("it was refused behind its purpose, too")
    expect.accepted(sent.exchange, "the same file to be accepted before its purpose")


@clause("uploads.initial-status")
def test_the_first_status_is_recorded(kept: Corpus) -> None:
    states = sorted({str(description(sent.exchange).get("status")) for sent in kept.files})
    expect.record(f"status in the answer to an upload: {', '.join(states)}", kept.files[0].exchange)


@clause("uploads.batch-lines-valid")
def test_a_batch_file_with_a_bad_line_is_refused(corpus: Corpus, attempted: Attempted) -> None:
    sent = corpus.first("batch")
    assert sent
    _are_refused(attempted("uploads.batch-lines-valid"), sent.exchange)
