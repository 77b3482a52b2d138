"""Recorded traffic: what is in a recording of this API, as exchanges. Opens no connection and judges nothing."""

import dataclasses
import hmac
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance import archives, cassettes, runs
from conformance.contract import contract
from conformance.entries import Entry, header
from conformance.errors import UsageError
from conformance.exchange import Answer, Exchange, NotJson, Pairs, Request, decode, moment_of
from conformance.recorder import REDACTED, SECRET_HEADERS, Redactor
from conformance.regions import BASE_PATH, regions
from conformance.replies import CHAT, DOC, LONG, is_stream

LARGEST = 1024 * 1024 * 1024
# Clocks that are so far apart, in seconds, need a word.
SKEW = 5.0
# What a question may hold so that the clauses of the chat, which speak of two models and of files, speak of it too.
QUESTION = frozenset(
    {"model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p", "seed"}
)
# How mitmproxy's files begin.
FLOWS = re.compile(rb"\d{1,12}:")
NOTHING = "no answer is recorded"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The exchanges of a recording that can be judged, in the order in which they began.

    `accounts` are the names under which they were sent, the busiest first; `left_out` counts the others by reason.
    `begun` is when the first was sent, else when the file was written, in seconds since the epoch.
    `timed` says whether it is known when they were sent, `skew` how many seconds the recorder's clock was behind the
    server's, by which the times have been put right.
    """

    name: str
    region: str
    base_url: str
    begun: float
    exchanges: tuple[Exchange, ...]
    accounts: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...] = ()
    timed: bool = True
    skew: float = 0.0
    keyless: bool = False


def read(path: Path, *, region: str = "", base_url: str = "") -> Recording:
    """Read a recording: a HAR, a run of ours, a cassette of VCR.py or flows of mitmproxy.

    Only what lies below the base path counts, or below `base_url` where one is given.

    Raises:
        UsageError: it is none of these, holds nothing of this API, or is of several regions and none was chosen.
    """
    entries, told = _entries(path)
    left_out: Counter[str] = Counter()
    chosen: list[tuple[Entry, str, str]] = []
    for entry in entries:
        found = _place(entry.url, base_url)
        reason = entry.aside or (_aside(entry, found[1]) if found else "of other addresses")
        if reason or not found:
            left_out[reason] += 1
        else:
            chosen.append((entry, *found))
    chosen = _of_one_region(chosen, region, left_out)
    chosen = list(_once(chosen, left_out))
    if not chosen:
        told = ", ".join(f"{n} {why}" for why, n in left_out.most_common())
        where = f"below {base_url}" if base_url else f"with {BASE_PATH} in its URL"
        raise UsageError(
            f"{path} holds no exchange {where}{f' ({told})' if told else ''}: record some, or give --base-url."
        )
    return _recording(path, chosen, region, told, left_out)


def _entries(path: Path) -> tuple[list[Entry], str]:
    """Read whatever a file holds, told by its content; give its entries, and the region where it says that itself."""
    path = runs.log_of(path)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than 1 GiB: export less of it.")
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read the recording {path}: {error.strerror}.") from None
    if FLOWS.match(body):
        return cassettes.flows(path), ""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no recording: it is not UTF-8 text.") from None
    if text.startswith('{"kind": "header"'):
        logged = runs.parse(text, name=str(path))
        return [_of_run(exchange, logged) for exchange in logged.exchanges], logged.header.region
    return _of_text(path, text.strip())


def _of_text(path: Path, text: str) -> tuple[list[Entry], str]:
    if text.startswith("<"):
        raise UsageError(f"{path} is a page of HTML, not a recording: export the traffic as HAR.")
    if not text.startswith(("{", "[")):
        document = cassettes.cassette(text)
        if document is None:
            known = "a HAR, a run.jsonl, a cassette of VCR.py or flows of mitmproxy"
            raise UsageError(f"{path} is no recording: give {known}.")
        return list(cassettes.interactions(document)), ""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is cut short or is not JSON: export it again.") from None
    if archives.is_archive(found):
        return list(archives.entries(found)), archives.region_told(found)
    if cassettes.is_cassette(found):
        return list(cassettes.interactions(found)), ""
    raise UsageError(f"{path} is JSON, but no HAR: it has no log with entries.")


def _of_run(exchange: Exchange, run: runs.Run) -> Entry:
    request, answer = exchange.request, exchange.answer
    query = f"?{urlencode(request.query)}" if request.query else ""
    cut = answer is None or answer.cut or any("of which the log keeps" in note for note in exchange.notes)
    return Entry(
        method=request.method,
        url=f"{run.header.base_url}{request.path}{query}",
        headers=request.headers,
        body=None if request.body is None else request.body.encode(),
        parts=request.parts,
        status=answer.status if answer else 0,
        answer_headers=answer.headers if answer else (),
        answer=None if cut or answer is None else answer.body,
        started=exchange.started or None,
        seconds=exchange.seconds,
        account=exchange.account,
    )


def _place(url: str, base_url: str) -> tuple[str, str] | None:
    """Give the base URL and the path below it, or None where a URL is none of this API."""
    try:
        parts = urlsplit(url)
        wanted = urlsplit(base_url.rstrip("/") or f"{parts.scheme}://{parts.netloc}{BASE_PATH}")
        same = (parts.scheme, parts.hostname, parts.port) == (wanted.scheme, wanted.hostname, wanted.port)
    except ValueError:
        return None
    # A gateway may have put the whole API below a path of its own.
    before, found, path = parts.path.partition(wanted.path)
    if not same or not found or (base_url and before) or not path.startswith("/"):
        return None
    return f"{parts.scheme}://{parts.netloc}{before}{found}", path


def _aside(entry: Entry, path: str) -> str:
    """Say why an entry cannot be judged, or nothing where it can."""
    operation = contract().operation(Request(method=entry.method, path=path))
    if operation is None:
        return "to no operation of the contract"
    if 100 <= entry.status < 200 or 300 <= entry.status < 400:
        return "redirects"
    if operation.id == CHAT and not _is_ours(entry.body):
        return "questions that the clauses do not speak of"
    return ""


def _is_ours(body: bytes | None) -> bool:
    """Whether a question is one to the models that read files, and asks for nothing beyond the clauses."""
    try:
        asked = decode(body or b"")
    except NotJson:
        return False
    model = asked.get("model") if isinstance(asked, dict) else None
    return isinstance(model, str) and model.startswith((LONG, DOC)) and not set(asked) - QUESTION


def _of_one_region(
    chosen: list[tuple[Entry, str, str]], region: str, left_out: Counter[str]
) -> list[tuple[Entry, str, str]]:
    found = {name for _, base, _ in chosen if (name := _region_of(base))}
    if len(found) > 1 and not region:
        raise UsageError(
            f"The recording is of several regions ({', '.join(sorted(found))}): choose with --region."
        )
    kept = [each for each in chosen if not region or _region_of(each[1]) in {"", region}]
    if others := len(chosen) - len(kept):
        left_out["of another region"] += others
    return kept


def _region_of(base_url: str) -> str:
    """Name the region that a host belongs to, or nothing where it is nobody's that we know."""
    host = (urlsplit(base_url).hostname or "").lower()
    return next((name for name, each in regions().items() if each.serves(host)), "")


