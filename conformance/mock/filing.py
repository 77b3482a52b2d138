"""The files' decisions: what is taken, how it is shown, listed and deleted."""

import re
from hashlib import blake2b

from conformance.mock import moments, refusals
from conformance.mock.behaviour import Behaviour
from conformance.mock.lines import LineFault
from conformance.mock.records import Body, Call, Operation, Page, Query, Record, Upload
from conformance.mock.settings import BATCH_FORMATS, IMAGE_FORMATS, TEXT_FORMATS

UPLOAD_PURPOSES = ("file-extract", "batch")
FILTER_PURPOSES = ("file-extract", "batch", "batch_output")
ID_PREFIXES = {"file-extract": "file-fe-", "batch": "file-batch-", "batch_output": "file-batch_output-"}
WHOLE_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


class Filing(Behaviour):
    """A server that keeps files."""

    # -- uploads

    def check_declared(self, declared: int | None, overhead: int) -> None:
        """Refuse by Content-Length alone what no purpose would take."""
        if declared is not None and declared - overhead > self.limits.largest_upload:
            raise refusals.too_large()

    def filename(self, sent: str | None) -> str:
        """Read the file's name; a form without a file has none."""
        if not sent:
            raise refusals.bad_parameter("file", "'file' is required")
        return sent

    def purpose(self, sent: str | None) -> str:
        """Read the purpose."""
        if sent not in UPLOAD_PURPOSES:
            raise refusals.bad_purpose()
        return sent

    def check_format(self, purpose: str, filename: str) -> None:
        """Refuse a file of a kind that the purpose does not take."""
        if extension(filename) not in self.formats(purpose):
            raise refusals.bad_format()

    def formats(self, purpose: str) -> frozenset[str]:
        """List the extensions that a purpose takes."""
        return BATCH_FORMATS if purpose == "batch" else TEXT_FORMATS | IMAGE_FORMATS

    def check_size(self, purpose: str | None, filename: str, size: int) -> None:
        """Refuse a file that passes its limit; without a purpose, the widest limit."""
        if size > self.size_limit(purpose, filename):
            raise refusals.too_large()

    def size_limit(self, purpose: str | None, filename: str) -> int:
        """Tell how large a file may be."""
        if purpose is None:
            return self.limits.largest_upload
        if purpose == "batch":
            return self.limits.batch_bytes
        return self.limits.image_bytes if extension(filename) in IMAGE_FORMATS else self.limits.extract_bytes

    def check_lines(self, purpose: str, fault: LineFault | None) -> None:
        """Refuse a batch input with a bad line."""
        if purpose == "batch" and fault:
            raise refusals.bad_line(fault.number, fault.why)

    def check_room(self, account: str, upload: Upload) -> None:
        """Refuse what the account has no room for."""
        files, size = self.store.usage(account)
        if files >= self.limits.account_files:
            raise refusals.too_many()
        if size + upload.bytes > self.limits.account_bytes:
            raise refusals.account_full()

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        """Judge a form that has arrived whole."""
        self.check_format(purpose, filename)
        self.check_size(purpose, filename, size)
        self.check_lines(purpose, fault)

    def accept(self, account: str, upload: Upload) -> Record:
        """Make a file of what was uploaded."""
        self.check_room(account, upload)
        return self.enter(account, upload)

    def enter(self, account: str, upload: Upload) -> Record:
        """Give a file that there is room for its id and its moment."""
        return self.register(
            Record(
                id=self.new_id(account, upload),
                account=account,
                purpose=upload.purpose,
                filename=upload.filename,
                bytes=upload.bytes,
                created=self.now(),
                digest=upload.digest,
            )
        )

    def new_id(self, account: str, upload: Upload) -> str:  # noqa: ARG002 - a breach may look at the account
        """Invent an id that nobody ever had; a seed repeats itself after a restart."""
        while True:
            file_id = ID_PREFIXES[upload.purpose] + self.id_tail()
            if not self.store.knows(file_id):
                return file_id

    def id_tail(self) -> str:
        """Invent what follows the prefix."""
        return f"{self.world.random.getrandbits(96):024x}"

    def register(self, record: Record) -> Record:
        """Enter a file in the books."""
        return self.store.add(record)

    def plant(
        self,
        account: str,
        *,
        filename: str,
        body: bytes,
        purpose: str,
        created: int | None = None,
        size: int | None = None,
    ) -> Record:
        """Put a file into an account as another client would have, without a request."""
        upload = held(purpose, filename, body, size=size)
        record = Record(
            id=self.new_id(account, upload),
            account=account,
            purpose=purpose,
            filename=filename,
            bytes=upload.bytes,
            created=self.world.clock.now() if created is None else created,
            digest=upload.digest,
        )
        self.world.shelf.put(record.id, body)
        return self.store.add(record)

    # -- one file

    def find(self, account: str, file_id: str, operation: Operation) -> Record:  # noqa: ARG002 - a breach may differ by operation
        """Find a file of the account."""
        record = self.store.get(account, file_id)
        if record is None:
            raise refusals.no_such_file(file_id)
        return record

    def retrieve(self, account: str, file_id: str) -> Body:
        """Answer with a file."""
        return self.describe(self.find(account, file_id, Operation.RETRIEVE), Operation.RETRIEVE)

    def describe(self, record: Record, operation: Operation) -> Body:
        """Show a file."""
        return {
            "id": record.id,
            "object": "file",
            "bytes": record.bytes,
            "filename": record.filename,
            "purpose": record.purpose,
            "status": self.status(record, operation),
            "created_at": record.created_at,
            "status_details": None,
        }

    def status(self, record: Record, operation: Operation) -> str:  # noqa: ARG002 - weather and breaches look at both
        """Tell how far the parsing of a file has come."""
        return "processed"

    def delete(self, account: str, file_id: str) -> Body:
        """Delete a file."""
        record = self.find(account, file_id, Operation.DELETE)
        self.remove(record)
        return self.deletion(record)

    def remove(self, record: Record) -> None:
        """Take a file out of the books and its body off the shelf."""
        self.store.remove(record, moment=self.now())
        self.world.shelf.drop(record.id)

    def deletion(self, record: Record) -> Body:
        """Say that a file is deleted."""
        return {"object": "file", "deleted": True, "id": record.id}

    # -- the list

    def list_files(self, account: str, call: Call) -> Body:
        """Answer with a page of the account's files."""
        query = self.query(call)
        return self.listing(self.select(account, query), query)

    def query(self, call: Call) -> Query:
        """Read the list's parameters; an empty one counts as not given, except the number."""
        given = call.query
        return Query(
            limit=self.limit(given["limit"]) if "limit" in given else self.default_limit(),
            after=given.get("after") or None,
            purpose=self.purpose_filter(given["purpose"]) if given.get("purpose") else None,
            created_after=self.time_filter("create_after", given.get("create_after", "")),
            created_before=self.time_filter("create_before", given.get("create_before", "")),
        )

    def default_limit(self) -> int:
        """Tell how many files a page holds when nobody says."""
        return self.limits.page

    def limit(self, text: str) -> int:
        """Read `limit`."""
        if not WHOLE_NUMBER.fullmatch(text):
            raise refusals.bad_parameter("limit", "'limit' must be an integer")
        if not 1 <= int(text) <= self.limits.page:
            raise refusals.bad_parameter("limit", f"'limit' must be between 1 and {self.limits.page}")
        return int(text)

    def purpose_filter(self, text: str) -> str | None:
        """Read `purpose`; result files may be asked for too, though the page names only the other two."""
        if text not in FILTER_PURPOSES:
            raise refusals.bad_purpose()
        return text

    def time_filter(self, name: str, text: str) -> int | None:
        """Read `create_after` or `create_before`."""
        if not text:
            return None
        moment = self.moment(name, text)
        if moment is None:
            raise refusals.bad_parameter(
                name,
                f"'{name}' must be a time like 20250306123000, 2025-03-06 12:30:00, 2025-03-06 or 20250306",
            )
        return moment

    def moment(self, name: str, text: str) -> int | None:  # noqa: ARG002 - a breach may differ by name
        """Read a time as Beijing's."""
        return moments.moment(text)

    def place(self, account: str, after: str) -> Record:
        """Find where a cursor points; a file deleted since keeps its place."""
        record = self.store.trace(account, after)
        if record is None:
            raise refusals.bad_parameter("after", f"'after' is not the id of a file: {after}")
        return record

    def select(self, account: str, query: Query) -> Page:
        """Read one page; one record more than asked for tells whether there is another."""
        place = self.place(account, query.after) if query.after else None
        records = self.store.page(account, query, place=place, count=query.limit + 1)
        return Page(records=tuple(records[: query.limit]), has_more=len(records) > query.limit)

    def listing(self, page: Page, query: Query) -> Body:  # noqa: ARG002 - a breach may look at the query
        """Show one page."""
        return {
            "object": "list",
            "data": [self.describe(record, Operation.LIST) for record in page.records],
            "has_more": page.has_more,
        }


def held(purpose: str, filename: str, body: bytes, *, size: int | None = None, overhead: int = 0) -> Upload:
    """Make an upload of a body that is at hand; `size` is what the books say of it, where that is not its own."""
    return Upload(
        purpose=purpose,
        filename=filename,
        bytes=len(body) if size is None else size,
        digest=blake2b(body, digest_size=16).hexdigest(),
        overhead=overhead,
    )


def extension(filename: str) -> str:
    """Tell a file name's extension, in lower case and without the dot."""
    _, dot, last = filename.rpartition(".")
    return last.lower() if dot else ""
