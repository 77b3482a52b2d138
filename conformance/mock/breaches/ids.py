"""Breaches of the ids chapter: prefixes, and an id for each upload."""

from hashlib import blake2b

from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Operation, Record, Upload

PREFIXES = (
    ("file-extract", "file-extract-ids-of-openai", "file-"),
    ("file-extract", "file-extract-ids-as-batch", "file-batch-"),
    ("file-extract", "file-extract-ids-underscored", "file_fe_"),
    ("file-extract", "file-extract-ids-spelled-out", "file-extract-"),
    ("file-extract", "file-extract-ids-bare", ""),
    ("batch", "batch-ids-of-openai", "file-"),
    ("batch", "batch-ids-as-documents", "file-fe-"),
    ("batch", "batch-ids-like-tasks", "batch_"),
    ("batch", "batch-ids-underscored", "file_batch_"),
    ("batch", "batch-ids-bare", ""),
)


def _enter_prefix(purpose: str, name: str, prefix: str) -> None:
    how = f"begins with {prefix}" if prefix else "begins with nothing, as the native API's do"

    @breach(f"ids.{purpose}-prefix", name=name, description=f"The id of a file for {purpose} {how}.")
    class Prefixed(Lawful):
        def new_id(self, account: str, upload: Upload) -> str:
            lawful = super().new_id(account, upload)
            return prefix + self.id_tail() if upload.purpose == purpose else lawful


for row in PREFIXES:
    _enter_prefix(*row)


@breach("ids.unique")
class EqualUploadsShareAFile(Lawful):
    """Answers a repeated upload of the same name and content with the file that is there."""

    def register(self, record: Record) -> Record:
        twin = self.store.twin(record.account, record.digest)
        same = twin is not None and twin.filename == record.filename and twin.purpose == record.purpose
        return twin if same and twin else super().register(record)


@breach("ids.unique")
class IdsOfContent(Lawful):
    """Makes the id from name and content, so that a repeated upload gets the same again."""

    def new_id(self, account: str, upload: Upload) -> str:
        drawn = super().new_id(account, upload)
        source = f"{upload.filename}\0{upload.digest}".encode()
        return drawn[: -len(self.id_tail())] + blake2b(source, digest_size=12).hexdigest()


@breach("ids.unique")
class IdsOfNames(Lawful):
    """Makes the id from the file name, so that a later upload of that name replaces the earlier."""

    def new_id(self, account: str, upload: Upload) -> str:
        drawn = super().new_id(account, upload)
        file_id = (
            drawn[: -len(self.id_tail())] + blake2b(upload.filename.encode(), digest_size=12).hexdigest()
        )
        earlier = self.store.get(account, file_id)
        if earlier:
            self.store.remove(earlier, moment=self.now())
        return file_id


@breach("ids.unique")
class IdsShownShort(Lawful):
    """Shows the upload of a file of known content under the earlier file's id."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        first = (
            self.store.first_twin(record.account, record.digest) if operation is Operation.UPLOAD else None
        )
        return {**body, "id": first.id} if first else body
