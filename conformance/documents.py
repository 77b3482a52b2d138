"""The smallest honest document of each format, so that a parser finds what its extension promises."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

FILLER = " and so on"
# One date for every archive: the same document has the same bytes tomorrow.
ARCHIVED = (2026, 1, 1, 0, 0, 0)
CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">1</dc:identifier><dc:title>{0}'
    "</dc:title><dc:language>en</dc:language></metadata><manifest><item id='t' href='t.xhtml' "
    "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='t'/></spine></package>"
)
TEST_MODEL, TEST_URL = "batch-test-model", "/v1/chat/ds-test"
OFFICE = "http://schemas.openxmlformats.org"
TYPES = (
    f'<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.{0}.main+xml"/></Types>'
)
RELS = (
    f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="{{0}}"/></Relationships>'
)
DOCX = (
    f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{{0}}</w:t></w:r>'
    "</w:p></w:body></w:document>"
)
XLSX = (
    f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
)


def document(extension: str, text: str) -> bytes:
    """Give the document of that format that says `text`; the same text gives the same bytes."""
    return _MAKERS[extension](text)


def batch_line(
    custom_id: str,
    question: str | None = "1+1?",
    *,
    model: str = TEST_MODEL,
    url: str = TEST_URL,
) -> str:
    """Give one request of a batch task, for the model that costs nothing; without a question it must fail."""
    messages = [] if question is None else [{"role": "user", "content": question}]
    body: dict[str, object] = {"model": model, "messages": messages}
    if model != TEST_MODEL:
        body["max_tokens"] = 1
    line = {"custom_id": custom_id, "method": "POST", "url": url, "body": body}
    return json.dumps(line, ensure_ascii=False)


def batch_input(text: str, lines: int = 1) -> bytes:
    """Give a well-formed input file of a batch task."""
    return "".join(batch_line(f"{text}-{number}") + "\n" for number in range(1, lines + 1)).encode()


def sized(extension: str, text: str, size: int) -> bytes:
    """Give such a document, or such an input, of exactly that many bytes; where it is to be shorter, its beginning.

    Only a format of plain text can be given a size.
    """
    make = _question if extension == "jsonl" else _MAKERS[extension]
    missing = size - len(make(text))
    return make(text + (FILLER * (missing // len(FILLER) + 1))[: max(0, missing)])[:size]


def _question(text: str) -> bytes:
    return f"{batch_line('line-1', text)}\n".encode()


def _text(text: str) -> bytes:
    return f"{text}\n".encode()


def _zip(*members: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, ARCHIVED), content)
    return out.getvalue()


def _docx(text: str) -> bytes:
    return _zip(
        ("[Content_Types].xml", TYPES.format("wordprocessingml.document")),
        ("_rels/.rels", RELS.format("word/document.xml")),
        ("word/document.xml", DOCX.format(text)),
    )


def _xlsx(text: str) -> bytes:
    sheet = f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData/></worksheet><!--{text}-->'
    return _zip(
        ("[Content_Types].xml", TYPES.format("spreadsheetml.sheet")),
        ("_rels/.rels", RELS.format("xl/workbook.xml")),
        ("xl/workbook.xml", XLSX),
        (
            "xl/_rels/workbook.xml.rels",
            RELS.format("worksheets/a.xml").replace('officeDocument"', 'worksheet"'),
        ),
        ("xl/worksheets/a.xml", sheet),
    )


def _epub(text: str) -> bytes:
    return _zip(
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("book.opf", OPF.format(text)),
        ("t.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{text}</p></body></html>'),
    )


def _pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 20 50 Td ({text}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream\n",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def _mobi(text: str) -> bytes:
    record = struct.pack(">HHIHHHH", 1, 0, len(text), 1, 4096, 0, 0) + b"MOBI" + struct.pack(">II", 24, 2)
    head = text[:31].encode("ascii", "replace").ljust(32, b"\0") + bytes(28) + b"BOOKMOBI" + bytes(8)
    places = struct.pack(">HIIIIH", 2, 96, 0, 96 + len(record), 1, 0)
    return head + places + record + text.encode()


def _png(text: str) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"tEXt", b"Comment\0" + text.encode())
        + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
    )


def _gif(text: str) -> bytes:
    comment = text.encode()[:255]
    return (
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"
        b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0" + b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
    )


def _bmp(text: str) -> bytes:
    pixels = b"\xff\xff\xff\0"
    head = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    tail = text.encode()
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels) + len(tail), 0, 0, 54) + head + pixels + tail


def _jpeg(text: str) -> bytes:
    comment = text.encode()
    quantities = b"\xff\xdb\0\x43\0" + b"\x01" * 64
    frame = b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0"
    codes = b"".join(b"\xff\xc4\0\x14" + kind + b"\x01" + bytes(15) + b"\0" for kind in (b"\0", b"\x10"))
    scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x3f"
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    return b"\xff\xd8" + said + quantities + frame + codes + scan + b"\xff\xd9"


_MAKERS: Mapping[str, Callable[[str], bytes]] = {
    "txt": _text,
    # As editors of other systems write them: what cuts at empty lines, at what might be a boundary of the form, or
    # takes a byte order mark and blanks for nothing, counts fewer bytes.
    "md": lambda text: _text(f"\n# {text}\r\n\r\nEnd\r\n--\r"),
    "csv": lambda text: _text(f"\ufeffa,b\r\n1,{text}\r"),
    "json": lambda text: _text(json.dumps({"a": text})),
    "docx": _docx,
    "xlsx": _xlsx,
    "epub": _epub,
    "pdf": _pdf,
    "mobi": _mobi,
    "png": _png,
    "gif": _gif,
    "bmp": _bmp,
    "jpg": _jpeg,
    "jpeg": _jpeg,
}
TEXT_FORMATS = ("txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json")
IMAGE_FORMATS = ("bmp", "png", "jpg", "jpeg", "gif")
