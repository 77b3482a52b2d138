"""A run that is killed leaves nothing behind: the next one finds what it made, and only that."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from conformance.mock import Mock, serve
from conformance.mock.app import Application
from conformance.mock.express import Express
from conformance.mock.settings import BASE_PATH
from tests.forked_runs import foreman

KEYS = ("sk-0123456789abcdef", "sk-second-account-key")
KILLS = 20
# Files of every format, batch tasks with their results, a task that is cancelled, and a clean-up of all that.
SELECTION = ("--clause=listing.limit-one", "--clause=batches.cancel", "--clause=content.bytes")
LONGEST = 130
# Names that others might well give.
SIMILAR = (
    "conformance-20251115 results.txt",
    "conformance-report.txt",
    "conformance-deadbeef 00.txt",
    "conformance-0123456789ab notes.txt",
    "my conformance-0123456789ab notes.txt",
)


class Executioner:
    """Counts the requests of a run, kills it at one of them, and looks at the account when a run begins to make files."""

    def __init__(self) -> None:
        self.pid = 0
        self.moment = 0
        self.count = 0
        self.begun: list[tuple[list[str], int]] = []
        self._uploaded = False

    def begin(self, moment: int) -> None:
        """Count from the beginning; at the moment 0 nobody is killed."""
        self.pid, self.moment, self.count, self._uploaded = 0, moment, 0, False

    async def meet(self, application: Application, scope: Scope, receive: Receive, send: Send) -> None:
        """Kill before the request is done, or, at every other moment, when it is done and not answered."""
        self.count += 1
        if scope["method"] == "POST" and scope["path"] == f"{BASE_PATH}/files" and not self._uploaded:
            self._uploaded = True
            self.begun.append(holdings(application))
        due = self.count == self.moment
        if due and self.moment % 2:
            self._kill()

        async def answer(message: Message) -> None:
            if due:
                self._kill()
            await send(message)

        await ORIGINAL(application, scope, receive, answer)

    def _kill(self) -> None:
        while not self.pid:
            time.sleep(0.001)
        os.kill(self.pid, signal.SIGKILL)


ORIGINAL = Application.__call__


def holdings(application: Application) -> tuple[list[str], int]:
    """Give the files of both accounts, and count the tasks that have not ended."""
    behaviour = application.behaviour
    behaviour.settle()
    accounts = [behaviour.settings.account(key) for key in KEYS]
    files = [name for account in accounts for name in behaviour.store.ids(account)]
    return sorted(files), sum(behaviour.store.batches.unfinished(account) for account in accounts)


@pytest.fixture
def executioner(monkeypatch: pytest.MonkeyPatch) -> Executioner:
    executioner = Executioner()

    async def call(self: Application, scope: Scope, receive: Receive, send: Send) -> None:
        await executioner.meet(self, scope, receive, send)

    monkeypatch.setattr(Application, "__call__", call)
    # Every request is to come by there.
    monkeypatch.setattr(Express, "answer", lambda *_: None)
    return executioner


@pytest.fixture
def mock(executioner: Executioner) -> Iterator[Mock]:
    """A mock with files and a task of strangers in both accounts."""
    with serve(keys=KEYS, seed=1) as mock:
        for key in KEYS:
            for name in SIMILAR:
                mock.plant(filename=name, key=key)
        lines = b'{"custom_id":"1","method":"POST","url":"/v1/chat/ds-test","body":{"model":"batch-test-model","messages":[]}}\n'
        name = mock.plant(filename=SIMILAR[0].replace("txt", "jsonl"), body=lines, purpose="batch")
        task = {
            "input_file_id": name,
            "endpoint": "/v1/chat/ds-test",
            "completion_window": "24h",
            "metadata": {"ds_name": "conformance-20251115 nightly"},
        }
        with httpx.Client(headers={"authorization": f"Bearer {KEYS[0]}"}) as client:
            made = client.post(f"{mock.url}/batches", json=task).raise_for_status().json()
            while made["status"] not in {"completed", "failed"}:
                made = client.get(f"{mock.url}/batches/{made['id']}").raise_for_status().json()
        assert executioner.count
        yield mock


def test_after_twenty_kills_the_account_holds_exactly_what_strangers_put_there(
    mock: Mock, executioner: Executioner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_SECOND_API_KEY", KEYS[1])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    application = mock._server.application
    strangers = holdings(application)
    assert len(strangers[0]) > len(SIMILAR) * len(KEYS)
    drawn = random.Random(20)  # noqa: S311 - moments are no secrets
    moments = [drawn.randint(1, LONGEST) for _ in range(KILLS)]
    options = (
        f"--target={mock.url}",
        "--pace=off",
        "--rate-probe=no",
        f"--report-dir={tmp_path}",
        *SELECTION,
    )
    with foreman(tmp_path, KEYS[0]) as runs:
        for moment in (*moments, 0):
            executioner.begin(moment)
            executioner.pid = runs.start(*options)
            status = runs.wait()
            assert status == (-signal.SIGKILL if moment else 0), runs.said
    assert executioner.begun == [strangers] * len(executioner.begun)
    assert len(executioner.begun) > KILLS / 2
    assert holdings(application) == strangers
    assert not list((tmp_path / "state").rglob("*.jsonl"))
    assert mock.crashes == ()
