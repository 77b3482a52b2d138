"""The list of batch tasks: its pages and its filters."""

from collections.abc import Iterable
from typing import Any

import pytest

from conformance import expect, times
from conformance.batch_trace import DEFAULT_LIMIT, LARGEST_LIMIT, read_batches
from conformance.batches import Batches, ended
from conformance.corpus import LATEST
from conformance.exchange import Exchange
from conformance.marks import clause, judging
from conformance.suite.tasks import created
from conformance.trace import Traversal
from conformance.workload import UNKNOWN_FILE, Cancelled, Task, Workload
from conformance.zones import BESIDE, Zones, zones_of

BAD_LIMITS = ("0", "-1", "101", "many")
# The tasks that a run has at hand are so many pages of this size.
FEW = 5
# So many inputs may be named to filter by.
MOST_INPUTS = 20


@pytest.fixture(scope="session")
def own(tasks: dict[str, Task], cancelled: Cancelled) -> dict[str, Task]:
    """The tasks of the run by id, as they were last seen."""
    found = {task.id: task for task in (*tasks.values(), cancelled.task) if task.id}
    if not found:
        raise expect.Unproven("it needs a task, and none was created")
    return found


@pytest.fixture(scope="session")
def listed(batches: Batches, own: dict[str, Task]) -> Traversal:
    """The list once it shows every task of the run, or as it is when waiting is of no use."""
    exchange, walk = batches.wait_listed(own)
    expect.accepted(exchange)
    if walk is None:
        raise expect.Unproven(f"it needs the list, which answered {expect.describe(exchange)}")
    return walk


@pytest.fixture(scope="session")
def batch_zones(batches: Batches, own: dict[str, Task], listed: Traversal) -> Zones:
    """In which zone each of the two parameters reads times."""
    assert listed
    created = _created(own)
    task = max(created, key=lambda name: created[name])

    def selects(name: str, text: str) -> bool | None:
        exchange, walk = batches.traverse(until=[task], limit=LARGEST_LIMIT, **{name: text})
        return task in walk.ids if exchange.succeeded and walk else None

    return zones_of(created[task], selects)


@clause("batches.listed")
def test_the_list_shows_every_task(own: dict[str, Task], listed: Traversal) -> None:
    _shows(own, listed, own)


@pytest.mark.parametrize(
    "name",
    [
        judging("batches.output-file-id", "output_file_id"),
        judging("batches.error-file-id", "error_file_id"),
    ],
)
def test_the_list_names_the_files_that_a_task_names(
    batches: Batches, own: dict[str, Task], listed: Traversal, name: str
) -> None:
    assert listed
    told = {task: each for task, each in own.items() if each.said.get(name)}
    if not told:
        raise expect.Unproven(f"no task of the run has told its {name}")

    def lacking() -> list[str]:
        items = {item["id"]: item for page in walk[0].pages for item in page.items} if walk[0] else {}
        return [task for task in told if task in items and items[task].get(name) != told[task].said[name]]

    def ask() -> Exchange:
        exchange, walk[0] = batches.traverse(until=told, limit=LARGEST_LIMIT)
        return exchange

    walk: list[Traversal | None] = [None]
    exchange = batches.files.wait(ask, lambda each: not each.succeeded or not lacking())
    expect.accepted(exchange)
    wrong = lacking()
    shown = [told[wrong[0]].last] if wrong else []
    expect.that(
        not wrong, f"the {name} of each task", f"another for {wrong[:1]}", *filter(None, shown), exchange
    )


@clause("batches.limit-values")
def test_the_smallest_and_the_largest_limit_are_accepted(batches: Batches, listed: Traversal) -> None:
    assert listed
    for limit in (1, LARGEST_LIMIT):
        expect.accepted(batches.list(limit=limit))


@pytest.mark.parametrize("limit", BAD_LIMITS)
@clause("batches.limit-range")
def test_another_limit_is_refused(batches: Batches, listed: Traversal, limit: str) -> None:
    expect.refused(batches.list(limit=limit), twin=listed.pages[0].exchange)


