"""Large files that exist nowhere: the same bytes however they are read."""

import io
import json

import pytest

from conformance.blobs import Blob, Lines
from conformance.documents import batch_line

LARGE = 3 * Lines.LINE
SIZES = [0, 1, 11, 12, 13, 65_535, 65_536, 65_537, 200_003]


def make(kind: str, size: int) -> Blob | Lines:
    return Blob.of(kind, size, batch_line)


def read_in(blob: Blob | Lines, chunk: int) -> bytes:
    return b"".join(iter(lambda: blob.read(chunk), b""))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["txt", "bmp"])
def test_a_blob_has_exactly_its_size(kind: str, size: int) -> None:
    assert len(make(kind, size).read()) == size
    assert make(kind, size).size == size


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, LARGE + 1, LARGE + 700, LARGE + 1024, 2_000])
def test_lines_have_exactly_their_size_and_each_is_a_request_of_its_own(size: int) -> None:
    data = make("jsonl", size).read()
    assert len(data) == size
    assert data.endswith(b"\n")
    rows = [json.loads(line) for line in data[:-1].split(b"\n")]
    names = [row["custom_id"] for row in rows]
    assert len(set(names)) == len(names)
    assert len(rows) == max(1, size // Lines.LINE)
    assert all(row["method"] == "POST" for row in rows)


@pytest.mark.parametrize("chunk", [1, 7, 4096, 65_537, 524_289])
@pytest.mark.parametrize("kind", ["txt", "bmp", "jsonl"])
def test_odd_pieces_give_the_same_bytes(kind: str, chunk: int) -> None:
    size = LARGE + 777 if chunk > 1000 else 20_011
    assert read_in(make(kind, size), chunk) == make(kind, size).read()


@pytest.mark.parametrize("kind", ["txt", "bmp", "jsonl"])
def test_any_place_can_be_gone_to(kind: str) -> None:
    size = LARGE + 777
    whole, blob = make(kind, size).read(), make(kind, size)
    for place in (0, 1, 5, 11, 12, 65_535, Lines.LINE - 1, Lines.LINE, 2 * Lines.LINE + 3, size - 1, size):
        assert blob.seek(place) == place
        assert blob.tell() == place
        assert blob.read(31) == whole[place : place + 31]
        assert blob.tell() == min(size, place + 31)


def test_a_blob_is_sought_in_as_a_file_is() -> None:
    blob = make("txt", 100)
    assert blob.seek(0, io.SEEK_END) == 100
    assert blob.read() == b""
    assert blob.read(5) == b""
    assert blob.seek(-10, io.SEEK_CUR) == 90
    assert len(blob.read(50)) == 10
    assert blob.seek(-1000, io.SEEK_CUR) == 0
    assert blob.seek(1000) == 100
    assert blob.seek(0) == 0
    assert len(blob.read()) == 100
    assert blob.read(0) == b""


def test_a_bitmap_begins_as_one_and_tells_its_size() -> None:
    data = make("bmp", 70_000).read()
    assert data[:6] == b"BM" + (70_000).to_bytes(4, "little")
    assert data[6:] == make("txt", 70_000).read()[6:]


def test_half_a_gigabyte_is_never_in_memory() -> None:
    blob = make("txt", 500 * 1024 * 1024)
    blob.seek(499 * 1024 * 1024)
    assert len(blob.read(1_000_000)) == 1_000_000
