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
    selected_cursors: bool = False  # whether a cursor must be one of the selected files
    unknown_cursor: str = "refused"  # or empty, or head: the first page again
    zone: float = 0.0  # the hours from UTC in which filters are read
    date_zone: float | None = None  # the same of dates, where they have a zone of their own
    precise: bool = True  # whether filters compare the true moment or the whole second that is shown
    date_ends: tuple[str, ...] = ()  # the filters in which a date means the end of its day
    after_inclusive: bool = False  # whether create_after selects its own second
    unknown_purpose: int = 200  # an empty list, or what it is refused with
    strict: bool = False  # whether a parameter that no page knows is refused

    # A file
    rounding: str = "down"  # how created_at is made whole: down, up, nearest
    clock: float = 0.0  # how far the server's clock is off
    processing: float = 0.0  # how long a file stays in the states before processed
    states: tuple[str, ...] = ("processing",)  # which ones these are
    ids: str = "letters"  # or one of the other kinds in records.TAILS
    unquotes: bool = False  # whether %22 in a file name becomes a quotation mark again
    status_details: str = "absent"  # or null, or text
    empty_files: int = 400  # or 200
    fine_tune: bool = False  # whether uploads for fine-tune are accepted

    # Answers
    pretty: bool = False
    reverse: bool = False  # the order of keys
    extra: bool = False  # members that no page knows
    media_type: str = "application/json"
    errors: str = "bare"  # bare, ids, camel, snake
    chinese: bool = False  # the language of refusals
    unknown_id: int = 404
    again: int = 200  # what a second deletion gets
    again_done: bool = True  # whether it says that it was done, where it gets 200
    malformed: int = 400  # what an unreadable request gets
    wrong_method: int = 405
    nowhere: str = "json"  # what an address that nobody knows gets, or html
    delivery: str = "length"  # or chunked, gzip, close: the connection ends with the answer
    proxied: bool = False  # whether somebody on the way adds headers, not all of them in ASCII

    # Weather
    slow: tuple[float, float] = (0.0, 0.0)
    lag: float = 0.0  # how long a new file stays unseen
    lags: tuple[str, ...] = ("list", "filtered list", "retrieve")  # by whom; delete knows no new file then
    deletion_lag: float = 0.0  # how long a deleted file is still seen
    replicas: bool = False  # whether every other read knows no lag
    every_503: int = 0
    every_502: int = 0  # as a page of a proxy
    every_429: int = 0
    every_drop: int = 0
    every_lost: int = 0  # the answer is lost when all was done
    loses_deletions: bool = False  # each first answer to a deletion

    # Others
    strangers: int = 40
    crowded: bool = False  # whether all their files are of one second
    strange: bool = False  # whether they have strange names, sizes and states
    busy: int = 0  # how many other clients come between any two requests, also between two pages
    cruel: bool = False  # whether one of them deletes the last file of each page, if it is theirs
    keys: tuple[str, ...] = ("sk-odd-first-account", "sk-odd-second-account")
