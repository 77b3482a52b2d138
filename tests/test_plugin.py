"""Runs of the suite from the outside: exit statuses, sentences, and what is left behind."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance import runs
from conformance.clauses import registry
from conformance.cli import main
from conformance.mock import Mock, serve
from conformance.report import FORMATS
from tests.runs_of_the_suite import Done, run_suite

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve(region="intl", keys=(KEY, "sk-second-0123456789")) as running:
        yield running


@pytest.fixture(scope="module")
def lawful(mock: Mock, tmp_path_factory: pytest.TempPathFactory) -> Done:
    mock.plant(filename="a stranger's.txt", body=b"not yours", purpose="file-extract")
    return run_suite(tmp_path_factory.mktemp("lawful"), f"--target={origin(mock)}", "--pace=off", key=KEY)


def origin(mock: Mock) -> str:
    return mock.url.removesuffix("/compatible-mode/v1")


def one_sentence(done: Done, *words: str) -> None:
    """Expect a clear sentence with these words and no traceback."""
    assert "Traceback" not in done.said, done.said
    for word in words:
        assert word in done.said, done.said


def test_a_lawful_server_passes(lawful: Done) -> None:
    assert lawful.status == 0, lawful.said
    assert lawful.verdicts("fail", "warn", "error") == set()


def test_the_last_line_is_the_path_of_the_report(lawful: Done) -> None:
    last = lawful.said.strip().splitlines()[-1]
    assert last.startswith("report: ")
    assert Path(last.removeprefix("report: ")).is_file()


def test_every_view_is_written(lawful: Done) -> None:
    [folder] = (path.parent for path in lawful.folder.glob("*/run.jsonl"))
    names = {path.name for path in folder.iterdir()}
    assert names == {"run.jsonl", "tests.html", *FORMATS}


def test_the_log_gives_every_view_again(lawful: Done, tmp_path: Path) -> None:
    [folder] = (path.parent for path in lawful.folder.glob("*/run.jsonl"))
    (tmp_path / "run.jsonl").write_bytes((folder / "run.jsonl").read_bytes())
    assert main(["report", str(tmp_path)]) == 0
    for name in FORMATS:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_summary_has_a_row_for_every_clause(lawful: Done) -> None:
    assert [row["id"] for row in lawful.summary["clauses"]] == list(registry().clauses)
    assert set(lawful.summary) == {
        "target",
        "region",
        "started",
        "contract",
        "exit_status",
        "clauses",
        "totals",
        "infrastructure",
        "compatible",
    }


def test_the_standard_profile_keeps_to_its_bounds(mock: Mock, tmp_path: Path) -> None:
    done = run_suite(tmp_path, f"--target={origin(mock)}", "--pace=off", "--billable=no", key=KEY)
    assert done.status == 0, done.said
    totals = done.summary["totals"]
    assert totals["requests"] <= 300
    assert totals["uploads"] <= 40
    assert totals["bytes_sent"] <= 2_000_000


def test_batch_tasks_keep_to_their_bounds(mock: Mock, tmp_path: Path) -> None:
    done = run_suite(tmp_path, f"--target={origin(mock)}", "--pace=off", "-m", "batches or content", key=KEY)
    billable = done.summary["totals"]["billable"]
    assert 0 < billable["requests"] <= 200
    assert 0 < billable["uploads"] <= 12


def test_nothing_is_left_behind_and_nothing_of_others_is_touched(lawful: Done, mock: Mock) -> None:
    assert lawful.status == 0
    assert len(mock.files(KEY)) == 1


def test_no_artefact_holds_the_key(lawful: Done) -> None:
    assert KEY not in lawful.said
    for path in lawful.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_the_log_can_be_read_again(lawful: Done) -> None:
    [path] = lawful.folder.glob("*/run.jsonl")
    run = runs.read(path)
    assert "".join(line + "\n" for line in runs.dump(run)) == path.read_text(encoding="utf-8")


def test_the_smoke_profile_keeps_to_its_bound(mock: Mock, tmp_path: Path) -> None:
    done = run_suite(tmp_path, f"--target={origin(mock)}", "--pace=off", "--profile=smoke", key=KEY)
    assert done.status == 0, done.said
    assert done.summary["totals"]["requests"] <= 40


def test_a_budget_is_never_passed_and_what_it_cuts_is_unproven(mock: Mock, tmp_path: Path) -> None:
    before = mock.files(KEY)
    done = run_suite(
        tmp_path, f"--target={origin(mock)}", "--pace=off", "--billable=no", "--budget-requests=60", key=KEY
    )
    assert done.status == 6, done.said
    reasons = {row["reason"] for row in done.summary["clauses"] if row["verdict"] == "unproven"}
    assert any(reason.startswith("--budget-requests=60 leaves no room for it") for reason in reasons)
    assert 40 <= done.summary["totals"]["requests"] <= 60
    held = {row["level"] for row in done.summary["clauses"] if row["verdict"] == "pass"}
    assert "must" in held
    assert mock.files(KEY) == before


def test_a_wrong_key_is_said_so(mock: Mock, tmp_path: Path) -> None:
    done = run_suite(tmp_path, f"--target={origin(mock)}", key="sk-not-the-key-of-anybody")
    assert done.status == 6
    one_sentence(done, "refuses the key (401)", "region cn")
    assert done.verdicts("unproven") | done.verdicts("absent") == set(registry().clauses)


@pytest.mark.parametrize("target", ["intl", "cn", "http://127.0.0.1:9"])
def test_a_missing_key_is_a_usage_error(tmp_path: Path, target: str) -> None:
    done = run_suite(tmp_path, f"--target={target}")
    assert done.status == 4
    one_sentence(done, "There is no key for", "DASHSCOPE_API_KEY")


def test_an_unreachable_host_is_said_so(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    done = run_suite(tmp_path, f"--target=http://127.0.0.1:{port}", key=KEY)
    assert done.status == 6
    one_sentence(done, "cannot be used", "check the host and the network")


def test_a_host_that_answers_html_is_said_so(tmp_path: Path) -> None:
    with _serving(b"<html>hello</html>", "text/html") as url:
        done = run_suite(tmp_path, f"--target={url}", key=KEY)
    assert done.status == 6
    one_sentence(done, "does not speak this API", "text/html")


def test_a_host_without_these_routes_is_said_so(tmp_path: Path) -> None:
    with _serving(b'{"detail":"Not Found"}', "application/json", status=404) as url:
        done = run_suite(tmp_path, f"--target={url}", key=KEY)
    assert done.status == 6
    one_sentence(done, "has no route /files")


def test_a_host_that_hangs_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run_suite(tmp_path, f"--target=http://127.0.0.1:{port}", key=KEY, timeout=60)
    assert done.status == 6
    one_sentence(done, "cannot be used", "no answer in time")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target=beijing"], ["--target=beijing names nothing known"]),
        (["--target=http://"], ["is no usable URL"]),
        (["--target=http://user:secret@127.0.0.1"], ["must not carry a user or a password"]),
        (["--pace=fast"], ["--pace=fast is not understood"]),
        (["--profile=huge"], ["--profile", "huge"]),
        (["--region=us"], ["--region", "us"]),
        (["--seed=5"], ["--seed is for --lane=explore"]),
        (["--budget-requests=-1"], ["--budget-requests", "-1"]),
        (["--deviations=nowhere.toml"], ["--deviations", "nowhere.toml"]),
        (["--report-dir=/dev/null/reports"], ["/dev/null/reports/mock cannot be written"]),
        (["--breach=no-such-breach"], ["no-such-breach"]),
        (["--target=http://127.0.0.1:9", "--breach=x"], ["--breach"]),
        (["--no-such-option"], ["--no-such-option"]),
    ],
)
def test_a_bad_option_is_a_usage_error(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    done = run_suite(tmp_path, *arguments, key=KEY)
    assert done.status == 4, done.said
    one_sentence(done, *words)


def test_an_unknown_clause_stops_the_collection(tmp_path: Path) -> None:
    test = tmp_path / "test_more.py"
    test.write_text(
        "from conformance.marks import clause\n\n@clause('listing.nonsense')\ndef test_it(): ...\n"
    )
    done = run_suite(tmp_path, str(test), key=KEY)
    assert done.status == 4, done.said
    one_sentence(done, "No clause is called 'listing.nonsense'", "test_more.py")


def test_an_empty_selection_is_an_error(tmp_path: Path) -> None:
    assert run_suite(tmp_path, "-k", "no_such_test").status == 5


def test_a_chapter_can_be_run_alone(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "-m", "ids")
    assert done.status == 0, done.said
    assert {name.partition(".")[0] for name in done.verdicts("pass")} == {"ids"}


def deviation(folder: Path, clause: str, *, until: str = "2099-01-01") -> str:
    path = folder / "deviations.toml"
    path.write_text(
        f'[[deviation]]\nclause = "{clause}"\nsince = 2026-01-01\nuntil = {until}\n'
        'owner = "tests"\nreason = "planted"\n',
        encoding="utf-8",
    )
    return f"--deviations={path}"


def test_a_known_failure_is_excused_until_its_day(tmp_path: Path) -> None:
    planted = "--breach=retrieval-bytes-as-text"
    bare = run_suite(tmp_path / "bare", planted)
    assert (bare.status, bare.verdicts("fail")) == (1, {"retrieval.bytes"}), bare.said
    excused = run_suite(tmp_path / "excused", planted, deviation(tmp_path, "retrieval.bytes"))
    assert (excused.status, excused.verdicts("known")) == (0, {"retrieval.bytes"}), excused.said
    expired = run_suite(
        tmp_path / "late", planted, deviation(tmp_path, "retrieval.bytes", until="2026-02-01")
    )
    assert (expired.status, expired.verdicts("fail")) == (1, {"retrieval.bytes"})


def test_a_deviation_that_holds_again_or_names_nothing_fails(tmp_path: Path) -> None:
    stale = run_suite(tmp_path / "stale", deviation(tmp_path, "retrieval.bytes"))
    assert (stale.status, stale.verdicts("fail")) == (1, {"retrieval.bytes"})
    stray = run_suite(tmp_path / "stray", deviation(tmp_path, "retrieval.nonsense"))
    assert stray.status == 1
    one_sentence(stray, "The deviation of retrieval.nonsense matches no clause")


def test_the_explore_lane_prints_its_seed(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "--lane=explore", "--seed=7", "-v", "-m", "listing")
    assert done.status == 0, done.said
    assert "seed 7" in done.said


class _Serving:
    """An HTTP server that gives one answer to everything."""

    def __init__(self, body: bytes, media_type: str, status: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("content-type", media_type)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _serving(body: bytes, media_type: str, *, status: int = 200) -> _Serving:
    return _Serving(body, media_type, status)


def test_the_summary_is_json_that_others_can_read(lawful: Done) -> None:
    [path] = lawful.folder.glob("*/summary.json")
    assert json.loads(path.read_text(encoding="utf-8"))["exit_status"] == 0
