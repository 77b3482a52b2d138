"""Breaches of the batches chapter: the list of tasks."""

from collections.abc import Callable
from dataclasses import replace

from conformance.mock.batch_store import Batch, BatchQuery
from conformance.mock.batches import BatchPage
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Call
from conformance.mock.refusals import bad_parameter

Ask = Callable[[BatchQuery], BatchQuery]
Show = Callable[[Body, BatchPage], Body]
Hidden = Callable[[Batch, list[Batch]], bool]


def _enter_question(clause: str, name: str, description: str, ask: Ask) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Misunderstanding(Lawful):
        def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
            return super().select_batches(account, ask(query))


def _enter_listing(clause: str, name: str, description: str, show: Show) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Misshown(Lawful):
        def batch_listing(self, page: BatchPage) -> Body:
            return show(super().batch_listing(page), page)


QUESTIONS: tuple[tuple[str, str, str, Ask], ...] = (
    ("limit-caps", "batch-limit-ignored", "Gives pages of a hundred, whatever the limit is.", lambda query: replace(query, limit=100)),
    ("limit-caps", "batch-limit-plus-one", "Gives one task more than the limit asks for.", lambda query: replace(query, limit=query.limit + (query.limit < 20))),
    ("limit-fills", "batch-limit-minus-one", "Gives one task less than the limit asks for.", lambda query: replace(query, limit=max(1, query.limit - 1))),
    ("limit-fills", "batch-pages-of-three", "Gives no more than three tasks where a few are asked for.", lambda query: replace(query, limit=min(query.limit, 3) if query.limit < 20 else query.limit)),
    ("limit-default", "batch-default-hundred", "Gives a hundred tasks where nobody asks for fewer.", lambda query: replace(query, limit=100 if query.limit == 20 else query.limit)),
    ("limit-default", "batch-default-ten", "Gives ten tasks where nobody asks for fewer.", lambda query: replace(query, limit=10 if query.limit == 20 else query.limit)),
    ("after", "batch-cursor-ignored", "Begins each page with the newest task.", lambda query: replace(query, after=None)),
    ("filter-name", "batch-name-ignored", "Does not filter by name.", lambda query: replace(query, name="")),
    ("filter-name", "batch-name-by-its-letter", "Filters by the first letter of a name.", lambda query: replace(query, name=query.name[:1])),
    ("filter-input", "batch-inputs-ignored", "Does not filter by input.", lambda query: replace(query, input_file_ids=())),
    ("filter-input", "batch-first-input-only", "Filters by the first input.", lambda query: replace(query, input_file_ids=query.input_file_ids[:1])),
    ("filter-input", "batch-inputs-forgotten-behind", "Forgets the inputs behind the first page.", lambda query: replace(query, input_file_ids=()) if query.after else query),
    ("filter-status", "batch-states-ignored", "Does not filter by state.", lambda query: replace(query, statuses=())),
    ("filter-status", "batch-first-state-only", "Filters by the first state.", lambda query: replace(query, statuses=query.statuses[:1])),
    ("filter-status", "batch-states-overlap", "Takes what was cancelled for a failure.", lambda query: replace(query, statuses=(*query.statuses, *(("cancelled",) if "failed" in query.statuses else ())))),
    ("filter-created", "batch-after-ignored", "Does not look at create_after.", lambda query: replace(query, created_after=None)),
    ("filter-created", "batch-before-ignored", "Does not look at create_before.", lambda query: replace(query, created_before=None)),
    ("filter-created", "batch-times-exchanged", "Takes create_after for create_before.", lambda query: replace(query, created_after=query.created_before, created_before=query.created_after)),
    ("filter-together", "batch-name-alone", "Filters by name alone where a name is given.", lambda query: replace(query, statuses=(), input_file_ids=()) if query.name else query),
    ("filter-together", "batch-state-forgotten", "Forgets the state where an input is given.", lambda query: replace(query, statuses=()) if query.input_file_ids else query),
    ("filter-together", "batch-input-forgotten", "Forgets the input where a state is given.", lambda query: replace(query, input_file_ids=()) if query.statuses else query),
)  # fmt: skip
LISTINGS: tuple[tuple[str, str, str, Show], ...] = (
    ("list-object", "batch-list-of-files", "Calls a list something else.", lambda body, _: {**body, "object": "batch.list"}),
    ("list-object", "batch-list-unnamed", "Leaves out that it is a list.", lambda body, _: {key: value for key, value in body.items() if key != "object"}),
    ("list-data", "batch-list-of-batches", "Carries the tasks in batches.", lambda body, _: {**{key: value for key, value in body.items() if key != "data"}, "batches": body["data"]}),
    ("list-data", "batch-list-by-id", "Carries the tasks in an object.", lambda body, page: {**body, "data": {batch.id: {} for batch in page.batches}}),
    ("has-more", "batch-has-more-never", "Never has more.", lambda body, _: {**body, "has_more": False}),
    ("has-more", "batch-has-more-always", "Always has more.", lambda body, _: {**body, "has_more": True}),
    ("has-more", "batch-has-more-in-words", "Says yes or no.", lambda body, page: {**body, "has_more": "yes" if page.has_more else "no"}),
    ("first-id", "batch-first-id-null", "Names no first task.", lambda body, _: {**body, "first_id": None}),
    ("first-id", "batch-first-id-missing", "Leaves the first task unnamed.", lambda body, _: {key: value for key, value in body.items() if key != "first_id"}),
    ("first-id", "batch-first-id-is-last", "Names the last task as the first.", lambda body, _: {**body, "first_id": body["last_id"]}),
    ("last-id", "batch-last-id-null", "Names no last task.", lambda body, _: {**body, "last_id": None}),
    ("last-id", "batch-last-id-is-first", "Names the first task as the last.", lambda body, _: {**body, "last_id": body["first_id"]}),
    ("last-id", "batch-last-id-missing", "Leaves the last task unnamed.", lambda body, _: {key: value for key, value in body.items() if key != "last_id"}),
)  # fmt: skip

