"""The batch tasks that a run creates once and many tests judge: over which inputs, and what became of them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.batch_trace import Download, download_of
from conformance.batches import Batches, ended, settled
from conformance.client import FormFile
from conformance.corpus import name_of
from conformance.documents import TEST_URL, batch_line, document
from conformance.exchange import Exchange
from conformance.files import Files, description, id_of
from conformance.resources import PREFIX

CHAT_URL = "/v1/chat/completions"
NOWHERE = "/v1/conformance/nowhere"
# Every edition of the pages names these two, for both regions.
MODEL, OTHER_MODEL = "qwen-turbo", "qwen-plus"
UNKNOWN_MODEL = "conformance-unknown-model"
UNKNOWN_FILE = "file-batch-000000000000000000000000"
LONGEST_NAME, LONGEST_DESCRIPTION = 100, 200
MOST_TEST_LINES = 100
DESCRIPTION = "ds_description"
# The inputs by name; what is no list of lines is a document.
INPUTS: Mapping[str, tuple[str, ...]] = {
    "test": tuple(batch_line(f"test-{number}") for number in (1, 2, 3)),
    "mixed": (
        batch_line("mixed-good", model=MODEL, url=CHAT_URL),
        batch_line("mixed-bad", None, model=MODEL, url=CHAT_URL),
    ),
    "double": tuple(batch_line("double", model=MODEL, url=CHAT_URL) for _ in (1, 2)),
    "models": tuple(batch_line(f"of-{model}", model=model, url=CHAT_URL) for model in (MODEL, OTHER_MODEL)),
    "unknown": (batch_line("unknown", model=UNKNOWN_MODEL, url=CHAT_URL),),
    "misled": (batch_line("misled", url=CHAT_URL),),
    "crowd": tuple(batch_line(f"crowd-{number}") for number in range(MOST_TEST_LINES + 1)),
    "many": tuple(batch_line(f"many-{number}") for number in range(MOST_TEST_LINES)),
    "gone": (batch_line("gone"),),
    # For an endpoint that nobody knows: were it taken, nothing else would be wrong with it.
    "nowhere": (batch_line("nowhere", model=MODEL, url=NOWHERE),),
    "document": (),
}
# How often a task is created only to be cancelled before it ends.
ATTEMPTS = 2
PAUSE = 1.0
# The states in which a task can be cancelled.
AT_WORK = ("validating", "in_progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One task to be created over one of the inputs; with `longest` its metadata are as long as they may be.

    What is `lawful` is to be created, whatever becomes of it.
    """

    name: str
    input: str
    endpoint: str = CHAT_URL
    window: str = "24h"
    longest: bool = False
    lawful: bool = False


