"""What of the mock's behaviour is documented, observed or inferred: a table, printed by `conformance mock --fidelity`."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """How a behaviour is known."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One behaviour, how it is known, and from where."""

    behaviour: str
    label: Label
    source: str


def _documented(behaviour: str, source: str = "File page, 2025-11") -> Choice:
    return Choice(behaviour=behaviour, label=Label.DOCUMENTED, source=source)


def _observed(behaviour: str, source: str) -> Choice:
    return Choice(behaviour=behaviour, label=Label.OBSERVED, source=source)


def _inferred(behaviour: str, source: str) -> Choice:
    return Choice(behaviour=behaviour, label=Label.INFERRED, source=source)


SILENT = "pages are silent"
OPENAI = "pages are silent; as OpenAI does"
TEXTS = "error page, 2025-12 (the text; not status and code in this envelope)"

FIDELITY: tuple[Choice, ...] = (
    # keys and accounts
    _documented("a key of one region is refused with 401 by the other", "File page; regions page, 2026-05"),
    _observed(
        "401 has code invalid_api_key and a message that links the region's error page",
        "chat, several reports",
    ),
    _inferred("a missing or malformed key gets the same 401 as a wrong one", SILENT),
    _inferred("the scheme Bearer is read in any case", "RFC 9110"),
    _inferred("below the base path the key is looked at before route and method", SILENT),
    _documented("an id is valid only in the account that made it"),
    _inferred("another account's id gets the same 404 as an unknown one", SILENT),
    # uploads
    _documented("file and purpose are required; purpose is file-extract or batch"),
    _observed(
        "a bad purpose gets 400, type invalid_request_error, param purpose, code null", "Beijing, 2024-07"
    ),
    _inferred("the text for a bad purpose names both purposes", "observed text is older than batch"),
    _documented("file-extract takes txt docx pdf xlsx epub mobi md csv json bmp png jpg jpeg gif"),
    _documented("batch takes jsonl"),
    _inferred("the format is judged by the extension, in any case, when the file is uploaded", SILENT),
    _documented("at most 150 MB for file-extract and 500 MB for batch"),
    _documented("at most 20 MB for an image", "Qwen-Long page, 2026-01; error page"),
    _inferred("a MB is 1024 times 1024 bytes, and a file of exactly the limit is accepted", SILENT),
    _documented("a file that is too large: Payload Too Large.", TEXTS),
    _documented("a file of a wrong kind: Invalid part type.", TEXTS),
    _documented("at most 10,000 files and 100 GB an account"),
    _inferred("a full account is refused with 400 and the text of the error page", TEXTS),
    _documented("a batch line has custom_id, method POST, url and body; custom_id is unique", "Batch page"),
    _documented("at most 50,000 lines, each at most 6 MB", "Batch page to 2026-06; a later one says 1 MB"),
    _inferred(
        "a bad batch line is refused at the upload", "the page asks for the format; the answer is open"
    ),
    _inferred("url and model of a line are not judged at the upload", "observed: judged later, by the batch"),
    _inferred("blank lines of a batch input are skipped; one without any request is refused", SILENT),
    _inferred("an empty file-extract file is accepted", SILENT),
    _inferred("fields that nobody documents are ignored; a repeated file or purpose is refused", SILENT),
    _inferred("the file name is echoed as sent, without folders, browsers' escapes undone", SILENT),
    # file objects
    _documented("a file has id, object, bytes, created_at, filename, purpose, status"),
    _documented(
        "status_details is null", "SDK samples; real answers lack it (weather absent-status-details)"
    ),
    _observed("status is processed at once (weather slow-parsing: processing first)", "Beijing, 2025-11"),
    _observed("an id is file-fe-, file-batch- or file-batch_output- and 24 hex digits", "Beijing, 2025-11"),
    _inferred("created_at is the time when the whole upload had arrived", SILENT),
    # one file
    _observed("get and delete of an unknown id give 404", "live-test assertions, 2024"),
    _inferred("the text of that 404 is OpenAI's", OPENAI),
    _documented("a deletion answers object file, deleted true and the id"),
    _inferred("a second deletion gives 404", "follows from the deletion"),
    _documented("files never expire"),
    # the list
    _documented("the list has object list, data, has_more; has_more tells whether there is a next page"),
    _documented("limit is 1 to 2000 and 2000 when not given; after is the last id of the page before"),
    _inferred("a limit out of range or not an integer gets 400", SILENT),
    _inferred("newest first; files of one microsecond in the order of upload, reversed", OPENAI),
    _inferred("an after that the account never had gets 400", SILENT),
    _inferred("an after whose file was deleted since keeps its place", SILENT),
    _documented("purpose filters by file-extract or batch"),
    _inferred("purpose=batch_output filters too; any other value gets 400", SILENT),
    _documented("create_after and create_before take four formats and mean later and earlier than"),
    _observed("times are read as UTC+8", "batches, 2026-04; inferred for files"),
    _inferred("creation is kept finer than the second that created_at shows", SILENT),
    _inferred("a time in another format gets 400", SILENT),
    _inferred("an empty parameter counts as not given, except limit; unknown ones are ignored", SILENT),
    _inferred("an empty list has data [], not null", "pages show an array; batches were seen with null"),
    # rates
    _documented("3 uploads a second, and 10 of get, list and delete together"),
    _inferred("rates are token buckets of one second's size, one pair an account", SILENT),
    _documented("429 with code limit_requests: You exceeded your current requests list.", TEXTS),
    _observed("no Retry-After", "never seen"),
    # errors
    _observed(
        "errors are error{message,type,param,code} and request_id", "chat; File answers lack request_id"
    ),
    _observed("every answer carries x-request-id", "Beijing, 2024 to 2026"),
    _inferred("unknown routes get 404, wrong methods 405 with Allow", "RFC 9110"),
    _inferred("HEAD is answered like GET, without the body", "RFC 9110"),
    _inferred("a form that cannot be read gets 400", SILENT),
)


def table() -> str:
    """Write the choices, one to a line."""
    return "\n".join(f"{choice.label:<10}  {choice.behaviour}  [{choice.source}]" for choice in FIDELITY)
