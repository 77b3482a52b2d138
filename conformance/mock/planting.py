"""Files of a folder put into the first account before the first request, as if they had been uploaded."""

from pathlib import Path

from conformance.errors import UsageError
from conformance.mock.filing import extension
from conformance.mock.lawful import Lawful
from conformance.mock.lines import Lines
from conformance.mock.records import Upload
from conformance.mock.refusals import Refusal
from conformance.mock.settings import BATCH_FORMATS

PIECE = 1024 * 1024


def plant_folder(behaviour: Lawful, folder: Path) -> None:
    """Plant every file below a folder whose name does not begin with a dot; what is there already is left alone.

    Raises:
        UsageError: the folder cannot be read, or holds a file that no upload could bring.
    """
    try:
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder of files to plant")
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if path.is_file() and not hidden:
                _plant(behaviour, path)
    except Refusal as refusal:
        raise UsageError(f"{path} cannot be planted: {refusal.message}") from refusal
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be planted: {error.strerror}") from error


def _plant(behaviour: Lawful, path: Path) -> None:
    account = behaviour.settings.account(behaviour.settings.keys[0])
    purpose = "batch" if extension(path.name) in BATCH_FORMATS else "file-extract"
    behaviour.check_format(purpose, path.name)
    behaviour.check_size(purpose, path.name, path.stat().st_size)
    lines, shelf = Lines(behaviour.limits), behaviour.world.shelf
    incoming = shelf.receive()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                incoming.write(piece)
                if purpose == "batch":
                    lines.feed(piece)
        behaviour.judge(purpose, path.name, incoming.size, lines.close() if purpose == "batch" else None)
        if behaviour.store.holds(account, path.name, incoming.digest):
            return
        upload = Upload(
            purpose=purpose, filename=path.name, bytes=incoming.size, digest=incoming.digest, overhead=0
        )
        with behaviour.store.together():
            incoming.keep(behaviour.accept(account, upload).id)
    finally:
        incoming.discard()
