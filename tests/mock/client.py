"""An httpx client that holds a key and knows how to upload; and limits small enough to reach."""

import httpx

from conformance.mock import Limits, Mock

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