@clause("batches.limit-default")
def test_without_a_limit_a_page_is_short(
    workload: Workload, batches: Batches, tasks: dict[str, Task], listed: Traversal
) -> None:
    there = set(listed.ids)
    for _ in range(DEFAULT_LIMIT + 1 - len(there)):
        task = created(workload.create(tasks["unknown"].plan))
        there.add(task.id)
    batches.wait_listed(there)
    exchange = batches.list()
    count = len(_page(exchange))
    expect.that(count == DEFAULT_LIMIT, f"{DEFAULT_LIMIT} tasks, for there are more", f"{count}", exchange)


@clause("batches.no-gap")
def test_pages_of_a_few_hold_every_task(batches: Batches, own: dict[str, Task], listed: Traversal) -> None:
    places = [listed.ids.index(name) for name in own if name in listed.ids]
    if not places:
        raise expect.Unproven("it needs a listed task, and the list shows none of the run's")
    first = min(places)
    behind = {"after": listed.ids[first - 1]} if first else {}
    walk = _walk(batches, own, limit=FEW, **behind)
    _shows(own, walk, [name for name in own if name in listed.ids])


@clause("batches.has-more")
def test_has_more_tells_whether_a_single_task_is_left(batches: Batches, listed: Traversal) -> None:
    assert listed
    walk = _walk(batches, (), limit=LARGEST_LIMIT)
    count = len(walk.ids)
    if not walk.ended or not 2 <= count <= LARGEST_LIMIT:
        raise expect.Unproven(f"of {count} tasks no page can leave a single one")
    for limit in (count - 1, count):
        page = batches.list(limit=limit)
        if not _page(page):
            raise expect.Unproven(f"it needs a page of {limit} tasks, and got an empty one")
        following = batches.list(limit=limit, after=_page(page)[-1])
        expect.equal(bool(_page(following)), page.mapping().get("has_more"), page, following)


@clause("batches.filter-name")
def test_a_name_selects_its_tasks(
    batches: Batches, workload: Workload, own: dict[str, Task], listed: Traversal
) -> None:
    assert listed
    _selects(batches, own, own, ds_name=workload.tag)
    for task in (*own.values(),)[:2]:
        _selects(batches, {task.id: task}, [task.id], ds_name=f"{workload.tag} {task.plan.name}")
    _selects(batches, own, (), ds_name=_nobody(workload))


@clause("batches.filter-input")
def test_inputs_select_their_tasks(batches: Batches, own: dict[str, Task], listed: Traversal) -> None:
    assert listed
    inputs = list(dict.fromkeys(_input(task) for task in own.values()))
    for chosen in (inputs[:1], inputs[-1:], inputs[1:3]):
        wanted = [task.id for task in own.values() if _input(task) in chosen]
        _selects(batches, own, wanted, input_file_ids=",".join(chosen))
    # A filter holds on every page.
    most = max(inputs, key=lambda name: sum(_input(task) == name for task in own.values()))
    wanted = [task.id for task in own.values() if _input(task) == most]
    if len(wanted) > 1:
        _selects(batches, own, wanted, limit=len(wanted) - 1, input_file_ids=most)


@clause("batches.filter-input-most")
def test_more_inputs_than_twenty_are_refused(batches: Batches, listed: Traversal) -> None:
    assert listed
    # Ids of no file: whether these are looked for is of no matter, for the twin names such as well.
    names = [f"{UNKNOWN_FILE[:-2]}{number}" for number in range(10, 11 + MOST_INPUTS)]
    few, many = (
        batches.list(input_file_ids=",".join(names[:count])) for count in (MOST_INPUTS, MOST_INPUTS + 1)
    )
    expect.refused(many, twin=few)


@clause("batches.filter-status")
def test_states_select_their_tasks(batches: Batches, own: dict[str, Task], listed: Traversal) -> None:
    assert listed
    # What has not ended may change its state at any time.
    done = {name: task for name, task in own.items() if task.last and ended(task.last)}
    states = sorted({task.status for task in done.values()})
    if not states:
        raise expect.Unproven("it needs a task that has ended")
    for chosen in (*([state] for state in states), states):
        wanted = [task.id for task in done.values() if task.status in chosen]
        _selects(batches, done, wanted, status=",".join(chosen))


