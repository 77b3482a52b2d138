"""Lists narrowed by purpose and time: all that match, and only those."""

from typing import Any

import pytest

from conformance.times import DAY, FORMATS, write

from .history import NOW, History

BEIJING = 8 * 3600.0
MIDDLE = NOW + 30
PAIRS = (("create_after", False), ("create_before", True))


@pytest.fixture
def history() -> History:
    """Three early and three late uploads, a minute apart, of two purposes, listed once by each reader; times are UTC+8."""
    written = History(zone=BEIJING)
    for letter in "abcdef":
        written.upload(letter, purpose="batch" if letter in "be" else "file-extract")
        if letter == "c":
            written.now += 60
    written.walk(list(written.files))
    written.page(list(written.files), create_after=at(NOW - 3 * DAY, "date"))
    return written


@pytest.fixture
def early(history: History) -> list[str]:
    return [name for name, file in history.files.items() if file["created_at"] < MIDDLE]


@pytest.fixture
def late(history: History) -> list[str]:
    return [name for name, file in history.files.items() if file["created_at"] > MIDDLE]


def at(instant: float, form: str = "datetime") -> str:
    """Write an instant as the filters of this target read it."""
    return write(instant, form, BEIJING)


def test_lawful_filters_prove_every_clause(history: History, early: list[str], late: list[str]) -> None:
    for form in ("compact-datetime", "datetime"):
        history.page(late, create_after=at(MIDDLE, form))
        history.page(early, create_before=at(MIDDLE, form))
    history.page(["file-batch-b", "file-batch-e"], purpose="batch")
    history.page(["file-batch-b"], purpose="batch", create_before=at(MIDDLE))
    history.walk([early[0], early[2]], [late[0], late[2]], purpose="file-extract", limit=2)
    assert history.accused() == set()
    assert {name for name in history.proven() if name.startswith("filters.")} == {
        "filters.combined",
        "filters.create-after-complete",
        "filters.create-after-sound",
        "filters.create-before-complete",
        "filters.create-before-sound",
        "filters.paged",
        "filters.purpose-complete",
        "filters.purpose-sound",
    }


@pytest.mark.parametrize("name", ["create_after", "create_before"])
@pytest.mark.parametrize("shown", [True, False])
def test_a_file_of_the_very_second_may_be_on_either_side(name: str, shown: bool) -> None:  # noqa: FBT001
    history = History(zone=BEIJING)
    name_of = history.upload("a")
    history.page([name_of])
    history.page([name_of] if shown else [], **{name: at(NOW)})
    assert history.accused() == set()


@pytest.mark.parametrize(("name", "wanted"), PAIRS)
def test_a_file_one_second_beside_the_time_is_beyond_doubt(name: str, wanted: bool) -> None:  # noqa: FBT001
    sound, complete = (f"filters.{name.replace('_', '-')}-{word}" for word in ("sound", "complete"))
    for distance, selected in ((1, wanted), (-1, not wanted)):
        history = History(zone=BEIJING)
        file = history.upload("a")
        history.page([file])
        history.page([file], **{name: at(NOW + distance)})
        assert history.accused() == (set() if selected else {sound})
        history = History(zone=BEIJING)
        file = history.upload("a")
        history.page([file], purpose="file-extract")
        history.page([], **{name: at(NOW + distance)})
        assert history.accused() == ({complete} if selected else set())


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_known_zone_only_what_no_zone_explains_is_accused(form: str) -> None:
    history = History()
    file = history.upload("a")
    history.page([file])
    for hours in (-12, -8, 0, 5, 14):
        for shown in ([file], []):
            history.page(shown, create_after=write(NOW, form, hours * 3600))
            history.page(shown, create_before=write(NOW, form, hours * 3600))
    assert history.accused() == set()
    history.page([file], create_after=write(NOW + 3 * DAY, form))
    history.page([], create_before=write(NOW + 3 * DAY, form))
    assert history.accused() == {"filters.create-after-sound", "filters.create-before-complete"}


@pytest.mark.parametrize("form", ["date", "compact-date"])
def test_a_date_may_mean_the_beginning_or_the_end_of_its_day(form: str) -> None:
    history = History(zone=BEIJING)
    file = history.upload("a")
    history.page([file])
    for shown in ([file], []):
        history.page(shown, create_after=at(NOW, form))
        history.page(shown, create_before=at(NOW, form))
    assert history.accused() == set()


def test_a_zone_that_is_wrong_for_one_of_the_two_parameters_is_accused_there(
    history: History, early: list[str], late: list[str]
) -> None:
    history.page(late, create_after=at(MIDDLE))
    history.page([*early, *late], create_before=at(MIDDLE))
    assert history.accused() == {"filters.create-before-sound"}
    history.page([], create_after=at(MIDDLE))
    assert history.accused() == {"filters.create-before-sound", "filters.create-after-complete"}


def test_a_purpose_filter_that_lets_another_through_is_unsound(history: History) -> None:
    history.page(["file-fe-a", "file-batch-b", "file-batch-e"], purpose="batch")
    assert history.accused() == {"filters.purpose-sound"}


def test_a_purpose_filter_that_loses_a_file_is_incomplete(history: History) -> None:
    history.page(["file-batch-b"], purpose="batch")
    assert history.accused() == {"filters.purpose-complete"}


def test_a_strangers_file_of_another_purpose_is_seen_too(history: History) -> None:
    other = history.stranger("z", purpose="batch_output")
    history.page(["file-batch-b", "file-batch-e", other], purpose="batch")
    assert history.accused() == {"filters.purpose-sound"}


