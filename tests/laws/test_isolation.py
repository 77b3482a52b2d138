"""What one account uploaded, no other is shown."""

import pytest

from .history import History, doubted

MINE, THEIRS = "file-fe-a", "file-fe-z"


@pytest.fixture
def history() -> History:
    """A file of each account, and each seen by its own."""
    written = History()
    written.retrieve(written.upload("a"))
    written.page([MINE])
    written.account = "second"
    written.retrieve(written.upload("z"))
    written.page([THEIRS])
    return written


def test_accounts_that_are_apart_prove_every_clause(history: History) -> None:
    history.retrieve(MINE, http=404)
    history.page([THEIRS], purpose="file-extract")
    history.delete(MINE, http=404)
    history.account = "first"
    history.retrieve(THEIRS, http=404)
    history.page([MINE])
    assert history.accused() == set()
    assert history.proven() >= {"isolation.retrieve", "isolation.list", "isolation.delete"}


@pytest.mark.parametrize("account", ["first", "second"])
@pytest.mark.parametrize(
    "query", [{}, {"limit": 5}, {"purpose": "file-extract"}, {"create_after": "20200101"}]
)
def test_a_list_that_shows_the_file_of_another_is_accused(
    history: History, account: str, query: dict[str, str]
) -> None:
    history.account = account
    history.page([MINE, THEIRS], **query)
    assert history.accused() == {"isolation.list"}


def test_a_second_page_that_shows_the_file_of_another_is_accused(history: History) -> None:
    history.page([MINE], after=THEIRS, limit=1)
    assert history.accused() == {"isolation.list"}


@pytest.mark.parametrize(("account", "name"), [("second", MINE), ("first", THEIRS)])
def test_a_retrieval_of_the_file_of_another_is_accused(history: History, account: str, name: str) -> None:
    history.account = account
    history.retrieve(name)
    assert history.accused() == {"isolation.retrieve"}
    [finding] = [each for each in history.findings() if each.verdict == "fail"]
    assert "DASHSCOPE_SECOND_API_KEY" in finding.actual


@pytest.mark.parametrize("http", [400, 401, 403, 404, 410])
def test_any_clean_refusal_hides_a_file(history: History, http: int) -> None:
    history.retrieve(MINE, http=http)
    assert history.accused() == set()
    assert "isolation.retrieve" in history.proven()


@pytest.mark.parametrize("http", [402, 429, 500, 503])
def test_weather_proves_nothing(history: History, http: int) -> None:
    history.retrieve(MINE, http=http)
    assert not {"isolation.retrieve"} & (history.accused() | history.proven())


def test_a_file_that_its_own_account_has_not_seen_is_hidden_from_nobody() -> None:
    history = History()
    name = history.upload("a")
    history.account = "second"
    history.retrieve(name, http=404)
    history.page([])
    assert not {"isolation.retrieve", "isolation.list"} & (history.accused() | history.proven())


def test_one_id_that_both_accounts_got_belongs_to_nobody() -> None:
    history = History()
    for account in ("first", "second"):
        history.account = account
        history.page([history.upload("a")])
    assert not {name for name in history.accused() if name.startswith("isolation.")}


def test_without_a_second_account_there_is_nothing_to_measure() -> None:
    history = History()
    name = history.upload("a")
    history.page([name])
    history.retrieve(name)
    assert not {name for name in history.proven() if name.startswith("isolation.")}


def test_the_files_of_a_second_account_confuse_no_other_law(history: History) -> None:
    history.page([THEIRS], limit=1, more=True)
    history.page([], after=THEIRS, limit=1)
    history.delete(THEIRS)
    history.account = "first"
    history.retrieve(THEIRS, http=404)
    history.page([], after=THEIRS)
    history.page([MINE])
    assert history.accused() == set()


@pytest.mark.parametrize("http", [200, 404])
def test_a_file_that_goes_when_another_account_deletes_it_is_accused(history: History, http: int) -> None:
    history.delete(MINE, http=http)
    history.account = "first"
    history.retrieve(MINE, http=404)
    assert history.accused() == set()
    assert doubted(history) == [f"/files/{MINE}"]
    history.retrieve(MINE, http=404)
    assert history.accused() == {"isolation.delete"}
