"""The batches that the mock remembers: rows in the same database as the files, in the order of their creation."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from conformance.mock.records import Body

SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    created INTEGER NOT NULL,
    status TEXT NOT NULL,
    input_file_id TEXT NOT NULL,
    name TEXT NOT NULL,
    due INTEGER,
    value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS batches_due ON batches (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS batches_by_time ON batches (account, created, sequence);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch; moments are in microseconds, and at `due` the next thing happens to it, if anything still does."""

    id: str
    account: str
    input_file_id: str
    endpoint: str
    window: str
    metadata: Mapping[str, str] | None
    created: int
    expires: int
    status: str
    due: int | None
    moments: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    failures: tuple[int, ...] = ()
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: tuple[Body, ...] = ()
    sequence: int = 0

    @property
    def name(self) -> str:
        """What the account calls it."""
        return (self.metadata or {}).get("ds_name", "")

    def reached(self, status: str, moment: int, due: int | None = None) -> "Batch":
        """Note that it came to another status at a moment."""
        return replace(self, status=status, due=due, moments={**self.moments, f"{status}_at": moment})


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchQuery:
    """One question to the list; moments are exclusive on both sides, and empty tuples ask for everything."""

    limit: int
    after: str | None = None
    name: str = ""
    statuses: tuple[str, ...] = ()
    input_file_ids: tuple[str, ...] = ()
    created_after: int | None = None
    created_before: int | None = None
    as_of: int | None = None


class BatchStore:
    """The batches of every account."""

    def __init__(self, db: sqlite3.Connection, *, shared: bool) -> None:
        self._db = db
        self._is_shared = shared
        db.executescript(SCHEMA)
        self._soonest: int | None = None
        self._look_ahead()

    def add(self, batch: Batch) -> Batch:
        """Remember a batch; the copy given back knows its place."""
        cursor = self._db.execute(
            "INSERT INTO batches (id, account, created, status, input_file_id, name, due, value)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                batch.id,
                batch.account,
                batch.created,
                batch.status,
                batch.input_file_id,
                batch.name,
                batch.due,
                _written(batch),
            ),
        )
        self._look_ahead()
        return replace(batch, sequence=cursor.lastrowid or 0)

    def change(self, batch: Batch, *, since: str = "") -> bool:
        """Remember what became of a batch, if its status is still the one that it had; an empty one asks for none."""
        cursor = self._db.execute(
            "UPDATE batches SET status = ?, due = ?, value = ? WHERE sequence = ? AND ? IN (status, '')",
            (batch.status, batch.due, _written(batch), batch.sequence, since),
        )
        self._look_ahead()
        return cursor.rowcount == 1

    def claim(self, batch: Batch, now: int, *, until: int) -> bool:
        """Keep everybody else from a batch that is due; False where somebody else was first."""
        cursor = self._db.execute(
            "UPDATE batches SET due = ? WHERE sequence = ? AND due <= ?", (until, batch.sequence, now)
        )
        self._look_ahead()
        return cursor.rowcount == 1

    def release(self) -> None:
        """Give up all claims: who made them is gone."""
        self._db.execute("UPDATE batches SET due = json_extract(value, '$.due') WHERE due IS NOT NULL")
        self._look_ahead()

    def get(self, account: str, batch_id: str) -> Batch | None:
        """Find a batch of an account."""
        return self._one("account = ? AND id = ?", account, batch_id)

    def anywhere(self, batch_id: str) -> Batch | None:
        """Find a batch of any account: to the lawful mock only a reason to invent another id."""
        return self._one("id = ?", batch_id)

    def bodies(self) -> set[str]:
        """Name the bodies of batches to which something will still happen: what they read, and what they gave."""
        rows = self._db.execute("SELECT id FROM batches WHERE due IS NOT NULL")
        return {name for row in rows for name in (row[0], results_of(row[0]))}

    def is_due(self, now: int) -> bool:
        """Tell whether something should have happened to a batch by now; every request asks."""
        if self._is_shared:
            self._look_ahead()
        return self._soonest is not None and self._soonest <= now

    def next_due(self, now: int) -> Batch | None:
        """Find the batch to which something should have happened first."""
        if not self.is_due(now):
            return None
        return self._one("due <= ? ORDER BY due", now)

    def unfinished(self, account: str) -> int:
        """Count the batches of an account to which something will still happen."""
        row = self._db.execute(
            "SELECT count(*) FROM batches WHERE account = ? AND due IS NOT NULL", (account,)
        ).fetchone()
        return int(row[0])

    def page(self, account: str, query: BatchQuery, *, place: Batch | None, count: int) -> list[Batch]:
        """Read so many batches beyond a place, newest first."""
        terms: list[tuple[str, tuple[object, ...]]] = [("account = ?", (account,))]
        if query.name:
            terms.append(("instr(lower(name), lower(?)) > 0", (query.name,)))
        for column, wanted in (("status", query.statuses), ("input_file_id", query.input_file_ids)):
            if wanted:
                terms.append((f"{column} IN ({', '.join('?' * len(wanted))})", wanted))
        if query.created_after is not None:
            terms.append(("created > ?", (query.created_after,)))
        if query.created_before is not None:
            terms.append(("created < ?", (query.created_before,)))
        if query.as_of is not None:
            terms.append(("created <= ?", (query.as_of,)))
        if place is not None:
            terms.append(("(created, sequence) < (?, ?)", (place.created, place.sequence)))
        condition = " AND ".join(text for text, _ in terms)
        rows = self._db.execute(
            f"SELECT sequence, value FROM batches WHERE {condition}"  # noqa: S608 - every term is a literal of this method
            " ORDER BY created DESC, sequence DESC LIMIT ?",
            (*(value for _, values in terms for value in values), count),
        )
        return [_read(row) for row in rows]

    def _look_ahead(self) -> None:
        self._soonest = self._db.execute("SELECT min(due) FROM batches WHERE due IS NOT NULL").fetchone()[0]

    def _one(self, condition: str, *values: object) -> Batch | None:
        row = self._db.execute(
            f"SELECT sequence, value FROM batches WHERE {condition} LIMIT 1",  # noqa: S608 - conditions are literals of this module
            values,
        ).fetchone()
        return None if row is None else _read(row)


def results_of(batch_id: str) -> str:
    """Name the body in which a batch keeps its results until it ends."""
    return f"{batch_id}.results"


def _written(batch: Batch) -> str:
    return json.dumps(asdict(batch), ensure_ascii=True)


def _read(row: tuple[int, str]) -> Batch:
    value = json.loads(row[1])
    value["failures"] = tuple(value["failures"])
    value["errors"] = tuple(value["errors"])
    return Batch(**{**value, "sequence": row[0]})
