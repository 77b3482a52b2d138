"""Whose key opens what."""

from collections.abc import Callable

import pytest

from conformance import expect
from conformance.corpus import Corpus, Small
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause

Ask = Callable[[Files, str, str], Exchange]
OPERATIONS: dict[str, Ask] = {
    "list": lambda files, _, account: files.list(limit=1, account=account),
    "retrieve": lambda files, name, account: files.retrieve(name, account=account),
    "delete": lambda files, name, account: files.delete(name, account=account),
}
# Each tries to delete a file of its own: where it should succeed, nobody else misses it.
VICTIMS = {"none": -2, "wrong": -3, "other-region": -4}
ALMOST_RIGHT = ("altered", "longer", "shorter", "recased")


@pytest.fixture(scope="session")
def welcome(files: Files, kept: Corpus) -> Exchange:
    """A request with the valid key: the twin of every one without."""
    return files.retrieve(kept.files[0].id)


@clause("authentication.bearer")
def test_a_valid_key_lets_a_request_in(files: Files) -> None:
    expect.accepted(files.list(limit=1))


@pytest.mark.parametrize("operation", OPERATIONS)
@clause("authentication.no-key")
def test_a_request_without_a_key_is_refused(
    files: Files, kept: Corpus, welcome: Exchange, operation: str
) -> None:
    _is_refused(files, kept, welcome, operation, "none")


@clause("authentication.no-key")
def test_an_upload_without_a_key_is_refused(files: Files, small: Small, twin: Exchange) -> None:
    exchange = files.upload(small("no key"), small.purpose, account="none")
    expect.refused(exchange, twin=_still(files, exchange, twin), status=401)


@pytest.mark.parametrize("operation", OPERATIONS)
@clause("authentication.wrong-key")
def test_a_request_with_a_wrong_key_is_refused(
    files: Files, kept: Corpus, welcome: Exchange, operation: str
) -> None:
    _is_refused(files, kept, welcome, operation, "wrong")


def _is_refused(files: Files, kept: Corpus, welcome: Exchange, operation: str, account: str) -> None:
    exchange = OPERATIONS[operation](files, _victim(kept, account), account)
    expect.refused(exchange, twin=_still(files, exchange, welcome), status=401)


def _still(files: Files, exchange: Exchange, twin: Exchange) -> Exchange:
    """Give the twin, or where the account itself may have been denied since, another."""
    return files.list(limit=1) if exchange.status in {402, 403} else twin


def _victim(kept: Corpus, account: str) -> str:
    place = VICTIMS[account]
    return kept.files[place if -place < len(kept.files) else -1].id


@pytest.mark.parametrize("account", ALMOST_RIGHT)
@clause("authentication.wrong-key")
def test_a_key_that_is_almost_right_is_refused(files: Files, welcome: Exchange, account: str) -> None:
    if account not in files.client.target.keys:
        raise expect.Unproven("the key has no letters to be written otherwise")
    exchange = files.list(limit=1, account=account)
    expect.refused(exchange, twin=_still(files, exchange, welcome), status=401)


@pytest.fixture(scope="session")
def turned_away(files: Files, small: Small) -> tuple[str, Exchange]:
    """An upload with a wrong key, with the name of its file."""
    file = small("wrong key")
    return file.filename, files.upload(file, small.purpose, account="wrong")


@clause("authentication.wrong-key")
def test_an_upload_with_a_wrong_key_is_refused(
    files: Files, turned_away: tuple[str, Exchange], twin: Exchange
) -> None:
    expect.refused(turned_away[1], twin=_still(files, turned_away[1], twin), status=401)


@pytest.mark.parametrize("scheme", ["Basic {}", "Token {}", "{}", "Bearer"])
@clause("authentication.malformed")
def test_a_header_that_is_no_bearer_token_is_refused(files: Files, scheme: str) -> None:
    # With the valid key: a server that looks for it and not at the scheme is found out.
    headers = (("authorization", scheme.format(files.client.target.key)),)
    exchange = files.client.send("GET", "/files", query=(("limit", "1"),), headers=headers, account="none")
    expect.refused(exchange, twin=files.list(limit=1), status=401)


@clause("authentication.error-code")
def test_the_refusal_of_a_key_has_its_code(files: Files) -> None:
    exchange = expect.answered(files.list(limit=1, account="wrong"))
    if exchange.status != 401:
        raise expect.Unproven(f"a wrong key was not refused with 401 but got {expect.describe(exchange)}")
    error = exchange.mapping().get("error")
    if not isinstance(error, dict):
        raise expect.Unproven("the refusal of a wrong key carries no error that could have a code")
    expect.equal("invalid_api_key", error.get("code"), exchange)


@clause("authentication.nothing-done")
def test_a_refused_request_has_changed_nothing(
    files: Files, kept: Corpus, turned_away: tuple[str, Exchange]
) -> None:
    name = _victim(kept, "none")
    filename, upload = turned_away
    attempts = [expect.answered(each) for each in (files.delete(name, account="none"), upload)]
    if not all(exchange.answer and exchange.answer.refused for exchange in attempts):
        raise expect.Unproven("a request without a valid key was not refused in the first place")
    exchange, walk = files.everything()
    if walk is None:
        raise expect.Unproven(f"it needs the list, which answered {expect.describe(exchange)}")
    names = [item.get("filename") for page in walk.pages for item in page.items]
    expect.that(filename not in names, "no such file", "the refused upload is listed", *attempts, exchange)
    still = files.retrieve(name)
    expect.answered(still)
    expect.that(still.succeeded, "the file still there", expect.describe(still), *attempts, still)


@pytest.mark.parametrize("operation", OPERATIONS)
@clause("authentication.region-key")
def test_a_key_of_the_other_region_is_refused(
    files: Files, kept: Corpus, welcome: Exchange, operation: str
) -> None:
    _is_refused(files, kept, welcome, operation, "other-region")


@clause("authentication.region-key")
def test_an_upload_with_a_key_of_the_other_region_is_refused(
    files: Files, small: Small, twin: Exchange
) -> None:
    exchange = files.upload(small("other region"), small.purpose, account="other-region")
    expect.refused(exchange, twin=_still(files, exchange, twin), status=401)
