"""What a run has made is remembered until it is gone, and nothing of anybody else's."""

import json
from typing import Any

import pytest

from conformance.exchange import Answer, Exchange, Part, Request
from conformance.resources import Resources, path_of


def heard(
    resources: Resources,
    method: str,
    path: str,
    status: int | None,
    said: Any = None,
    *,
    account: str = "first",
) -> None:
    answer = None if status is None else Answer(status=status, body=json.dumps(said).encode())
    resources(Exchange(number=1, request=Request(method=method, path=path), answer=answer, account=account))


@pytest.fixture
def resources() -> Resources:
    """Two files of the first account and one of the second."""
    made = Resources()
    for name, account in (("file-fe-a", "first"), ("file-fe-b", "first"), ("file-fe-c", "second")):
        heard(made, "POST", "/files", 200, {"id": name}, account=account)
    return made


def test_the_newest_goes_first_and_by_the_account_that_holds_it(resources: Resources) -> None:
    assert resources.left == (("file-fe-c", "second"), ("file-fe-b", "first"), ("file-fe-a", "first"))


@pytest.mark.parametrize("status", [200, 204, 404, 410])
def test_what_is_gone_is_forgotten(resources: Resources, status: int) -> None:
    heard(resources, "DELETE", "/files/file-fe-a", status)
    assert "file-fe-a" not in dict(resources.left)


@pytest.mark.parametrize("status", [None, 302, 400, 401, 403, 409, 429, 500, 503])
def test_what_may_still_be_there_is_remembered(resources: Resources, status: int | None) -> None:
    heard(resources, "DELETE", "/files/file-fe-a", status)
    assert "file-fe-a" in dict(resources.left)


def test_a_404_for_another_account_says_nothing(resources: Resources) -> None:
    heard(resources, "DELETE", "/files/file-fe-a", 404, account="second")
    heard(resources, "DELETE", "/files/file-fe-c", 404, account="first")
    assert len(resources.left) == 3


@pytest.mark.parametrize("said", [None, [], {}, {"id": None}, {"id": 7}, {"id": ""}, "file-fe-d"])
def test_an_answer_without_an_id_makes_nothing_to_remember(resources: Resources, said: Any) -> None:
    heard(resources, "POST", "/files", 200, said)
    assert len(resources.left) == 3


def test_only_uploads_that_were_accepted_make_something(resources: Resources) -> None:
    heard(resources, "POST", "/files", 400, {"id": "file-fe-d"})
    heard(resources, "POST", "/files", None)
    heard(resources, "GET", "/files/file-fe-x", 200, {"id": "file-fe-x"})
    heard(resources, "DELETE", "/files/file-fe-x", 200, {"id": "file-fe-a"})
    assert len(resources.left) == 3


@pytest.mark.parametrize("name", ["a/b", "a b", "../x", "é", "%2F", "?", "a#b"])
def test_any_id_has_a_path_of_its_own(name: str) -> None:
    path = path_of(name)
    assert path.count("/") == 2
    assert not set(path) & set(" ?#")
    resources = Resources()
    heard(resources, "POST", "/files", 200, {"id": name})
    heard(resources, "DELETE", path, 200)
    assert resources.left == ()


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'{"id": 7}', b'{"id": ""}'])
def test_an_upload_whose_answer_names_no_file_is_looked_for(body: bytes) -> None:
    resources = Resources()
    part = Part(name="file", filename="conformance-a.txt", size=5)
    request = Request(method="POST", path="/files", parts=(part,))
    resources.expect(request)
    resources(Exchange(number=1, request=request, answer=Answer(status=200, body=body)))
    assert list(resources.doubtful) == ["conformance-a.txt"]
