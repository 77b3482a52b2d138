"""The files that a run uploads once and many tests judge: which, in what order, under what names."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.clauses import Profile
from conformance.client import FormFile
from conformance.documents import IMAGE_FORMATS, TEXT_FORMATS, batch_input, document, sized
from conformance.exchange import Exchange
from conformance.files import Files, description, id_of
from conformance.resources import PREFIX
from conformance.times import LATEST as LATEST  # noqa: PLC0414 -- scenarios take it from here

# Filters are judged on either side of a time that lies a whole second from both groups of files; where uploads are
# paced, those of a third fill that time.
PAUSE = 2.05
UNICODE = "阿里云百炼系列手机 产品介绍"
# A server may refuse or alter one of these: they stand on files that are there only to bear them.
EMOJI = "🎉 café 👩‍👩‍👧"
QUOTES = 'the "final" draft\'s'
PUNCTUATION = "100%41 a&b; c+d=e, v1.2 (1)  [x]--y #3 $4 {5} @6!"
LONG = "of-a-good-length-" * 12
LONGEST = 200
# What counts in blocks, in 16 bits or in megabytes is off by one beside these.
BLOCK = 65_536
LARGE = 1_048_576
SIZES = {"csv": BLOCK - 1, "md": BLOCK + 1, "json": LARGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One file to be uploaded; `twin` repeats the file before it to the byte, name and all, in a form turned round.

    `size` is in bytes, 0 for the smallest of its format.
    """

    format: str
    purpose: str
    name: str = ""
    size: int = 0
    twin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file of the corpus, with the exchange of its upload; `late` is None where it is of neither group of a filter."""

    plan: Plan
    file: FormFile
    purpose: str
    exchange: Exchange
    late: bool | None

    @property
    def id(self) -> str:
        """The id that the upload answered, or nothing where it was not accepted."""
        return id_of(self.exchange)

    @property
    def is_odd(self) -> bool:
        """Whether its name or its size is unusual."""
        return bool(self.plan.name) or self.plan.size > BLOCK

    @property
    def created(self) -> int | None:
        """When the upload says that it was created, where that can be a time in seconds."""
        created = description(self.exchange).get("created_at")
        return created if isinstance(created, int) and 0 < created <= LATEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What was uploaded, in order; those that were accepted and have an id are `files`."""

    sent: tuple[Sent, ...]

    @property
    def files(self) -> tuple[Sent, ...]:
        """The accepted ones."""
        return tuple(sent for sent in self.sent if sent.id)

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in the order of their uploads."""
        return tuple(sent.id for sent in self.files)

    @property
    def middle(self) -> int | None:
        """A time that lies a whole second behind the first group and before the second; None without one."""
        early, late = self._created(late=False), self._created(late=True)
        if not early or not late or min(late) - max(early) < 2:
            return None
        return max(early) + 1

    def _created(self, *, late: bool) -> list[int]:
        moments = (sent.created for sent in self.files if sent.late is late)
        return [moment for moment in moments if moment is not None]

    def first(self, purpose: str) -> Sent | None:
        """The first that was sent with that purpose."""
        return next((sent for sent in self.sent if sent.purpose == purpose), None)


def plans(profile: Profile) -> tuple[tuple[Plan, ...], tuple[Plan, ...], tuple[Plan, ...]]:
    """Give the files of the early group, of the time behind it, and of the late group."""
    batch = Plan(format="jsonl", purpose="batch")
    text = Plan(format="txt", purpose="file-extract")
    named = Plan(format="docx", purpose="file-extract", name=UNICODE)
    if profile is Profile.SMOKE:
        return (text, batch), (), (named, batch)
    block = Plan(format="jsonl", purpose="batch", size=BLOCK)
    twin = Plan(format="jsonl", purpose="batch", twin=True)
    byte = Plan(format="txt", purpose="file-extract", size=1)
    emoji, quotes, punctuation, long = (
        Plan(format="jsonl", purpose="batch", name=name) for name in (EMOJI, QUOTES, PUNCTUATION, LONG)
    )
    others = [
        Plan(format=kind, purpose="file-extract", size=SIZES.get(kind, 0))
        for kind in TEXT_FORMATS
        if kind not in {"txt", "docx"}
    ]
    images = [Plan(format=kind, purpose="file-extract") for kind in IMAGE_FORMATS]
    return (
        (text, others[0], block, twin, byte, *others[1:3], emoji, named),
        (*others[3:5], quotes, *images[:3]),
        (*others[5:], punctuation, *images[3:], long),
    )


def upload(
    files: Files,
    profile: Profile,
    tag: str,
    *,
    told: Callable[[Sent], None],
    meanwhile: Callable[[float], None],
) -> Corpus:
    """Upload the corpus; where one purpose is refused throughout, the rest goes with the other.

    `told` hears of each file; `meanwhile` may use the time between the groups, up to that moment.
    """
    sent: list[Sent] = []
    for late, group in zip((False, None, True), plans(profile), strict=True):
        if late:
            _let_a_second_pass([each.exchange for each in sent if each.late is False][-1], meanwhile)
        for plan in group:
            sent.append(_upload(files, plan, sent, tag, late=late))
            told(sent[-1])
    return Corpus(sent=tuple(sent))


def name_of(tag: str, words: str, extension: str) -> str:
    """Give a file name that tells whose it is."""
    return f"{PREFIX}{tag} {words}.{extension}"


class Small:
    """Makes small files of the purpose that the target accepts, no two of one name."""

    def __init__(self, tag: str, purpose: str) -> None:
        self.purpose = purpose
        self._tag = tag
        # Several threads may ask at once.
        self._numbers = itertools.count(1)

    def __call__(self, words: str, *, extension: str = "", content: bytes | None = None) -> FormFile:
        """Give a new file, lawful unless an extension or a content says otherwise."""
        number = next(self._numbers)
        kind = extension or ("txt" if self.purpose == "file-extract" else "jsonl")
        if content is None:
            text = f"small-{number}"
            content = batch_input(text) if kind == "jsonl" else document("txt", text)
        return FormFile(
            filename=name_of(self._tag, f"{words} {number}", kind), content=content, size=len(content)
        )


def _upload(files: Files, plan: Plan, sent: list[Sent], tag: str, *, late: bool | None) -> Sent:
    if plan.twin and sent and sent[-1].plan.purpose == plan.purpose:
        # The samples of the pages put the file before the purpose, those of SDKs behind it.
        file, purpose = replace(sent[-1].file, first=True), sent[-1].purpose
    else:
        purpose = _purpose(plan.purpose, sent)
        file = _file(plan, purpose, len(sent), tag)
    exchange = files.upload(file, purpose)
    return Sent(plan=plan, file=file, purpose=purpose, exchange=exchange, late=late)


def _file(plan: Plan, purpose: str, number: int, tag: str) -> FormFile:
    kind = plan.format if purpose == plan.purpose else {"batch": "jsonl", "file-extract": "txt"}[purpose]
    # With capitals in the plainest of names, for whoever writes all letters small.
    words = f"No {number:02} {plan.name}"[: LONGEST - len(name_of(tag, "", kind))].strip()
    # What counts letters for bytes, or writes its own line ends, is found out by the plainest of files.
    text = f"conformance {number:02}" + (" 百炼\r\n" if kind == "txt" else "")
    if plan.size and kind == plan.format:
        content = sized(kind, text, plan.size)
    else:
        content = (
            batch_input(f"line-{number:02}", 1 + number % 3) if kind == "jsonl" else document(kind, text)
        )
    return FormFile(filename=name_of(tag, words, kind), content=content, size=len(content))


def _purpose(wanted: str, sent: list[Sent]) -> str:
    """Give the wanted purpose, unless two formats were refused for it and the other purpose was accepted."""
    other = "batch" if wanted == "file-extract" else "file-extract"
    tried = [one for one in sent if one.purpose == wanted]
    if any(one.id for one in tried) or not any(one.id for one in sent if one.purpose == other):
        return wanted
    refused = (
        {one.file.filename for one in tried} if wanted == "batch" else {one.plan.format for one in tried}
    )
    return other if len(refused) >= 2 else wanted


def _let_a_second_pass(exchange: Exchange, meanwhile: Callable[[float], None]) -> None:
    end = min(time.time(), exchange.started + exchange.seconds) + PAUSE
    meanwhile(end)
    time.sleep(max(0.0, end - time.time()))
