"""The batches' decisions: what is taken, how a batch is shown, listed and cancelled. How it lives is in `batch_life`."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.mock import refusals
from conformance.mock.batch_life import BatchLife
from conformance.mock.batch_lines import ENDPOINTS
from conformance.mock.batch_store import Batch, BatchQuery
from conformance.mock.clock import SECOND
from conformance.mock.filing import WHOLE_NUMBER
from conformance.mock.records import Body, Call, Record

STATUSES = (
    "validating",
    "failed",
    "in_progress",
    "finalizing",
    "completed",
    "expired",
    "cancelling",
    "cancelled",
)
CANCELLABLE = ("validating", "in_progress")
MOMENTS = (
    "in_progress_at",
    "expires_at",
    "finalizing_at",
    "completed_at",
    "failed_at",
    "expired_at",
    "cancelling_at",
    "cancelled_at",
)
HOUR = 3600 * SECOND
WINDOW = re.compile(r"(\d{1,4})([hd])", re.ASCII)
SHORTEST_HOURS, LONGEST_HOURS = 24, 336
METADATA_LETTERS = {"ds_name": 100, "ds_description": 200}
REMEMBERED = 30 * 24 * HOUR
DEFAULT_PAGE = 20
FILTER_FILES = 20
SECONDS_ONLY = re.compile(r"\d{14}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """One answer of the list of batches."""

    batches: tuple[Batch, ...]
    has_more: bool


class Batches(BatchLife):
    """A server that takes batches."""

    # -- a new one

    def create_batch(self, account: str, body: Body) -> Body:
        """Take a batch; its lines are judged later."""
        record = self.batch_input(account, body.get("input_file_id"))
        endpoint = self.endpoint(body.get("endpoint"))
        hours = self.window_hours(body.get("completion_window"))
        metadata = self.metadata(body.get("metadata"))
        self.check_batch_room(account)
        now = self.now()
        batch = Batch(
            id=self.new_batch_id(),
            account=account,
            input_file_id=record.id,
            endpoint=endpoint,
            window=str(body["completion_window"]),
            metadata=metadata,
            created=now,
            expires=now + hours * HOUR,
            status="validating",
            due=now + self.stage("validating"),
        )
        self.world.shelf.share(record.id, batch.id)
        return self.describe_batch(self.store.batches.add(batch))

    def batch_input(self, account: str, file_id: object) -> Record:
        """Find the input."""
        record = self.store.get(account, file_id) if isinstance(file_id, str) else None
        if record is None or record.purpose != "batch":
            raise refusals.bad_parameter(
                "input_file_id", "'input_file_id' must be the id of a file with the purpose batch"
            )
        return record

    def endpoint(self, value: object) -> str:
        """Read the endpoint."""
        if not isinstance(value, str) or value not in ENDPOINTS:
            raise refusals.bad_parameter("endpoint", f"'endpoint' must be one of {', '.join(ENDPOINTS)}")
        return value

    def window_hours(self, value: object) -> int:
        """Read the completion window."""
        matched = WINDOW.fullmatch(value) if isinstance(value, str) else None
        hours = int(matched[1]) * (24 if matched[2] == "d" else 1) if matched else 0
        if not SHORTEST_HOURS <= hours <= LONGEST_HOURS:
            raise refusals.bad_parameter(
                "completion_window", "'completion_window' must be 24h to 336h, or 1d to 14d"
            )
        return hours

    def metadata(self, value: object) -> Mapping[str, str] | None:
        """Read the metadata."""
        if value is None:
            return None
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise refusals.bad_parameter("metadata", "'metadata' must be an object of strings")
        for name, most in METADATA_LETTERS.items():
            if len(value.get(name, "")) > most:
                raise refusals.bad_parameter(
                    f"metadata.{name}", f"'{name}' must not be longer than {most} characters"
                )
        return value

    def check_batch_room(self, account: str) -> None:
        """Refuse what the account has no room for."""
        if self.store.batches.unfinished(account) >= self.limits.unfinished_batches:
            raise refusals.too_many_batches()

    def new_batch_id(self) -> str:
        """Invent an id that nobody ever had."""
        while True:
            batch_id = f"batch_{self.uuid()}"
            if self.store.batches.anywhere(batch_id) is None:
                return batch_id

    # -- one batch

    def find_batch(self, account: str, batch_id: str) -> Batch:
        """Find a batch of the account that is not too old."""
        batch = self.store.batches.get(account, batch_id)
        if batch is None or batch.created <= self.now() - REMEMBERED:
            raise refusals.no_such_batch(batch_id)
        return batch

    def retrieve_batch(self, account: str, batch_id: str) -> Body:
        """Show a batch; who asks for one that is not finished has waited, as far as a virtual clock is concerned."""
        batch = self.find_batch(account, batch_id)
        if batch.due is not None:
            self.world.clock.leap(batch.due)
            self.settle()
        return self.describe_batch(self.find_batch(account, batch_id))

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        """Cancel a batch."""
        batch = self.find_batch(account, batch_id)
        self.check_cancellable(batch)
        now = self.now()
        done = self.done(batch, now) if batch.status == "in_progress" else 0
        cancelling = batch.reached("cancelling", now, now + self.stage("cancelling"))
        cancelled = replace(cancelling, done=done)
        self.store.batches.change(cancelled)
        return self.describe_batch(cancelled)

    def check_cancellable(self, batch: Batch) -> None:
        """Refuse to cancel what is past it."""
        if batch.status not in CANCELLABLE:
            raise refusals.not_cancellable(batch.status)

    def describe_batch(self, batch: Batch) -> Body:
        """Show a batch."""
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.endpoint,
            "errors": self.errors(batch),
            "input_file_id": batch.input_file_id,
            "completion_window": batch.window,
            "status": batch.status,
            "output_file_id": batch.output_file_id,
            "error_file_id": batch.error_file_id,
            "created_at": batch.created // SECOND,
            **self.moments(batch),
            "request_counts": self.counts(batch),
            "metadata": batch.metadata,
        }

    def errors(self, batch: Batch) -> Body | None:
        """Show why a batch failed."""
        return {"object": "list", "data": list(batch.errors)} if batch.errors else None

    def moments(self, batch: Batch) -> Body:
        """Show when what happened, in seconds; a cancellation shows itself when it is complete."""
        shown: Body = dict.fromkeys(MOMENTS)
        shown |= {name: moment // SECOND for name, moment in batch.moments.items()}
        return {**shown, "cancelling_at": shown["cancelled_at"]}

    def counts(self, batch: Batch) -> Body:
        """Count the requests; those that were not run in the end count as failed."""
        done = self.done(batch, self.now()) if batch.status == "in_progress" else batch.done
        failed = bisect_left(batch.failures, done)
        completed = done - failed
        if batch.status in {"cancelled", "expired"}:
            failed = batch.total - completed
        return {"total": batch.total, "completed": completed, "failed": failed}

    # -- the list

    def list_batches(self, account: str, call: Call) -> Body:
        """Show one page of the list."""
        return self.batch_listing(self.select_batches(account, self.batch_query(call)))

    def batch_query(self, call: Call) -> BatchQuery:
        """Read the list's parameters; an empty one counts as not given, except the number."""
        given = call.query
        return BatchQuery(
            limit=self.batch_limit(given["limit"]) if "limit" in given else DEFAULT_PAGE,
            after=given.get("after") or None,
            name=given.get("ds_name", ""),
            statuses=self.status_filter(_words(given.get("status", ""))),
            input_file_ids=self.input_filter(_words(given.get("input_file_ids", ""))),
            created_after=self.batch_time_filter("create_after", given.get("create_after", "")),
            created_before=self.batch_time_filter("create_before", given.get("create_before", "")),
        )

    def batch_limit(self, text: str) -> int:
        """Read `limit`."""
        if not WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= self.limits.batch_page:
            raise refusals.bad_parameter(
                "limit", f"'limit' must be an integer from 1 to {self.limits.batch_page}"
            )
        return int(text)

    def status_filter(self, statuses: tuple[str, ...]) -> tuple[str, ...]:
        """Read `status`."""
        if not set(statuses) <= set(STATUSES):
            raise refusals.bad_parameter("status", f"'status' must be of {', '.join(STATUSES)}")
        return statuses

    def input_filter(self, file_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Read `input_file_ids`."""
        if len(file_ids) > FILTER_FILES:
            raise refusals.bad_parameter("input_file_ids", f"at most {FILTER_FILES} 'input_file_ids' at once")
        return file_ids

    def batch_time_filter(self, name: str, text: str) -> int | None:
        """Read `create_after` or `create_before`, of which batches know one format only."""
        if text and not SECONDS_ONLY.fullmatch(text):
            raise refusals.bad_parameter(name, f"'{name}' must be a time like 20250306123000")
        return self.time_filter(name, text)

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        """Read one page of the last thirty days; one batch more than asked for tells whether there is another."""
        place = self.store.batches.get(account, query.after) if query.after else None
        if query.after and place is None:
            raise refusals.bad_parameter("after", f"'after' is not the id of a batch: {query.after}")
        oldest = max(self.now() - REMEMBERED, query.created_after or 0)
        batches = self.store.batches.page(
            account, replace(query, created_after=oldest), place=place, count=query.limit + 1
        )
        return BatchPage(batches=tuple(batches[: query.limit]), has_more=len(batches) > query.limit)

    def batch_listing(self, page: BatchPage) -> Body:
        """Show one page; an empty one has no array."""
        shown = [self.describe_batch(batch) for batch in page.batches]
        return {
            "object": "list",
            "data": shown or None,
            "first_id": page.batches[0].id if page.batches else None,
            "last_id": page.batches[-1].id if page.batches else None,
            "has_more": page.has_more,
        }


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
