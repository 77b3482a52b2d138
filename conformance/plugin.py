"""pytest's side of a run: options, the clause marker, one report per test, the run log. Hooks only."""

import contextlib
import io
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance import deviations, pacing, preflight, runs, targets
from conformance import mock as mock_of
from conformance.budget import Caps, OutOfBudget
from conformance.clauses import Clause, Level, Profile, registry
from conformance.errors import ConformanceError, SpecsError, TargetError, UsageError
from conformance.expect import Broken, Evidence, Unproven, gathering
from conformance.mock import Mock
from conformance.session import Session, Settings
from conformance.verdicts import ExitStatus, Finding, Verdict

# Whatever may delete a file comes when no test needs it any more, judgement of all traffic when all was sent.
LAST = ("test_authentication", "test_deletion", "test_generated", "test_traffic")
SUITE = Path(__file__).parent / "suite"
STARTED = pytest.StashKey[Session]()
CLOSING = pytest.StashKey[contextlib.ExitStack]()
FOLDER = pytest.StashKey[Path]()
RUN = pytest.StashKey[runs.Run]()
EVIDENCE = pytest.StashKey[Evidence]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a conformance run."""
    group = parser.getgroup("conformance", "conformance of Model Studio's Files API")
    add = group.addoption
    add("--target", default="mock", help="mock, mock-cn, mock-intl, cn, intl, or a URL (default: mock)")
    add(
        "--region",
        choices=["cn", "intl"],
        default="intl",
        help="whose contract a URL is held to (default: intl)",
    )
    add("--workspace", default="", metavar="ID", help="use the workspace host of the region")
    add(
        "--profile",
        choices=list(Profile),
        default=Profile.STANDARD,
        type=Profile,
        help="how much to send: smoke at most 40 requests, standard at most 300 (default), deep all",
    )
    add(
        "--lane", choices=["gate", "explore"], default="gate", help="gate: the same cases each time (default)"
    )
    add("--seed", type=int, default=None, help="what the lane explore draws from; printed by each run")
    add(
        "--pace",
        default="",
        help="documented, off, or requests a second (default: documented; off for the mock)",
    )
    for name, what in (
        ("requests", "requests"),
        ("uploads", "uploads"),
        ("bytes", "bytes of request bodies"),
    ):
        add(f"--budget-{name}", type=_count, default=None, metavar="N", help=f"send at most N {what}")
    add("--clause", action="append", default=[], metavar="ID", help="run only the tests of this clause")
    add("--breach", action="append", default=[], metavar="NAME", help="plant a fault in the built-in mock")
    add("--weather", action="append", default=[], metavar="NAME", help="trouble the built-in mock")
    add("--deviations", type=Path, default=None, metavar="FILE", help="known failures, as dated promises")
    add("--report-dir", type=Path, default=Path("reports"), help="where reports go (default: reports)")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no count")
    return int(text)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; where the suite is to run, find the target and say where reports go."""
    config.addinivalue_line("markers", "clause(id): the clause of specs/clauses that a test judges")
    for chapter in registry().chapters():
        config.addinivalue_line("markers", f"{chapter}: the tests of that chapter")
    if not _runs_the_suite(config):
        return
    closing = contextlib.ExitStack()
    config.stash[CLOSING] = closing
    try:
        session = _session(config, closing)
    except ConformanceError as error:
        closing.close()
        raise pytest.UsageError(str(error)) from None
    config.stash[STARTED] = session
    closing.callback(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, _interrupt))
    folder = config.option.report_dir / session.target.folder
    config.stash[FOLDER] = folder
    config.option.xmlpath = config.option.xmlpath or str(folder / "junit.xml")
    if not getattr(config.option, "htmlpath", None):
        config.option.htmlpath = str(folder / "tests.html")
        config.option.self_contained_html = True


def _runs_the_suite(config: pytest.Config) -> bool:
    if config.option.help or config.option.version or config.option.markers or config.option.showfixtures:
        return False
    for argument in config.args:
        name = argument.partition("::")[0]
        if name.startswith("conformance.suite"):
            return True
        path = (config.invocation_params.dir / name).resolve()
        if path == SUITE or path in SUITE.parents or SUITE in path.parents:
            return True
    return False


