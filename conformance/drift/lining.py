"""Blocks as lines with their facts: sentences parted, rows of tables found again, repetitions told apart."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.drift import calls, names, numbers, payloads, plain, wording
from conformance.drift.lines import Block, Fact, Kind, Line

SENTENCE: Final = re.compile(r"(?<=[。！？；;])\s*|(?<=[a-z0-9)`\"][.!?])\s+(?=[A-Z\"`])")
BULLET: Final = re.compile(r"^\s*(?:[•·▪●○■*\-–]\s+|\(?\d{1,2}\\?[.)、]\s+)")
DATED: Final = re.compile(
    r"^\W*(?:(?:last\s+)?(?:updated?|modified|published)(?:\s+(?:on|at|time))?|(?:最后|最近|上次)?(?:更新|修改|发布)(?:时间|日期|于)?)\W*"
    r"(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
ONLY_A_DATE: Final = re.compile(
    r"^[\s(:]*(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2},?\s+\d{4})[\s)]*$",
    re.IGNORECASE,
)
HEADERS: Final = frozenset(
    re.findall(
        r"\S+",
        "参数 参数名 参数名称 字段 字段名 名称 类型 必选 是否必选 说明 描述 示例 示例值 接口类别 传参方式 默认值 取值范围 category "
        "parameter name field type required description example sample interface default samplevalue examplevalue "
        "parametername interfacetype interfacecategory api operation",
    )
)
NAMED: Final = re.compile(r"`?([A-Za-z][A-Za-z0-9]*(?:[_.\-][A-Za-z0-9\[\]]+)*)`?")
# Some pages say name, type and whether it is required in one line.
IN_ONE_LINE: Final = re.compile(
    r"[`*]*([a-z][A-Za-z0-9]*(?:[_.\-][A-Za-z0-9\[\]]+)*)[`*]*[\s:|]+[`*_(]*([A-Za-z]+(?:\[\])?|字符串|整数|布尔值?|数组|对象)[`*_)]*"
    r"[\s,;|]*(?:[(\[`*_]*(必选|必填|可选|选填|required|optional)[)\]`*_]*)?",
    re.IGNORECASE,
)
LITERAL: Final = re.compile(
    r"^`?(?:\"[^\"]*\"|-?\d+(?:\.\d+)?|true|false|null|none|\w+\(\"[^\"]*\"\))`?$", re.IGNORECASE
)
# Where a parameter is handed over.
PLACES: Final = frozenset({"path", "query", "body", "header", "form", "formdata", "form-data", "cookie"})
COMMENT: Final = re.compile(r"^\s*(?:#|//|/?\*)|\s(?:#|//)\s")
MOST_OF_A_SAMPLE: Final = 200
# A row of a table that lost its form ends here at the latest.
ROW: Final = 9


@dataclass(slots=True)
class _Piece:
    """A line before it is counted."""

    kind: Kind
    text: str
    number: int
    subject: str = ""
    heading: str = ""
    facts: tuple[Fact, ...] = ()


def lines(blocks: Iterable[Block], language: str) -> tuple[Line, ...]:
    """Part a page into its lines."""
    seen: Counter[str] = Counter()
    found = []
    for piece in _pieces(_rows(list(_merged(blocks))), language):
        key = wording.digest(piece.text)
        seen[key] += 1
        found.append(
            Line(
                digest=wording.digest(piece.text, seen[key]),
                key=key,
                kind=piece.kind,
                sketch=wording.sketch(piece.text),
                subject=piece.subject,
                heading=piece.heading,
                facts=piece.facts,
                number=piece.number,
                text=piece.text.strip(),
            )
        )
    return tuple(found)


def facts(text: str) -> tuple[Fact, ...]:
    """Give the facts of a sentence in English that stands alone."""
    return _of_prose(wording.plain(text), "", 0, chinese=False)


def samples(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Give the samples of a page, each as it is written."""
    return tuple(block.text for block in _merged(blocks) if block.kind is Kind.SAMPLE)


def _merged(blocks: Iterable[Block]) -> Iterator[Block]:
    """Find the samples, wherever a form has put them: in code, in one cell, or a line a paragraph."""
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        if block.kind is Kind.SAMPLE:
            yield block
        elif block.kind is Kind.CODE or "\n" in block.text:
            for part in plain.from_text(block.text):
                kind = part.kind if part.kind is Kind.SAMPLE else Kind.CODE
                yield Block(kind=kind, text=part.text, number=block.number + part.number - 1, row=block.row)
        else:
            following = _sample_across(block, waiting)
            if following is None:
                yield block
                continue
            rows = [each.text.strip("`") for each in (block, *waiting[:following])]
            del waiting[:following]
            yield Block(kind=Kind.SAMPLE, text="\n".join(rows), number=block.number, row=block.row)


def _sample_across(block: Block, waiting: Sequence[Block]) -> int | None:
    """Say over how many further blocks a sample goes that begins here, or that none does."""
    text = block.text.strip("`")
    if not payloads.starts(text):
        return None
    depth = payloads.depth(text)
    for count, following in enumerate(waiting[:MOST_OF_A_SAMPLE]):
        if depth <= 0:
            return count
        if following.row != block.row or following.kind is Kind.CODE:
            return None
        depth += payloads.depth(following.text.strip("`"))
    return None if depth > 0 else min(len(waiting), MOST_OF_A_SAMPLE)