def _once(
    chosen: Iterable[tuple[Entry, str, str]], left_out: Counter[str]
) -> Iterator[tuple[Entry, str, str]]:
    """Leave out what was recorded twice: the same to the byte, at the same moment."""
    seen: set[Entry] = set()
    for each in chosen:
        if each[0].started is not None and each[0] in seen:
            left_out["recorded twice"] += 1
            continue
        seen.add(each[0])
        yield each


def _recording(
    path: Path, chosen: Sequence[tuple[Entry, str, str]], region: str, told: str, left_out: Counter[str]
) -> Recording:
    bases = Counter(base for _, base, _ in chosen)
    if not any(entry.started for entry, _, _ in chosen):
        # A cassette keeps no times; the server's own word will do.
        chosen = [(_dated(entry), base, place) for entry, base, place in chosen]
    timed = all(entry.started is not None for entry, _, _ in chosen)
    if timed:
        chosen = sorted(chosen, key=lambda each: each[0].started or 0.0)
    skew = _skew([entry for entry, _, _ in chosen]) if timed else 0.0
    keyless = not any(entry.account or _key(entry.headers) for entry, _, _ in chosen)
    names = _accounts([(entry, base) for entry, base, _ in chosen], keyless=keyless)
    redactor = Redactor(_secrets(entry for entry, _, _ in chosen))
    exchanges = tuple(
        redactor.exchange(_exchange(number, entry, place, name, skew))
        for number, ((entry, _, place), name) in enumerate(zip(chosen, names, strict=True), 1)
    )
    return Recording(
        name=path.name if path.name != runs.LOG else path.resolve().parent.name,
        region=region or next(filter(None, map(_region_of, bases)), told or "intl"),
        base_url=bases.most_common(1)[0][0],
        begun=exchanges[0].started if timed else round(path.stat().st_mtime),
        exchanges=exchanges,
        accounts=tuple(name for name, _ in Counter(names).most_common() if name != "none"),
        left_out=tuple(left_out.most_common()),
        timed=timed,
        skew=skew,
        keyless=keyless,
    )


