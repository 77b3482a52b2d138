"""Files that a command or a run writes: never half there, and one sentence where they cannot be written."""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from conformance.errors import UsageError


def write(path: Path, text: str, *, append: bool = False) -> None:
    """Write a file that the command line names, or add to it.

    Raises:
        UsageError: it cannot be written.
    """
    with _told(path), path.open("a" if append else "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def put(path: Path, pieces: Iterable[str]) -> None:
    """Write a file of a folder of reports beside its final name first; the folder is made where it is missing.

    Raises:
        UsageError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    make(path.parent)
    with _told(path):
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        draft.replace(path)


def make(folder: Path) -> None:
    """Make a folder, unless it is there.

    Raises:
        UsageError: it cannot be made, or nothing can be put into it.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
