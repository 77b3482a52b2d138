"""What the mock remembers of files: a SQLite table, read by index and paged by key. Bodies lie on the shelf."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

from conformance.errors import UsageError
from conformance.mock.batch_store import BatchStore
from conformance.mock.records import Query, Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    purpose TEXT NOT NULL,
    filename TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    digest TEXT NOT NULL,
    deleted INTEGER
);
CREATE INDEX IF NOT EXISTS by_id ON files (id, account);
CREATE INDEX IF NOT EXISTS by_time ON files (account, created, sequence, bytes) WHERE deleted IS NULL;
CREATE TABLE IF NOT EXISTS usage (
    account TEXT PRIMARY KEY, files INTEGER NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS counted AFTER INSERT ON files WHEN NEW.deleted IS NULL BEGIN
    INSERT INTO usage VALUES (NEW.account, 1, NEW.bytes)
    ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER IF NOT EXISTS discounted AFTER UPDATE OF deleted ON files
WHEN OLD.deleted IS NULL AND NEW.deleted IS NOT NULL BEGIN
    UPDATE usage SET files = files - 1, bytes = bytes - NEW.bytes WHERE account = NEW.account;
END;
CREATE INDEX IF NOT EXISTS by_purpose ON files (account, purpose, created, sequence) WHERE deleted IS NULL;
"""
VERSION = 2
COLUMNS = "sequence, id, account, purpose, filename, bytes, created, digest"


class Store:
    """The files of every account; deleted ones leave a mark, so that a cursor on them keeps its place."""

    def __init__(self, path: Path | None, *, shared: bool = False) -> None:
        # The server's thread reads and writes; beside it batches that take long are worked on. SQLite itself lets one
        # statement in at a time; what belongs together is kept together here.
        self._writing = RLock()
        self._db = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None, timeout=30.0 if shared else 0.2
        )
        self._is_shared = shared
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            locked = "locked" in str(error)
            why = "is in use by another mock" if locked else "does not hold the state of a mock"
            raise UsageError(f"data directory {path.parent if path else ''} {why}") from error

    def _prepare(self) -> None:
        self._changes = 0
        if not self._is_shared:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged is not lost, not even with the power.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("BEGIN IMMEDIATE" if self._is_shared else "BEGIN EXCLUSIVE")
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, VERSION):
            raise sqlite3.DatabaseError(f"version {found}")
        self._db.execute("COMMIT")
        self._db.executescript(SCHEMA)
        self.batches = BatchStore(self._db, shared=self._is_shared)
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    @property
    def version(self) -> object:
        """What changes when a file comes or goes."""
        if not self._is_shared:
            return self._changes
        return self._changes, self._db.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write what happens meanwhile down at once; a disk that fails undoes it, a refusal does not."""
        with self._writing:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except OSError:
                self._db.execute("ROLLBACK")
                raise
            except BaseException:
                self._db.execute("COMMIT")
                raise
            self._db.execute("COMMIT")

    def bodies(self) -> set[str]:
        """Name every body that somebody may still ask for."""
        files = {row[0] for row in self._db.execute("SELECT id FROM files WHERE deleted IS NULL")}
        return files | self.batches.bodies()

    def add(self, record: Record) -> Record:
        """Remember a file; the copy given back knows its place."""
        with self._writing:
            self._changes += 1
            cursor = self._db.execute(
                "INSERT INTO files (id, account, purpose, filename, bytes, created, digest)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    record.id,
                    record.account,
                    record.purpose,
                    record.filename,
                    record.bytes,
                    record.created,
                    record.digest,
                ),
            )
        return replace(record, sequence=cursor.lastrowid or 0)

    def remove(self, record: Record, *, moment: int) -> None:
        """Mark a file as deleted."""
        with self._writing:
            self._changes += 1
            self._db.execute("UPDATE files SET deleted = ? WHERE sequence = ?", (moment, record.sequence))

    def get(self, account: str, file_id: str) -> Record | None:
        """Find a living file of an account."""
        return self._one("account = ? AND id = ? AND deleted IS NULL", account, file_id)

    def trace(self, account: str, file_id: str) -> Record | None:
        """Find a file of an account, living or deleted."""
        return self._one("account = ? AND id = ?", account, file_id)

    def seen(self, account: str, file_id: str, *, as_of: int) -> Record | None:
        """Find a file as somebody saw it who looked at an earlier moment."""
        return self._one(
            "account = ? AND id = ? AND created <= ? AND (deleted IS NULL OR deleted > ?)",
            account,
            file_id,
            as_of,
            as_of,
        )

    def anywhere(self, file_id: str) -> Record | None:
        """Find a living file of any account: the lawful mock never asks this."""
        return self._one("id = ? AND deleted IS NULL", file_id)

    def twin(self, account: str, digest: str) -> Record | None:
        """Find a living file of the same content: the lawful mock never asks this."""
        return self._one("account = ? AND digest = ? AND deleted IS NULL", account, digest)

    def holds(self, account: str, filename: str, digest: str) -> bool:
        """Tell whether an account has a living file of that name and content."""
        found = self._one(
            "account = ? AND filename = ? AND digest = ? AND deleted IS NULL", account, filename, digest
        )
        return found is not None

    def knows(self, file_id: str) -> bool:
        """Tell whether an id was ever given to anyone."""
        return self._one("id = ?", file_id) is not None

    def first_twin(self, account: str, digest: str) -> Record | None:
        """Find the oldest living file of the same content: the lawful mock never asks this."""
        row = self._db.execute(
            "SELECT min(sequence) FROM files WHERE account = ? AND digest = ? AND deleted IS NULL",
            (account, digest),
        ).fetchone()
        return self._one("sequence = ?", row[0])

    def usage(self, account: str, *, with_deleted: bool = False) -> tuple[int, int]:
        """Count an account's files and their bytes."""
        # Kept by triggers: each upload asks, and of 10,000 files a count takes longer than all else.
        statement = (
            "SELECT count(*), coalesce(sum(bytes), 0) FROM files WHERE account = ?"
            if with_deleted
            else "SELECT files, bytes FROM usage WHERE account = ?"
        )
        row = self._db.execute(statement, (account,)).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def names(self, account: str) -> int:
        """Count an account's distinct file names: the lawful mock never asks this."""
        row = self._db.execute(
            "SELECT count(DISTINCT filename) FROM files WHERE account = ? AND deleted IS NULL", (account,)
        ).fetchone()
        return int(row[0])

    def ids(self, account: str) -> list[str]:
        """List the ids of an account's files, newest first."""
        rows = self._db.execute(
            "SELECT id FROM files WHERE account = ? AND deleted IS NULL ORDER BY created DESC, sequence DESC",
            (account,),
        )
        return [row[0] for row in rows]

    def page(self, account: str, query: Query, *, place: Record | None, count: int) -> list[Record]:
        """Read so many files beyond a place, newest first unless the query wants otherwise."""
        statement, values = _page_statement(account, query, place)
        rows = self._db.execute(statement + " LIMIT ?", (*values, count))
        return [_record(row) for row in rows]

    def explain(self, account: str, query: Query, *, place: Record | None) -> str:
        """Tell how SQLite would find a page, for the test that pages are read by index."""
        statement, values = _page_statement(account, query, place)
        return " ".join(row[3] for row in self._db.execute("EXPLAIN QUERY PLAN " + statement, values))

    def _one(self, condition: str, *values: object) -> Record | None:
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM files WHERE {condition} ORDER BY sequence DESC LIMIT 1",  # noqa: S608 - conditions are literals of this module
            values,
        ).fetchone()
        return None if row is None else _record(row)


