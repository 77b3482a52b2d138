"""Sending a file, and what the answer says of it."""

import pytest

from conformance import expect
from conformance.client import FormFile
from conformance.corpus import EMOJI, LONG, PUNCTUATION, QUOTES, UNICODE, Corpus, Small
from conformance.documents import batch_line
from conformance.exchange import Exchange
from conformance.files import Files, description
from conformance.marks import clause, judging
from conformance.resources import spellings


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
def test_an_upload_without_a_file_is_refused(files: Files, small: Small, twin: Exchange) -> None:
    expect.refused(files.send_form((("purpose", small.purpose),), None), twin=twin)


@clause("uploads.purpose-required")
def test_an_upload_without_a_purpose_is_refused(files: Files, small: Small, twin: Exchange) -> None:
    expect.refused(files.send_form((), small("no purpose")), twin=twin)


@clause("uploads.purpose-values")
def test_an_upload_with_a_purpose_that_is_not_listed_is_refused(
    files: Files, small: Small, twin: Exchange
) -> None:
    # One that nobody knows, and one that the interface that this one is compatible with does.
    for purpose in ("conformance-unknown", "assistants"):
        expect.refused(files.upload(small("other purpose"), purpose), twin=twin)


@clause("uploads.fine-tune")
def test_the_purpose_fine_tune_is_tried(files: Files, small: Small) -> None:
    exchange = files.upload(small("fine-tune", extension="jsonl"), "fine-tune")
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


@clause("uploads.initial-status")
def test_the_first_status_is_recorded(kept: Corpus) -> None:
    states = sorted({str(description(sent.exchange).get("status")) for sent in kept.files})
    expect.record(f"status in the answer to an upload: {', '.join(states)}", kept.files[0].exchange)


@clause("uploads.batch-lines-valid")
def test_a_batch_file_with_a_bad_line_is_refused(files: Files, corpus: Corpus, tag: str) -> None:
    sent = corpus.first("batch")
    assert sent
    content = f"{batch_line('1')}\n{batch_line('2')[:-2]}\n".encode()
    file = FormFile(filename=f"conformance-{tag} bad line.jsonl", content=content, size=len(content))
    expect.refused(files.upload(file, "batch"), twin=sent.exchange)