def test_a_filter_that_the_second_page_forgets_is_a_matter_of_pages(
    history: History, late: list[str]
) -> None:
    history.page(["file-fe-a", "file-fe-c"], more=True, purpose="file-extract", limit=2)
    history.page(late[:2], more=True, purpose="file-extract", limit=2, after="file-fe-c")
    history.page(late[2:], purpose="file-extract", limit=2, after=late[1])
    assert history.accused() == {"filters.paged"}


def test_a_time_that_the_second_page_forgets_is_a_matter_of_pages(
    history: History, early: list[str], late: list[str]
) -> None:
    history.page(early[:2], more=True, create_before=at(MIDDLE), limit=2)
    history.page([early[2], late[0]], create_before=at(MIDDLE), limit=2, after=early[1])
    assert history.accused() == {"filters.paged"}


def test_filtered_pages_that_end_early_are_a_matter_of_pages(history: History, late: list[str]) -> None:
    history.page(["file-fe-a", "file-fe-c"], more=True, purpose="file-extract", limit=2)
    history.page(late[:1], purpose="file-extract", limit=2, after="file-fe-c")
    assert history.accused() == {"filters.paged"}


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(["file-batch-b", "file-batch-e"], id="the time is forgotten"),
        pytest.param(["file-fe-d", "file-batch-e", "file-fe-f"], id="the purpose is forgotten"),
        pytest.param([], id="nothing is found"),
    ],
)
def test_one_of_two_filters_that_is_forgotten_is_a_matter_of_both(history: History, shown: list[str]) -> None:
    history.page(shown, purpose="batch", create_after=at(MIDDLE))
    assert history.accused() == {"filters.combined"}


def test_a_window_between_two_times_is_a_matter_of_both(history: History, early: list[str]) -> None:
    window = {"create_after": at(NOW - 5), "create_before": at(MIDDLE)}
    history.page(early, **window)
    assert history.accused() == set()
    history.page(early[:2], **window)
    assert history.accused() == {"filters.combined"}


def test_what_a_purpose_gets_that_the_parameter_does_not_list_is_no_matter_of_a_law(history: History) -> None:
    for purpose in ("poetry", "batch_output", "fine-tune", ""):
        history.page(list(history.files), purpose=purpose)
        history.page([], purpose=purpose)
    assert history.accused() == set()


@pytest.mark.parametrize("text", ["yesterday", "2025-13-45", "1764499365", "", "２０２５１１１２"])
def test_what_a_time_that_is_none_gets_is_no_matter_of_a_law(history: History, text: str) -> None:
    for name in ("create_after", "create_before"):
        history.page(list(history.files), **{name: text})
        history.page([], **{name: text})
    assert history.accused() == set()


def test_a_parameter_that_no_page_knows_promises_nothing(history: History) -> None:
    history.page([], order="asc")
    history.page([], order="asc", purpose="batch")
    assert history.accused() == set()


@pytest.mark.parametrize(
    ("said", "clause"),
    [
        ({"purpose": "batch"}, "listing.item-purpose"),
        ({"purpose": ["batch"]}, "listing.item-purpose"),
        ({"purpose": None}, "listing.item-purpose"),
        ({"created_at": NOW * 1000}, "listing.item-created-at"),
        ({"created_at": None}, "listing.item-created-at"),
        ({"created_at": 1}, "listing.item-created-at"),
    ],
)
def test_a_file_that_the_list_describes_wrongly_is_accused_of_that_alone(
    history: History, late: list[str], said: dict[str, Any], clause: str
) -> None:
    chosen = [name for name in late if name.startswith("file-fe-")]
    history.page(chosen, said=said, create_after=at(MIDDLE), purpose="file-extract")
    assert history.accused() == {clause}


def test_an_upload_in_milliseconds_leaves_the_time_filters_alone() -> None:
    history = History(zone=BEIJING)
    file = history.upload("a", said={"created_at": NOW * 1000})
    history.page([file], said={"created_at": NOW * 1000})
    history.page([file], said={"created_at": NOW * 1000}, create_before=at(NOW + 5))
    assert history.accused() == {"uploads.created-at"}


def test_a_filtered_list_may_lag_behind_an_upload() -> None:
    history = History()
    history.page([])
    history.upload("a", purpose="batch")
    history.page([], purpose="batch")
    assert history.accused() == set()
    history.now += 11
    history.page([], purpose="batch")
    assert history.accused() == {"filters.purpose-complete"}


def test_what_finds_by_a_filter_may_lag_behind_the_whole_list() -> None:
    history = History()
    file = history.upload("a", purpose="batch")
    history.page([file])
    history.page([], purpose="batch")
    assert history.accused() == set()
    history.page([file], purpose="batch")
    history.page([], purpose="batch")
    assert history.accused() == {"filters.purpose-complete"}


@pytest.mark.parametrize("zone", [0.0, BEIJING])
def test_a_date_may_begin_by_another_clock_than_a_time(zone: float) -> None:
    history = History(zone=zone)
    file = history.upload("a")
    history.page([file], create_before=write(NOW, "date"))
    history.page([file], create_after=write(NOW, "date"))
    assert history.accused() == set()
    history.page([file], create_before=write(NOW - 2 * DAY, "date"))
    assert history.accused() == {"filters.create-before-sound"}


def test_a_deleted_file_need_not_be_selected(history: History) -> None:
    history.delete("file-batch-b")
    history.page(["file-batch-e"], purpose="batch")
    history.page(["file-batch-b", "file-batch-e"], purpose="batch")
    assert history.accused() == set()
