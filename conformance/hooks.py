"""pytest's side of a run: options, the clause marker, one report per test, the run log. Hooks only.

`plugin` loads it where the suite is to run, and nowhere else.
"""

import contextlib
import io
import os
import signal
import tempfile
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console, RenderableType

from conformance import diagnosis, options, preflight, rehearsal, runs, shards
from conformance.budget import OutOfBudget
from conformance.clauses import Profile, registry
from conformance.errors import ConformanceError, TargetError
from conformance.expect import Evidence, Unproven, gathering
from conformance.notices import Level
from conformance.outcomes import EVIDENCE, LONGEST, clauses_of, finding, speak
from conformance.parallel import Controller, divide, is_controller, is_worker, tell
from conformance.plan import Cost, costs
from conformance.plugin import named
from conformance.selection import selected, within_caps
from conformance.session import Session
from conformance.shards import Shard
from conformance.verdicts import ExitStatus

if TYPE_CHECKING:
    from conformance.sweep import Swept

# The verbosity below which pytest says nothing of its own at the end.
QUIET = -2
# When to look for what a killed run may have made without an answer, in seconds after it was begun: before the tests
# and behind them, so that no run waits for the other's lag.
AT_ONCE, AT_LAST = (0.0,), (10.0,)
TEMPLATES = Path(__file__).parent / "report" / "templates"
STARTED = pytest.StashKey[Session]()
CLOSING = pytest.StashKey[contextlib.ExitStack]()
FOLDER = pytest.StashKey[Path]()
RUN = pytest.StashKey[runs.Run]()
SWEPT = pytest.StashKey[dict[str, "Swept"]]()
# Whether a test of no clause failed: where no clause did, the fault is ours.
FAILED = pytest.StashKey[bool]()
PLAN = pytest.StashKey[tuple[Cost, ...]]()
SHARD = pytest.StashKey[Shard | None]()
CONTROLLER = "conformance-controller"
# Whether the run log and its views are to be written.
VIEWS = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a conformance run."""
    options.add(parser)


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
        session = options.session(config, closing)
        config.stash[SHARD] = shards.parse(session.settings.shard) if session.settings.shard else None
        if is_controller(config):
            config.pluginmanager.register(divide(config), CONTROLLER)
    except ConformanceError as error:
        closing.close()
        raise pytest.UsageError(str(error)) from None
    config.stash[STARTED] = session
    for number in (signal.SIGINT, signal.SIGTERM):
        closing.callback(signal.signal, number, signal.signal(number, partial(_stop, session)))
    if session.settings.lane == "explore":
        config.option.hypothesis_seed = str(session.settings.seed)
        config.option.seed = session.settings.seed
    elif not config.option.collectonly:
        _keep_computed(closing)
    folder = Path(config.option.report_dir) / session.target.folder
    config.stash[FOLDER] = folder
    if config.option.plan:
        config.option.verbose = min(config.option.verbose, QUIET)
        return
    if not getattr(config.option, "htmlpath", None):
        config.option.htmlpath = str(folder / "tests.html")
        config.option.self_contained_html = True
        config.option.css = [*getattr(config.option, "css", []), str(TEMPLATES / "tests.css")]


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(postfix: list[str]) -> None:
    """Let tests.html, which is pytest-html's, be read by all."""
    postfix.append(f"<script>{(TEMPLATES / 'tests.js').read_text('utf-8')}</script>")


def _keep_computed(closing: contextlib.ExitStack) -> None:
    """Keep what hypothesis computes beforehand for all runs of this user, and out of the folder where one is started."""
    from hypothesis.configuration import set_hypothesis_home_dir

    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "model-studio-conformance"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
    set_hypothesis_home_dir(folder)
    closing.callback(set_hypothesis_home_dir, None)


def _stop(session: Session, *_: object) -> None:
    """Being told to stop is no reason to leave files behind: what was made is deleted first."""
    session.budget.stopped = True
    raise KeyboardInterrupt


def _runs_the_suite(config: pytest.Config) -> bool:
    if config.option.help or config.option.version or config.option.markers or config.option.showfixtures:
        return False
    return named(config.args, config.invocation_params.dir)


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
        f"profile: {settings.profile}; lane: {lane}; pace: {settings.pace}{session.sharing}",
        f"run: {session.tag}, which the names of all that it creates bear",
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its chapter; leave out what the profile and the region do not exercise."""
    session = config.stash.get(STARTED, None)
    if session is None:
        return
    items[:], others = selected(items, config.option, session, config.stash[SHARD])
    if not config.option.collectonly:
        items[:], cut = within_caps(items, config, session)
        others += cut
    if others:
        config.hook.pytest_deselected(items=others)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Before the first test see whether the target can be judged at all."""
    started = session.config.stash.get(STARTED, None)
    if started is None or session.config.option.collectonly or session.testsfailed:
        return None
    if is_controller(session.config):
        return None
    if started.recorded:
        _tell(session.config, started)
        return None
    started.recorder.test = "preflight"
    try:
        answers = preflight.check(started.client)
        started.notices = diagnosis.seen(answers)
        _tell(session.config, started)
        if started.settings.billable and started.settings.profile != Profile.SMOKE:
            started.lacking = preflight.lacking(started.client)
    except (TargetError, OutOfBudget) as error:
        started.obstacle = str(error)
        # A process among several must still hear what the others tell it.
        return None if is_worker(session.config) else True
    _sweep(started, session.config, AT_ONCE)
    return None


