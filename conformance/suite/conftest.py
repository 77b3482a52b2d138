"""Exchanges that several clauses judge: made once, when first asked for."""

import importlib
import time
from collections.abc import Callable

import pytest
from hypothesis import Phase, settings

from conformance import expect, memos, sdk, times
from conformance.ahead import FOUND, SHARED, Ahead, attempts
from conformance.batches import Batches
from conformance.chat import Chat
from conformance.clauses import Profile
from conformance.corpus import Corpus, Sent, Small
from conformance.exchange import Exchange
from conformance.expect import Unproven, answered, describe
from conformance.explore import Explored
from conformance.files import LARGEST_LIMIT, Files
from conformance.generated import OPERATIONS, covered
from conformance.memos import Memo
from conformance.session import Session
from conformance.suite.tasks import completed
from conformance.trace import Traversal
from conformance.workload import Cancelled, Task, Workload
from conformance.zones import Zones, discover

EXPLORED = pytest.StashKey[Explored]()

MOST_FILES = 10_000
# How many of them the run uploads itself where strangers can be asked to bring the others.
OWN_SHARE = 20
LOOKS = 3
# How long tasks may take, in seconds: the built-in mock works in less than one, a live target at times for an hour.
BUILTIN_BOUND = 20.0
BOUNDS = {Profile.SMOKE: 60.0, Profile.STANDARD: 120.0, Profile.DEEP: 3600.0}
# Further from now than any two zones are from each other.
FAR = 3 * times.DAY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what exploring found, with the seed and the line that runs each case again."""
    if explored := config.stash.get(EXPLORED, None):
        terminalreporter.section("explored")
        terminalreporter.write_line(explored.told())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have ready what takes seconds to be imported or derived: a paced run has no time for it later."""
    modules = {item.path.stem for item in session.items} if not session.config.option.collectonly else set()
    if "test_sdk" in modules and sdk.installed():
        importlib.import_module("openai")
    for operation in OPERATIONS if "test_generated" in modules else ():
        covered(operation)


@pytest.fixture(scope="session", autouse=True)
def _draws(conformance: Session) -> None:
    """Draw the same cases each time in the lane gate; never shrink, for each step costs a request."""
    settings.register_profile(
        "conformance",
        derandomize=conformance.settings.lane == "gate",
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(settings.get_profile("default").suppress_health_check),
    )
    settings.load_profile("conformance")


@pytest.fixture(scope="session")
def files(conformance: Session) -> Files:
    return conformance.files


@pytest.fixture(scope="session")
def tag(conformance: Session) -> str:
    return conformance.tag


@pytest.fixture(scope="session", autouse=True)
def ahead(request: pytest.FixtureRequest, conformance: Session, tag: str, _draws: None) -> Ahead | None:
    """What is uploaded ahead of the tests that judge it, where any of them is to run."""
    items = request.session.items
    if not any({"first", "corpus"} & set(getattr(item, "fixturenames", ())) for item in items):
        return None
    chosen = {name for item in items for mark in item.iter_markers("clause") for name in mark.args}
    sent = Ahead(
        conformance.client.mate(),
        profile=conformance.settings.profile,
        tag=tag,
        lag=conformance.settings.lag,
        wanted=sorted(chosen & {*attempts(Small(tag, ""), tag), *SHARED, FOUND}),
    )
    conformance.ending.append(sent.stop)
    sent.begin(beside=conformance.settings.pace != "off")
    return sent


@pytest.fixture(scope="session")
def attempted(ahead: Ahead, corpus: Corpus) -> Callable[[str], tuple[Exchange, ...]]:
    """Gives the uploads that are likely to be refused, by the clause that judges them."""
    assert corpus
    return ahead.attempt


@pytest.fixture(scope="session")
def corpus(ahead: Ahead) -> Corpus:
    return ahead.corpus()


@pytest.fixture(scope="session")
def first(ahead: Ahead) -> Sent:
    """The first file that was accepted."""
    return ahead.first()


@pytest.fixture(scope="session")
def kept(corpus: Corpus, first: Sent) -> Corpus:
    """The corpus, where at least something was accepted."""
    assert first
    return corpus


@pytest.fixture(scope="session")
def twin(first: Sent) -> Exchange:
    """An upload that was accepted: the twin of every upload that must not be."""
    return first.exchange


@pytest.fixture(scope="session")
def settled(files: Files, kept: Corpus) -> Traversal:
    """The list once it shows the whole corpus, or as it is when waiting is of no use."""
    # Where several readers answer in turn, one of them may lag behind the others.
    exchange, traversal = files.wait_listed(kept.ids, looks=LOOKS)
    if traversal is None:
        answered(exchange)
        raise Unproven(f"it needs the list, which answered {describe(exchange)}")
    # What finds files by a filter may lag behind what finds them all.
    files.wait_listed(kept.ids, create_after=times.write(time.time() - FAR, "date"))
    return traversal


@pytest.fixture(scope="session")
def visible(settled: Traversal, kept: Corpus) -> tuple[str, ...]:
    """The ids of the corpus in the order of the list."""
    found = tuple(name for name in settled.ids if name in set(kept.ids))
    if not found:
        raise Unproven("it needs a listed file, and the list shows none of those that were uploaded")
    return found