def _page_statement(account: str, query: Query, place: Record | None) -> tuple[str, tuple[object, ...]]:
    beyond, direction = (">", "ASC") if query.oldest_first else ("<", "DESC")
    terms: list[tuple[str, tuple[object, ...]]] = [("account = ?", (account,))]
    if query.as_of is None and not query.with_deleted:
        terms.append(("deleted IS NULL", ()))
    elif query.as_of is not None:
        terms.append(("created <= ? AND (deleted IS NULL OR deleted > ?)", (query.as_of, query.as_of)))
    if query.purpose is not None:
        terms.append(("purpose = ?", (query.purpose,)))
    if query.created_after is not None:
        terms.append(("created > ?", (query.created_after,)))
    if query.created_before is not None:
        terms.append(("created < ?", (query.created_before,)))
    if place is not None:
        terms.append((f"(created, sequence) {beyond} (?, ?)", (place.created, place.sequence)))
    condition = " AND ".join(text for text, _ in terms)
    statement = (
        f"SELECT {COLUMNS} FROM files WHERE {condition}"  # noqa: S608 - every term is a literal of this function
        f" ORDER BY created {direction}, sequence {direction}"
    )
    return statement, tuple(value for _, values in terms for value in values)


def _record(row: tuple[int, str, str, str, str, int, int, str]) -> Record:
    return Record(
        sequence=row[0],
        id=row[1],
        account=row[2],
        purpose=row[3],
        filename=row[4],
        bytes=row[5],
        created=row[6],
        digest=row[7],
    )
