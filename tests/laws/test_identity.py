"""What an upload said, retrieval and list repeat: who is accused, and who is not."""

import dataclasses
from typing import Any

import pytest

from conformance.exchange import Part

from .history import NOW, History


def test_a_faithful_server_is_not_accused() -> None:
    history = History()
    names = [history.upload("a"), history.upload("b", purpose="batch", size=0)]
    for name in names:
        history.retrieve(name)
        history.retrieve(name)
    history.page(names)
    assert history.accused() == set()
    assert history.proven() >= {
        "uploads.bytes",
        "uploads.created-at",
        "uploads.filename",
        "uploads.purpose",
        "ids.unique",
        "retrieval.id",
        "retrieval.bytes",
        "retrieval.created-at",
        "retrieval.filename",
        "retrieval.purpose",
        "retrieval.steady",
        "listing.item-id",
        "listing.item-bytes",
        "listing.item-created-at",
        "listing.item-filename",
        "listing.item-purpose",
    }


@pytest.mark.parametrize(
    ("said", "clause"),
    [
        ({"bytes": 8}, "uploads.bytes"),
        ({"bytes": "7"}, "uploads.bytes"),
        ({"bytes": 7.0}, "uploads.bytes"),
        ({"bytes": None}, "uploads.bytes"),
        ({"filename": "A.txt"}, "uploads.filename"),
        ({"filename": "a"}, "uploads.filename"),
        ({"filename": "/tmp/a.txt"}, "uploads.filename"),  # noqa: S108  a path that a server gives away
        ({"filename": None}, "uploads.filename"),
        ({"purpose": "batch"}, "uploads.purpose"),
        ({"purpose": None}, "uploads.purpose"),
        ({"created_at": NOW * 1000}, "uploads.created-at"),
        ({"created_at": NOW + 8 * 3600}, "uploads.created-at"),
        ({"created_at": NOW - 301}, "uploads.created-at"),
        ({"created_at": 0}, "uploads.created-at"),
        ({"created_at": True}, "uploads.created-at"),
        ({"created_at": str(NOW)}, "uploads.created-at"),
        ({"created_at": float(NOW)}, "uploads.created-at"),
        ({"created_at": None}, "uploads.created-at"),
    ],
)
def test_an_upload_that_tells_an_untruth_is_accused_of_it_alone(said: dict[str, Any], clause: str) -> None:
    history = History()
    name = history.upload("a", said=said)
    history.retrieve(name)
    history.page([name])
    assert history.accused() == {clause}


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"bytes": 8}, "bytes"),
        ({"bytes": True}, "bytes"),
        ({"filename": "a.TXT"}, "filename"),
        ({"purpose": "batch"}, "purpose"),
        ({"created_at": NOW + 1}, "created-at"),
        ({"created_at": NOW * 1000}, "created-at"),
    ],
)
def test_a_read_that_says_otherwise_than_the_upload_is_accused(said: dict[str, Any], subject: str) -> None:
    history = History()
    name = history.upload("a")
    history.retrieve(name, **said)
    history.page([name])
    assert history.accused() == {f"retrieval.{subject}"}

    history = History()
    name = history.upload("a")
    history.retrieve(name)
    history.page([name], said=said)
    assert history.accused() == {f"listing.item-{subject}"}


def test_another_id_than_the_one_that_was_asked_for_is_accused() -> None:
    history = History()
    name = history.upload("a")
    history.retrieve(name, id=name.upper())
    assert history.accused() == {"retrieval.id"}


def test_a_clock_two_seconds_off_is_lawful() -> None:
    history = History()
    for distance in (-2, 2, 290):
        name = history.upload(f"a{distance}", said={"created_at": int(history.now) + distance})
        history.retrieve(name, created_at=history.exchanges[-1].mapping()["created_at"])
    assert history.accused() == set()


@pytest.mark.parametrize("letters", ["d5c0ea9110bd47afb0505f43", "qBKjZKfTx64R9oYmwyovNHBH", "7", "a/b ?"])
def test_any_alphabet_of_ids_is_lawful(letters: str) -> None:
    history = History()
    name = history.upload(letters)
    history.retrieve(name)
    history.page([name])
    assert history.accused() == set()
    assert "retrieval.bytes" in history.proven()


def test_status_details_may_come_and_go() -> None:
    history = History()
    name = history.upload("a")
    history.retrieve(name, status_details=None)
    history.retrieve(name, status_details="all is well", status="processed")
    history.page([name])
    assert history.accused() == set()


def test_a_quotation_mark_may_come_back_as_the_form_writes_it() -> None:
    history = History()
    for number, filename in enumerate(('a"b.txt', "a%22b.txt")):
        name = history.upload(f"{number}", filename='a"b.txt', said={"filename": filename})
        history.retrieve(name, filename=filename)
    assert history.accused() == set()