def _exchange(number: int, entry: Entry, path: str, account: str, skew: float) -> Exchange:
    body = entry.body
    request = Request(
        method=entry.method,
        path=path,
        query=tuple(parse_qsl(urlsplit(entry.url).query, keep_blank_values=True)),
        headers=entry.headers,
        parts=entry.parts or (),
        body=body.decode("utf-8", "replace") if body is not None else None,
        body_bytes=len(body or b"") + sum(part.size for part in entry.parts or ()),
    )
    operation = contract().operation(request)
    return Exchange(
        number=number,
        request=request,
        answer=_answer(entry),
        trouble=None if entry.status else NOTHING,
        operation=operation.id if operation else None,
        account=account,
        started=round((entry.started or 0.0) + skew, 3),
        seconds=round(entry.seconds, 4),
    )


def _answer(entry: Entry) -> Answer | None:
    if not entry.status:
        return None
    body = entry.answer
    answer = Answer(status=entry.status, headers=entry.answer_headers, body=body or b"", cut=body is None)
    # Whoever asked may have left a stream before its end.
    left = is_stream(answer) and b"[DONE]" not in answer.body
    return dataclasses.replace(answer, cut=answer.cut or left)


def _accounts(entries: Iterable[tuple[Entry, str]], *, keyless: bool) -> list[str]:
    """Name the account of each entry: the same for one key, host and workspace, by a digest that is not kept.

    The busiest is `first`. Where no key was recorded at all, everything is taken for one account's.
    """
    salt = os.urandom(16)

    def digest(entry: Entry, base: str) -> str:
        key = entry.account or _key(entry.headers)
        if (not key and not keyless) or key == "none":
            return "none"
        where = f"{base}\0{header(entry.headers, 'x-dashscope-workspace')}"
        return hmac.digest(salt, f"{where}\0{key}".encode("utf-8", "replace"), "sha256").hex()

    found = [digest(entry, base) for entry, base in entries]
    names = {"none": "none"}
    for each, _ in Counter(each for each in found if each != "none").most_common():
        names[each] = "first" if len(names) == 1 else f"key {len(names)}"
    return [names[each] for each in found]


def _key(headers: Pairs) -> str:
    return header(headers, "authorization") or header(headers, "x-api-key")


def _secrets(entries: Iterable[Entry]) -> set[str]:
    """Gather what the recording holds that must go no further."""
    found: set[str] = set()
    for entry in entries:
        for name, value in (*entry.headers, *entry.answer_headers):
            if name.lower() in SECRET_HEADERS - {"cookie", "set-cookie"} and REDACTED not in value:
                found.add(value.partition(" ")[2].strip() or value)
    return found


def _skew(entries: Iterable[Entry]) -> float:
    """Give the seconds that the recorder's clock was behind the server's; 0 where they agree or nothing tells."""
    behind = [
        told - (entry.started or 0.0) - entry.seconds
        for entry in entries
        if (told := moment_of(header(entry.answer_headers, "date"))) is not None
    ]
    found = median(behind) if behind else 0.0
    return round(found, 1) if abs(found) > SKEW else 0.0


def _dated(entry: Entry) -> Entry:
    return dataclasses.replace(entry, started=moment_of(header(entry.answer_headers, "date")))