for question in QUESTIONS:
    _enter_question(*question)
for shown in LISTINGS:
    _enter_listing(*shown)


@breach("batches.has-more")
class BatchHasMoreOnFullPages(Lawful):
    """Has more behind each page that is full."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        return replace(page, has_more=len(page.batches) == query.limit)


@breach("batches.limit-fills")
class LastTaskIsLeftForLater(Lawful):
    """Leaves the last task of a page to the next one."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        if len(page.batches) > 1 and page.has_more:
            return BatchPage(batches=page.batches[:-1], has_more=True)
        return page


@breach("batches.after")
class BatchCursorIncluded(Lawful):
    """Begins a page with the task of its cursor."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        place = self.store.batches.get(account, query.after) if query.after else None
        if place is None or query.limit == 1:
            return page
        batches = (place, *page.batches)
        return BatchPage(batches=batches[: query.limit], has_more=page.has_more or len(batches) > query.limit)


@breach("batches.no-duplicate")
class BatchesOverlap(Lawful):
    """Ends a page with a task that stood before its cursor."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        every = self.store.batches.page(account, replace(query, after=None), place=None, count=10_000)
        at = next((at for at, batch in enumerate(every) if batch.id == query.after), 0)
        if at < 2 or not page.batches or len(page.batches) < query.limit:
            return page
        return replace(page, batches=(*page.batches[:-1], every[at - 1]))


@breach("batches.no-duplicate")
class LastBatchTwice(Lawful):
    """Shows the first task of a page at its end, too."""

    def batch_listing(self, page: BatchPage) -> Body:
        if 1 < len(page.batches) <= 10:
            page = replace(page, batches=(*page.batches[:-1], page.batches[0]))
        return super().batch_listing(page)


@breach("batches.no-gap")
class BatchCursorSkipsOne(Lawful):
    """Begins a page one task too late."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        return replace(page, batches=page.batches[1:]) if query.after and page.has_more else page


@breach("batches.no-gap")
class PagesBehindOthersLackTheLast(Lawful):
    """Loses the last task of each page but the first."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        wanted = 2 < len(page.batches) <= 20 and query.after
        return replace(page, batches=(*page.batches[:-2], page.batches[-1])) if wanted else page


