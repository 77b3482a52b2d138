"""Downloads: whose content is given, how it is sent, and that it is never held whole."""

import tracemalloc

import pytest

from conformance.mock import Mock, VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import create, finished, jsonl, line, refusal


def test_the_results_of_a_batch_are_downloaded_byte_by_byte(beijing: Mock, beijing_api: Api) -> None:
    _, end = finished(beijing_api, create(beijing_api, beijing, line("1"), line("2")))
    file = beijing_api.get(f"files/{end['output_file_id']}").json()
    answer = beijing_api.get(f"files/{file['id']}/content")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert int(answer.headers["content-length"]) == len(answer.content) == file["bytes"]
    assert answer.content.endswith(b"\n")
    assert beijing_api.get(f"files/{file['id']}/content").content == answer.content


def test_what_was_uploaded_is_not_given_back(mock: Mock, api: Api) -> None:
    for file_id in (mock.plant(), mock.plant("in.jsonl", jsonl([line("1")]), "batch")):
        status, message = refusal(api.get(f"files/{file_id}/content"))
        assert (status, file_id in message) == (400, True)


def test_unknown_deleted_and_foreign_files_are_not_there(mock: Mock, api: Api) -> None:
    deleted = mock.plant("out.jsonl", b"{}\n", "batch_output")
    api.delete(f"files/{deleted}")
    foreign = mock.plant("out.jsonl", b"{}\n", "batch_output", key=mock.keys[1])
    for file_id in (deleted, foreign, "file-batch_output-000000000000000000000000"):
        assert api.get(f"files/{file_id}/content").status_code == 404
    with Api(mock, mock.keys[1]) as other:
        assert other.get(f"files/{foreign}/content").content == b"{}\n"


def test_content_is_only_read(mock: Mock, api: Api) -> None:
    file_id = mock.plant("out.jsonl", b"{}\n", "batch_output")
    assert api.delete(f"files/{file_id}/content").status_code == 405
    head = api.head(f"files/{file_id}/content")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "3")


def test_a_download_is_never_held_in_memory(mock: Mock, api: Api) -> None:
    size = 32 * 1024 * 1024
    file_id = mock.plant("out.jsonl", b"x" * size, "batch_output")
    tracemalloc.start()
    try:
        with api.stream("GET", f"files/{file_id}/content") as answer:
            received = sum(len(piece) for piece in answer.iter_raw())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert received == size
    assert peak < 8 * 1024 * 1024


def test_an_empty_file_is_downloaded_too(mock: Mock, api: Api) -> None:
    answer = api.get(f"files/{mock.plant('out.jsonl', b'', 'batch_output')}/content")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_file_that_is_deleted_during_its_download_arrives_whole(mock: Mock, api: Api) -> None:
    size = 16 * 1024 * 1024
    file_id = mock.plant("out.jsonl", b"x" * size, "batch_output")
    with Api(mock) as other, api.stream("GET", f"files/{file_id}/content") as answer:
        pieces = answer.iter_raw()
        received = len(next(pieces))
        assert other.delete(f"files/{file_id}").status_code == 200
        received += sum(len(piece) for piece in pieces)
    assert received == size


@pytest.mark.parametrize("weather", ["compression", "pretty-json", "shuffled-key-order", "connection-close", "latency"])  # fmt: skip
def test_weather_leaves_the_content_as_it_is(weather: str) -> None:
    body = jsonl(line(str(number)) for number in range(2000))
    with serve(weather=[weather]) as mock, Api(mock) as api:
        answer = api.get(f"files/{mock.plant('out.jsonl', body, 'batch_output')}/content")
        assert answer.content == body
        assert answer.headers.get("content-encoding") == ("gzip" if weather == "compression" else None)


def test_a_download_may_have_no_type() -> None:
    with serve(weather=["downloads-without-type"]) as mock, Api(mock) as api:
        answer = api.get(f"files/{mock.plant('out.jsonl', b'x', 'batch_output')}/content")
        assert (answer.status_code, "content-type" in answer.headers) == (200, False)


def test_a_download_draws_on_no_allowance() -> None:
    with serve(rate_limits=True, clock=VirtualClock(step=0)) as mock, Api(mock) as api:
        file_id = mock.plant("out.jsonl", b"{}\n", "batch_output")
        assert {api.get(f"files/{file_id}/content").status_code for _ in range(30)} == {200}
        assert [api.get("files").status_code for _ in range(11)] == [200] * 10 + [429]
