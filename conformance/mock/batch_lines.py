"""The lines of a batch: what is wrong with a request, and how a result is written. Nothing here knows of time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from conformance.mock.documents import Model, tokens
from conformance.mock.lines import parsed
from conformance.mock.records import Body

CHAT_ENDPOINT = "/v1/chat/completions"
EMBEDDING_ENDPOINT = "/v1/embeddings"
TEST_ENDPOINT = "/v1/chat/ds-test"
ENDPOINTS = (CHAT_ENDPOINT, EMBEDDING_ENDPOINT, TEST_ENDPOINT)

TEST_MODEL = "batch-test-model"
EMBEDDING_MODELS = ("text-embedding-v1", "text-embedding-v2", "text-embedding-v3", "text-embedding-v4")
CHAT_MODELS: Mapping[str, tuple[str, ...]] = {
    "cn": ("qwen-max", "qwen-plus", "qwen-flash", "qwen-turbo", "qwen-long", "qwen-long-latest"),
    "intl": ("qwen-max", "qwen-plus", "qwen-flash", "qwen-turbo"),
}
DIMENSIONS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one line of an input, or with the whole of it where no line is named."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None

    @property
    def body(self) -> Body:
        """The fault as a batch shows it."""
        return {"code": self.code, "message": self.message, "param": self.param, "line": self.line}


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the lines of an input that are not blank, with their numbers."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


class Inspection:
    """One reading of an input, which remembers what the lines before have said."""

    def __init__(self, *, endpoint: str, models: Mapping[str, Model]) -> None:
        self._endpoint = endpoint
        self._models = models
        self._model: str | None = None
        self._ids: set[str] = set()

    def judge(self, number: int, raw: bytes) -> Fault | None:
        """Say what is wrong with a line."""
        try:
            entry = parsed(raw)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            return Fault(code="invalid_json_line", message="This line is not a JSON object.", line=number)
        return (
            self._judge_custom_id(number, entry)
            or self._judge_url(number, entry)
            or self._judge_model(number, entry)
        )

    def _judge_custom_id(self, number: int, entry: Body) -> Fault | None:
        custom_id = entry.get("custom_id")
        if not isinstance(custom_id, str) or not custom_id:
            return _missing(number, "custom_id")
        if custom_id in self._ids:
            return Fault(
                code="duplicate_custom_id",
                message=f"The custom_id '{custom_id}' for this request is a duplicate of another request.",
                param="custom_id",
                line=number,
            )
        self._ids.add(custom_id)
        return None

    def _judge_url(self, number: int, entry: Body) -> Fault | None:
        if entry.get("method") != "POST":
            return Fault(
                code="invalid_method", message="The method must be POST.", param="method", line=number
            )
        url = entry.get("url")
        if not isinstance(url, str) or not url:
            return _missing(number, "url")
        if url not in ENDPOINTS:
            message = f"The provided url '{url}' is not supported by the Batch API."
            return Fault(code="url_not_found", message=message, param="url", line=number)
        return None

    def _judge_model(self, number: int, entry: Body) -> Fault | None:
        body, url = entry.get("body"), entry.get("url")
        model = body.get("model") if isinstance(body, dict) else None
        if not isinstance(model, str) or not model:
            return _missing(number, "body.model")
        if model == TEST_MODEL and url != TEST_ENDPOINT:
            message = f"The provided URL '{url}' does not match the test model '{model}'."
            return Fault(code="mismatched_test_url", message=message, param="url", line=number)
        if url != self._endpoint:
            message = f"The provided url '{url}' does not match the endpoint '{self._endpoint}' of the batch."
            return Fault(code="mismatched_url", message=message, param="url", line=number)
        if model not in self._models:
            message = f"The provided model '{model}' is not supported by the Batch API."
            return Fault(code="model_not_found", message=message, param="body.model", line=number)
        self._model = self._model or model
        if model != self._model:
            message = f"The model '{model}' for this request does not match the rest of the batch."
            return Fault(code="mismatched_model", message=message, param="body.model", line=number)
        return None


def _missing(number: int, param: str) -> Fault:
    return Fault(
        code="missing_required_parameter",
        message=f"The required parameter '{param}' is missing.",
        param=param,
        line=number,
    )


def result_of_the_test(completion_id: str, created_at: int) -> Body:
    """Give what the model that costs nothing says to everything."""
    message = {"role": "assistant", "content": "This is a test result."}
    return {
        "id": completion_id,
        "object": "chat.completion",
        "created": created_at,
        "model": TEST_MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 6, "total_tokens": 26},
    }


def embeddings(request_id: str, model: str, texts: list[str]) -> Body:
    """Give a vector for each text, the same for the same text."""
    read = sum(tokens(text) for text in texts)
    return {
        "id": request_id,
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _vector(text)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": read, "total_tokens": read},
    }


def _vector(text: str) -> list[float]:
    draw = Random(text)  # noqa: S311 - a vector is no secret
    return [round(draw.uniform(-1, 1), 6) for _ in range(DIMENSIONS)]