def _rows(blocks: list[Block]) -> Iterator[tuple[Block, str, int]]:
    """Give each block with the parameter or field whose row it stands in, and its place in that row."""
    subject, place, row = "", 0, 0
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        said = block.text.strip()
        name = NAMED.fullmatch(wording.plain(said).strip("`*"))
        if name and _opens_row(block, following):
            subject, place, row = name[1], 0, block.row
        elif _in_one_line(said) is not None:
            subject, place, row = (_in_one_line(said) or ("",))[0], 0, block.row
        elif block.row and block.row != row:
            subject, row = "", block.row
        elif (
            (block.kind is Kind.CODE and not block.row and not LITERAL.match(wording.plain(said)))
            or place >= ROW
            or wording.normal(said) in HEADERS
            or (place == 1 and wording.normal(said) not in names.TYPES)
            or (not block.row and row)
        ):
            subject = ""
        yield block, subject, place
        # A head that says its type as well takes two places.
        place += 2 if place == 0 and _in_one_line(said) else 1
        if subject and not block.row and place > 2 and (LITERAL.match(said) or block.kind is Kind.SAMPLE):
            subject = ""


def _in_one_line(text: str) -> tuple[str, str, str] | None:
    """Give name, type, and whether it is required, where a line says just that."""
    found = IN_ONE_LINE.fullmatch(wording.plain(text).strip())
    if found is None or not ("_" in found[1] or found[3] or text.strip()[0] in "`*"):
        return None
    kind = names.TYPES.get(wording.normal(found[2]))
    return (found[1], kind, (found[3] or "").lower()) if kind else None


def _opens_row(block: Block, following: Block | None) -> bool:
    """Whether a name is that of a row: its type comes next."""
    if following is None or block.kind is Kind.CODE or following.row != block.row:
        return False
    kind = wording.normal(following.text.split("\n")[0])
    return kind in names.TYPES and wording.normal(block.text) not in HEADERS


def _pieces(rows: Iterable[tuple[Block, str, int]], language: str) -> Iterator[_Piece]:
    heading, chinese = "", language == "zh"
    for block, subject, place in rows:
        if block.kind is Kind.SAMPLE:
            yield from _of_sample(block, subject, heading)
            continue
        for part in block.text.split("\n"):
            said = wording.plain(part).strip()
            if not wording.normal(said) or DATED.match(said) or ONLY_A_DATE.match(said):
                continue
            in_a_row = subject and (block.kind is not Kind.CODE or LITERAL.match(said))
            kind = Kind.CELL if in_a_row else block.kind
            if kind is Kind.HEADING:
                heading = wording.digest(part)
            if kind is Kind.CODE:
                yield _Piece(kind, part, block.number, subject, heading, _of_code(said, chinese=chinese))
                continue
            for sentence in SENTENCE.split(BULLET.sub("", part) if kind is not Kind.HEADING else part):
                if wording.normal(sentence):
                    facts = _of_prose(wording.plain(sentence), subject, place, chinese=chinese)
                    yield _Piece(kind, sentence, block.number, subject, heading, facts)


def _of_sample(block: Block, subject: str, heading: str) -> Iterator[_Piece]:
    for leaf in payloads.leaves(block.text):
        fact = Fact(kind="sample", subject=leaf.path, value=leaf.value)
        yield _Piece(
            Kind.SAMPLE, f"{leaf.path}={leaf.value}", block.number + leaf.line, subject, heading, (fact,)
        )


def _of_code(text: str, *, chinese: bool) -> tuple[Fact, ...]:
    comment = COMMENT.search(text)
    if comment is None or comment.start() > 0:
        code = text[: comment.start()] if comment else text
        return _ordered([*names.addresses(text), *calls.arguments(code), *calls.calls(code)])
    said = wording.plain(text)
    found = [*names.addresses(said), *names.regions(said), *numbers.numbers(said)]
    # A comment speaks of the code around it: only what cannot be one of its own names counts.
    found += [each for each in names.names(said, chinese=chinese) if "_" in each[1].value]
    return (*_ordered(found), *names.senses(said))


def _of_prose(text: str, subject: str, place: int, *, chinese: bool) -> tuple[Fact, ...]:
    said = text.strip().strip("`*").strip()
    word = wording.normal(said)
    if subject and place == 0:
        return tuple(_of_head(said, subject))
    if subject and place == 1 and word in names.TYPES:
        return (Fact(kind="type", subject=subject, value=names.TYPES[word]),)
    if subject and place == 2 and said.lower() in names.REQUIRED:
        return (Fact(kind="required", subject=subject, value=names.REQUIRED[said.lower()]),)
    if subject and word in PLACES:
        return (Fact(kind="location", subject=subject, value=word),)
    if subject and (LITERAL.match(said) or _all_literals(said)):
        values = re.findall(r"\"([^\"]*)\"", said) or [said]
        return tuple(Fact(kind="example", subject=subject, value=value.strip('"')) for value in values)
    found = [*numbers.numbers(text), *names.addresses(text), *names.regions(text)]
    found += [*names.methods(text), *names.languages(text), *names.roles(text)]
    found += names.names(text, chinese=chinese)
    return (*_ordered(found, subject), *names.senses(text))


def _of_head(said: str, subject: str) -> Iterator[Fact]:
    yield Fact(kind="member", value=subject)
    if told := _in_one_line(said):
        yield Fact(kind="type", subject=subject, value=told[1])
        if told[2] in names.REQUIRED:
            yield Fact(kind="required", subject=subject, value=names.REQUIRED[told[2]])


def _all_literals(text: str) -> bool:
    return all(LITERAL.match(part.strip()) for part in re.split(r"[,、]", text))


def _ordered(found: list[tuple[int, Fact]], subject: str = "") -> tuple[Fact, ...]:
    """Put facts in the order of their places; what a row says of its subject is said of it."""
    facts = [fact for _, fact in sorted(found, key=lambda each: each[0])]
    told = [
        Fact(kind=fact.kind, value=fact.value, subject=subject)
        if fact.kind in {"default", "range"} and not fact.subject
        else fact
        for fact in facts
    ]
    return tuple(told)
