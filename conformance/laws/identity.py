"""What an upload said of a file, retrieval and list repeat; and what it said is true."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law, measured
from conformance.resources import PREFIX, spellings
from conformance.trace import CLOCK_TOLERANCE, OF_THE_ACCOUNT, PURPOSES, Trace, Upload, is_now
from conformance.verdicts import Finding

# The kinds of file names that a server may refuse or alter without being wrong about others.
ODD = frozenset({"emoji", "quotes", "punctuation", "long"})
LAST_OF_BASIC_PLANE = "\uffff"
# In characters; what is shorter is a name like any other.
LONG = 100


@law(
    "uploads.bytes",
    "uploads.filename",
    "uploads.filename-unicode",
    "uploads.filename-emoji",
    "uploads.filename-quotes",
    "uploads.filename-punctuation",
    "uploads.filename-long",
    "uploads.purpose",
    "uploads.created-at",
)
def uploads_tell_the_truth(trace: Trace) -> Iterator[Finding]:
    """The answer to an upload has the size, name and purpose that were sent, and the time of now."""
    for upload in trace.each_upload():
        yield from _same("uploads.", upload, upload.said, upload.exchange)
        yield _clock(upload)


@law(
    "ids.unique",
)
def ids_are_unique(trace: Trace) -> Iterator[Finding]:
    """No two uploads get one id."""
    seen: dict[str, Upload] = {}
    for upload in trace.each_upload():
        first = seen.setdefault(upload.id, upload)
        if first is not upload:
            yield broken("ids.unique", "an id of its own", upload.id, first.exchange, upload.exchange)
        elif len(seen) > 1:
            yield held("ids.unique", upload.exchange)


@law(
    "retrieval.id",
    "retrieval.bytes",
    "retrieval.created-at",
    "retrieval.filename",
    "retrieval.purpose",
)
def retrieval_repeats_the_upload(trace: Trace) -> Iterator[Finding]:
    """A retrieved file is the one that was asked for, as its upload described it."""
    for name, exchange in _of_living(trace):
        if exchange.succeeded and (said := exchange.mapping()):
            yield measured("retrieval.id", name, said.get("id"), exchange)
            if (upload := trace.uploads.get(name)) and name not in trace.shared:
                yield from _same("retrieval.", upload, said, exchange)
                yield from _same_time("retrieval.created-at", upload, said, exchange)


@law(
    "retrieval.steady",
)
def retrieval_is_steady(trace: Trace) -> Iterator[Finding]:
    """Two retrievals of one file agree in what never changes."""
    seen: dict[str, Exchange] = {}
    for name, exchange in _of_living(trace):
        if not exchange.succeeded or not exchange.mapping():
            continue
        first = seen.setdefault(name, exchange)
        if first is not exchange and name not in trace.shared:
            yield measured("retrieval.steady", _fixed(first), _fixed(exchange), first, exchange)


def _of_living(trace: Trace) -> Iterator[tuple[str, Exchange]]:
    """Go through the retrievals of files that nobody had asked to delete; what is said of others is no matter."""
    for name, exchange in trace.of_file("GET"):
        if trace.doomed.get(name, exchange.number) >= exchange.number:
            yield name, exchange


@law(
    "uploads.id",
    "listing.item-id",
    "listing.item-bytes",
    "listing.item-created-at",
    "listing.item-filename",
    "listing.item-purpose",
)
def list_repeats_the_upload(trace: Trace) -> Iterator[Finding]:
    """A listed file is described as its upload described it."""
    found = {name for name, exchange in trace.of_file("GET") if exchange.succeeded and name in trace.uploads}
    # An upload's word on its id is good where files of its purpose were found under theirs.
    honest = {trace.uploads[name].purpose for name in found}
    mine = {_looks(upload.said): upload for upload in trace.uploads.values()}
    # A name that a run has made stands on its own files alone, unless some upload of it never told its id; what a
    # task writes may be called as its input is.
    uploads = [each for each in trace.exchanges if each.request.is_upload]
    told = [(each, each.mapping().get("id")) for each in uploads]
    given = {said for _, said in told if isinstance(said, str)}
    untold = {
        name
        for each, said in told
        if not each.refused and not isinstance(said, str)
        for name in _sent_names(each)
    }
    named = {
        (name, upload.purpose): upload
        for upload in trace.uploads.values()
        for name in _own_names(upload.filename)
        if name not in untold
    }
    for page in trace.pages:
        for item in page.items:
            filename = str(item.get("filename"))
            # An attempt whose answer was lost may have left a double of its own.
            # Somebody else may have uploaded the same in the same second.
            is_strange = item["id"] not in trace.uploads and item["id"] not in given
            strange = trace.sole and is_strange and filename not in trace.doubtful
            again = named.get((filename, str(item.get("purpose")))) if strange else None
            double = again or (mine.get(_looks(item)) if strange else None)
            if double and (again or double.id not in page.ids):
                # Our file by its name, or to the second and the byte, under an id that its upload never gave.
                clause = "listing.item-id" if double.purpose in honest else "uploads.id"
                yield broken(clause, double.id, item["id"], double.exchange, page.exchange)
            if (upload := trace.uploads.get(item["id"])) and item["id"] not in trace.shared:
                yield held("listing.item-id", page.exchange)
                yield from _same("listing.item-", upload, item, page.exchange)
                yield from _same_time("listing.item-created-at", upload, item, page.exchange)


@law("uploads.refused-absent")
def refused_uploads_are_not_listed(trace: Trace) -> Iterator[Finding]:
    """What was refused is no file: the list does not show it."""
    uploads = [each for each in trace.exchanges if each.request.is_upload and each.request.part("file")]
    refused = [each for each in uploads if each.refused and each.status not in OF_THE_ACCOUNT]
    done = {name for each in uploads if each not in refused for name in _sent_names(each)}
    told = {name: each for each in refused for name in _sent_names(each) if name not in done}
    for page in trace.pages:
        for item in page.items:
            if exchange := told.get(str(item.get("filename"))):
                yield broken("uploads.refused-absent", "no such file", item["id"], exchange, page.exchange)
        if earlier := [each for each in told.values() if each.number < page.exchange.number]:
            yield held("uploads.refused-absent", earlier[-1], page.exchange)


def _sent_names(exchange: Exchange) -> tuple[str, ...]:
    part = exchange.request.part("file")
    return _own_names(part.filename if part else None)


def _own_names(filename: str | None) -> tuple[str, ...]:
    """Give the spellings of a name that a run of the suite has made, which nobody else's file bears."""
    return spellings(filename) if filename and filename.startswith(PREFIX) else ()


