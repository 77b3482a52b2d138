"""What the pages' own samples do with what the official SDK gives them. How it got there is no matter of this module.

The SDK never checks what it reads: a member of the wrong type surfaces in its user's code. So an answer
is called usable when everything that the samples do with it works.
"""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.exchange import Exchange

if TYPE_CHECKING:
    import openai

# Of an answer that came before, the SDK gives the same whatever it is asked.
REPLAYED = "replayed"


class Unusable(Exception):  # noqa: N818  a finding, not an error
    """The SDK cannot give its user what an answer should hold; the message says what."""


def file_of(said: Any) -> None:
    """Use a file as the samples do.

    Raises:
        Unusable: a member is missing or of another type.
    """
    for name in ("id", "filename", "object", "purpose", "status"):
        _member(said, name, str)
    for name in ("bytes", "created_at"):
        _member(said, name, int)


def batch_of(said: Any) -> None:
    """Use a batch task as the samples do.

    Raises:
        Unusable: a member is missing or of another type.
    """
    for name in ("id", "object", "endpoint", "input_file_id", "completion_window", "status"):
        _member(said, name, str)
    _member(said, "created_at", int)
    for name in ("output_file_id", "error_file_id"):
        if getattr(said, name) is not None:
            _member(said, name, str)
    if said.request_counts is not None:
        for name in ("total", "completed", "failed"):
            _member(said.request_counts, name, int)


def completion_of(said: Any) -> str:
    """Use a whole answer of the chat as the samples do, and give its text.

    Raises:
        Unusable: a member is missing or of another type.
    """
    text: str = _member(said.choices[0].message, "content", str)
    _usage_of(said.usage)
    return text


def stream_of(chunks: Iterable[Any]) -> str:
    """Use a stream as the samples do, and give its text; its last chunk tells the usage where any does.

    Raises:
        Unusable: a member is missing or of another type.
    """
    text, usage = "", None
    for chunk in chunks:
        if chunk.choices and chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
        usage = chunk.usage
    if usage is not None:
        _usage_of(usage)
    return text


def content_of(said: Any, body: bytes) -> None:
    """Use a download as the samples do: print its text, and write it to a file.

    Raises:
        Unusable: either is not what came.
    """
    text = said.text
    if said.content != body or (_is_utf8(body) and text != body.decode()):
        raise Unusable(f"the text of the download reads {text!r:.80}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.jsonl"
        said.write_to_file(path)
        written = path.read_bytes()
    if written != body:
        raise Unusable(f"{len(written)} bytes are written to a file, of {len(body)}")


def wants_stream(exchange: Exchange) -> bool:
    """Whether a stream was asked for: the SDK reads its answer as one, whatever came."""
    return exchange.request.json().get("stream") is True


def _usage_of(said: Any) -> None:
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        _member(said, name, int)


def _member(said: Any, name: str, kind: type) -> Any:
    value = getattr(said, name, None)
    if type(value) is not kind:
        raise Unusable(f"{name} is {value!r:.80}, not of type {kind.__name__}")
    return value


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _upload(sdk: "openai.OpenAI", _: Exchange) -> None:
    file_of(sdk.files.create(file=("a.txt", b"a"), purpose="file-extract"))  # type: ignore[arg-type]


def _retrieve(sdk: "openai.OpenAI", _: Exchange) -> None:
    file_of(sdk.files.retrieve(REPLAYED))


def _delete(sdk: "openai.OpenAI", _: Exchange) -> None:
    said = sdk.files.delete(REPLAYED)
    _member(said, "id", str)
    # False is an answer too: the file was gone already.
    _member(said, "deleted", bool)


def _list(sdk: "openai.OpenAI", _: Exchange) -> None:
    _page(sdk.files.list(), file_of)


def _download(sdk: "openai.OpenAI", exchange: Exchange) -> None:
    content_of(sdk.files.content(REPLAYED), exchange.answer.body if exchange.answer else b"")


def _chat(sdk: "openai.OpenAI", exchange: Exchange) -> None:
    create: Any = sdk.chat.completions.create
    asked = {"model": REPLAYED, "messages": [{"role": "user", "content": REPLAYED}]}
    if wants_stream(exchange):
        stream_of(create(**asked, stream=True))
    else:
        completion_of(create(**asked))


def _create_batch(sdk: "openai.OpenAI", _: Exchange) -> None:
    window = "24h"
    batch_of(
        sdk.batches.create(input_file_id=REPLAYED, endpoint="/v1/embeddings", completion_window=window)  # type: ignore[arg-type]
    )


def _retrieve_batch(sdk: "openai.OpenAI", _: Exchange) -> None:
    batch_of(sdk.batches.retrieve(REPLAYED))


def _cancel_batch(sdk: "openai.OpenAI", _: Exchange) -> None:
    batch_of(sdk.batches.cancel(REPLAYED))


def _list_batches(sdk: "openai.OpenAI", _: Exchange) -> None:
    page: Any = sdk.batches.list()
    # Where there is no task at all it may be null, and who walks the pages never looks at it.
    if page.data is not None or page.has_more:
        _page(page, batch_of)


def _page(page: Any, use: Callable[[Any], None]) -> None:
    """Use one page of a list; walking on would give the same page again."""
    if not isinstance(page.data, list):
        raise Unusable(f"data is {page.data!r:.80}, not a list")
    for item in page.data:
        use(item)
    if page.has_more and page.next_page_info() is None:
        raise Unusable("there is another page, but no way to it")


USES: dict[str, Callable[["openai.OpenAI", Exchange], None]] = {
    "uploadFile": _upload,
    "retrieveFile": _retrieve,
    "deleteFile": _delete,
    "listFiles": _list,
    "downloadFile": _download,
    "createChatCompletion": _chat,
    "createBatch": _create_batch,
    "retrieveBatch": _retrieve_batch,
    "cancelBatch": _cancel_batch,
    "listBatches": _list_batches,
}
