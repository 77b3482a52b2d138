"""Faults of the filters."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from tests.odd_servers.faults.fault import fault
from tests.odd_servers.server import Odd, RefusalError, Shelf

Query = Mapping[str, str]


def without(query: Query, *names: str) -> dict[str, str]:
    return {name: text for name, text in query.items() if name not in names}


class _Deaf(Odd):
    deaf_to: tuple[str, ...] = ()

    def tests(self, query: Query) -> list[Any]:
        return super().tests(without(query, *self.deaf_to))


@fault("filters.purpose-sound", also=("filters.purpose-unknown",))
class PurposeIgnored(_Deaf):
    deaf_to = ("purpose",)


@fault("filters.create-after-sound", also=("filters.time-malformed",))
class AfterIgnored(_Deaf):
    deaf_to = ("create_after",)


@fault("filters.create-before-sound", also=("filters.time-malformed",))
class BeforeIgnored(_Deaf):
    deaf_to = ("create_before",)


@fault("filters.create-after-sound", "filters.create-before-sound", also=("filters.time-malformed",))
class TimesIgnored(_Deaf):
    deaf_to = ("create_before", "create_after")


@fault(
    "filters.create-after-sound",
    "filters.create-before-sound",
    also=("filters.create-before-complete", "filters.create-after-complete", "filters.none-match"),
)
class TimesSwapped(Odd):
    def tests(self, query: Query) -> list[Any]:
        names = {"create_after": "create_before", "create_before": "create_after"}
        return super().tests({names.get(name, name): text for name, text in query.items()})


@fault("filters.combined")
class PurposeWins(Odd):
    """With a purpose, times are forgotten."""

    def tests(self, query: Query) -> list[Any]:
        return super().tests(without(query, "create_after", "create_before") if "purpose" in query else query)


@fault("filters.combined")
class AnyFilterWillDo(Odd):
    def tests(self, query: Query) -> list[Any]:
        found = super().tests(query)
        return [lambda record: any(test(record) for test in found)] if found else []


@fault("filters.combined")
class LastTimeWins(Odd):
    def tests(self, query: Query) -> list[Any]:
        both = {"create_after", "create_before"} <= set(query)
        return super().tests(without(query, "create_after") if both else query)


@fault("filters.paged")
class FilterForgottenBehindTheFirstPage(Odd):
    def tests(self, query: Query) -> list[Any]:
        return [] if "after" in query else super().tests(query)


@fault("filters.paged")
class TimeForgottenBehindTheFirstPage(Odd):
    def tests(self, query: Query) -> list[Any]:
        late = "after" in query
        return super().tests(without(query, "create_after", "create_before") if late else query)


@fault("filters.purpose-complete", also=("filters.combined", "filters.paged"))
class PurposeOfDocumentsMisspelt(Odd):
    def wanted(self, query: Query) -> str | None:
        purpose = super().wanted(query)
        return "file_extract" if purpose == "file-extract" else purpose


@fault("filters.purpose-sound", also=("filters.combined", "filters.paged"))
class PurposeByPrefix(Odd):
    """batch selects batch_output as well."""

    def tests(self, query: Query) -> list[Any]:
        found = super().tests(without(query, "purpose"))
        purpose = query.get("purpose", "")
        return [*found, lambda record: record["purpose"].startswith(purpose)]


@fault("filters.purpose-unknown")
class UnknownPurposeIsNone(Odd):
    def wanted(self, query: Query) -> str | None:
        purpose = super().wanted(query)
        return purpose if purpose in {"file-extract", "batch"} else None


class _Form(Odd, ABC):
    """Refuses times in one of the formats."""

    @abstractmethod
    def is_mine(self, text: str) -> bool:
        """Whether a time is in that format."""

    def instant(self, text: str, name: str) -> float:
        if self.is_mine(text):
            raise RefusalError(400, "unknown time format")
        return super().instant(text, name)


@fault("filters.format-compact-datetime", also=("listing.parameters",))
class NoCompactTimes(_Form):
    def is_mine(self, text: str) -> bool:
        return len(text) == 14


@fault("filters.format-datetime", also=("listing.parameters",))
class NoSpacedTimes(_Form):
    def is_mine(self, text: str) -> bool:
        return " " in text


@fault("filters.format-compact-date", also=("listing.parameters",))
class NoCompactDates(_Form):
    def is_mine(self, text: str) -> bool:
        return len(text) == 8


@fault("filters.formats-agree", "filters.create-before-sound", "filters.create-before-complete")
class CompactDatesAreSeconds(Odd):
    """20251112 is taken for a Unix time."""

    def instant(self, text: str, name: str) -> float:
        return float(text) if len(text) == 8 else super().instant(text, name)


@fault("filters.formats-agree")
class ZoneOfOneFormat(Odd):
    """Times with a space are read as UTC+8, the others as UTC."""

    def instant(self, text: str, name: str) -> float:
        return super().instant(text, name) - (8 * 3600 if " " in text else 0)


@fault("filters.one-zone")
class ZoneOfOneParameter(Odd):
    def instant(self, text: str, name: str) -> float:
        return super().instant(text, name) - (8 * 3600 if name == "create_before" else 0)


@fault("filters.time-malformed")
class BadTimesForgiven(Odd):
    def instant(self, text: str, name: str) -> float:
        try:
            return super().instant(text, name)
        except RefusalError:
            return 0.0 if name == "create_after" else 9e9


@fault("filters.time-malformed", "errors.no-server-error")
class BadTimesCrash(Odd):
    def instant(self, text: str, name: str) -> float:
        return super().instant(text, name) if text[:4].isdigit() and text[5:7] < "13" else float(text)


@fault("filters.create-before-exclusive")
class BeforeInclusive(Odd):
    def tests(self, query: Query) -> list[Any]:
        found = super().tests(without(query, "create_before"))
        if "create_before" in query:
            early = self.instant(query["create_before"], "create_before")
            found.append(lambda record: record["created_at"] <= early)
        return found


@fault("filters.create-after-complete", "filters.create-after-sound")
class AfterIsADayOff(Odd):
    """create_after means the end of the day, also where a time of day is given."""

    def instant(self, text: str, name: str) -> float:
        return super().instant(text, name) + (86_400 if name == "create_after" else 0)


@fault("filters.create-before-complete", also=("filters.combined", "filters.formats-agree"))
class BeforeForgetsToday(Odd):
    """create_before compares days."""

    def tests(self, query: Query) -> list[Any]:
        found = super().tests(without(query, "create_before"))
        if "create_before" in query:
            day = self.instant(query["create_before"], "create_before") // 86_400
            found.append(lambda record: record["moment"] // 86_400 < day)
        return found


@fault("filters.create-after-complete", also=("filters.combined", "filters.paged"))
class AfterForgetsBatches(Odd):
    def tests(self, query: Query) -> list[Any]:
        found = super().tests(query)
        if "create_after" in query:
            found.append(lambda record: record["purpose"] != "batch")
        return found


@fault("listing.parameters")
class LimitQuarrelsWithTimes(Odd):
    def limit(self, query: Query) -> int:
        if "limit" in query and query["limit"] != "2000" and "create_before" in query:
            raise RefusalError(400, "limit and create_before exclude each other")
        return super().limit(query)


@fault("filters.purpose-complete", "filters.purpose-sound", also=("filters.combined", "filters.paged"))
class PurposeOfBatchesIsTheirOutputs(Odd):
    def wanted(self, query: Query) -> str | None:
        purpose = super().wanted(query)
        return "batch_output" if purpose == "batch" else purpose


@fault("filters.format-date", also=("listing.parameters",))
class NoDates(_Form):
    def is_mine(self, text: str) -> bool:
        return len(text) == 10


@fault("filters.purpose-unknown", also=("errors.no-server-error",))
class UnknownPurposeCrashes(Odd):
    def wanted(self, query: Query) -> str | None:
        purpose = super().wanted(query)
        assert purpose in {None, "file-extract", "batch", "batch_output"}
        return purpose


@fault("filters.create-after-sound")
class AfterIsADayEarly(Odd):
    """create_after compares days."""

    def tests(self, query: Query) -> list[Any]:
        found = super().tests(without(query, "create_after"))
        if "create_after" in query:
            day = self.instant(query["create_after"], "create_after") // 86_400
            found.append(lambda record: record["moment"] // 86_400 >= day)
        return found


@fault("filters.none-match", "listing.has-more-false")
class MoreOfNothing(Odd):
    """An empty page promises more."""

    def listing(self, shelf: Shelf, query: Query) -> Any:
        said = super().listing(shelf, query)
        return said | {"has_more": said["has_more"] or not said["data"]}


@fault("filters.combined", also=("filters.paged",))
class PurposeForgottenWithTimes(Odd):
    def tests(self, query: Query) -> list[Any]:
        times = {"create_after", "create_before"} & set(query)
        return super().tests(without(query, "purpose") if times else query)