def _looks(said: Mapping[str, Any]) -> str:
    return repr([said.get(name) for name in ("filename", "bytes", "created_at", "purpose")])


def _same(prefix: str, upload: Upload, said: Mapping[str, Any], exchange: Exchange) -> Iterator[Finding]:
    """What was sent is the truth, also where the upload's own answer got it wrong."""
    yield measured(f"{prefix}bytes", upload.size, said.get("bytes"), exchange)
    if upload.filename is not None:
        yield _name(prefix, upload, said.get("filename"), exchange)
    if upload.purpose in PURPOSES:
        yield measured(f"{prefix}purpose", upload.purpose, said.get("purpose"), exchange)


def _same_time(clause: str, upload: Upload, said: Mapping[str, Any], exchange: Exchange) -> Iterator[Finding]:
    """An upload that did not tell its time, or told a wrong one, has been accused once already."""
    if is_now(upload.said.get("created_at"), upload.exchange):
        expected, actual = upload.said["created_at"], said.get("created_at")
        yield measured(clause, expected, actual, upload.exchange, exchange)


def _name(prefix: str, upload: Upload, actual: object, exchange: Exchange) -> Finding:
    sent, kind = str(upload.filename), _kind(str(upload.filename))
    known = spellings(sent)
    if exchange is not upload.exchange and kind in ODD and isinstance(upload.said.get("filename"), str):
        # What an upload made of an odd name it has answered for; later it is the name of the file.
        known += (upload.said["filename"],)
    clause = f"uploads.filename-{kind}" if kind and prefix == "uploads." else f"{prefix}filename"
    return held(clause, exchange) if actual in known else measured(clause, sent, actual, exchange)


def _kind(name: str) -> str:
    """Tell what is special about a file name: the clause that judges it in the answer to its upload."""
    marks = {
        "quotes": '"' in name,
        "emoji": any(letter > LAST_OF_BASIC_PLANE for letter in name),
        "unicode": not name.isascii(),
        "punctuation": bool(set(name) & set("%&;+")),
        "long": len(name) > LONG,
    }
    return next((kind for kind, marked in marks.items() if marked), "")


def _clock(upload: Upload) -> Finding:
    if is_now(upload.said.get("created_at"), upload.exchange):
        return held("uploads.created-at", upload.exchange)
    expected = f"a time within {CLOCK_TOLERANCE} s of {int(upload.exchange.started)}"
    return broken("uploads.created-at", expected, upload.said.get("created_at"), upload.exchange)


def _fixed(exchange: Exchange) -> dict[str, Any]:
    said = exchange.mapping()
    return {name: said.get(name) for name in ("id", "bytes", "filename", "purpose", "created_at")}
