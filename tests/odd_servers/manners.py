"""Manners: the lawful ways in which one server differs from another, as no page forbids them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a server goes about what the pages leave open, and what weather there is on the way to it.

    `every_…` counts requests (0: never); times are in seconds.
    """

    # The list
    order: str = "oldest"  # oldest, newest, or id: by no time at all
    keeps_cursors: bool = True  # whether a cursor stays good when its file is deleted
    unknown_cursor: str = "refused"  # or empty, or head: the first page again
    zone: float = 0.0  # the hours from UTC in which filters are read
    precise: bool = True  # whether filters compare the true moment or the whole second that is shown
    date_ends: bool = False  # whether a date in create_after means the end of its day
    unknown_purpose: int = 200  # an empty list, or 400

    # A file
    rounding: str = "down"  # how created_at is made whole: down, up, nearest
    clock: float = 0.0  # how far the server's clock is off
    processing: float = 0.0  # how long a file stays in the state processing
    hexadecimal: bool = False  # ids as they are since late 2025
    unquotes: bool = False  # whether %22 in a file name becomes a quotation mark again
    status_details: bool = False
    empty_files: int = 400  # or 200

    # Answers
    pretty: bool = False
    reverse: bool = False  # the order of keys
    extra: bool = False  # members that no page knows
    media_type: str = "application/json"
    errors: str = "bare"  # bare, ids, camel
    unknown_id: int = 404
    again: int = 200  # what a second deletion gets
    malformed: int = 400  # what an unreadable request gets

    # Weather
    slow: tuple[float, float] = (0.0, 0.0)
    lag: float = 0.0  # how long a new file stays unseen
    deletion_lag: float = 0.0  # how long a deleted file is still seen
    replicas: bool = False  # whether every other read knows no lag
    every_503: int = 0
    every_drop: int = 0
    every_lost: int = 0  # the answer is lost when all was done
    loses_deletions: bool = False  # each first answer to a deletion

    # Others
    strangers: int = 40
    busy: bool = False  # other clients come between any two requests, also between two pages