def _enter_hiding(name: str, description: str, hidden: Hidden) -> None:
    @breach("batches.listed", name=name, description=description)
    class Hiding(Lawful):
        def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
            every = self.store.batches.page(account, BatchQuery(limit=1), place=None, count=10_000)
            page = super().select_batches(account, query)
            return replace(page, batches=tuple(item for item in page.batches if not hidden(item, every)))


for hiding in (
    ("failures-unlisted", "Does not list what has failed.", lambda batch, _: batch.status == "failed"),
    ("cancellations-unlisted", "Does not list what was cancelled.", lambda batch, _: batch.status == "cancelled"),
    ("oldest-unlisted", "Does not list the oldest task.", lambda batch, every: batch.id == every[-1].id),
    ("long-windows-unlisted", "Does not list tasks that may take more than a day.", lambda batch, _: batch.window != "24h"),
):  # fmt: skip
    _enter_hiding(*hiding)


def _enter_limit(clause: str, name: str, description: str, read: Callable[[str], str]) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Misreading(Lawful):
        def batch_limit(self, text: str) -> int:
            return super().batch_limit(read(text))


for limit in (
    ("limit-values", "batch-limit-below-hundred", "Refuses a limit of 100.", lambda text: "0" if text == "100" else text),
    ("limit-values", "batch-limit-above-one", "Refuses a limit of 1.", lambda text: "0" if text == "1" else text),
    ("limit-range", "batch-limit-zero", "Takes a limit of 0 for none.", lambda text: "20" if text == "0" else text),
    ("limit-range", "batch-limit-negative", "Takes a negative limit for a positive one.", lambda text: text.removeprefix("-")),
    ("limit-range", "batch-limit-above-hundred", "Takes a limit above 100 for 100.", lambda text: "100" if text == "101" else text),
    ("limit-range", "batch-limit-in-words", "Takes a limit in words for none.", lambda text: "20" if text.isalpha() else text),
):  # fmt: skip
    _enter_limit(*limit)


@breach("batches.newest-first")
class OldestBatchesFirst(Lawful):
    """Turns each page round."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        every = self.store.batches.page(account, replace(query, after=None), place=None, count=10_000)[::-1]
        at = next((at + 1 for at, batch in enumerate(every) if batch.id == query.after), 0)
        found = every[at : at + query.limit]
        return BatchPage(batches=tuple(found), has_more=len(every) > at + query.limit)


@breach("batches.newest-first")
class BatchesByInput(Lawful):
    """Lists tasks by their inputs."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        return replace(page, batches=tuple(sorted(page.batches, key=lambda batch: batch.input_file_id)))


@breach("batches.filter-name")
class BatchNameExact(Lawful):
    """Filters by whole names."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        return replace(page, batches=tuple(item for item in page.batches if query.name in {"", item.name}))


@breach("batches.filter-input")
class ManyInputsRefused(Lawful):
    """Refuses more than one input."""

    def input_filter(self, file_ids: tuple[str, ...]) -> tuple[str, ...]:
        if len(file_ids) > 1:
            raise bad_parameter("input_file_ids", "one input at a time")
        return super().input_filter(file_ids)


@breach("batches.filter-input-most")
class AnyNumberOfInputs(Lawful):
    """Takes as many inputs to filter by as there are."""

    def input_filter(self, file_ids: tuple[str, ...]) -> tuple[str, ...]:
        return file_ids


@breach("batches.filter-created")
class BatchTimesInHours(Lawful):
    """Reads times to the hour."""

    def batch_time_filter(self, name: str, text: str) -> int | None:
        return super().batch_time_filter(name, f"{text[:10]}0000" if len(text) == 14 else text)


@breach("batches.filter-status")
class FailuresAreNotAskedFor(Lawful):
    """Refuses to list what has failed."""

    def list_batches(self, account: str, call: Call) -> Body:
        if call.query.get("status") == "failed":
            raise bad_parameter("status", "'failed' is not supported")
        return super().list_batches(account, call)