def test_a_chinese_name_that_is_mangled_has_a_clause_of_its_own() -> None:
    history = History()
    history.upload("a", filename="产品介绍.docx", said={"filename": "????.docx"})
    assert history.accused() == {"uploads.filename-unicode"}


def test_a_chinese_name_that_is_mangled_in_reads_is_accused_there() -> None:
    history = History()
    name = history.upload("a", filename="产品介绍.docx")
    history.retrieve(name, filename="äº§å\x93\x81.docx")
    history.page([name], said={"filename": "产品介绍"})
    assert history.accused() == {"retrieval.filename", "listing.item-filename"}


def test_an_id_that_comes_twice_is_accused_once() -> None:
    history = History()
    name = history.upload("a")
    history.upload("a", size=9, filename="b.txt")
    history.retrieve(name)
    history.retrieve(name, bytes=9, filename="b.txt")
    history.page([name], said={"bytes": 9, "filename": "b.txt"})
    assert history.accused() == {"ids.unique"}


def test_an_id_that_is_given_again_after_its_deletion_is_accused_once() -> None:
    history = History()
    name = history.upload("a")
    history.delete(name)
    history.retrieve(name, http=404)
    history.page([])
    history.upload("a", size=9)
    history.retrieve(name, bytes=9)
    history.page([name], said={"bytes": 9})
    assert history.accused() == {"ids.unique"}


@pytest.mark.parametrize("changed", [{"bytes": 8}, {"filename": "b"}, {"purpose": "x"}, {"created_at": 1}])
def test_a_strangers_file_that_changes_is_unsteady(changed: dict[str, Any]) -> None:
    history = History()
    name = history.stranger("a")
    history.retrieve(name)
    history.retrieve(name, status="processing")
    assert history.accused() == set()
    history.retrieve(name, **changed)
    assert history.accused() == {"retrieval.steady"}


def test_an_answer_that_is_no_object_is_left_to_the_contract() -> None:
    history = History()
    name = history.upload("a")
    history.retrieve(name)
    history.add("GET", f"/files/{name}", b"<html>maintenance</html>")
    history.add("GET", f"/files/{name}", b"[]")
    assert history.accused() == set()


def test_a_purpose_that_no_page_lists_is_not_measured() -> None:
    history = History()
    history.upload("a", purpose="poetry", said={"purpose": "file-extract"})
    history.upload("b", purpose="fine-tune")
    assert history.accused() == set()


def test_a_form_without_a_purpose_or_with_two_is_not_measured_by_it() -> None:
    history = History()
    file = Part(name="file", filename="a.txt", size=7)
    purposes = [Part(name="purpose", size=5, text=text) for text in ("batch", "file-extract")]
    names: list[str] = []
    for number, parts in enumerate(((file,), (file, *purposes), (file, file))):
        names.append(history.upload(f"{number}", filename="a.txt", parts=parts))
        history.retrieve(names[-1])
    history.page(names)
    assert history.accused() == set()


def test_a_file_of_another_account_is_nobodys_upload() -> None:
    history = History()
    name = history.upload("a", said={"bytes": 8})
    history.exchanges[0] = dataclasses.replace(history.exchanges[0], account="second")
    history.retrieve(name, bytes=9)
    # That it is shown at all is another clause's business.
    assert history.accused() == {"isolation.retrieve"}


