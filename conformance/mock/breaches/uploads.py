"""Breaches of the uploads chapter: what is taken, what is refused, and which name comes back."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unicodedata import normalize
from urllib.parse import quote, unquote

from conformance.mock import refusals
from conformance.mock.behaviour import World
from conformance.mock.faults import breach
from conformance.mock.lawful import UPLOAD_PURPOSES, Lawful
from conformance.mock.lines import LineFault
from conformance.mock.records import Body, Operation, Record, Upload
from conformance.mock.refusals import Refusal


@breach("uploads.file-extract-accepted")
class FileExtractRefused(Lawful):
    """Takes batch inputs only."""

    def purpose(self, sent: str | None) -> str:
        if sent == "file-extract":
            raise refusals.bad_purpose()
        return super().purpose(sent)


@breach("uploads.file-extract-accepted")
class FileExtractAnsweredAsList(Lawful):
    """Answers the upload of a document with a list of one file."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        if operation is Operation.UPLOAD and record.purpose == "file-extract":
            return {"object": "list", "data": [body], "has_more": False}
        return body


@breach("uploads.batch-accepted")
class BatchRefused(Lawful):
    """Takes documents only, as the service did in 2024."""

    def purpose(self, sent: str | None) -> str:
        if sent == "batch":
            raise refusals.bad_purpose()
        return super().purpose(sent)


@breach("uploads.batch-accepted")
class BatchRefusedAsFormat(Lawful):
    """Knows the purpose batch, and forgot to list its format."""

    def formats(self, purpose: str) -> frozenset[str]:
        return frozenset() if purpose == "batch" else super().formats(purpose)


@breach("uploads.batch-accepted")
class BatchAnsweredWithoutObject(Lawful):
    """Answers the upload of a batch input with an empty object."""

    def describe(self, record: Record, operation: Operation) -> Body:
        if operation is Operation.UPLOAD and record.purpose == "batch":
            return {}
        return super().describe(record, operation)


@breach("uploads.file-required")
class FileOptional(Lawful):
    """Makes an empty file of a form without one."""

    def filename(self, sent: str | None) -> str:
        return sent or "empty.txt"

    def check_format(self, purpose: str, filename: str) -> None:
        if filename != "empty.txt":
            super().check_format(purpose, filename)


@breach("uploads.file-required")
class FileOptionalForBatch(Lawful):
    """Makes a batch input without a line of a form without a file."""

    def filename(self, sent: str | None) -> str:
        return sent or "empty.jsonl"

    def check_format(self, purpose: str, filename: str) -> None:
        if filename != "empty.jsonl":
            super().check_format(purpose, filename)


@breach("uploads.purpose-required")
class PurposeOptional(Lawful):
    """Takes a form without a purpose as a document's."""

    def purpose(self, sent: str | None) -> str:
        return super().purpose("file-extract" if sent is None else sent)


@breach("uploads.purpose-required")
class PurposeGuessed(Lawful):
    """Guesses the purpose from the file name when the form has none."""

    def purpose(self, sent: str | None) -> str:
        return sent if sent is None else super().purpose(sent)  # type: ignore[return-value]  # that is the fault

    def judge(self, purpose: str | None, filename: str, size: int, fault: LineFault | None) -> None:
        super().judge(purpose or guess(filename), filename, size, fault)

    def accept(self, account: str, upload: Upload) -> Record:
        return super().accept(account, replace(upload, purpose=upload.purpose or guess(upload.filename)))


@breach("uploads.purpose-required")
class PurposeMayBeEmpty(Lawful):
    """Takes an empty or missing purpose for file-extract."""

    def purpose(self, sent: str | None) -> str:
        return super().purpose(sent or "file-extract")


