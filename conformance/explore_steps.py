"""What a case is made of: its steps, and the scene on which they are taken. A step that lacks its file does nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

from schemathesis import Case
from schemathesis.specs.openapi.stateful.links import OpenApiLink

from conformance import expect
from conformance.client import FormFile
from conformance.exchange import Exchange, Pairs
from conformance.expect import Broken, Unproven
from conformance.files import Files, description, id_of
from conformance.generated import follow, send
from conformance.resources import path_of
from conformance.times import DAY, write
from conformance.trace import OF_THE_ACCOUNT
from conformance.verdicts import Finding, Verdict

# A longer list than these pages shows nothing new of a few files.
MOST_PAGES = 4

# Makes a file: words of its name and a purpose.
Maker = Callable[[str, str], FormFile]


class Scene:
    """What a case has made so far: files by their slots, which of them live, and the answers that links start from."""

    def __init__(self, files: Files, make: Maker, zone: float | None) -> None:
        self.files = files
        self.make = make
        self.zone = zone
        self.names: dict[int, str] = {}
        self.created: list[int] = []
        self.alive: set[str] = set()
        self.gone: set[str] = set()
        # What was seen alive before another was deleted must be seen again.
        self.retrieved: set[str] = set()
        self.listed: set[str] = set()
        self.answers: dict[int, Exchange] = {}
        self.findings: list[Finding] = []

    def accuse(self, clause: str, expected: str, actual: str, *exchanges: Exchange) -> None:
        """Say that a clause did not hold."""
        numbers = tuple(exchange.number for exchange in exchanges)
        self.findings.append(
            Finding(clause=clause, verdict=Verdict.FAIL, expected=expected, actual=actual, exchanges=numbers)
        )

    def bury(self, name: str, exchange: Exchange) -> None:
        """Take note that a file was to be deleted; unless it surely was, nothing is known of it any more."""
        self.alive.discard(name)
        if exchange.succeeded:
            self.gone.add(name)
        else:
            self.names = {slot: other for slot, other in self.names.items() if other != name}

    def clear(self) -> None:
        """Delete what still lives."""
        for name in sorted(self.alive):
            self.files.delete(name)


class Step(Protocol):
    """One thing that a case does."""

    def take(self, scene: Scene) -> None:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Upload a small file into a slot, in a lawful form: its name, and fields before and behind the purpose."""

    slot: int
    purpose: str
    words: str = "explored"
    before: Pairs = ()
    behind: Pairs = ()
    file_first: bool = False

    def take(self, scene: Scene) -> None:
        file = replace(scene.make(self.words, self.purpose), first=self.file_first)
        form = (*self.before, ("purpose", self.purpose), *self.behind)
        exchange = scene.files.send_form(form, file)
        scene.answers[self.slot] = exchange
        if name := id_of(exchange):
            scene.names[self.slot] = name
            scene.alive.add(name)
            if isinstance(created := description(exchange).get("created_at"), int):
                scene.created.append(created)


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Retrieve the file of a slot: the living are found, the deleted are not."""

    slot: int

    def take(self, scene: Scene) -> None:
        name = scene.names.get(self.slot)
        if name is None:
            return
        lives = name in scene.alive
        exchange = scene.files.wait(lambda: scene.files.retrieve(name), lambda each: _refused(each) != lives)
        if lives and exchange.succeeded:
            scene.retrieved.add(name)
        elif lives and exchange.missed:
            went = scene.gone and name in scene.retrieved
            clause = "deletion.only-that-file" if went else "retrieval.found"
            scene.accuse(clause, "the file is still there", expect.describe(exchange), exchange)
        elif not lives and exchange.succeeded:
            scene.accuse("deletion.not-retrieved", "a refusal", expect.describe(exchange), exchange)


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the file of a slot, if it lives."""

    slot: int

    def take(self, scene: Scene) -> None:
        name = scene.names.get(self.slot)
        if name and name in scene.alive:
            scene.bury(name, scene.files.delete(name))


@dataclass(frozen=True, slots=True)
class List:
    """Follow the list until it shows all that lives and nothing that is gone."""

    def take(self, scene: Scene) -> None:
        shown: set[str] = set()

        def ask() -> Exchange:
            exchange, walk = scene.files.everything()
            shown.clear()
            shown.update(walk.ids if walk else ())
            return exchange

        def settled(exchange: Exchange) -> bool:
            return not exchange.succeeded or (scene.alive <= shown and not scene.gone & shown)

        exchange = scene.files.wait(ask, settled)
        if not exchange.succeeded:
            return
        if scene.gone and (lost := (scene.alive & scene.listed) - shown):
            told = f"{min(lost)} still in the list", "it went with another"
            scene.accuse("deletion.only-that-file", *told, exchange)
        scene.listed |= scene.alive & shown
        if back := scene.gone & shown:
            scene.accuse("deletion.not-listed", f"a list without {min(back)}", "it is listed", exchange)


