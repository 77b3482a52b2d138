"""`conformance doctor`: all that a person should know, in few questions."""

import json
from pathlib import Path

import pytest

from conformance import doctor
from conformance.mock import serve
from conformance.notices import Level, Notice
from conformance.regions import Region
from conformance.targets import Target

from .loopback import KEY, Answer, Loopback, answer, client_of
from .runs_of_the_suite import run_command, run_suite

ERROR = json.dumps({"error": {"message": "no", "type": "t", "param": None, "code": None}}).encode()


def listed(*names: str, more: bool = False) -> bytes:
    data = [{"id": name, "bytes": 1} for name in names]
    return answer(json.dumps({"object": "list", "data": data, "has_more": more}).encode())


def examined(*answers: Answer) -> tuple[tuple[Notice, ...], list[str]]:
    """Examine a server, and give what was said and what was asked."""
    with Loopback(*answers) as server:
        client = client_of(server)
        found = doctor.examine(client)
        client.close()
        return found, [each.target for each in server.received]


def told(found: tuple[Notice, ...], words: str) -> Level:
    """Give the level of the one notice that has these words."""
    [notice] = [each for each in found if words in each.text]
    assert KEY not in notice.text
    assert "\n" not in notice.text
    return notice.level


def test_a_target_that_is_well_takes_two_questions() -> None:
    found, asked = examined(listed("file-1"), listed("file-2"))
    assert doctor.is_well(found)
    assert len(asked) == 2
    assert told(found, "The second key works, and sees no file of the first.") is Level.OK


def test_a_large_account_is_read_to_its_end_and_no_further() -> None:
    found, asked = examined(*(listed(f"file-{number}", more=True) for number in range(9)))
    assert len(asked) == 6
    assert asked[1].endswith("after=file-0")
    assert told(found, "at least 5 files") is Level.NOTE


@pytest.mark.parametrize(
    "last", [b'{"has_more": true}', b'{"has_more": true, "data": [1]}', b'{"has_more": true, "data": []}']
)
def test_a_list_that_promises_more_without_an_id_is_left(last: bytes) -> None:
    _, asked = examined(answer(last))
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([listed("file-1"), listed("file-1")], "seems to speak for the same account"),
        ([listed(), listed()], "will show when files are there"),
        ([listed("file-1"), answer(ERROR, 401)], "does not open the list (401)"),
    ],
)
def test_the_second_key_is_tried(answers: list[Answer], words: str) -> None:
    found, _ = examined(*answers)
    assert told(found, words) in {Level.OK, Level.NOTE}
    assert doctor.is_well(found)


def test_a_key_is_shown_to_the_other_region_only_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(answer(ERROR, 401)) as here, Loopback(listed()) as there:
        client = client_of(here)
        client.target = Target(name="cn", region="cn", base_url=f"{here.url}/v1", key=KEY)
        monkeypatch.setattr(Region, "base_url", lambda _: f"{there.url}/v1")
        assert not doctor.is_well(doctor.examine(client))
        assert there.received == []
        found = doctor.examine(client, ask_other_region=True)
        client.close()
        assert len(there.received) == 1
        assert there.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert told(found, "The key opens the region intl: use --target=intl") is Level.NOTE


def test_doctor_prints_what_it_found_and_exits_accordingly() -> None:
    with serve(region="cn", keys=(KEY,)) as mock:
        target = (f"--target={mock.url}", "--region=cn")
        well = run_command("doctor", *target, key=KEY)
        assert well.status == 0, well.said
        for words in (
            "ok       The key for cn",
            "agrees with",
            "10,000 uploads fit",
            "note     No second key",
        ):
            assert words in well.said
        ill = run_command("doctor", *target, key="sk-of-somebody-else")
        assert ill.status == 1
        assert "problem  " in ill.said
        asked = run_command("doctor", *target, "--ask-other-region", key=KEY)
        assert asked.status == 4


def test_a_run_says_before_its_first_upload_what_a_person_should_know(tmp_path: Path) -> None:
    with serve(region="intl", keys=(KEY,)) as mock:
        for number in range(9_970):
            mock.plant(filename=f"{number}.txt", body=b"x", purpose="file-extract")
        arguments = (f"--target={mock.url}", "--pace=off", "--clause=listing.limit-one")
        done = run_suite(tmp_path, *arguments, key=KEY)
    words = "at least 2,000 files"
    assert f"note     The account holds {words}" in done.said
    [notice] = done.summary["notices"]
    assert words in notice["text"]
    [folder] = tmp_path.iterdir()
    for view in ("summary.md", "report.html"):
        assert words in (folder / view).read_text(encoding="utf-8")
