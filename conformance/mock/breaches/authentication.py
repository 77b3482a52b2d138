"""Breaches of the authentication chapter: who is let in, and how the others are told."""

from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Operation, Record, Upload
from conformance.mock.refusals import Refusal
from conformance.mock.settings import REGIONS

WORKS = (Operation.UPLOAD, Operation.LIST, Operation.RETRIEVE, Operation.DELETE)
LATE = "late:"


def _enter_door(
    clause: str, name: str, description: str, opens: Callable[[Lawful, Call], str | None]
) -> None:
    @breach(clause, name=name, description=description)
    class Ajar(Lawful):
        def authenticate(self, call: Call) -> str:
            try:
                return super().authenticate(call)
            except Refusal:
                key = opens(self, call)
                if key is None:
                    raise
                return self.settings.account(key)


def _first(lawful: Lawful) -> str:
    return lawful.settings.keys[0]


def _no_key(lawful: Lawful, call: Call) -> str | None:
    return None if "authorization" in call.headers else _first(lawful)


def _wrong_key(lawful: Lawful, call: Call) -> str | None:
    token = lawful.token(call)
    return _first(lawful) if token and not _of_other_region(lawful, token) else None


def _other_region(lawful: Lawful, call: Call) -> str | None:
    token = lawful.token(call)
    return token if token and _of_other_region(lawful, token) else None


def _wrong_key_to_a_part(lawful: Lawful, call: Call) -> str | None:
    return _wrong_key(lawful, call) if call.operation is Operation.LIST and "purpose" in call.query else None


def _wrong_key_to_batch_inputs(lawful: Lawful, call: Call) -> str | None:
    return _wrong_key(lawful, call) if call.file_id.startswith("file-batch-") else None


def _of_other_region(lawful: Lawful, token: str) -> bool:
    return token in REGIONS[lawful.settings.region.other].default_keys


def _malformed(lawful: Lawful, call: Call) -> str | None:
    """Find a lawful key in a header that is no Bearer token."""
    words = call.headers.get("authorization", "").replace(":", " ").split()
    found = [word for word in words if word in lawful.settings.keys]
    return found[0] if found and lawful.token(call) not in lawful.settings.keys else None


def _bare(lawful: Lawful, call: Call) -> str | None:
    header = call.headers.get("authorization", "")
    return header if header in lawful.settings.keys else None


def _any_scheme(lawful: Lawful, call: Call) -> str | None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token if scheme and token in lawful.settings.keys else None


def _any_malformed(lawful: Lawful, call: Call) -> str | None:
    header = call.headers.get("authorization")
    return _first(lawful) if header is not None and lawful.token(call) is None else None


def _prefix(lawful: Lawful, call: Call) -> str | None:
    token = lawful.token(call) or ""
    return next((key for key in lawful.settings.keys if token.startswith(key) or (len(token) > 5 and key.startswith(token))), None)  # fmt: skip


def _case(lawful: Lawful, call: Call) -> str | None:
    token = (lawful.token(call) or "").lower()
    return next((key for key in lawful.settings.keys if key.lower() == token), None)


def _shape(lawful: Lawful, call: Call) -> str | None:
    token = lawful.token(call) or ""
    return _wrong_key(lawful, call) if token.startswith("sk-") else None


def _only(
    operation: Operation, opens: Callable[[Lawful, Call], str | None]
) -> Callable[[Lawful, Call], str | None]:
    return lambda lawful, call: opens(lawful, call) if call.operation is operation else None


DOORS: tuple[tuple[str, str, str, Callable[[Lawful, Call], str | None]], ...] = (
    ("authentication.no-key", "no-key-opens", "Takes a request without a key for the first account's.", _no_key),
    ("authentication.wrong-key", "any-key-opens", "Takes any key for the first account's.", _wrong_key),
    ("authentication.wrong-key", "any-key-of-that-shape-opens", "Takes any key that starts with sk-.", _shape),
    ("authentication.wrong-key", "part-of-a-key-opens", "Compares keys up to the end of the shorter.", _prefix),
    ("authentication.wrong-key", "key-in-another-case-opens", "Compares keys without regard to case.", _case),
    ("authentication.wrong-key", "any-key-opens-filtered-lists", "Takes any key where the list is asked for a purpose.", _wrong_key_to_a_part),
    ("authentication.wrong-key", "any-key-deletes-batch-inputs", "Takes any key where a batch input is to be deleted.", _only(Operation.DELETE, _wrong_key_to_batch_inputs)),
    ("authentication.wrong-key", "any-key-retrieves-batch-inputs", "Takes any key where a batch input is asked for.", _only(Operation.RETRIEVE, _wrong_key_to_batch_inputs)),
    ("authentication.region-key", "other-region-opens", "Takes the keys of the other region.", _other_region),
    ("authentication.malformed", "bare-key-opens", "Takes a key without a scheme before it.", _bare),
    ("authentication.malformed", "any-scheme-opens", "Takes a key behind any scheme.", _any_scheme),
    ("authentication.malformed", "key-anywhere-opens", "Takes a key from anywhere in the header.", _malformed),
    ("authentication.malformed", "malformed-opens", "Takes a header that is no Bearer token for no obstacle.", _any_malformed),
)  # fmt: skip