@dataclass(frozen=True, slots=True)
class Query:
    """Follow a filtered list; a time is written `before` or `behind` the files, some seconds away, in a format."""

    query: tuple[tuple[str, Any], ...]

    def take(self, scene: Scene) -> None:
        written: dict[str, Any] = {name: _written(value, scene) for name, value in self.query}
        if None not in written.values():
            scene.files.traverse(most=MOST_PAGES, **written)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Name a file that does not exist; the same request that names the file of a slot is its twin."""

    name: str
    method: str
    twin: int

    def take(self, scene: Scene) -> None:
        known = scene.names.get(self.twin)
        if known is None or known not in scene.alive:
            return
        send_it = scene.files.client.send
        exchange = send_it(self.method, path_of(self.name))
        twin = send_it(self.method, path_of(known))
        if self.method == "DELETE":
            scene.bury(known, twin)
        clause = "deletion.unknown-id" if self.method == "DELETE" else "retrieval.unknown-id"
        try:
            expect.refused(exchange, twin=twin)
        except Broken as broken:
            scene.accuse(clause, broken.expected, broken.actual, exchange, twin)
        except Unproven:
            return


@dataclass(frozen=True, slots=True)
class Send:
    """Send what schemathesis drew; its answer is kept in a slot."""

    slot: int
    case: Case[Any] = field(compare=False)

    def take(self, scene: Scene) -> None:
        _keep(scene, self.slot, send(scene.files, self.case))

    def __str__(self) -> str:
        return _words(self.case)


@dataclass(frozen=True, slots=True)
class Follow:
    """Follow a link of openapi.yaml from the answer in a slot; what it does not give is as schemathesis drew it."""

    slot: int
    parent: int
    link: OpenApiLink = field(compare=False)
    case: Case[Any] = field(compare=False)

    def take(self, scene: Scene) -> None:
        parent = scene.answers.get(self.parent)
        given = follow(self.link, parent) if parent else {}
        if not any(given.values()):
            return
        exchange = send(scene.files, self.case, given)
        if exchange.request.method == "DELETE":
            scene.bury(given["path_parameters"]["file_id"], exchange)
        _keep(scene, self.slot, exchange)

    def __str__(self) -> str:
        return f"{self.link.name} from {self.parent} to {self.slot}: {_words(self.case)}"


def simpler(steps: tuple[Step, ...], place: int) -> Iterator[tuple[Step, ...]]:
    """Give the ways to do less at one place: without the step, or a query with one parameter less."""
    before, step, behind = steps[:place], steps[place], steps[place + 1 :]
    if len(steps) > 1:
        yield (*before, *behind)
    if isinstance(step, Query) and len(step.query) > 1:
        for dropped in step.query:
            yield (*before, Query(tuple(pair for pair in step.query if pair != dropped)), *behind)


def words(step: Step) -> str:
    """Say what a step does."""
    if isinstance(step, (Send, Follow)):
        return str(step)
    told = [
        f"{each.name}={value!r}"
        for each in fields(step)  # type: ignore[arg-type]
        if (value := getattr(step, each.name)) != each.default
    ]
    return " ".join([type(step).__name__.lower(), *told])


def _keep(scene: Scene, slot: int, exchange: Exchange) -> None:
    scene.answers[slot] = exchange
    if exchange.request.is_upload and (name := id_of(exchange)):
        scene.alive.add(name)


def _refused(exchange: Exchange) -> bool:
    return exchange.refused and exchange.status not in OF_THE_ACCOUNT


def _written(value: Any, scene: Scene) -> str | None:
    """Write a time of the form `before 2 date`, as far as the zone is known; give any other value as it is."""
    side, _, rest = str(value).partition(" ")
    if side not in {"before", "behind"}:
        return str(value)
    seconds, _, form = rest.partition(" ")
    sure = scene.zone is not None or int(seconds) > 2 * DAY
    if not scene.created or not sure:
        return None
    moment = min(scene.created) - int(seconds) if side == "before" else max(scene.created) + int(seconds)
    return write(moment, form, scene.zone or 0)


def _words(case: Case[Any]) -> str:
    parts = [case.method.upper(), case.path]
    parts += [f"{name}={value!r}" for name, value in (case.path_parameters or {}).items()]
    parts += [f"{name}={value!r}" for name, value in (case.query or {}).items()]
    if isinstance(case.body, dict):
        parts += [f"{name}={str(value)[:60]!r}" for name, value in case.body.items()]
    return " ".join(parts)
