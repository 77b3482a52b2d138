"""Where cases come from: each source makes the steps of its case of a number, from nothing but the number and the seed."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import conformance
from conformance.explore import Address
from conformance.explore_steps import (
    Delete,
    Follow,
    List,
    Query,
    Retrieve,
    Send,
    Step,
    Stranger,
    Upload,
)
from conformance.generated import OPERATIONS, cases, covered, links, target
from conformance.strategies import choices
from conformance.times import DAY, FORMATS
from conformance.trace import PURPOSES

T = TypeVar("T")
Steps = tuple[Step, ...]

# The turns of a file's life, and how many lives are drawn into one another.
LIFE = (Upload, Retrieve, List, Delete, Retrieve, List)
LIVES = 3
MOST_LINKS = 5
MOST_QUERIES = 3
# Letters that each mean something to a form, a header, an address or a shell, or to nobody but their readers.
LETTERS = "ab 12 -_().,'阿里云百炼é漢ж"
ODD_LETTERS = LETTERS + '%&+;="🎉👩'
ID_LETTERS = "abf019-_~.:;,@!$&'()*+= %#?|<>[]{}^`\"é百🎉"
FIELDS = ("note", "metadata[owner]", "User", "x")


def drawn(strategy: st.SearchStrategy[T], address: Address) -> T:
    """Draw the value of an address: the second that hypothesis makes of that seed, for the first is the simplest."""
    values: list[T] = []

    @seed(address.entropy)
    @settings(
        max_examples=2,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: T) -> None:
        values.append(value)

    _load_all()
    draw()
    return values[-1]


@cache
def _load_all() -> None:
    """Load every module: hypothesis draws constants from those that are loaded, whoever needed them before."""
    for module in pkgutil.walk_packages(conformance.__path__, "conformance."):
        if not module.name.rpartition(".")[2].startswith(("__", "test_", "conftest")):
            importlib.import_module(module.name)


def _fuzzed(operation: str, mode: str, address: Address) -> Steps:
    return (Send(0, drawn(cases(operation, mode), address)), *_twin(operation))


def _covered(operation: str, address: Address) -> Steps | None:
    known = covered(operation)
    if address.number >= len(known):
        return None
    return (Send(0, known[address.number]), *_twin(operation))


def _twin(operation: str) -> Steps:
    """A lawful request of the operation beside the drawn one: what fails each time is told from what fails for all."""
    file = Upload(1, "file-extract")
    twins: Mapping[str, Steps] = {
        "uploadFile": (file,),
        "listFiles": (List(),),
        "retrieveFile": (file, Retrieve(1)),
        "deleteFile": (file, Delete(1)),
    }
    return twins[operation]


purposes = st.sampled_from(PURPOSES)


@st.composite
def _uploads(draw: st.DrawFn, slot: int, letters: str = LETTERS) -> Upload:
    extra = st.lists(st.tuples(st.sampled_from(FIELDS), st.text(ODD_LETTERS, max_size=12)), max_size=2)
    word = draw(st.text(letters, min_size=1, max_size=40)).strip() or "plain"
    before, behind = draw(extra), draw(extra)
    names = {name for name, _ in before}
    return Upload(
        slot,
        draw(purposes),
        word,
        tuple(dict(before).items()),
        tuple((name, text) for name, text in dict(behind).items() if name not in names),
        draw(st.booleans()),
    )


@st.composite
def _forms(draw: st.DrawFn) -> Steps:
    return (draw(_uploads(0, ODD_LETTERS)), Retrieve(0), List())


@st.composite
def _linked(draw: st.DrawFn) -> Steps:
    """Begin with an upload or a list, and follow links from whatever was answered so far."""
    begins = draw(st.booleans())
    steps: list[Step] = [draw(_uploads(0)) if begins else Send(0, draw(cases("listFiles", "positive")))]
    reached = {0: "uploadFile" if begins else "listFiles"}
    for slot in range(1, draw(st.integers(2, MOST_LINKS)) + 1):
        parent = draw(st.sampled_from(sorted(reached)))
        link = draw(st.sampled_from(links(reached[parent])))
        reached[slot] = target(link)
        steps.append(Follow(slot, parent, link, draw(cases(reached[slot], "positive"))))
    return tuple(steps)


def _moments() -> tuple[tuple[str, ...], ...]:
    """Give times on either side of the files of a case, each in all formats that say it beyond doubt."""
    exact = [form for form in FORMATS if "time" in form]
    return tuple(
        tuple(f"{side} {seconds} {form}" for form in forms)
        for side in ("before", "behind")
        for seconds, forms in ((2, exact), (3 * DAY, list(FORMATS)))
    )


@st.composite
def _queried(draw: st.DrawFn) -> Steps:
    made = [Upload(slot, draw(purposes)) for slot in range(draw(st.integers(1, 4)))]
    choice = choices(_moments())
    asked = [Query(tuple(draw(choice).query.items())) for _ in range(draw(st.integers(1, MOST_QUERIES)))]
    return (*made, List(), *asked)


@st.composite
def _lived(draw: st.DrawFn) -> Steps:
    """Draw the lives of several files into one another."""
    turns = draw(st.permutations(tuple(range(LIVES)) * len(LIFE)))
    lives = {which: iter(LIFE) for which in range(LIVES)}
    steps: list[Step] = []
    for which in turns:
        turn = next(lives[which])
        if turn is Upload:
            steps.append(Upload(which, draw(purposes)))
        else:
            steps.append(List() if turn is List else Retrieve(which) if turn is Retrieve else Delete(which))
    return tuple(steps)


@st.composite
def _strange(draw: st.DrawFn) -> Steps:
    """Ask for ids that no upload gave, most of them with a prefix that tells a purpose."""
    head = draw(st.sampled_from(("file-fe-", "file-batch-", "")))
    letters = st.text(ID_LETTERS, min_size=6, max_size=40)
    name = head + draw(letters.filter(lambda text: text == text.strip(" .") and text.strip("-_")))
    return (
        Upload(0, draw(purposes)),
        Retrieve(0),
        Stranger(name, draw(st.sampled_from(("GET", "DELETE"))), 0),
    )


def _from(strategy: Callable[[], st.SearchStrategy[Steps]], address: Address) -> Steps:
    return drawn(strategy(), address)


SOURCES: Mapping[str, Callable[[Address], Steps | None]] = {
    "lives": partial(_from, _lived),
    "queries": partial(_from, _queried),
    "links": partial(_from, _linked),
    "forms": partial(_from, _forms),
    "strangers": partial(_from, _strange),
    **{f"coverage-{operation}": partial(_covered, operation) for operation in OPERATIONS},
    **{
        f"fuzzing-{operation}-{mode}": partial(_fuzzed, operation, mode)
        for operation in OPERATIONS
        for mode in ("positive", "negative")
    },
}


def steps_of(address: Address) -> Steps | None:
    """Make the steps of a case, or give None where its source has no such case."""
    source = SOURCES.get(address.source)
    return source(address) if source else None
