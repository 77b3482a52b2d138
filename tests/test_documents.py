"""Each small document is what its extension promises, by the reading of somebody else's parser."""

import csv
import io
import json
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib

import pytest

from conformance.documents import IMAGE_FORMATS, TEXT_FORMATS, batch_input, batch_line, document, sized

FORMATS = (*TEXT_FORMATS, *IMAGE_FORMATS)


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_text_gives_the_same_bytes_and_another_text_others(extension: str) -> None:
    assert document(extension, "one") == document(extension, "one")
    assert document(extension, "one") != document(extension, "two")
    assert len(document(extension, "one")) < 5_000


def test_text_formats_say_the_text() -> None:
    assert document("txt", "conformance").decode() == "conformance\n"
    assert "\n# conformance\r\n" in document("md", "conformance").decode()
    table = io.StringIO(document("csv", "x").decode("utf-8-sig"), newline="")
    assert list(csv.reader(table)) == [["a", "b"], ["1", "x"]]
    assert json.loads(document("json", 'a "b" 页')) == {"a": 'a "b" 页'}


@pytest.mark.parametrize("extension", ["txt", "md", "csv", "json", "jsonl"])
@pytest.mark.parametrize("size", [300, 65_535, 65_536, 65_537, 1_048_576])
def test_a_sized_document_has_its_size_and_is_still_what_it_promises(extension: str, size: int) -> None:
    data = sized(extension, "conformance", size)
    assert len(data) == size
    assert "conformance" in data.decode()
    assert data.endswith(b"\n")
    if extension.startswith("json"):
        assert isinstance(json.loads(data), dict)


def test_where_a_document_is_to_be_shorter_its_beginning_will_do() -> None:
    assert sized("txt", "conformance", 1) == b"c"


@pytest.mark.parametrize(
    ("extension", "member", "word"),
    [
        ("docx", "word/document.xml", "conformance"),
        ("xlsx", "xl/workbook.xml", "sheet"),
        ("epub", "t.xhtml", "conformance"),
    ],
)
def test_archives_open_and_hold_well_formed_xml(extension: str, member: str, word: str) -> None:
    with zipfile.ZipFile(io.BytesIO(document(extension, "conformance"))) as archive:
        assert archive.testzip() is None
        assert word in archive.read(member).decode()
        for name in archive.namelist():
            if name != "mimetype":
                ET.fromstring(archive.read(name))  # noqa: S314  our own document


def test_the_parts_of_an_office_document_are_where_its_relationships_point() -> None:
    for extension in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(document(extension, "x"))) as archive:
            target = next(iter(ET.fromstring(archive.read("_rels/.rels")))).attrib["Target"]  # noqa: S314
            assert target in archive.namelist()
            assert "[Content_Types].xml" in archive.namelist()


def test_an_epub_begins_with_its_media_type_stored_as_it_is() -> None:
    data = document("epub", "x")
    assert data[30:58] == b"mimetypeapplication/epub+zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        container = ET.fromstring(archive.read("META-INF/container.xml"))  # noqa: S314
        root = container.find(".//{*}rootfile")
        assert root is not None
        assert root.attrib["full-path"] in archive.namelist()


def test_a_pdf_finds_each_object_where_its_table_says() -> None:
    data = document("pdf", "conformance")
    assert data.startswith(b"%PDF-1.4\n")
    assert data.endswith(b"%%EOF\n")
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    head, count, *rows = data[start:].split(b"\n")
    assert (head, count) == (b"xref", b"0 6")
    for number, row in enumerate(rows[:6]):
        place, _, kind = row.split()
        assert len(row) == 19
        assert (kind == b"f") == (number == 0)
        if number:
            assert data[int(place) :].startswith(f"{number} 0 obj".encode())
    stream = data.split(b"stream\n")[1].removesuffix(b"\nend")
    assert f"/Length {len(stream)}".encode() in data


def test_a_mobi_finds_its_records() -> None:
    data = document("mobi", "conformance")
    assert data[60:68] == b"BOOKMOBI"
    (count,) = struct.unpack_from(">H", data, 76)
    first, second = (struct.unpack_from(">I", data, 78 + 8 * number)[0] for number in range(count))
    assert data[first + 16 : first + 20] == b"MOBI"
    assert data[second:] == b"conformance"
    assert struct.unpack_from(">HHIHH", data, first)[2] == len(b"conformance")


def test_a_png_is_made_of_chunks_that_sum_up() -> None:
    data = document("png", "conformance")
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds, pixels = 8, [], b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        pixels = body if kind == b"IDAT" else pixels
        at += 12 + length
    assert kinds == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]
    assert zlib.decompress(pixels) == b"\0\xff"


def test_a_gif_a_bmp_and_a_jpeg_are_one_pixel_large() -> None:
    gif, bmp, jpeg = (document(kind, "conformance") for kind in ("gif", "bmp", "jpg"))
    assert gif[:6] == b"GIF89a"
    assert struct.unpack_from("<HH", gif, 6) == (1, 1)
    assert gif.endswith(b";")
    kind, size, _, _, start = struct.unpack_from("<2sIHHI", bmp)
    assert (kind, size, start) == (b"BM", len(bmp), 54)
    assert struct.unpack_from("<Iii", bmp, 14) == (40, 1, 1)
    assert jpeg[:2] == b"\xff\xd8"
    assert jpeg[-2:] == b"\xff\xd9"
    frame = jpeg.index(b"\xff\xc0")
    assert struct.unpack_from(">HH", jpeg, frame + 5) == (1, 1)
    assert document("jpeg", "x") == document("jpg", "x")


def test_a_gif_comment_may_be_long() -> None:
    assert document("gif", "x" * 1000).endswith(b";")


def test_an_unknown_format_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        document("exe", "x")


@pytest.mark.parametrize("lines", [1, 3])
def test_a_batch_input_is_made_of_well_formed_requests(lines: int) -> None:
    rows = [json.loads(line) for line in batch_input("t", lines).decode().splitlines()]
    assert [row["custom_id"] for row in rows] == [f"t-{number}" for number in range(1, lines + 1)]
    for row in rows:
        assert (row["method"], row["url"]) == ("POST", "/v1/chat/ds-test")
        assert row["body"]["messages"][0]["role"] == "user"
    assert "页" in batch_line("a", "页")
