"""Variations: lawful ways to be a Files API, each by itself, and servers that have many of them at once."""

from collections.abc import Iterable
from typing import Any

from .manners import Manners

# A name, and what is otherwise than in a plain server.
VARIATIONS: dict[str, dict[str, Any]] = {
    # The list
    "newest first": {"order": "newest"},
    "ordered by id": {"order": "id"},
    "cursors of deleted files are refused": {"keeps_cursors": False, "unknown_cursor": "refused"},
    "cursors of deleted files end the list": {"keeps_cursors": False, "unknown_cursor": "empty"},
    "cursors of deleted files start again": {"keeps_cursors": False, "unknown_cursor": "head"},
    "unknown cursors end the list": {"unknown_cursor": "empty"},
    "unknown cursors start again": {"unknown_cursor": "head"},
    "cursors must be selected": {"selected_cursors": True, "unknown_cursor": "refused"},
    "cursors that are not selected end the list": {"selected_cursors": True, "unknown_cursor": "empty"},
    "unknown purposes are refused": {"unknown_purpose": 400},
    "unknown parameters are refused": {"strict": True},
    # Times
    "UTC+8": {"zone": 8.0},
    "UTC-7": {"zone": -7.0},
    "UTC+14": {"zone": 14.0},
    "UTC-12": {"zone": -12.0},
    "UTC+5:30": {"zone": 5.5},
    "UTC+5:45": {"zone": 5.75},
    "UTC+12:45": {"zone": 12.75},
    "dates in UTC, times in UTC+8": {"zone": 8.0, "date_zone": 0.0},
    "dates in UTC+8, times in UTC": {"zone": 0.0, "date_zone": 8.0},
    "dates in UTC-7, times in UTC+8": {"zone": 8.0, "date_zone": -7.0},
    "a date in create_after is the end of its day": {"date_ends": ("create_after",)},
    "a date in create_before is the end of its day": {"date_ends": ("create_before",)},
    "a date is the end of its day": {"date_ends": ("create_after", "create_before")},
    "create_after selects its own second": {"after_inclusive": True},
    "filters compare the seconds shown": {"precise": False},
    "seconds shown, inclusive": {"precise": False, "after_inclusive": True},
    "times rounded up": {"rounding": "up", "precise": True},
    "times rounded to the nearest": {"rounding": "nearest", "precise": True},
    "times rounded up, filters by them": {"rounding": "up", "precise": False},
    "times rounded to the nearest, filters by them": {"rounding": "nearest", "precise": False},
    "clock two seconds ahead": {"clock": 2.0},
    "clock two seconds behind": {"clock": -2.0},
    "clock half a minute ahead": {"clock": 30.0},
    "clock ahead, rounded up": {"clock": 2.0, "rounding": "up"},
    # A file
    "processing for two seconds": {"processing": 2.0},
    "uploaded, processing, processed": {"processing": 4.0, "states": ("uploaded", "processing")},
    "processing for fourteen seconds": {"processing": 14.0, "states": ("uploaded", "processing")},
    "no state details": {"status_details": "null"},
    "state details as text": {"status_details": "text"},
    "hexadecimal ids": {"ids": "hexadecimal"},
    "UUIDs": {"ids": "uuid"},
    "ids in capitals": {"ids": "upper"},
    "ids of digits": {"ids": "digits"},
    "short ids": {"ids": "short"},
    "long ids": {"ids": "long"},
    "ids with dots and underscores": {"ids": "dotted"},
    "ids with hyphens": {"ids": "hyphens"},
    "names unquoted": {"unquotes": True},
    "empty files accepted": {"empty_files": 200},
    "fine-tune accepted": {"fine_tune": True},
    # Answers
    "pretty": {"pretty": True},
    "keys in reverse": {"reverse": True},
    "more members": {"extra": True},
    "with a charset": {"media_type": "application/json;charset=UTF-8"},
    "with a charset in other letters": {"media_type": 'Application/JSON; Charset="utf-8"'},
    "errors with ids": {"errors": "ids"},
    "errors in camel case": {"errors": "camel"},
    "errors in snake case": {"errors": "snake"},
    "errors in Chinese": {"chinese": True},
    "unknown ids get 400": {"unknown_id": 400, "again": 400},
    "unknown ids get 410": {"unknown_id": 410, "again": 410},
    "unknown ids get 422": {"unknown_id": 422, "again": 422},
    "unknown ids get 403": {"unknown_id": 403, "again": 403},
    "a second deletion gets 404": {"again": 404},
    "a second deletion gets 409": {"again": 409},
    "malformed requests get 404": {"malformed": 404},
    "malformed requests get 409": {"malformed": 409},
    "malformed requests get 413": {"malformed": 413},
    "malformed requests get 415": {"malformed": 415},
    "malformed requests get 422": {"malformed": 422},
    "other methods get 404": {"wrong_method": 404},
    "other methods get 400": {"wrong_method": 400},
    "other methods get 501": {"wrong_method": 501},
    "strange addresses get a page": {"nowhere": "html"},
    "in chunks": {"delivery": "chunked"},
    "compressed": {"delivery": "gzip"},
    "a connection each": {"delivery": "close"},
    "behind a proxy": {"proxied": True},
    # Weather
    "slow": {"slow": (0.05, 0.2)},
    "a second behind": {"lag": 1.0, "deletion_lag": 1.0},
    "new files seen after a second": {"lag": 1.0},
    "new files listed after three seconds": {"lag": 3.0, "lags": ("list", "filtered list")},
    "new files retrieved after three seconds": {"lag": 3.0, "lags": ("retrieve",)},
    "filters three seconds behind": {"lag": 3.0, "lags": ("filtered list",)},
    "deleted files filtered for three seconds": {"deletion_lag": 3.0, "lags": ("filtered list",)},
    "new files deleted after two seconds": {
        "lag": 2.0,
        "lags": ("list", "filtered list", "retrieve", "delete"),
    },
    "all five seconds behind": {"lag": 5.0, "deletion_lag": 5.0},
    "deleted files seen for a second": {"deletion_lag": 1.0},
    "deleted files listed for three seconds": {"deletion_lag": 3.0, "lags": ("list", "filtered list")},
    "deleted files retrieved for three seconds": {"deletion_lag": 3.0, "lags": ("retrieve",)},
    "one replica a second behind": {"lag": 1.0, "deletion_lag": 1.0, "replicas": True},
    "one replica four seconds behind": {"lag": 4.0, "deletion_lag": 4.0, "replicas": True},
    "one 503 in forty": {"every_503": 40},
    "one 502 in thirty": {"every_502": 30},
    "one 429 in thirty": {"every_429": 30},
    "one dropped in fifty": {"every_drop": 50},
    "one answer lost in fifty": {"every_lost": 50},
    "one answer lost in thirteen": {"every_lost": 13},
    "deletions lost": {"loses_deletions": True},
    # Others
    "alone": {"strangers": 0},
    "one stranger": {"strangers": 1},
    "nineteen strangers": {"strangers": 19},
    "twenty strangers": {"strangers": 20},
    "two thousand strangers": {"strangers": 2000},
    "two thousand and one strangers": {"strangers": 2001},
    "five thousand strangers": {"strangers": 5000},
    "nearly full": {"strangers": 9940},
    "strangers of one second": {"crowded": True},
    "strange strangers": {"strange": True},
    "busy": {"busy": 1},
    "very busy": {"busy": 5},
    "the last of a page deleted": {"busy": 1, "cruel": True},
    "short keys": {"keys": ("sk-abc", "sk-def")},
    "keys without letters": {"keys": ("31415926", "27182818")},
    "a second deletion says that it did nothing": {"again": 200, "again_done": False},
}


class ContradictionError(Exception):
    """No server can have two such variations at once."""


def together(*names: str) -> Manners:
    """Give the manners of a server that has several variations.

    Raises:
        ContradictionError: they do not go together.
    """
    chosen: dict[str, Any] = {}
    for name in names:
        for manner, value in VARIATIONS[name].items():
            if chosen.setdefault(manner, value) != value:
                raise ContradictionError(f"{name}: {manner} is {chosen[manner]} already")
    return Manners(**chosen)


def servers(names: Iterable[str], count: int) -> list[tuple[str, ...]]:
    """Share variations out to that many servers, or to as many more as they need, evenly."""
    found: list[tuple[str, ...]] = [()] * count
    for name in names:
        fits = [at for at, others in enumerate(found) if _go_together(*others, name)]
        if not fits:
            fits = [len(found)]
            found.append(())
        at = min(fits, key=lambda at: len(found[at]))
        found[at] += (name,)
    return found


def _go_together(*names: str) -> bool:
    try:
        together(*names)
    except ContradictionError:
        return False
    return True
