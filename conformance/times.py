"""The four ways to write a time of a filter, and what a written time can mean in an unknown zone."""

import datetime as dt
import re
from dataclasses import dataclass

FORMATS = {
    "compact-datetime": ("%Y%m%d%H%M%S", r"\d{14}"),
    "datetime": ("%Y-%m-%d %H:%M:%S", r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"),
    "date": ("%Y-%m-%d", r"\d{4}-\d{2}-\d{2}"),
    "compact-date": ("%Y%m%d", r"\d{8}"),
}
HOUR, DAY = 3_600, 86_400
# A created_at beyond this is not in seconds.
LATEST = 9_999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A time as a filter has it: `wall` is what a clock in UTC would show, in seconds since the epoch."""

    format: str
    wall: int

    @property
    def is_date(self) -> bool:
        """Whether it names a day and no time of day."""
        return self.format in {"date", "compact-date"}

    def earliest(self, offset: float | None) -> float:
        """The earliest instant that it can mean: in that zone, or in any zone where none is known."""
        return self.wall - (14 * 3600 if offset is None else offset)

    def latest(self, offset: float | None) -> float:
        """The latest instant that it can mean; a date may stand for the end of its day."""
        return self.wall + (12 * 3600 if offset is None else -offset) + (DAY if self.is_date else 0)


def write(instant: float, form: str, offset: float = 0) -> str:
    """Write an instant, in seconds since the epoch, as a clock of that zone would show it."""
    clock = dt.datetime.fromtimestamp(int(instant + offset), dt.UTC)
    return clock.strftime(FORMATS[form][0])


def read(text: str) -> Written | None:
    """Read a filter's time, or give None where it is in none of the four formats."""
    for name, (form, pattern) in FORMATS.items():
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                clock = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
            except ValueError:
                return None
            return Written(format=name, wall=int(clock.timestamp()))
    return None
