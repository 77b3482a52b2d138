"""Uploads that go ahead of their tests: what is sent, what is told, and that nothing is sent once they are stopped."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance import ahead as module
from conformance.ahead import SHARED, Ahead
from conformance.budget import Budget, Caps, OutOfBudget
from conformance.clauses import Profile
from conformance.client import Client
from conformance.expect import Unproven
from conformance.mock import Mock, serve
from conformance.pacing import NoPace
from conformance.recorder import Recorder, Redactor
from conformance.resources import new_tag
from conformance.targets import Target

from .loopback import Loopback, answer, client_of


@contextmanager
def sending(mock: Mock, *wanted: str, caps: Caps | None = None) -> Iterator[Ahead]:
    target = Target(name=mock.url, region="intl", base_url=mock.url, key=mock.keys[0])
    recorder = Recorder(Redactor(target.secrets))
    client = Client(target, recorder=recorder, pace=NoPace(), budget=Budget(caps or Caps()))
    sent = Ahead(client, profile=Profile.SMOKE, tag=new_tag(), lag=1.0, wanted=wanted)
    yield sent
    sent.stop()


@pytest.mark.parametrize("beside", [False, True])
def test_the_corpus_and_the_attempts_are_there_when_they_are_asked_for(
    *, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.corpus.PAUSE", 0.0)
    with serve(region="intl") as mock, sending(mock, "limits.empty-file", "uploads.purpose-values") as sent:
        sent.begin(beside=beside)
        assert sent.first() == sent.corpus().files[0]
        assert len(sent.corpus().files) == 4
        [empty] = sent.attempt("limits.empty-file")
        part = empty.request.part("file")
        assert part
        assert part.size == 0
        assert [each.test for each in sent.attempt("uploads.purpose-values")] == [
            "uploads.purpose-values"
        ] * 3
        assert {each.exchange.test for each in sent.corpus().sent} == {"corpus"}


def test_a_clause_that_shares_an_attempt_is_given_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.corpus.PAUSE", 0.0)
    [(name, other)] = SHARED.items()
    with serve(region="intl") as mock, sending(mock, name) as sent:
        sent.begin(beside=False)
        assert sent.attempt(name) == sent.attempt(other)
        assert sent.attempt(name)[0].status == 401


@pytest.mark.parametrize("beside", [False, True])
def test_a_cap_is_told_to_whoever_asks(*, beside: bool) -> None:
    with serve(region="intl") as mock, sending(mock, "limits.empty-file", caps=Caps(uploads=0)) as sent:
        sent.begin(beside=beside)
        for ask in (sent.first, sent.corpus, lambda: sent.attempt("limits.empty-file")):
            with pytest.raises(OutOfBudget):
                ask()


def test_where_no_upload_is_accepted_there_is_no_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.corpus.PAUSE", 0.0)
    with Loopback(answer(b'{"error": {"message": "no", "type": "t"}}', 400)) as server:
        sent = Ahead(client_of(server), profile=Profile.SMOKE, tag=new_tag(), lag=0.1, wanted=())
        sent.begin(beside=False)
        assert len(sent.corpus().sent) == 4
        with pytest.raises(Unproven, match="no upload was accepted"):
            sent.first()
        sent.stop()


def test_once_it_is_stopped_nothing_more_is_sent_though_the_run_cleans_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with Loopback(answer(b"{}", 429, "Retry-After: 1")) as server:
        client = client_of(server)
        announced: list[str] = []
        client.announced.append(lambda request, _: announced.append(request.path))
        run = client.budget
        sent = Ahead(client, profile=Profile.SMOKE, tag=new_tag(), lag=0.1, wanted=())
        sent.begin(beside=True)
        while not server.received:
            time.sleep(0.001)
        sent.stop()
        run.stopped = False
        for thread in threading.enumerate():
            if thread.name == "ahead":
                thread.join(10)
        assert len(server.received) == 1
        # Nor is anything announced that clean-up would have to look for.
        assert announced == ["/files"]
