"""Whose key opens what."""

from collections.abc import Callable

import pytest

from conformance import expect
from conformance.clauses import Profile
from conformance.corpus import Corpus, Sent
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause
from conformance.session import Session

Attempted = Callable[[str], tuple[Exchange, ...]]
Ask = Callable[[Files, str, str], Exchange]
READS: dict[str, Ask] = {
    "list": lambda files, _, account: files.list(limit=1, account=account),
    "filtered list": lambda files, _, account: files.list(limit=1, purpose="batch", account=account),
    "retrieve": lambda files, name, account: files.retrieve(name, account=account),
}
# Each tries to delete a file of its own: where it should succeed, nobody else misses it.
VICTIMS = {"none": -2, "wrong": -4, "other-region": -3}
ALMOST_RIGHT = ("altered", "longer", "shorter", "recased")


@pytest.fixture(scope="session")
def welcome(files: Files, first: Sent) -> Exchange:
    """A request with the valid key: the twin of every one without."""
    return files.wait(lambda: files.retrieve(first.id), lambda each: each.succeeded)


@pytest.fixture(scope="session")
def let_in(files: Files) -> Exchange:
    """The list, asked for with the valid key."""
    return files.list(limit=1)


@clause("authentication.bearer")
def test_a_valid_key_lets_a_request_in(let_in: Exchange) -> None:
    expect.accepted(let_in)


@pytest.mark.parametrize("operation", READS)
@clause("authentication.no-key")
def test_a_request_without_a_key_is_refused(
    conformance: Session, files: Files, first: Sent, welcome: Exchange, operation: str
) -> None:
    if operation == "list" and conformance.settings.profile is Profile.SMOKE:
        # The shortest profile has no request to spare for both lists.
        return
    _is_refused(files, READS[operation](files, first.id, "none"), welcome)


@clause("authentication.no-key")
def test_a_deletion_without_a_key_is_refused(files: Files, kept: Corpus, welcome: Exchange) -> None:
    _is_refused(files, files.delete(_victim(kept, "none"), account="none"), welcome)


@clause("authentication.no-key")
def test_an_upload_without_a_key_is_refused(files: Files, attempted: Attempted, twin: Exchange) -> None:
    [exchange] = attempted("authentication.no-key")
    _is_refused(files, exchange, twin)


@clause("authentication.wrong-key")
def test_a_list_with_a_wrong_key_is_refused(files: Files, first: Sent, welcome: Exchange) -> None:
    # Keys that are almost right ask for the plain one.
    _is_refused(files, READS["filtered list"](files, first.id, "wrong"), welcome)


@clause("authentication.wrong-key")
def test_a_retrieval_with_a_wrong_key_is_refused(files: Files, kept: Corpus, welcome: Exchange) -> None:
    # The last is a batch input; without a key, and with that of the other region, a document is asked for.
    _is_refused(files, READS["retrieve"](files, kept.files[-1].id, "wrong"), welcome)


@clause("authentication.wrong-key")
def test_a_deletion_with_a_wrong_key_is_refused(files: Files, kept: Corpus, welcome: Exchange) -> None:
    _is_refused(files, files.delete(_victim(kept, "wrong"), account="wrong"), welcome)


def _is_refused(files: Files, exchange: Exchange, twin: Exchange) -> None:
    """Expect 401; where the account itself may have been denied since its twin was answered, there is another twin."""
    twin = files.list(limit=1) if exchange.status in {402, 403} else twin
    expect.refused(exchange, twin=twin, status=401)


def _victim(kept: Corpus, account: str) -> str:
    place = VICTIMS[account]
    return kept.files[place if -place < len(kept.files) else -1].id


@pytest.mark.parametrize("account", ALMOST_RIGHT)
@clause("authentication.wrong-key")
def test_a_key_that_is_almost_right_is_refused(files: Files, welcome: Exchange, account: str) -> None:
    if account not in files.client.target.keys:
        raise expect.Unproven("the key has no letters to be written otherwise")
    _is_refused(files, files.list(limit=1, account=account), welcome)


@clause("authentication.wrong-key")
def test_an_upload_with_a_wrong_key_is_refused(files: Files, attempted: Attempted, twin: Exchange) -> None:
    [exchange] = attempted("authentication.wrong-key")
    _is_refused(files, exchange, twin)


@pytest.mark.parametrize("scheme", ["Basic {}", "Token {}", "{}", "Bearer"])
@clause("authentication.malformed")
def test_a_header_that_is_no_bearer_token_is_refused(files: Files, let_in: Exchange, scheme: str) -> None:
    # With the valid key: a server that looks for it and not at the scheme is found out.
    headers = (("authorization", scheme.format(files.client.target.key)),)
    exchange = files.client.send("GET", "/files", query=(("limit", "1"),), headers=headers, account="none")
    _is_refused(files, exchange, let_in)


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
def test_a_refused_request_has_changed_nothing(files: Files, kept: Corpus, attempted: Attempted) -> None:
    name = _victim(kept, "none")
    [upload] = attempted("authentication.nothing-done")
    part = upload.request.part("file")
    filename = part.filename if part else ""
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


@pytest.mark.parametrize("operation", READS)
@clause("authentication.region-key")
def test_a_key_of_the_other_region_is_refused(
    conformance: Session, files: Files, first: Sent, welcome: Exchange, operation: str
) -> None:
    if operation == "list" and conformance.settings.profile is Profile.SMOKE:
        # The shortest profile has no request to spare for both lists.
        return
    _is_refused(files, READS[operation](files, first.id, "other-region"), welcome)


@clause("authentication.region-key")
def test_a_deletion_with_a_key_of_the_other_region_is_refused(
    files: Files, kept: Corpus, welcome: Exchange
) -> None:
    _is_refused(files, files.delete(_victim(kept, "other-region"), account="other-region"), welcome)


@clause("authentication.region-key")
def test_an_upload_with_a_key_of_the_other_region_is_refused(
    files: Files, attempted: Attempted, twin: Exchange
) -> None:
    [exchange] = attempted("authentication.region-key")
    _is_refused(files, exchange, twin)