def _session(config: pytest.Config, closing: contextlib.ExitStack) -> Session:
    option = config.option
    target = targets.parse(
        option.target, region_name=option.region, workspace=option.workspace, environ=os.environ
    )
    name, pace = pacing.parse(option.pace, builtin=target.builtin)
    settings = Settings(
        profile=option.profile,
        lane=option.lane,
        seed=_seed(option.lane, option.seed),
        pace=name,
        caps=Caps(requests=option.budget_requests, uploads=option.budget_uploads, bytes=option.budget_bytes),
        deviations=deviations.read(option.deviations) if option.deviations else (),
    )
    if (option.breach or option.weather) and not target.builtin:
        raise UsageError("--breach and --weather are for the built-in mock: start others with them yourself.")
    _writable(option.report_dir)
    crowd = None
    if target.builtin and not option.collectonly:
        target, crowd = closing.enter_context(_mock(target, option.breach, option.weather))
    session = Session(target, settings, pace, crowd=crowd)
    closing.callback(session.close)
    return session


def _interrupt(*_: object) -> None:
    """Being told to stop is no reason to leave files behind: it is handled as Ctrl-C is."""
    raise KeyboardInterrupt


def _seed(lane: str, seed: int | None) -> int:
    if lane == "gate":
        if seed is not None:
            raise pytest.UsageError(
                "--seed is for --lane=explore: the lane gate sends the same cases each time."
            )
        return 0
    return int.from_bytes(os.urandom(4)) if seed is None else seed


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"--report-dir={folder} cannot be written: {error.strerror}.") from None


@contextlib.contextmanager
def _mock(
    target: targets.Target, breaches: list[str], weather: list[str]
) -> Iterator[tuple[targets.Target, Callable[[int], None]]]:
    """Start the mock, with strangers' files in the account as a live one has them."""
    with mock_of.serve(region=target.region, breaches=breaches, weather=weather) as mock:
        settle(mock, STRANGERS)
        own = targets.Target(
            name=target.name,
            region=target.region,
            base_url=mock.url,
            key=mock.keys[0],
            second_key=mock.keys[1],
            other_region_key=mock.other_region_key,
            builtin=True,
        )
        yield own, partial(settle, mock)


# More files than the pages that careless servers give by default.
STRANGERS = 111


def settle(mock: Mock, count: int) -> None:
    """Put that many files of other clients there, one every forty minutes up to now."""
    now = time.time()
    for number in range(count):
        purpose, kind = ("batch", "jsonl") if number % 3 == 0 else ("file-extract", "txt")
        name = f"stranger-{number}.{kind}"
        mock.plant(
            filename=name, body=b"not yours", purpose=purpose, created_at=now - 2400 * (count - number)
        )


@pytest.fixture(scope="session")
def conformance(pytestconfig: pytest.Config) -> Session:
    """Give the run in progress."""
    return pytestconfig.stash[STARTED]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is about to be judged, and by what."""
    session = config.stash.get(STARTED, None)
    if session is None:
        return []
    settings, target = session.settings, session.target
    where = f"{target.name} ({target.region}) at {target.base_url or 'the built-in mock'}"
    lane = f"{settings.lane}, seed {settings.seed}" if settings.lane == "explore" else settings.lane
    return [
        f"target: {where}",
        f"contract: {session.registry.digest}, {len(session.registry.clauses)} clauses",
        f"profile: {settings.profile}; lane: {lane}; pace: {settings.pace}",
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its chapter; leave out what the profile and the region do not exercise."""
    session = config.stash.get(STARTED, None)
    if session is None:
        return
    try:
        chosen = {registry()[name].id for name in config.option.clause}
    except SpecsError as error:
        raise pytest.UsageError(f"--clause: {error}") from None
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        clauses = _clauses(item)
        for clause in clauses:
            item.add_marker(clause.chapter)
            if item.nodeid not in session.tests[clause.id]:
                session.tests[clause.id].append(item.nodeid)
        exercised = [
            clause
            for clause in clauses
            if not session.in_scope(clause) and session.target.region in clause.regions
        ]
        wanted = not chosen or chosen & {clause.id for clause in clauses}
        (kept if wanted and (exercised or not clauses) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(kept, key=_turn)


def _turn(item: pytest.Item) -> int:
    """Give a test's place: a full account is the last thing that any other test would like to meet."""
    if "full" in getattr(item, "fixturenames", ()):
        return LAST.index("test_traffic")
    return LAST.index(item.path.stem) + (item.path.stem == "test_traffic") if item.path.stem in LAST else -1


def _clauses(item: pytest.Item) -> list[Clause]:
    try:
        return [registry()[name] for mark in item.iter_markers("clause") for name in mark.args]
    except SpecsError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Before the first test see whether the target can be judged at all."""
    started = session.config.stash.get(STARTED, None)
    if started is None or session.config.option.collectonly or session.testsfailed:
        return None
    started.client.test = "preflight"
    try:
        preflight.check(started.client)
    except (TargetError, OutOfBudget) as error:
        started.obstacle = str(error)
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let every exchange know the test that sent it, and every test the exchanges that it looked at."""
    session = item.config.stash.get(STARTED, None)
    if session is None:
        return (yield)
    session.client.test = item.nodeid
    item.stash[EVIDENCE] = Evidence()
    with gathering(item.stash[EVIDENCE]):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what a test did into findings, and say in pytest's words what that means."""
    report = yield
    session = item.config.stash.get(STARTED, None)
    if session is None or (call.when != "call" and call.excinfo is None):
        return report
    for clause in _clauses(item):
        finding = _finding(item, clause, call)
        session.findings.append(finding)
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, Unproven) and error.suspect and call.when == "call":
            session.suspects.append((clause.id, error.suspect.number))
        _speak(report, item, clause, finding, session)
    return report