@breach("uploads.refused-absent")
class RefusedUploadsAreListed(Lawful):
    """Enters a file in its books before it refuses what is wrong with it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._refused: dict[str, Refusal] = {}

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        try:
            super().judge(purpose, filename, size, fault)
        except Refusal as refusal:
            self._refused[filename] = refusal

    def accept(self, account: str, upload: Upload) -> Record:
        record = super().accept(account, upload)
        if refusal := self._refused.pop(upload.filename, None):
            raise refusal
        return record


@breach("uploads.purpose-values")
class PurposeUnchecked(Lawful):
    """Takes any word for a purpose and keeps it."""

    def purpose(self, sent: str | None) -> str:
        return sent if sent and sent != "fine-tune" else super().purpose(sent)

    def new_id(self, account: str, upload: Upload) -> str:
        known = upload if upload.purpose in UPLOAD_PURPOSES else replace(upload, purpose="file-extract")
        return super().new_id(account, known)


@breach("uploads.purpose-values")
class PurposeReplaced(Lawful):
    """Takes any unknown purpose for file-extract."""

    def purpose(self, sent: str | None) -> str:
        return super().purpose("file-extract" if sent and sent not in UPLOAD_PURPOSES else sent)


@breach("uploads.purpose-values")
class PurposeOfOpenai(Lawful):
    """Takes the purposes of OpenAI too."""

    def purpose(self, sent: str | None) -> str:
        return super().purpose(
            "file-extract" if sent in {"assistants", "user_data", "vision", "evals"} else sent
        )


@breach("uploads.purpose-values")
class PurposeOfAnswers(Lawful):
    """Takes the purpose of result files too, and makes documents of them."""

    def purpose(self, sent: str | None) -> str:
        return super().purpose("file-extract" if sent == "batch_output" else sent)


@breach("uploads.field-order")
class PurposeMustComeFirst(Lawful):
    """Refuses a file whose purpose is not known when it comes."""

    def check_size(self, purpose: str | None, filename: str, size: int) -> None:
        if purpose is None:
            raise refusals.bad_purpose()
        super().check_size(purpose, filename, size)


@breach("uploads.bytes")
class UploadBytesOfTheRequest(Lawful):
    """Takes the length of the request for the size of the file."""

    def accept(self, account: str, upload: Upload) -> Record:
        return super().accept(account, replace(upload, bytes=upload.bytes + upload.overhead))


@breach("uploads.bytes")
class UploadBytesOfText(Lawful):
    """Counts a line end as two bytes, or an empty file as one."""

    def accept(self, account: str, upload: Upload) -> Record:
        return super().accept(account, replace(upload, bytes=upload.bytes + 1))


def _enter_misreading(name: str, description: str, read: Callable[[bytes], int]) -> None:
    @breach("uploads.bytes", name=name, description=description)
    class Misread(Lawful):
        def describe(self, record: Record, operation: Operation) -> Body:
            body, path = super().describe(record, operation), self.world.shelf.path(record.id)
            known = operation is Operation.UPLOAD and path.exists()
            return {**body, "bytes": read(path.read_bytes())} if known else body


_enter_misreading(
    "upload-bytes-of-characters",
    "Counts letters for bytes.",
    lambda content: len(content.decode(errors="replace")),
)
_enter_misreading(
    "upload-bytes-of-unix-lines",
    "Counts a line end as one byte.",
    lambda content: len(content.replace(b"\r\n", b"\n")),
)
_enter_misreading(
    "upload-bytes-without-mark",
    "Leaves a byte order mark out of the count.",
    lambda content: len(content.removeprefix(b"\xef\xbb\xbf")),
)
_enter_misreading(
    "upload-bytes-without-leading-blanks",
    "Leaves out what is blank before the first letter.",
    lambda content: len(content.lstrip()),
)
_enter_misreading(
    "upload-bytes-to-an-empty-line",
    "Ends a file at its first empty line, as if it were the head of a part.",
    lambda content: len(content.partition(b"\r\n\r\n")[0]),
)
_enter_misreading(
    "upload-bytes-to-two-dashes",
    "Ends a file at a line that begins as a boundary does.",
    lambda content: len(content.partition(b"\r\n--")[0]),
)


@breach("uploads.created-at")
class UploadCreatedLongAgo(Lawful):
    """Runs a day behind."""

    def accept(self, account: str, upload: Upload) -> Record:
        record = super().accept(account, upload)
        return replace(record, created=record.created - 86_400_000_000)


RENAMINGS: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
    ("uploads.filename", "filename-stamped", "puts a number before it", lambda name: f"1_{name}"),
    ("uploads.filename", "filename-in-small-letters", "writes all letters small", str.lower),
    ("uploads.filename-unicode", "filename-folded", "replaces what is not ASCII by underscores", lambda name: "".join(letter if letter.isascii() else "_" for letter in name)),
    ("uploads.filename-unicode", "filename-stripped", "leaves out what is not ASCII", lambda name: name.encode("ascii", "ignore").decode()),
    ("uploads.filename-unicode", "filename-as-latin", "reads its bytes as Latin-1", lambda name: name.encode().decode("latin-1")),
    ("uploads.filename-unicode", "filename-questioned", "stores it in a table that knows no Chinese", lambda name: name.encode("ascii", "replace").decode()),
    ("uploads.filename-unicode", "filename-percent-encoded", "writes it as it would stand in a URL", quote),
    ("uploads.filename-unicode", "filename-escaped", "writes what is not ASCII as JSON escapes, twice", lambda name: name.encode("ascii", "backslashreplace").decode()),
    ("uploads.filename-unicode", "filename-without-spaces", "replaces spaces by underscores", lambda name: name.replace(" ", "_")),
    ("uploads.filename-unicode", "filename-with-plus-signs", "writes spaces as plus signs", lambda name: name.replace(" ", "+")),
    ("uploads.filename-unicode", "filename-cut-at-space", "keeps what stands before the first space, and the extension", lambda name: name.partition(" ")[0] + "." + name.rpartition(".")[2] if " " in name else name),
    ("uploads.filename-emoji", "filename-without-emoji", "leaves out what three bytes cannot hold", lambda name: "".join(letter for letter in name if letter <= "\uffff")),
    ("uploads.filename-emoji", "filename-cut-at-emoji", "ends it where three bytes do not suffice for a letter", lambda name: shortened(name, next((at for at, letter in enumerate(name) if letter > "\uffff"), len(name)))),
    ("uploads.filename-emoji", "filename-emoji-questioned", "puts question marks for emoji", lambda name: "".join(letter if letter <= "\uffff" else "?" for letter in name)),
    ("uploads.filename-emoji", "filename-without-joiners", "leaves out what joins emoji", lambda name: name.replace("\u200d", "")),
    ("uploads.filename-emoji", "filename-decomposed", "takes accents and letters apart, as some disks do", partial(normalize, "NFD")),
    ("uploads.filename-quotes", "filename-cut-at-quote", "ends it at the first quotation mark", lambda name: shortened(name, len(name.partition('"')[0]))),
    ("uploads.filename-quotes", "filename-quotes-escaped", "writes a backslash before quotation marks", lambda name: name.replace('"', '\\"')),
    ("uploads.filename-quotes", "filename-quotes-dropped", "leaves quotation marks out", lambda name: name.replace('"', "")),
    ("uploads.filename-quotes", "filename-apostrophes-doubled", "doubles apostrophes", lambda name: name.replace("'", "''")),
    ("uploads.filename-punctuation", "filename-percent-decoded", "reads percent signs as in a URL", unquote),
    ("uploads.filename-punctuation", "filename-hyphens-joined", "takes two hyphens for one", lambda name: name.replace("--", "-")),
    ("uploads.filename-punctuation", "filename-plus-decoded", "reads plus signs as spaces", lambda name: name.replace("+", " ")),
    ("uploads.filename-punctuation", "filename-as-html", "writes it for a web page", lambda name: name.replace("&", "&amp;")),
    ("uploads.filename-punctuation", "filename-cut-at-semicolon", "ends it at the first semicolon", lambda name: shortened(name, len(name.partition(";")[0]))),
    ("uploads.filename-punctuation", "filename-without-brackets", "leaves brackets out", lambda name: "".join(letter for letter in name if letter not in "()[]{}")),
    ("uploads.filename-punctuation", "filename-cut-at-hash", "ends it at the first hash sign, as a URL does", lambda name: shortened(name, len(name.partition("#")[0]))),
    ("uploads.filename-punctuation", "filename-slugged", "replaces unusual signs by hyphens", lambda name: "".join("-" if letter in "%&;+=" else letter for letter in name)),
    *(("uploads.filename-long", f"filename-cut-at-{length}", f"cuts it at {length} characters", partial(lambda length, name: shortened(name, length), length)) for length in (64, 100, 128, 191)),
    ("uploads.filename-unicode", "filename-cut-in-letters", "holds seven bytes of it when it is not ASCII, and the extension", lambda name: name if name.isascii() else name.encode()[:7].decode(errors="replace") + "." + name.rpartition(".")[2]),
)  # fmt: skip


def _enter_renaming(clause: str, name: str, description: str, renamed: Callable[[str], str]) -> None:
    @breach(clause, name=name, description=f"Keeps another file name than was sent: {description}.")
    class Renamed(Lawful):
        def filename(self, sent: str | None) -> str:
            return renamed(super().filename(sent))


for renaming in RENAMINGS:
    _enter_renaming(*renaming)


@breach("uploads.batch-lines-valid")
class LinesUnread(Lawful):
    """Never looks into a batch input."""

    def check_lines(self, purpose: str, fault: LineFault | None) -> None:
        """Say yes."""


@breach("uploads.batch-lines-valid")
class LinesReadOnlyFirst(Lawful):
    """Looks at the first line of a batch input only."""

    def check_lines(self, purpose: str, fault: LineFault | None) -> None:
        super().check_lines(purpose, fault if fault and fault.number == 1 else None)


@breach("uploads.batch-lines-valid")
class LinesNeedNotBeJson(Lawful):
    """Takes batch lines that are not JSON."""

    def check_lines(self, purpose: str, fault: LineFault | None) -> None:
        super().check_lines(purpose, None if fault and fault.kind == "json" else fault)


SIGHTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("filename-cut-at-64", "cuts file names at 64 characters", lambda name: name[:64]),
    ("filename-cut-at-100", "cuts file names at 100 characters", lambda name: name[:100]),
    ("filename-cut-at-199", "cuts file names one character short", lambda name: name[:199]),
    ("filename-without-emoji", "has lost emoji", lambda name: "".join(letter for letter in name if letter <= "\uffff")),
    ("filename-as-latin", "reads file names as Latin-1", lambda name: name.encode().decode("latin-1")),
    ("filename-percent-decoded", "reads percent signs in file names as in a URL", unquote),
    ("filename-as-html", "writes file names for a web page", lambda name: name.replace("&", "&amp;")),
    ("filename-in-small-letters", "writes file names in small letters", str.lower),
    ("filename-decomposed", "takes accents and letters of file names apart", partial(normalize, "NFD")),
    ("filename-cut-at-quote", "ends file names at a quotation mark", lambda name: name.partition('"')[0]),
)  # fmt: skip


def _enter_sight(clause: str, operation: Operation, row: tuple[str, str, Callable[[str], str]]) -> None:
    name, description, change = row

    @breach(clause, name=f"{operation}-{name}", description=f"The {operation} operation {description}.")
    class Misshown(Lawful):
        def describe(self, record: Record, asked: Operation) -> Body:
            body = super().describe(record, asked)
            return {**body, "filename": change(record.filename)} if asked is operation else body


for sight in SIGHTS:
    _enter_sight("listing.item-filename", Operation.LIST, sight)
    _enter_sight("retrieval.filename", Operation.RETRIEVE, sight)


def shortened(filename: str, length: int) -> str:
    """Cut a file name to so many characters and keep its extension."""
    kind = "." + filename.rpartition(".")[2]
    return filename if len(filename) <= length else filename[: length - len(kind)] + kind


def guess(filename: str) -> str:
    """Guess a purpose from a file name."""
    return "batch" if filename.endswith(".jsonl") else "file-extract"
