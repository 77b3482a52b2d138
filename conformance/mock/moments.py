"""The four ways a list filter may write a time. The pages name no zone; UTC+8 was observed with batches."""

import re
from datetime import datetime, timedelta, timezone

from conformance.mock.clock import SECOND

BEIJING = timezone(timedelta(hours=8))

# strptime alone would take "2025-1-2" and "2025 112" too, so the shape is checked first.
FORMATS = (
    (re.compile(r"\d{14}", re.ASCII), "%Y%m%d%H%M%S"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII), "%Y-%m-%d %H:%M:%S"),
    (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "%Y-%m-%d"),
    (re.compile(r"\d{8}", re.ASCII), "%Y%m%d"),
)


def moment(text: str, zone: timezone = BEIJING) -> int | None:
    """Read a time in one of the four formats; None when it is in none of them."""
    for shape, form in FORMATS:
        if shape.fullmatch(text):
            try:
                return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp()) * SECOND
            except (ValueError, OverflowError):
                return None
    return None
