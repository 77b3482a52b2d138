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
QWEN_LONG = "Qwen-Long page, 2026-01"
QWEN_DOC = "Qwen-Doc-Turbo page, 2026-01"
BATCH = "Batch pages, 2025 to 2026"
BATCH_SEEN = "Beijing, 2026-04"
BATCH_ERRORS = "pages name the refusal at most; status and text are open"
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
    _inferred(
        "url, model and a custom_id that is used twice are not judged at the upload",
        "observed: judged later, by the batch",
    ),
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
    # chat
    _documented("Qwen-Long and Qwen-Doc-Turbo are served in Beijing only", QWEN_LONG),
    _inferred("elsewhere they get 404 model_not_found, like an unknown model", SILENT),
    _documented("without a model: 400, you must provide a model parameter", TEXTS),
    _documented("empty messages and a body that is no JSON object get 400 and the error page's text", TEXTS),
    _inferred("messages that are absent, of an unknown role or without a user's get 400", SILENT),
    _observed("content that is no string gets 400 and the place of the message", "two reports, 2025"),
    _inferred("the place is counted from 0", "the reports fit both counts"),
    _observed(
        "a chat's refusal has type invalid_request_error and code invalid_parameter_error",
        "two reports, 2025; weather errors-in-camel-case has the error page's code",
    ),
    _inferred("max_tokens ends an answer with finish_reason length", OPENAI),
    _inferred("stream_options without stream gets 400; parameters that are not read are ignored", SILENT),
    _inferred("a body of more than 8 MB is refused", "pages give 1,000,000 tokens of text"),
    _inferred(
        "the answer names each document with its id, size, digest and first words, and the last question; of a text, its beginning",
        "a mock's answer; it is the same for the same input",
    ),
    _inferred(
        "a token is four letters at most in an answer, and four bytes of UTF-8 in what is read",
        "a mock's count",
    ),
    _documented("prompt_tokens and completion_tokens make total_tokens", QWEN_LONG),
    _inferred("20 chats a second", "model metadata, 2026-05, name 20 and no unit"),
    # streams
    _observed(
        "first an empty content with the role, then text, then an empty content with finish_reason",
        "the page's printed chunks",
    ),
    _observed(
        "with include_usage a last chunk has no choices and the usage; in all others usage is null",
        "the page's printed chunks",
    ),
    _observed(
        "every chunk has one id, created and model; service_tier and system_fingerprint are null",
        "the page's printed chunks",
    ),
    _inferred("events are data: and JSON, and end with data: [DONE]", OPENAI),
    _inferred(
        "a stream that cannot begin is refused like any other chat",
        "compatible mode; the native one was seen with 200",
    ),
    # documents
    _documented(
        "a system message names files as fileid://id, several with commas or in several messages", QWEN_LONG
    ),
    _documented("files may be added later in the conversation", QWEN_LONG),
    _documented(
        "at most 100 files in a Qwen-Long request, and one in a Qwen-Doc-Turbo request",
        f"{QWEN_LONG}; {QWEN_DOC}; the error page says fewer than 100",
    ),
    _documented("more files: Too many files provided.", TEXTS),
    _inferred("a file that is named twice counts twice", SILENT),
    _documented("an id that is wrong or another account's: Invalid file.", TEXTS),
    _inferred(
        "so too for a deleted file and for one of another purpose",
        "another text was documented for a deletion during the chat",
    ),
    _documented("a file that is processing: File parsing in progress, please try again later.", TEXTS),
    _documented(
        "a file of a format that the model does not read is not supported",
        f"{QWEN_LONG}; {QWEN_DOC}; the error page lists fewer",
    ),
    _documented("a file without text: content blank.", TEXTS),
    _documented(
        "beside a file a message has at most 9,000 tokens, with Qwen-Doc-Turbo always",
        f"{QWEN_LONG}; {QWEN_DOC}",
    ),
    _inferred("a longer one is told the range of its length", SILENT),
    _documented(
        "at most 10,000,000 tokens of input for Qwen-Long and 253,952 for Qwen-Doc-Turbo",
        f"{QWEN_LONG}; {QWEN_DOC}",
    ),
    _inferred("size and pages of a document are not judged again by the chat", "the upload judges the size"),
    _inferred("fileid:// in a message of another role, or to another model, is text", SILENT),
    # batches
    _documented(
        "a batch is validating, in_progress, finalizing and completed; or failed, expired, cancelled", BATCH
    ),
    _documented("input_file_id, endpoint and completion_window are required", BATCH),
    _documented("endpoints are /v1/chat/completions, /v1/embeddings and /v1/chat/ds-test", BATCH),
    _documented("completion_window is 24h to 336h or 1d to 14d", BATCH),
    _documented("ds_name has at most 100 characters and ds_description 200", BATCH),
    _inferred(
        "what breaks these rules, or names no batch file of the account, gets 400 at once", BATCH_ERRORS
    ),
    _inferred("an OSS address as input is refused", "documented for Beijing; a mock cannot read it"),
    _observed(
        "lines are judged after the answer; then the batch has failed, with errors for each line", BATCH_SEEN
    ),
    _observed("url_not_found and mismatched_test_url and their texts", BATCH_SEEN),
    _observed("model_not_found and its text", "Singapore, 2026-08"),
    _documented("mismatched_model and duplicate_custom_id", "error page, 2025-12"),
    _inferred(
        "invalid_json_line, invalid_method, missing_required_parameter, mismatched_url, empty_file, test_limit_exceeded",
        OPENAI,
    ),
    _inferred("at most 100 errors are shown", SILENT),
    _inferred(
        "one thinking mode a file, and two test batches at once, are not enforced",
        "documented, without the refusal",
    ),
    _documented("batch-test-model says This is a test result. and counts 20, 6 and 26 tokens", BATCH),
    _documented("a test has at most 100 requests and 1 MB", BATCH),
    _inferred(
        "batch models are four families of each region, and Qwen-Long in Beijing; others are unknown",
        "shortened lists",
    ),
    _inferred(
        "a small batch takes less than a second; every request after the first 150 adds 2 ms",
        "minutes were observed",
    ),
    _inferred(
        "under the virtual clock, retrieving an unfinished batch moves time on to its next event",
        "a mock's convenience",
    ),
    _documented(
        "only validating or in_progress batches can be cancelled; others get 400", f"{BATCH}; OpenAPI, 2026"
    ),
    _documented("cancelling and expiry keep what was done", BATCH),
    _observed("what was not run counts as failed and is in the error file", BATCH_SEEN),
    _inferred("its code is batch_cancelled or batch_expired", OPENAI),
    _inferred("a batch that is cancelled while validating has counts 0 and no files", SILENT),
    _documented(
        "a refused request is in the error file with error.code and error.message, and counts as failed",
        f"{BATCH}; weather failed-lines-in-output has what was seen",
    ),
    _observed(
        "both result files have purpose batch_output and ids file-batch_output-",
        f"{BATCH_SEEN}; weather error-files-of-their-own-kind",
    ),
    _inferred(
        "result files are named by their batch, and are listed, counted and deleted like any other",
        "listing and deletion were seen",
    ),
    _observed("expires_at is null", f"{BATCH_SEEN}; weather expires-at-told"),
    _observed(
        "cancelling_at is null until the batch is cancelled, and then equals cancelled_at",
        f"{BATCH_SEEN}; weather cancelling-at-told",
    ),
    _observed("a message in a result has a role", BATCH_SEEN),
    _inferred(
        "counts grow while the batch is in progress",
        "only counts before and after were seen; weather counts-at-the-end",
    ),
    _inferred("an input that is deleted after the batch was created is worked on all the same", SILENT),
    _inferred("another account's batch and an unknown one get 404", OPENAI),
    _documented("a list has first_id, last_id and has_more; limit is 1 to 100, and 20 when not given", BATCH),
    _documented("newest first; only batches of the last 30 days", "Batch OpenAPI, 2026"),
    _documented(
        "ds_name is found as part of the name; input_file_ids (at most 20) and status are lists with commas",
        BATCH,
    ),
    _inferred("ds_name is found in any case of Latin letters", "the page calls it fuzzy"),
    _documented("create_after and create_before are yyyyMMddHHmmss only", BATCH),
    _inferred("bad limits, cursors, statuses and times get 400", SILENT),
    _observed(
        "an empty list has data null, first_id null and last_id null",
        f"{BATCH_SEEN}; weather empty-batch-list-is-array",
    ),
    _documented(
        "1000 creations, 1000 retrievals, 1000 cancellations and 100 lists a minute; 1000 unfinished batches",
        BATCH,
    ),
    _inferred("each of these is a token bucket of one minute's size", SILENT),
    # content
    _documented(
        "only result files of batches can be downloaded, as JSON lines", "File page, 2024-10; Batch pages"
    ),
    _inferred("other files of the account get 400, and unknown ids 404", SILENT),
    _inferred(
        "a download is application/octet-stream with its length, and knows no ranges",
        f"{OPENAI}; weather downloads-without-type has what was seen",
    ),
    _inferred("downloads draw on no allowance", SILENT),
)


def table() -> str:
    """Write the choices, one to a line."""
    return "\n".join(f"{choice.label:<10}  {choice.behaviour}  [{choice.source}]" for choice in FIDELITY)