def _tell(config: pytest.Config, session: Session) -> None:
    """Say before the first upload what a person should know."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for notice in session.notices:
        if reporter and notice.level is not Level.OK:
            reporter.write_line(str(notice))


def _sweep(started: Session, config: pytest.Config, looks: tuple[float, ...]) -> None:
    """Remove what runs left that could not clean up themselves; what a lag may hide is looked for again at the end."""
    from conformance.sweep import Sweeper

    sweeper = Sweeper(started.target, started.pace, looks=looks)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    known = config.stash.setdefault(SWEPT, {})
    try:
        for swept in sweeper.finish(started.places, spared=started.tag):
            known[swept.tag] = swept.after(known.get(swept.tag))
            if reporter:
                reporter.write_line(known[swept.tag].told)
    finally:
        sweeper.close()
    started.swept = [swept.told for swept in known.values() if not swept.alive]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave alone what preflight found to be out of the question."""
    session = item.config.stash.get(STARTED, None)
    if session is None:
        return
    if session.obstacle:
        raise Unproven(session.obstacle)
    for clause in clauses_of(item):
        if reason := session.in_scope(clause):
            raise Unproven(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let every exchange know the test that sent it, and every test the exchanges that it looked at."""
    session = item.config.stash.get(STARTED, None)
    if session is None:
        return (yield)
    session.recorder.test = item.nodeid
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
    for clause in clauses_of(item):
        found = finding(item, clause, call)
        session.findings.append(found)
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, Unproven) and error.suspect and call.when == "call":
            session.suspects.append((clause.id, error.suspect.number))
        speak(report, item, clause, found, session)
    if report.failed and not clauses_of(item):
        item.config.stash[FAILED] = True
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Clean up, rule, write the run log and its views; give pytest the exit status of the ruling."""
    config = session.config
    started = config.stash.get(STARTED, None)
    # A shard may have nothing to do, and says so in its log.
    nothing = {ExitStatus.USAGE} | ({ExitStatus.EMPTY} if not config.option.shard else set())
    if started is None or config.option.collectonly or exitstatus in nothing:
        return
    if controller := config.pluginmanager.get_plugin(CONTROLLER):
        _join(session, controller)
        return
    started.clean()
    if config.option.plan:
        if config.option.plan_log:
            rehearsal.write(started.recorder.exchanges, Path(config.option.plan_log))
        config.stash[PLAN] = costs(started.recorder.exchanges)
        session.exitstatus = (
            ExitStatus.INTERRUPTED if exitstatus == ExitStatus.INTERRUPTED else ExitStatus.PASSED
        )
        return
    interrupted = exitstatus == ExitStatus.INTERRUPTED
    if not interrupted and any(swept.doubtful for swept in config.stash.get(SWEPT, {}).values()):
        _sweep(started, config, AT_LAST)
    selected = frozenset(clause.id for item in session.items for clause in clauses_of(item))
    selected |= {finding.clause for finding in started.findings}
    run = started.run(interrupted=interrupted, selected=selected)
    if config.stash.get(FAILED, False) and run.footer.exit_status in {ExitStatus.PASSED, ExitStatus.UNPROVEN}:
        run = replace(run, footer=replace(run.footer, exit_status=int(ExitStatus.INTERNAL)))
    if is_worker(config):
        tell(config, run)
    else:
        config.stash[RUN] = run
        if config.stash.get(VIEWS, True):
            _write(config, run)
    if exitstatus != ExitStatus.INTERNAL:
        session.exitstatus = run.footer.exit_status


def _join(session: pytest.Session, controller: Controller) -> None:
    """Make one run of what several processes have seen."""
    run = controller.run()
    if run is None:
        return
    if controller.lost:
        note = f"{controller.lost} of the processes died, and what they saw is missing. {run.footer.note}"
        status = int(ExitStatus.INTERNAL)
        run = replace(run, footer=replace(run.footer, exit_status=status, note=note.rstrip()))
    session.config.stash[RUN] = run
    _write(session.config, run)
    session.exitstatus = run.footer.exit_status


def _write(config: pytest.Config, run: runs.Run) -> None:
    from conformance.report import write_all

    folder = config.stash[FOLDER]
    runs.write(run, folder / runs.LOG)
    # The views show what the log holds, so that it gives the same bytes again.
    write_all(runs.read(folder), folder)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show chapters and verdicts, and where the report is."""
    from conformance.report import terminal

    if rows := config.stash.get(PLAN, None):
        session = config.stash[STARTED]
        _print(
            terminalreporter, terminal.planned(rows, pace=session.settings.pace, target=session.target.name)
        )
    run = config.stash.get(RUN, None)
    if run is None:
        return
    from conformance.report.legible import one_line

    terminalreporter.section("conformance")
    _print(terminalreporter, terminal.table(run))
    if run.footer.note:
        terminalreporter.write_line(one_line(run.footer.note, limit=LONGEST))


def _print(terminalreporter: pytest.TerminalReporter, what: RenderableType) -> None:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminalreporter.hasmarkup,
        width=terminalreporter._tw.fullwidth,  # noqa: SLF001
    )
    console.print(what)
    terminalreporter.write_line(out.getvalue().rstrip())


def pytest_report_teststatus(config: pytest.Config) -> tuple[str, str, str] | None:
    """Say nothing of a rehearsal's tests: it is no run."""
    return ("", "", "") if config.option.plan and STARTED in config.stash else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the mock, close the connections, and end with the path of the report."""
    closing = config.stash.get(CLOSING, None)
    if closing:
        closing.close()
    if config.stash.get(RUN, None):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter:
            reporter.write_line(f"report: {config.stash[FOLDER] / 'report.html'}")