def _finding(item: pytest.Item, clause: Clause, call: pytest.CallInfo[None]) -> Finding:
    evidence = item.stash[EVIDENCE]
    common: dict[str, Any] = {"clause": clause.id, "test": item.nodeid}
    error = call.excinfo.value if call.excinfo else None
    match error:
        case None if evidence.recorded:
            outcome: dict[str, Any] = {"verdict": Verdict.OBSERVED, "reason": "; ".join(evidence.recorded)}
        case None:
            outcome = {"verdict": Verdict.PASS}
        case Broken():
            outcome = {
                "verdict": Verdict.FAIL,
                "reason": str(error),
                "expected": error.expected,
                "actual": error.actual,
            }
            evidence.exchanges[:0] = [n for n in error.exchanges if n not in evidence.exchanges]
        case Unproven() | OutOfBudget() | TargetError():
            outcome = {"verdict": Verdict.UNPROVEN, "reason": str(error)}
        case pytest.skip.Exception():
            outcome = {"verdict": Verdict.UNPROVEN, "reason": error.msg or "skipped"}
        case _:
            outcome = {"verdict": Verdict.ERROR, "reason": f"{type(error).__name__}: {error}"[:500]}
    return Finding(**common, **outcome, exchanges=tuple(evidence.exchanges[:12]))


def _speak(
    report: pytest.TestReport, item: pytest.Item, clause: Clause, finding: Finding, session: Session
) -> None:
    """Give pytest's report the outcome and the words that the finding deserves."""
    path, line, _ = item.location
    if finding.verdict is Verdict.UNPROVEN:
        report.outcome = "skipped"
        report.longrepr = (path, line or 0, f"unproven: {finding.reason}")
    elif finding.verdict is Verdict.FAIL:
        report.longrepr = _card(clause, finding)
        excused = {row.clause for row in session.settings.deviations}
        if clause.level is not Level.MUST or clause.id in excused:
            report.outcome = "skipped"
            report.wasxfail = f"{clause.id}: {finding.reason}"


def _card(clause: Clause, finding: Finding) -> str:
    sources = "; ".join(f"{c.source.title} ({c.source.date}), {c.section}" for c in clause.citations)
    lines = [
        f"{clause.id} ({clause.level}) does not hold",
        f"  {clause.text}",
        f"  source:    {sources}",
        f"  expected:  {finding.expected}",
        f"  actual:    {finding.actual}",
        f"  exchanges: {', '.join(map(str, finding.exchanges)) or 'none'} of the run log",
    ]
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Clean up, rule, write the run log and its views; give pytest the exit status of the ruling."""
    config = session.config
    started = config.stash.get(STARTED, None)
    if started is None or config.option.collectonly or exitstatus in {ExitStatus.USAGE, ExitStatus.EMPTY}:
        return
    started.clean()
    interrupted = exitstatus == ExitStatus.INTERRUPTED
    selected = frozenset(clause.id for item in session.items for clause in _clauses(item))
    run = started.run(interrupted=interrupted, selected=selected)
    config.stash[RUN] = run
    _write(config, run)
    if exitstatus != ExitStatus.INTERNAL:
        session.exitstatus = run.footer.exit_status


def _write(config: pytest.Config, run: runs.Run) -> None:
    from conformance.report import write_all

    folder = config.stash[FOLDER]
    runs.write(run, folder / "run.jsonl")
    write_all(run, folder)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show chapters and verdicts, and where the report is."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    from conformance.report.terminal import table

    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminalreporter.hasmarkup,
        width=terminalreporter._tw.fullwidth,  # noqa: SLF001
    )
    console.print(table(run))
    terminalreporter.section("conformance")
    terminalreporter.write_line(out.getvalue().rstrip())
    if run.footer.note:
        terminalreporter.write_line(run.footer.note)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the mock, close the connections, and end with the path of the report."""
    closing = config.stash.get(CLOSING, None)
    if closing:
        closing.close()
    if config.stash.get(RUN, None):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter:
            reporter.write_line(f"report: {config.stash[FOLDER] / 'report.html'}")
