"""Keys, accounts and errors of the lawful mock; and the official SDK against it."""

import openai
import pytest

from conformance.errors import UsageError
from conformance.mock import Mock, serve
from tests.mock.client import Api

UNKNOWN = "file-fe-000000000000000000000000"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nonsense", "Basic {key}", "{key}", "Bearer {key}x", "Bearer  x {key}"])  # fmt: skip
def test_a_wrong_key_is_refused_everywhere(mock: Mock, header: str | None) -> None:
    with Api(mock) as api:
        del api.headers["authorization"]
        if header is not None:
            api.headers["authorization"] = header.format(key=mock.keys[0])
        requests = [
            ("GET", "files"),
            ("POST", "files"),
            ("GET", "files/x"),
            ("DELETE", "files/x"),
            ("GET", "nix"),
            ("GET", "files/x/content"),
            ("POST", "chat/completions"),
            ("GET", "batches"),
            ("POST", "batches"),
            ("GET", "batches/x"),
            ("POST", "batches/x/cancel"),
        ]
        for method, path in requests:
            answer = api.request(method, path)
            error = answer.json()["error"]
            assert answer.status_code == 401
            assert (error["code"], error["type"], error["param"]) == (
                "invalid_api_key",
                "invalid_request_error",
                None,
            )
            assert error["message"].startswith("Incorrect API key provided. ")
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_the_scheme_is_read_in_any_case(mock: Mock, api: Api) -> None:
    assert api.get("files", headers={"authorization": f"bearer {mock.keys[0]}"}).status_code == 200


@pytest.mark.parametrize(("region", "other", "page"), [("cn", "intl", "help.aliyun.com/zh"), ("intl", "cn", "alibabacloud.com/help/en")])  # fmt: skip
def test_a_key_of_the_other_region_is_refused(region: str, other: str, page: str) -> None:
    with serve(region=region) as mock, Api(mock, mock.other_region_key) as api:
        assert mock.keys == (f"sk-mock-{region}-first", f"sk-mock-{region}-second")
        assert mock.other_region_key == f"sk-mock-{other}-first"
        answer = api.get("files")
        assert answer.status_code == 401
        assert page in answer.json()["error"]["message"]


def test_accounts_do_not_see_each_other(mock: Mock, api: Api) -> None:
    mine = api.upload().json()["id"]
    with Api(mock, mock.keys[1]) as stranger:
        assert stranger.ids() == []
        assert stranger.get(f"files/{mine}").status_code == 404
        assert stranger.delete(f"files/{mine}").status_code == 404
    assert api.ids() == [mine]
    assert (mock.files(), mock.files(mock.keys[1])) == ([mine], [])


def test_a_deleted_file_is_gone_and_no_other(mock: Mock, api: Api) -> None:
    ids = [mock.plant() for _ in range(3)]
    answer = api.delete(f"files/{ids[1]}")
    assert answer.json() == {"object": "file", "deleted": True, "id": ids[1]}
    assert api.ids() == [ids[2], ids[0]]
    assert api.get(f"files/{ids[1]}").status_code == 404
    assert api.delete(f"files/{ids[1]}").status_code == 404


@pytest.mark.parametrize("file_id", [UNKNOWN, "x", "%00", "号", "a" * 3000, "..", "file-fe-%2F"])
def test_an_unknown_id_gets_404(api: Api, file_id: str) -> None:
    for method in ("GET", "DELETE"):
        answer = api.request(method, f"files/{file_id}")
        assert answer.status_code in {404, 405}
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "files", 405), ("DELETE", "files", 405), ("POST", f"files/{UNKNOWN}", 405), ("PATCH", f"files/{UNKNOWN}", 405), ("GET", "files/", 404), ("GET", f"files/{UNKNOWN}/content", 404), ("GET", "models", 404), ("POST", f"files/{UNKNOWN}/content", 405), ("GET", "chat/completions", 405), ("DELETE", "batches", 405), ("POST", "batches/x", 405), ("GET", "batches/x/cancel", 405), ("GET", "batches/", 404), ("GET", "batches/x", 404), ("POST", "chat", 404)])  # fmt: skip
def test_a_stray_request_gets_an_envelope(api: Api, method: str, path: str, status: int) -> None:
    answer = api.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "request_id"}
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    "wrong",
    [{"region": "us"}, {"clock": "lunar"}, {"keys": ("a", "a")}, {"keys": (" a",)}, {"region": "cn", "keys": ("sk-mock-intl-first",)}],
)  # fmt: skip
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError), serve(**wrong):  # type: ignore[arg-type]
        pass


def test_a_planted_file_of_an_unknown_purpose_is_refused(mock: Mock) -> None:
    with pytest.raises(UsageError, match="vision"):
        mock.plant(purpose="vision")


def test_the_official_sdk_is_at_home(mock: Mock) -> None:
    with openai.OpenAI(base_url=mock.url, api_key=mock.keys[0], max_retries=0) as client:
        made = client.files.create(file=("报告.txt", b"hello"), purpose="file-extract")  # type: ignore[arg-type]
        assert (made.filename, made.bytes, made.status) == ("报告.txt", 5, "processed")
        for _ in range(4):
            client.files.create(file=("a.txt", b"x"), purpose="file-extract")  # type: ignore[arg-type]
        assert client.files.retrieve(made.id) == made
        assert [file.id for file in client.files.list(limit=2)] == mock.files()
        assert client.files.delete(made.id).deleted is True
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(made.id)
        with pytest.raises(openai.BadRequestError, match="purpose"):
            client.files.create(file=("a.txt", b"x"), purpose="assistants")
        with pytest.raises(openai.AuthenticationError, match="Incorrect API key provided"):
            client.with_options(api_key="sk-wrong").files.list()