ODD = {
    "quotes": 'the "final" draft.txt',
    "emoji": "launch 🎉.txt",
    "punctuation": "100% a&b; c+d.txt",
    "long": "a" * 196 + ".txt",
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_name_that_an_upload_alters_costs_its_own_clause(kind: str) -> None:
    history = History()
    name = history.upload("a", filename=ODD[kind], said={"filename": "altered.txt"})
    # What the file is called from then on is no second fault.
    history.retrieve(name, filename="altered.txt")
    history.page([name], said={"filename": "altered.txt"})
    history.retrieve(name)
    assert {clause for clause in history.accused() if "filename" in clause} == {f"uploads.filename-{kind}"}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_name_that_comes_back_proves_its_clause(kind: str) -> None:
    history = History()
    name = history.upload("a", filename=ODD[kind])
    history.retrieve(name)
    history.page([name])
    assert history.accused() == set()
    assert history.proven() >= {f"uploads.filename-{kind}", "retrieval.filename", "listing.item-filename"}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("clause", ["retrieval.filename", "listing.item-filename"])
def test_an_odd_name_that_a_reader_alters_is_that_readers_fault(kind: str, clause: str) -> None:
    history = History()
    name = history.upload("a", filename=ODD[kind])
    if clause == "retrieval.filename":
        history.retrieve(name, filename=ODD[kind][:5])
    else:
        history.page([name], said={"filename": ODD[kind][:5]})
    assert history.accused() == {clause}


@pytest.mark.parametrize("read", ["upload", "retrieve", "list"])
def test_a_quotation_mark_may_stay_as_a_form_writes_it(read: str) -> None:
    history = History()
    written = ODD["quotes"].replace('"', "%22")
    said = {"filename": written}
    name = history.upload("a", filename=ODD["quotes"], said=said if read == "upload" else None)
    if read == "retrieve":
        history.retrieve(name, filename=written)
    elif read == "list":
        history.page([name], said=said)
    assert history.accused() == set()


def test_a_double_under_the_name_that_a_form_writes_is_excused_by_an_answer_that_was_lost() -> None:
    history = History()
    parts = (
        Part(name="purpose", size=12, text="file-extract"),
        Part(name="file", filename=ODD["quotes"], size=7),
    )
    history.add("POST", "/files", {}, parts=parts, http=503, final=False)
    written = ODD["quotes"].replace('"', "%22")
    name = history.upload("a", filename=ODD["quotes"], said={"filename": written})
    double = history.stranger("b")
    history.files[double] = {**history.files[name], "id": double, "filename": written}
    history.page([double])
    assert history.accused() == set()


OWN = "conformance-0123456789ab a.txt"


def test_a_second_file_under_a_name_of_the_run_is_accused_whatever_it_looks_like() -> None:
    history = History()
    name = history.upload("a", filename=OWN)
    history.retrieve(name)
    double = history.stranger("b")
    history.files[double] = {**history.files[name], "id": double, "created_at": NOW - 1, "bytes": 8}
    history.page([name, double])
    assert history.accused() == {"listing.item-id"}


def test_two_uploads_of_one_name_are_two_files_of_that_name() -> None:
    history = History()
    history.page([history.upload("a", filename=OWN), history.upload("b", filename=OWN)])
    assert history.accused() == set()


def test_the_upload_of_another_account_may_bear_the_same_name() -> None:
    history = History()
    mine = history.upload("a", filename=OWN)
    history.account = "second"
    theirs = history.upload("b", filename=OWN)
    history.account = "first"
    history.page([mine, theirs])
    assert "listing.item-id" not in history.accused()


def test_an_upload_that_never_told_its_id_may_be_the_second_file() -> None:
    history = History()
    parts = (Part(name="purpose", size=12, text="file-extract"), Part(name="file", filename=OWN, size=7))
    history.add("POST", "/files", b'{"id": "file-fe-', parts=parts)
    name = history.upload("a", filename=OWN)
    double = history.stranger("b")
    history.files[double] = {**history.files[name], "id": double, "created_at": NOW - 1}
    history.page([name, double])
    assert "listing.item-id" not in history.accused()


def test_a_second_file_under_a_name_that_anybody_may_give_is_somebody_elses() -> None:
    history = History()
    name = history.upload("a")
    double = history.stranger("b")
    history.files[double] = {**history.files[name], "id": double, "created_at": NOW - 1}
    history.page([name, double])
    assert history.accused() == set()


def refused(history: History, http: int) -> None:
    parts = (Part(name="purpose", size=3, text="odd"), Part(name="file", filename=OWN, size=7))
    history.add("POST", "/files", {}, parts=parts, http=http)


def listed(history: History) -> None:
    double = history.stranger("b")
    history.files[double] = {**history.files[double], "filename": OWN}
    history.page([double])


@pytest.mark.parametrize("http", [400, 413, 422])
def test_a_refused_upload_that_is_listed_was_not_refused(http: int) -> None:
    history = History()
    refused(history, http)
    listed(history)
    assert history.accused() == {"uploads.refused-absent"}


def test_a_refused_upload_that_is_not_listed_was_refused() -> None:
    history = History()
    refused(history, 400)
    history.page([history.stranger("b")])
    assert history.accused() == set()
    assert "uploads.refused-absent" in history.proven()


@pytest.mark.parametrize("http", [401, 403, 429, 500, 503])
def test_what_was_refused_for_a_while_may_have_been_done_since(http: int) -> None:
    history = History()
    refused(history, http)
    listed(history)
    assert history.accused() == set()


def test_a_name_that_was_refused_once_and_accepted_then_may_be_listed() -> None:
    history = History()
    refused(history, 400)
    history.page([history.upload("a", filename=OWN)])
    assert history.accused() == set()


def test_what_a_task_has_written_may_be_called_as_its_input() -> None:
    history = History()
    name = history.upload("a", filename=OWN)
    result = history.stranger("b")
    history.files[result] = {**history.files[name], "id": result, "purpose": "batch_output"}
    history.page([name, result])
    assert history.accused() == set()


def test_an_id_that_is_a_list_is_left_to_the_contract() -> None:
    history = History()
    history.page([history.upload("a", filename=OWN)])
    history.upload("b", filename=OWN, said={"id": ["file-fe-1"]})
    assert "listing.item-id" not in history.accused()