for row in DOORS:
    _enter_door(*row)

for work in WORKS:
    _enter_door(
        "authentication.no-key",
        f"no-key-opens-{work}",
        f"Takes a request without a key for the first account's, in {work} only.",
        _only(work, _no_key),
    )
    _enter_door(
        "authentication.wrong-key",
        f"any-key-opens-{work}",
        f"Takes any key for the first account's, in {work} only.",
        _only(work, _wrong_key),
    )
    _enter_door(
        "authentication.region-key",
        f"other-region-opens-{work}",
        f"Takes the keys of the other region, in {work} only.",
        _only(work, _other_region),
    )


def _enter_shut(operation: Operation) -> None:
    @breach(
        "authentication.bearer",
        name=f"right-key-refused-for-{operation}",
        description=f"Refuses every key for {operation}.",
    )
    class Shut(Lawful):
        def key_is_known(self, token: str, call: Call) -> bool:
            return super().key_is_known(token, call) and call.operation is not operation


for work in WORKS:
    _enter_shut(work)


def _enter_status(clause: str, title: str, status: int, is_meant: Callable[[Lawful, Call], object]) -> None:
    @breach(
        clause, name=f"{title}-gets-{status}", description=f"Refuses {title.replace('-', ' ')} with {status}."
    )
    class Mistaken(Lawful):
        def authenticate(self, call: Call) -> str:
            try:
                return super().authenticate(call)
            except Refusal as refusal:
                if is_meant(self, call):
                    raise replace(refusal, status=status) from None
                raise


def _is_unknown(lawful: Lawful, call: Call) -> bool:
    token = lawful.token(call)
    return bool(token) and not _of_other_region(lawful, token or "")


def _is_malformed(lawful: Lawful, call: Call) -> bool:
    return "authorization" in call.headers and lawful.token(call) is None


for code in (400, 403, 404):
    _enter_status("authentication.no-key", "a-missing-key", code, _no_key)
    _enter_status("authentication.wrong-key", "a-wrong-key", code, _is_unknown)
    _enter_status("authentication.region-key", "a-key-of-the-other-region", code, _other_region)
    _enter_status("authentication.malformed", "a-malformed-header", code, _is_malformed)


def _enter_code(name: str, description: str, code: object) -> None:
    @breach("authentication.error-code", name=name, description=f"Refuses a key with the code {description}.")
    class Miscoded(Lawful):
        def error(self, refusal: Refusal) -> Body:
            body = super().error(refusal)
            return {**body, "code": code} if refusal.code == "invalid_api_key" else body


_enter_code("key-code-null", "null", None)
_enter_code("key-code-of-native", "InvalidApiKey of the native API", "InvalidApiKey")
_enter_code("key-code-generic", "invalid_request_error", "invalid_request_error")
_enter_code("key-code-digits", "401 as a string", "401")
_enter_code("key-code-empty", "that is empty", "")


@breach("authentication.error-code")
class KeyCodeOfDeletions(Lawful):
    """Refuses a key with another code where a file is to be deleted."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if refusal.code == "invalid_api_key" and call.operation is Operation.DELETE:
            refusal = replace(refusal, code="access_denied")
        return super().refuse(refusal, call)


def _enter_late(name: str, description: str, is_meant: Callable[[Lawful, Call], object]) -> None:
    @breach("authentication.nothing-done", name=name, description=description)
    class Late(Lawful):
        def authenticate(self, call: Call) -> str:
            try:
                return super().authenticate(call)
            except Refusal as refusal:
                if not is_meant(self, call):
                    raise
                if call.operation is Operation.UPLOAD:
                    # The account carries the verdict to the end of the upload.
                    return LATE + self.settings.account(_first(self))
                record = self.store.anywhere(call.file_id)
                if call.operation is Operation.DELETE and record:
                    self.remove(record)
                raise refusal from None

        def accept(self, account: str, upload: Upload) -> Record:
            record = super().accept(account.removeprefix(LATE), upload)
            if account.startswith(LATE):
                # The body stays where it is: only the list and retrieve will show what was done.
                raise refusals.bad_key(self.settings.region.error_page)
            return record


def _is(operation: Operation) -> Callable[[Lawful, Call], bool]:
    return lambda _, call: call.operation is operation


_enter_late(
    "upload-kept-before-key-is-checked", "Keeps an upload before it refuses its key.", _is(Operation.UPLOAD)
)
_enter_late(
    "file-deleted-before-key-is-checked", "Deletes a file before it refuses the key.", _is(Operation.DELETE)
)
_enter_late(
    "file-deleted-without-any-key",
    "Deletes a file before it notices that there is no key.",
    lambda lawful, call: call.operation is Operation.DELETE and _no_key(lawful, call),
)
