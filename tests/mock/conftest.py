"""What all tests of the mock share: a served mock, a client with a key, and small words for uploads."""

from collections.abc import Iterator

import httpx
import pytest

from conformance.mock import Limits, Mock, serve

SMALL = Limits(
    extract_bytes=4000, batch_bytes=3000, image_bytes=1500, account_files=60, account_bytes=60_000, page=2000
)


class Api(httpx.Client):
    """An httpx client that holds a key and knows how to upload."""

    def __init__(self, mock: Mock, key: str | None = None) -> None:
        super().__init__(
            base_url=mock.url,
            headers={"authorization": f"Bearer {mock.keys[0] if key is None else key}"},
            trust_env=False,
        )

    def upload(
        self, name: str = "a.txt", body: bytes = b"hello", purpose: str = "file-extract"
    ) -> httpx.Response:
        return self.post("files", data={"purpose": purpose}, files={"file": (name, body)})

    def ids(self, **params: object) -> list[str]:
        answer = self.get("files", params={key: str(value) for key, value in params.items()})
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["data"]]


@pytest.fixture
def mock() -> Iterator[Mock]:
    with serve(seed=1) as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture
def small() -> Iterator[Mock]:
    with serve(seed=1, limits=SMALL) as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture
def api(mock: Mock) -> Iterator[Api]:
    with Api(mock) as api:
        yield api


@pytest.fixture
def small_api(small: Mock) -> Iterator[Api]:
    with Api(small) as api:
        yield api
