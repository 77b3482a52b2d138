"""Breaches of the batches chapter: what a creation should refuse, and what a validation should find."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.mock.batch_lines import CHAT_ENDPOINT, ENDPOINTS, TEST_ENDPOINT, Fault, Inspection
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Record
from conformance.mock.refusals import Refusal, bad_parameter


def newest_input(mock: Lawful, account: str) -> Record | None:
    """Give the input that the account uploaded last."""
    for file_id in mock.store.ids(account):
        record = mock.store.get(account, file_id)
        if record and record.purpose == "batch":
            return record
    return None


@breach("batches.input-unknown")
class UnknownInputIsTheNewest(Lawful):
    """Takes the newest input for one that it does not know."""

    def create_batch(self, account: str, body: Body) -> Body:
        name = body.get("input_file_id")
        newest = newest_input(self, account)
        if isinstance(name, str) and newest and not self.store.knows(name):
            body = {**body, "input_file_id": first_test(self, account) or newest.id}
            return {**super().create_batch(account, body), "input_file_id": name}
        return super().create_batch(account, body)


@breach("batches.input-purpose")
class DocumentsAreInputs(Lawful):
    """Takes a document, and works through another input in its place."""

    def create_batch(self, account: str, body: Body) -> Body:
        name = body.get("input_file_id")
        if isinstance(name, str) and name.startswith("file-fe-"):
            other = {"input_file_id": first_test(self, account), "endpoint": TEST_ENDPOINT}
            return {**super().create_batch(account, {**body, **other}), "input_file_id": name}
        return super().create_batch(account, body)


def first_test(mock: Lawful, account: str) -> str | None:
    """Give the first input whose name says that it is a good one."""
    for file_id in mock.store.ids(account)[::-1]:
        record = mock.store.get(account, file_id)
        if record and record.filename.endswith("input test.jsonl"):
            return record.id
    return None


@breach("batches.input-unknown")
class DeletedInputIsTaken(Lawful):
    """Takes an input that was deleted."""

    def create_batch(self, account: str, body: Body) -> Body:
        name = body.get("input_file_id")
        gone = isinstance(name, str) and self.store.trace(account, name) and not self.store.get(account, name)
        if not gone:
            return super().create_batch(account, body)
        taken = {**body, "input_file_id": first_test(self, account)}
        return {**super().create_batch(account, taken), "input_file_id": name}


@breach("batches.input-required")
class EndpointHasADefault(Lawful):
    """Takes a creation without an endpoint as one for chats."""

    def endpoint(self, value: object) -> str:
        return super().endpoint(CHAT_ENDPOINT if value is None else value)


@breach("batches.input-required")
class WindowHasADefault(Lawful):
    """Takes a creation without a window as one of a day."""

    def create_batch(self, account: str, body: Body) -> Body:
        return super().create_batch(account, {"completion_window": "24h", **body})


@breach("batches.input-required")
class InputHasADefault(Lawful):
    """Takes a creation without an input as one over the newest."""

    def create_batch(self, account: str, body: Body) -> Body:
        newest = newest_input(self, account)
        return super().create_batch(account, {"input_file_id": newest and newest.id, **body})


@breach("batches.endpoint-values")
class AnyEndpointIsTheTest(Lawful):
    """Takes an endpoint that it does not know for that of batch-test-model."""

    def create_batch(self, account: str, body: Body) -> Body:
        asked = body.get("endpoint")
        if not isinstance(asked, str):
            return super().create_batch(account, body)
        known = asked in {TEST_ENDPOINT, CHAT_ENDPOINT}
        created = super().create_batch(account, {**body, "endpoint": asked if known else TEST_ENDPOINT})
        return {**created, "endpoint": asked}


@breach("batches.endpoint-values")
class EndpointsAreReadByTheirBeginning(Lawful):
    """Takes any endpoint that begins as endpoints do, as that of batch-test-model."""

    def endpoint(self, value: object) -> str:
        if isinstance(value, str) and value.startswith("/v1/") and value not in ENDPOINTS:
            return TEST_ENDPOINT
        return super().endpoint(value)


@breach("batches.endpoint-values")
class EndpointsAreThoseOfTheLines(Lawful):
    """Takes any endpoint that the lines agree with."""

    def endpoint(self, value: object) -> str:
        return value if isinstance(value, str) else super().endpoint(value)

    def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
        fault = super().inspect_line(inspection, number, raw)
        return None if fault and fault.code == "url_not_found" else fault


def _enter_blindness(clause: str, name: str, description: str, code: str) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Blind(Lawful):
        def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
            fault = super().inspect_line(inspection, number, raw)
            return None if fault and fault.code == code else fault


def _enter_code(clause: str, name: str, code: str, other: str) -> None:
    @breach(f"batches.{clause}", name=name, description=f"Says {other} for {code}.")
    class Misnamed(Lawful):
        def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
            fault = super().inspect_line(inspection, number, raw)
            return replace(fault, code=other) if fault and fault.code == code else fault


for blindness in (
    ("endpoint-lines", "lines-go-elsewhere", "Runs lines whose url is not the task's endpoint.", "mismatched_url"),
    ("test-url", "tests-go-elsewhere", "Runs tests whose url is that of chats.", "mismatched_test_url"),
    ("duplicate-custom-id", "duplicates-run", "Runs two requests of one custom_id.", "duplicate_custom_id"),
    ("model-mismatch", "models-are-mixed", "Runs requests for two models.", "mismatched_model"),
    ("model-unknown", "unknown-models-run", "Runs requests for a model that it does not have.", "model_not_found"),
):  # fmt: skip
    _enter_blindness(*blindness)
for misnomer in (
    ("duplicate-custom-id", "duplicates-are-invalid", "duplicate_custom_id", "invalid_request"),
    ("model-mismatch", "mixed-models-are-unknown", "mismatched_model", "model_not_found"),
    ("model-unknown", "unknown-models-are-unsupported", "model_not_found", "model_not_supported"),
):
    _enter_code(*misnomer)


@breach("batches.endpoint-lines")
class TestsRunAsTests(Lawful):
    """Runs tests wherever the task says that they should go."""

    def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
        if b"input test" not in raw and b'"test-' in raw:
            return None
        return super().inspect_line(inspection, number, raw)


@breach("batches.test-url")
class TestsAreRedirected(Lawful):
    """Sends a test where it belongs, whatever its url is."""

    def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:
        return super().inspect_line(
            Inspection(endpoint=TEST_ENDPOINT, models=self.batch_models(TEST_ENDPOINT))
            if _misled(raw)
            else inspection,
            number,
            raw.replace(CHAT_ENDPOINT.encode(), TEST_ENDPOINT.encode()) if _misled(raw) else raw,
        )


def _misled(raw: bytes) -> bool:
    return b"batch-test-model" in raw and CHAT_ENDPOINT.encode() in raw


@breach("batches.test-lines")
class TestsOfAnyLength(Lawful):
    """Runs tests of any length."""

    def inspect_test(self, requests: int, size: int) -> list[Fault]:
        return super().inspect_test(min(requests, 1), size)


@breach("batches.test-lines")
class TestsOfThousands(Lawful):
    """Runs a thousand tests, and refuses more."""

    def inspect_test(self, requests: int, size: int) -> list[Fault]:
        return super().inspect_test(requests // 10, size)


def _enter_window(clause: str, name: str, description: str, read: Callable[[object], object]) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Misread(Lawful):
        def window_hours(self, value: object) -> int:
            return super().window_hours(read(value))


WINDOWS: tuple[tuple[str, str, str, Callable[[object], object]], ...] = (
    ("window-values", "window-of-days-unknown", "Does not know windows in days.", lambda value: None if str(value).endswith("d") else value),
    ("window-values", "window-below-the-longest", "Refuses the longest window.", lambda value: None if value == "336h" else value),
    ("window-values", "window-of-a-day-at-most", "Takes no window but that of a day.", lambda value: value if value == "24h" else None),
    ("window-range", "window-too-short", "Takes a window of 23 hours.", lambda value: "24h" if value == "23h" else value),
    ("window-range", "window-too-long", "Takes a window of 337 hours.", lambda value: "336h" if value == "337h" else value),
    ("window-range", "window-of-many-days", "Takes a window of 15 days.", lambda value: "14d" if value == "15d" else value),
    ("window-range", "window-of-half-hours", "Takes a window of 36.5 hours.", lambda value: "36h" if value == "36.5h" else value),
    ("window-range", "window-in-words", "Takes a window in words as that of a day.", lambda value: "24h" if isinstance(value, str) and value.isalpha() else value),
)  # fmt: skip

for window in WINDOWS:
    _enter_window(*window)


def _enter_metadata(clause: str, name: str, description: str, member: str, most: int) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Measuring(Lawful):
        def metadata(self, value: object) -> Mapping[str, str] | None:
            if isinstance(value, dict) and member in value:
                if len(value[member]) > most:
                    raise bad_parameter(f"metadata.{member}", f"'{member}' is too long")
                kept = {key: text for key, text in value.items() if key != member}
                return {**(super().metadata(kept) or {}), member: value[member]}
            return super().metadata(value)


for metadata in (
    ("metadata-longest", "batch-name-short", "Refuses a name of 100 characters.", "ds_name", 99),
    ("metadata-longest", "batch-description-short", "Refuses a description of 200 characters.", "ds_description", 199),
    ("metadata-too-long", "batch-name-long", "Takes a name of any length.", "ds_name", 10_000),
    ("metadata-too-long", "batch-description-long", "Takes a description of any length.", "ds_description", 10_000),
):  # fmt: skip
    _enter_metadata(*metadata)


@breach("batches.metadata-longest")
class DescriptionsAreMeasuredInBytes(Lawful):
    """Refuses descriptions of more than 200 bytes."""

    def metadata(self, value: object) -> Mapping[str, str] | None:
        if isinstance(value, dict) and len(str(value.get("ds_description", "")).encode()) > 200:
            raise bad_parameter("metadata.ds_description", "'ds_description' is too long")
        return super().metadata(value)


@breach("batches.metadata-too-long")
class LongMetadataAreCut(Lawful):
    """Cuts names and descriptions to the length that they may have."""

    def metadata(self, value: object) -> Mapping[str, str] | None:
        if isinstance(value, dict):
            value = {
                key: text[:100] if key == "ds_name" else text[:200] if isinstance(text, str) else text
                for key, text in value.items()
            }
        return super().metadata(value)


@breach("batches.input-reused")
class InputsServeOnce(Lawful):
    """Refuses an input that has served before."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._served: set[str] = set()

    def batch_input(self, account: str, file_id: object) -> Record:
        record = super().batch_input(account, file_id)
        if record.id in self._served:
            raise Refusal(status=409, message="The file has been used already.")
        self._served.add(record.id)
        return record


@breach("batches.input-reused")
class InputsAreUsedUp(Lawful):
    """Takes an input off the books when its task is created."""

    def create_batch(self, account: str, body: Body) -> Body:
        created = super().create_batch(account, body)
        record = self.store.get(account, str(body["input_file_id"]))
        if record:
            self.store.remove(record, moment=self.now())
        return created
