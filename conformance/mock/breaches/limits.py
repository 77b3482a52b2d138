"""Breaches of the limits chapter: formats, sizes, and how many files an account holds."""

from collections.abc import Callable

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, extension
from conformance.mock.lines import LineFault
from conformance.mock.records import Upload
from conformance.mock.settings import IMAGE_FORMATS, TEXT_FORMATS


def _enter_format(
    clause: str, name: str, description: str, change: Callable[[str, frozenset[str]], frozenset[str]]
) -> None:
    @breach(clause, name=name, description=description)
    class Choosy(Lawful):
        def formats(self, purpose: str) -> frozenset[str]:
            return change(purpose, super().formats(purpose))


def _less(*missing: str) -> Callable[[str, frozenset[str]], frozenset[str]]:
    return lambda purpose, formats: formats - set(missing) if purpose == "file-extract" else formats


def _more(purpose: str, *added: str) -> Callable[[str, frozenset[str]], frozenset[str]]:
    return lambda asked, formats: formats | set(added) if asked == purpose else formats


for kind in sorted(TEXT_FORMATS):
    _enter_format("limits.text-formats", f"{kind}-refused", f"Refuses .{kind} for file-extract.", _less(kind))
for kind in sorted(IMAGE_FORMATS):
    _enter_format(
        "limits.image-formats", f"{kind}-refused", f"Refuses .{kind} for file-extract.", _less(kind)
    )

_enter_format(
    "limits.text-formats",
    "tables-refused",
    "Refuses .xlsx, .csv and .json for file-extract, as the service did in 2024.",
    _less("xlsx", "csv", "json"),
)
_enter_format(
    "limits.image-formats", "images-refused", "Refuses images for file-extract.", _less(*IMAGE_FORMATS)
)
_enter_format(
    "limits.batch-format",
    "batch-takes-json",
    "Takes .json for batch.",
    _more("batch", "json"),
)
_enter_format("limits.batch-format", "batch-takes-text", "Takes .txt for batch.", _more("batch", "txt"))
_enter_format(
    "limits.batch-format",
    "batch-takes-documents",
    "Takes for batch what it takes for file-extract.",
    _more("batch", *TEXT_FORMATS, *IMAGE_FORMATS),
)
_enter_format(
    "limits.other-formats",
    "file-extract-takes-archives-and-programs",
    "Takes archives, programs and pages for file-extract.",
    _more("file-extract", "zip", "exe", "html", "htm", "bin", "tar", "gz", "xyz", "py", "sh"),
)
_enter_format(
    "limits.other-formats",
    "file-extract-takes-media",
    "Takes sound and films for file-extract.",
    _more("file-extract", "mp3", "mp4", "wav", "avi", "mov"),
)


@breach("limits.other-formats")
class FileExtractTakesAnything(Lawful):
    """Takes files of any format for file-extract."""

    def check_format(self, purpose: str, filename: str) -> None:
        if purpose != "file-extract":
            super().check_format(purpose, filename)


@breach("limits.other-formats")
class ExtensionsAreFoundAnywhere(Lawful):
    """Takes a file for file-extract whose name has a known extension somewhere."""

    def check_format(self, purpose: str, filename: str) -> None:
        if purpose != "file-extract" or not any(f".{kind}" in filename for kind in TEXT_FORMATS):
            super().check_format(purpose, filename)


@breach("limits.batch-format")
class BatchTakesAnything(Lawful):
    """Takes files of any format for batch."""

    def check_format(self, purpose: str, filename: str) -> None:
        if purpose != "batch":
            super().check_format(purpose, filename)


def _is_image(purpose: str | None, filename: str) -> bool:
    return purpose == "file-extract" and extension(filename) in IMAGE_FORMATS


def _is_document(purpose: str | None, filename: str) -> bool:
    return purpose == "file-extract" and not _is_image(purpose, filename)


def _is_batch(purpose: str | None, _: str) -> bool:
    return purpose == "batch"


KINDS: tuple[tuple[str, str, Callable[[str | None, str], bool]], ...] = (
    ("file-extract", "a document", _is_document),
    ("batch", "a batch input", _is_batch),
    ("image", "an image", _is_image),
)


def _enter_size(
    clause: str,
    name: str,
    description: str,
    is_meant: Callable[[str | None, str], bool],
    change: Callable[[int], int],
) -> None:
    @breach(clause, name=name, description=description)
    class Resized(Lawful):
        def check_declared(self, declared: int | None, overhead: int) -> None:
            """Leave it to the purpose."""

        def size_limit(self, purpose: str | None, filename: str) -> int:
            limit = super().size_limit(purpose, filename)
            if purpose is None:
                return limit * 100
            return change(limit) if is_meant(purpose, filename) else limit


for size_kind, article, is_size_kind in KINDS:
    _enter_size(f"limits.{size_kind}-admitted", f"{size_kind}-limit-of-a-third", f"Takes {article} up to a third of its limit.", is_size_kind, lambda limit: limit // 3)  # fmt: skip
    _enter_size(f"limits.{size_kind}-admitted", f"{size_kind}-limit-just-below", f"Takes {article} up to a tenth less than its limit.", is_size_kind, lambda limit: limit * 9 // 10)  # fmt: skip
    _enter_size(f"limits.{size_kind}-exceeded", f"{size_kind}-limit-missing", f"Takes {article} of any size.", is_size_kind, lambda limit: limit * 100)  # fmt: skip
    _enter_size(f"limits.{size_kind}-exceeded", f"{size_kind}-limit-doubled", f"Takes {article} up to twice its limit.", is_size_kind, lambda limit: limit * 2)  # fmt: skip


@breach("limits.image-exceeded")
class ImagesLimitedLikeDocuments(Lawful):
    """Takes images of the size of documents."""

    def size_limit(self, purpose: str | None, filename: str) -> int:
        return super().size_limit(purpose, "a.txt" if _is_image(purpose, filename) else filename)


@breach("limits.one-byte")
class OneByteIsTooLittle(Lawful):
    """Refuses a file of one byte."""

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        if size == 1:
            raise refusals.bad_parameter("file", "The file is too small.")
        super().judge(purpose, filename, size, fault)


@breach("limits.one-byte")
class OneByteCrashes(Lawful):
    """Breaks over a file of one byte."""

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        if size == 1:
            raise refusals.broken()
        super().judge(purpose, filename, size, fault)


@breach("limits.file-count")
class FilesUncounted(Lawful):
    """Takes any number of files."""

    def check_room(self, account: str, upload: Upload) -> None:
        """Say yes."""


@breach("limits.file-count")
class FilesCountedOneTooMany(Lawful):
    """Takes one file more than an account may hold."""

    def check_room(self, account: str, upload: Upload) -> None:
        if self.store.usage(account)[0] > self.limits.account_files:
            raise refusals.too_many()


@breach("limits.file-count")
class FilesCountedByName(Lawful):
    """Counts files of one name once."""

    def check_room(self, account: str, upload: Upload) -> None:
        if self.store.names(account) >= self.limits.account_files:
            raise refusals.too_many()