@clause("batches.filter-created")
def test_times_select_what_was_created_after_and_before(
    batches: Batches, own: dict[str, Task], batch_zones: Zones
) -> None:
    created = _created(own)
    first, last = min(created.values()) - BESIDE, max(created.values()) + BESIDE
    for name, offset in (("create_after", batch_zones.after), ("create_before", batch_zones.before)):
        if offset is None:
            query: dict[str, Any] = {name: times.write(first, "compact-datetime")}
            exchange = expect.answered(batches.list(**query))
            expect.that(False, f"{name} to select by the time of creation", "in no zone does it", exchange)
            continue
        early, late = (times.write(moment, "compact-datetime", offset) for moment in (first, last))
        all_of_them, none = (early, late) if name == "create_after" else (late, early)
        mine = {task: own[task] for task in created}
        _selects(batches, mine, mine, **{name: all_of_them})
        _selects(batches, mine, (), **{name: none})


@clause("batches.filter-time-zone")
def test_the_zone_of_the_times_is_recorded(batch_zones: Zones) -> None:
    told = [
        f"UTC{offset / 3600:+g}" if offset is not None else "none"
        for offset in (batch_zones.after, batch_zones.before)
    ]
    expect.record(f"create_after reads {told[0]}, create_before {told[1]}")


@clause("batches.filter-together")
def test_filters_select_together_what_each_would(
    batches: Batches, workload: Workload, own: dict[str, Task], listed: Traversal
) -> None:
    assert listed
    done = [task for task in own.values() if task.last and ended(task.last)]
    for task in done[:1] + done[-1:]:
        same = [each for each in done if each.status == task.status and _input(each) == _input(task)]
        others = {each.id: each for each in done}
        wanted = [each.id for each in same]
        query = {"ds_name": workload.tag, "input_file_ids": _input(task), "status": task.status}
        _selects(batches, others, wanted, **query)


@clause("batches.list-empty")
def test_the_data_of_an_empty_list_is_recorded(batches: Batches, workload: Workload) -> None:
    exchange = batches.list(ds_name=_nobody(workload))
    said = expect.accepted(exchange)
    expect.record(f"data of an empty list: {said.get('data', 'absent')!r}"[:80], exchange)


def _nobody(workload: Workload) -> str:
    return f"nobody{workload.tag[::-1]}nobody"


def _selects(batches: Batches, own: dict[str, Task], wanted: Iterable[str], **query: Any) -> None:
    """Expect that of our tasks a filter selects those, as soon as the list knows what became of them."""
    mine = set(wanted)

    def ask() -> Exchange:
        exchange, walk[0] = batches.traverse(until=mine, **{"limit": LARGEST_LIMIT, **query})
        return exchange

    def got() -> set[str]:
        return set(walk[0].ids if walk[0] else ()) & set(own)

    walk: list[Traversal | None] = [None]
    exchange = batches.files.wait(ask, lambda each: not each.succeeded or got() == mine)
    expect.accepted(exchange)
    wrong = sorted(got() ^ mine)
    if wrong and walk[0] and not walk[0].ended and not got() - mine:
        raise expect.Unproven("others have created more tasks since then than a run reads")
    expect.that(
        not wrong, f"{len(mine)} of our tasks with {query}", f"{len(got())}, wrong {wrong[:3]}", exchange
    )


def _shows(own: dict[str, Task], walk: Traversal, wanted: Iterable[str]) -> None:
    missing = sorted(set(wanted) - set(walk.ids))
    if missing and not walk.ended:
        raise expect.Unproven("others have created more tasks since then than a run reads")
    exchanges = [page.exchange for page in walk.pages]
    expect.that(not missing, f"all {len(own)} tasks", f"without {missing[:3]}", *exchanges)


def _walk(batches: Batches, until: Iterable[str], **query: Any) -> Traversal:
    exchange, walk = batches.traverse(until=until, **query)
    expect.accepted(exchange)
    if walk is None:
        raise expect.Unproven("it needs the list")
    return walk


def _page(exchange: Exchange) -> tuple[str, ...]:
    expect.accepted(exchange)
    page = read_batches(exchange)
    if page is None:
        raise expect.Unproven("it needs the list, whose items cannot be told from one another")
    return page.ids


def _created(own: dict[str, Task]) -> dict[str, int]:
    told = {name: task.created.mapping().get("created_at") for name, task in own.items()}
    found = {
        name: moment for name, moment in told.items() if isinstance(moment, int) and 0 < moment <= LATEST
    }
    if not found:
        raise expect.Unproven("it needs created_at, which no creation gave as an integer of seconds")
    return found


def _input(task: Task) -> str:
    return str(task.created.request.json().get("input_file_id"))