@pytest.fixture(scope="session")
def zones(files: Files, settled: Traversal, kept: Corpus) -> Zones:
    """In which zone each of the two parameters reads times."""
    assert settled
    return discover(files, kept.files[-1])


@pytest.fixture(scope="session")
def zone(conformance: Session, zones: Zones) -> float | None:
    """The offset from UTC in which the list reads times, or None where it cannot be found."""
    conformance.zone = zones.zone
    return conformance.zone


@pytest.fixture(scope="session")
def small(tag: str, first: Sent) -> Small:
    return Small(tag, first.purpose)


@pytest.fixture(scope="session")
def half(settled: Traversal, kept: Corpus) -> int:
    """A limit with which the first page of the list ends amid our files."""
    places = [place for place, name in enumerate(settled.ids, 1) if name in kept.ids]
    return min(places[len(places) // 2] if places else 1, LARGEST_LIMIT)


@pytest.fixture(scope="session")
def deleted(conformance: Session, files: Files, kept: Corpus, half: int) -> tuple[tuple[Sent, Exchange], ...]:
    """Files of the corpus, deleted: the twin of another where there is one, and the last of the other purpose."""
    first = next((sent for sent in kept.files if sent.plan.twin), kept.files[-1])
    other = [sent for sent in kept.files if sent.purpose != first.purpose]
    doomed = (first, *other[-1:])

    def delete() -> tuple[tuple[Sent, Exchange], ...]:
        done = tuple((sent, files.delete(sent.id)) for sent in doomed)
        # One whose answer was lost and that was refused when it was asked for again shows nothing; another may.
        return tuple(each for each in done if not expect.repeated_deletion(each[1])) or done

    # The shortest profile has no requests to spare for two pages around it.
    if conformance.settings.profile is Profile.SMOKE:
        return delete()
    return files.astride(half, delete, doomed=[sent.id for sent in doomed])


@pytest.fixture(scope="session")
def again(files: Files, deleted: tuple[tuple[Sent, Exchange], ...]) -> Exchange:
    """A second deletion of what was deleted first, between two looks at the list."""
    files.everything()
    exchange = files.delete(deleted[0][0].id)
    files.everything()
    return exchange


@pytest.fixture(scope="session")
def full(conformance: Session, files: Files, kept: Corpus, small: Small) -> Exchange:
    """The answer to the upload that finds the account full, or to the one that should have."""
    assert kept
    exchange, walk = files.everything()
    room = MOST_FILES - len(walk.ids if walk else ())
    crowd = conformance.surroundings.crowd
    if crowd and room > OWN_SHARE:
        crowd(room - OWN_SHARE)
        room = OWN_SHARE
    for _ in range(room):
        exchange = files.upload(small("many"), small.purpose)
        expect.answered(exchange)
        if not exchange.succeeded:
            return exchange
    return files.upload(small("too many"), small.purpose)


@pytest.fixture(scope="session")
def chat(conformance: Session) -> Chat:
    return Chat(conformance.client)


@pytest.fixture(scope="session")
def memo(files: Files, tag: str) -> list[Memo]:
    """Three files to be asked about."""
    sent = memos.upload(files, tag, 3)
    for each in sent:
        if not each.id:
            raise Unproven(f"it needs files to ask about, and an upload got {describe(each.exchange)}")
    return sent


@pytest.fixture(scope="session")
def settled_by(conformance: Session, memo: list[Memo]) -> float:
    """The time from which no lag excuses a refusal of those files."""
    return memos.settled(memo, conformance.settings.lag)


@pytest.fixture(scope="session")
def batches(conformance: Session) -> Batches:
    return conformance.batches


@pytest.fixture(scope="session")
def workload(conformance: Session) -> Workload:
    """The tasks of a run, as yet to be created."""
    within = BUILTIN_BOUND if conformance.target.builtin else BOUNDS[conformance.settings.profile]
    second = "second" in conformance.target.keys
    return Workload(conformance.batches, conformance.files, conformance.tag, within, second)


@pytest.fixture(scope="session")
def cancelled(workload: Workload, tasks: dict[str, Task]) -> Cancelled:
    """A task that was cancelled, after the others, for few may run at once."""
    assert tasks
    return workload.cancel()


@pytest.fixture(scope="session")
def tasks(workload: Workload) -> dict[str, Task]:
    """The tasks of a run by name, ended or not."""
    return workload.work()


@pytest.fixture(scope="session")
def good(tasks: dict[str, Task]) -> Task:
    """The task over a good input, completed."""
    return completed(tasks["good"])


@pytest.fixture(scope="session")
def results(workload: Workload, good: Task) -> dict[str, Exchange]:
    """What the good task has written."""
    return workload.results(good)


@pytest.fixture(scope="session")
def output(good: Task, results: dict[str, Exchange]) -> Exchange:
    """The download of the good task's output file."""
    if "output" not in results:
        raise Unproven(f"it needs an output file, and the task {good.id} names none")
    return results["output"]