PLANS = (
    Plan(name="good", input="test", endpoint=TEST_URL, lawful=True),
    Plan(name="mixed", input="mixed"),
    Plan(name="double", input="double"),
    Plan(name="models", input="models"),
    Plan(name="unknown", input="unknown", lawful=True),
    # What fails its validation costs nothing, and takes no place from what works.
    Plan(name="hours", input="unknown", window="336h", lawful=True),
    Plan(name="days", input="unknown", window="14d", lawful=True),
    Plan(name="longest", input="unknown", longest=True, lawful=True),
    Plan(name="misled", input="misled"),
    Plan(name="elsewhere", input="test"),
    Plan(name="nowhere", input="nowhere", endpoint=NOWHERE),
    Plan(name="tested nowhere", input="test", endpoint=NOWHERE),
    Plan(name="document", input="document"),
    Plan(name="crowd", input="crowd", endpoint=TEST_URL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: how its input was uploaded, how it was created, and the last that was heard of it."""

    plan: Plan
    uploaded: Exchange
    created: Exchange
    last: Exchange | None = None

    @property
    def id(self) -> str:
        """The id that the creation answered, or nothing where it was not accepted."""
        return id_of(self.created)

    @property
    def said(self) -> Mapping[str, Any]:
        """The last description of it."""
        return description(self.last) if self.last else description(self.created)

    @property
    def status(self) -> str:
        """The last state of it, or nothing where none was told."""
        status = self.said.get("status")
        return status if isinstance(status, str) else ""

    @property
    def custom_ids(self) -> tuple[str, ...]:
        """The requests of its input."""
        return custom_ids(self.plan.input)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """A task that was to be cancelled: its answer to that, and the state that it was in before.

    `foreign` is the answer to another account that tried it first. `alive` says that the task was at work
    even after its cancellation had been refused, as soon as it was created.
    """

    task: Task
    answer: Exchange
    before: str
    foreign: Exchange | None = None
    alive: bool = False


@dataclass(slots=True)
class Workload:
    """Creates the tasks of a run, and asks what became of them until they have ended or the time is used up."""

    batches: Batches
    files: Files
    tag: str
    # In seconds: how long a task may take before nothing can be said of what it should have done.
    within: float
    # Whether there is a second account to try what it must not.
    second: bool = False
    inputs: dict[str, Exchange] = field(default_factory=dict)
    # The time from which every reader knows the inputs.
    _known: float = 0.0
    _results: dict[str, dict[str, Exchange]] = field(default_factory=dict)

    def metadata(self, words: str, *, longest: bool = False) -> dict[str, str]:
        """Give metadata that tell whose task it is."""
        name = f"{PREFIX}{self.tag} {words}"
        text = f"{words}：任务描述"
        if longest:
            name, text = name.ljust(LONGEST_NAME, "x"), text.ljust(LONGEST_DESCRIPTION, "述")
        return {"ds_name": name, DESCRIPTION: text}

    def upload(self, name: str) -> Exchange:
        """Upload an input, once."""
        if name not in self.inputs:
            purpose, kind = ("batch", "jsonl") if INPUTS[name] else ("file-extract", "txt")
            lines = "".join(f"{line}\n" for line in INPUTS[name]).encode() or document("txt", name)
            file = FormFile(filename=name_of(self.tag, f"input {name}", kind), content=lines, size=len(lines))
            self.inputs[name] = self.files.upload(file, purpose)
        return self.inputs[name]

    def create(self, plan: Plan) -> Task:
        """Create a task over its input; over a file that nobody has where the input was not accepted."""
        uploaded = self.upload(plan.input)

        def ask() -> Exchange:
            return self.batches.create(
                input_file_id=description(uploaded).get("id", UNKNOWN_FILE),
                endpoint=plan.endpoint,
                completion_window=plan.window,
                metadata=self.metadata(plan.name, longest=plan.longest),
            )

        created = ask()
        # A reader that lags behind does not know the input yet.
        while plan.lawful and created.refused and time.time() < self._known:
            time.sleep(PAUSE)
            created = ask()
        return Task(plan=plan, uploaded=uploaded, created=created)

    def work(self) -> dict[str, Task]:
        """Create every task, then wait for all of them together."""
        for name in INPUTS:
            self.upload(name)
        self._known = time.time() + self.files.lag
        tasks = [self.create(plan) for plan in PLANS]
        last = self.batches.wait([task.id for task in tasks if task.id], settled, within=self.within)
        return {
            task.plan.name: Task(
                plan=task.plan, uploaded=task.uploaded, created=task.created, last=last.get(task.id)
            )
            for task in tasks
        }

    def cancel(self) -> Cancelled:
        """Cancel a task over many lines while it is at work; where it was too quick for that, another one at once."""
        alive = False
        for attempt in range(ATTEMPTS):
            task = self.create(Plan(name=f"many {attempt}", input="many", endpoint=TEST_URL))
            if not task.id:
                return Cancelled(task=task, answer=task.created, before="")
            before = "validating" if attempt else self._at_work(task.id)
            foreign = self.batches.cancel(task.id, account="second") if self.second else None
            answer = self.batches.cancel(task.id)
            if not answer.refused:
                break
            alive = bool(attempt) and description(self.batches.retrieve(task.id)).get("status") in AT_WORK
        last = self.batches.wait([task.id], ended, within=self.within, pause=0.1)[task.id]
        done = Task(plan=task.plan, uploaded=task.uploaded, created=task.created, last=last)
        return Cancelled(task=done, answer=answer, before=before, foreign=foreign, alive=alive)

    def _at_work(self, task: str) -> str:
        last = self.batches.wait([task], _has_done_some, within=self.files.lag, pause=0.05)[task]
        return str(description(last).get("status"))

    def results(self, task: Task) -> dict[str, Exchange]:
        """Download, once, what a task has written: its output and its errors, where it names any."""
        if task.id not in self._results:
            named = {kind: task.said.get(f"{kind}_file_id") for kind in ("output", "error")}
            self._results[task.id] = {
                kind: self.batches.downloaded(name)
                for kind, name in named.items()
                if isinstance(name, str) and name
            }
        return self._results[task.id]


def custom_ids(name: str) -> tuple[str, ...]:
    """Give the custom_id of each line of an input."""
    return tuple(json.loads(line)["custom_id"] for line in INPUTS[name])


def downloads(results: Mapping[str, Exchange]) -> dict[str, Download]:
    """Keep the downloads that came."""
    return {kind: found for kind, exchange in results.items() if (found := download_of(exchange)) is not None}


def _has_done_some(exchange: Exchange) -> bool:
    counts = description(exchange).get("request_counts")
    done = counts.get("completed") if isinstance(counts, dict) else None
    return ended(exchange) or (isinstance(done, int) and done > 0)
