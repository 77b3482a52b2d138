"""Several clients at once: one run, one numbering, one budget."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from conformance.budget import Budget, Caps, OutOfBudget
from conformance.client import Client
from conformance.crew import Crew, Shot
from conformance.exchange import Exchange, Request
from conformance.pacing import NoPace
from conformance.recorder import Recorder, Redactor
from tests.loopback import CALM, Loopback, answer, client_of


def ask(client: Client) -> Exchange:
    return client.send("GET", "/files")


def test_a_crew_sends_at_once_and_numbers_every_exchange_once() -> None:
    meeting = threading.Barrier(4, timeout=5)

    def together(client: Client) -> Exchange:
        # Four that wait for one another can only be four at once.
        meeting.wait()
        return ask(client)

    with Loopback(answer()) as server:
        client = client_of(server)
        client.recorder.test = "the test"
        with client.recorder.during("the phase"), Crew(client, 4, CALM) as crew:
            sent = crew.send(Shot(at=0.0, send=together) for _ in range(4))
        alone = client.send("GET", "/files")
        client.close()
    assert {each.number for each in sent} == {1, 2, 3, 4}
    assert {(each.test, each.phase) for each in sent} == {("the test", "the phase")}
    assert (alone.number, alone.phase) == (5, "")
    assert client.recorder.exchanges[-1] == alone


def test_listeners_of_a_client_hear_of_its_mates_too() -> None:
    heard: list[Exchange] = []
    announced: list[Request] = []
    with Loopback(answer()) as server:
        client = client_of(server)
        client.listeners.append(heard.append)
        client.announced.append(lambda request, _: announced.append(request))
        with Crew(client, 2, CALM) as crew:
            crew.send([Shot(at=0.0, send=ask), Shot(at=0.0, send=ask)])
        client.close()
    assert len(heard) == len(announced) == 2


def test_shots_leave_in_their_order_and_keep_their_distance() -> None:
    gap = 0.2
    with Loopback(answer()) as server:
        client = client_of(server)
        with Crew(client, 3, CALM) as crew:
            sent = crew.send(Shot(at=at, send=ask, lane="one", gap=gap) for at in (0.0, 0.01, 0.02))
        client.close()
    moments = [each.started for each in sent]
    assert moments == sorted(moments)
    # On a busy machine a thread may begin a little after it was let go.
    assert all(later - before > gap / 2 for before, later in pairwise(moments))


def test_whoever_came_back_last_goes_out_first() -> None:
    with Loopback(answer()) as server:
        client = client_of(server)
        who: list[Client] = []

        def noting(mate: Client) -> Exchange:
            who.append(mate)
            return ask(mate)

        with Crew(client, 4, CALM) as crew:
            for _ in range(3):
                crew.send([Shot(at=0.0, send=noting)])
        client.close()
    assert len(set(map(id, who))) == 1


def test_a_budget_is_never_passed_by_many_at_once() -> None:
    budget = Budget(Caps(requests=50))
    refused = []

    def spend(_: int) -> None:
        try:
            budget.spend(Request(method="GET", path="/files"))
        except OutOfBudget:
            refused.append(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spend, range(80)))
    assert (budget.requests, len(refused)) == (50, 30)


def test_a_crew_that_meets_the_cap_says_so() -> None:
    with Loopback(answer()) as server:
        client = client_of(server, caps=Caps(requests=1))
        with Crew(client, 2, CALM) as crew, pytest.raises(OutOfBudget, match="--budget-requests=1"):
            crew.send([Shot(at=0.0, send=ask), Shot(at=0.0, send=ask)])
        client.close()


def test_a_recorder_numbers_what_many_threads_bring() -> None:
    recorder = Recorder(Redactor(()))

    def bring(_: int) -> int:
        return recorder(Exchange(number=0, request=Request(method="GET", path="/"))).number

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(bring, range(400)))
    assert numbers == list(range(1, 401))
    assert [each.number for each in recorder.exchanges] == numbers


def test_a_phase_ends_where_it_ends() -> None:
    recorder = Recorder(Redactor(()))
    with recorder.during("outer"), recorder.during("inner"):
        assert recorder.phase == "inner"
    assert recorder.phase == ""


def test_mates_share_what_a_client_knows_but_no_pace() -> None:
    with Loopback(answer()) as server:
        client = client_of(server)
        mate = client.mate(timing=CALM, pace=NoPace())
        assert mate.recorder is client.recorder
        assert mate.budget is client.budget
        assert mate.listeners is client.listeners
        mate.close()
        assert client.send("GET", "/files").succeeded
        client.close()
