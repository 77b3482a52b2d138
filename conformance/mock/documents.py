"""The documents' decisions: which files a chat names, whether it may read them, and what it finds in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.mock import refusals
from conformance.mock.behaviour import World
from conformance.mock.filing import Filing, extension
from conformance.mock.reading import beginning
from conformance.mock.records import Operation, Record
from conformance.mock.settings import IMAGE_FORMATS, TEXT_FORMATS

MARK = "fileid://"
QWEN_LONG_FORMATS = TEXT_FORMATS | IMAGE_FORMATS
QWEN_DOC_FORMATS = QWEN_LONG_FORMATS - {"epub", "mobi", "csv", "json"} | {"doc", "xls", "ppt", "pptx"}
PLAIN_FORMATS = frozenset({"txt", "md", "csv", "json"})
IMAGE_TOKENS = 1000
BLANK_BYTES = 4096
# So many documents are opened once only.
REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that chats: how many files it takes in one request, of which formats, and how much text in all."""

    name: str
    files: int
    formats: frozenset[str]
    input_tokens: int


class Documents(Filing):
    """A server whose models read files."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        # What a file says never changes, and many questions are asked of few files.
        self._perused: dict[str, tuple[bool, str]] = {}

    def named_files(self, content: str) -> list[str] | None:
        """Read the ids in a system message; None when it is a role or a text."""
        text = content.strip()
        if not text.startswith(MARK):
            return None
        return [part.strip().removeprefix(MARK) for part in text.split(",")]

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        """Find the files that a chat names, or say why it cannot read them."""
        self.check_count(model, file_ids)
        records = [self.document(account, file_id) for file_id in file_ids]
        for record in records:
            self.check_parsed(record)
            self.check_readable(model, record)
            self.check_blank(record)
        return records

    def check_count(self, model: Model, file_ids: Sequence[str]) -> None:
        """Refuse more files than the model takes."""
        if len(file_ids) > model.files:
            raise refusals.too_many_documents()

    def document(self, account: str, file_id: str) -> Record:
        """Find one file that is there to be read."""
        record = self.store.get(account, file_id)
        if record is None or record.purpose != "file-extract":
            raise refusals.invalid_file(file_id)
        return record

    def check_parsed(self, record: Record) -> None:
        """Refuse a file that is still being parsed."""
        if self.status(record, Operation.CHAT) != "processed":
            raise refusals.still_parsing()

    def check_readable(self, model: Model, record: Record) -> None:
        """Refuse a file of a format that the model does not read."""
        if extension(record.filename) not in model.formats:
            raise refusals.unsupported_file(record.id)

    def check_blank(self, record: Record) -> None:
        """Refuse a file with nothing in it; a long one is not looked through."""
        if self.peruse(record)[0]:
            raise refusals.blank_file(record.id)

    def peruse(self, record: Record) -> tuple[bool, str]:
        """Tell whether a document is blank, and how it begins."""
        if record.id not in self._perused:
            path = self.world.shelf.path(record.id)
            is_blank = record.bytes <= BLANK_BYTES and not path.read_bytes().strip()
            if len(self._perused) >= REMEMBERED:
                self._perused.clear()
            self._perused[record.id] = is_blank, beginning(path, extension(record.filename))
        return self._perused[record.id]

    def document_tokens(self, record: Record) -> int:
        """Tell how much of the input a document takes."""
        kind = extension(record.filename)
        if kind in IMAGE_FORMATS:
            return IMAGE_TOKENS
        # Of a document that is more than its text, most is not text.
        return -(-record.bytes // (4 if kind in PLAIN_FORMATS else 64))

    def retell(self, record: Record) -> str:
        """Say of a document what tells it from every other."""
        says = self.peruse(record)[1]
        return f"{record.filename} ({record.id}, {record.bytes} bytes, digest {record.digest}): {says}"


def tokens(text: str) -> int:
    """Count tokens roughly: four letters or a little more than one Chinese character each."""
    return -(-len(text.encode(errors="replace")) // 4)
