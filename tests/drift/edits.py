"""Edits of a page, drawn from a seed: some change what it says, some only how it looks.

Each takes the lines of a page as text and gives the edited lines with the numbers of those that it touched, or
nothing where the page has no place for it.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from opencc import OpenCC

Rows = list[str]
Edited = tuple[Rows, set[int]] | None
Edit = Callable[[Rows, Random], Edited]
TYPES = ("String", "string", "Integer", "integer", "Boolean", "boolean", "File", "Array", "array")
NAME = re.compile(r"[a-z][a-z_]*")
FIELD = re.compile(r'^(\s*)"(\w+)": (.+?)(,?)$')
PROSE = re.compile(r"[\u3400-\u9fff].*[。.]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One edit that was drawn: of which page, by which function, and what came of it."""

    name: str
    page: str
    text: str
    touched: frozenset[int]


def draw(pages: dict[str, str], edits: Sequence[Edit], count: int, seed: int) -> Iterator[Drawn]:
    """Draw edits round the table, so that each kind comes as often as any other."""
    random = Random(seed)  # noqa: S311 - which edits are drawn is no secret
    made, turn = 0, 0
    while made < count:
        edit = edits[turn % len(edits)]
        turn += 1
        page = random.choice(sorted(pages))
        rows = pages[page].split("\n")
        if (edited := edit(list(rows), random)) is None or edited[0] == rows:
            continue
        made += 1
        yield Drawn(
            name=f"{made}: {edit.__name__} of {page} at {sorted(edited[1])[:3]}",
            page=page,
            text="\n".join(edited[0]),
            touched=frozenset(edited[1]),
        )


def _pick(rows: Rows, random: Random, wanted: Callable[[int], object]) -> int | None:
    places = [place for place in range(len(rows)) if wanted(place)]
    return random.choice(places) if places else None


def _put(rows: Rows, place: int, row: str) -> Edited:
    rows[place] = row
    return rows, {place + 1}


def _in_prose(row: str) -> bool:
    return re.search(r"[\u3400-\u9fff]", row) is not None and not re.match(r"\s*(#|//|\"|-|\{|\.)", row)


def _row_of_table(rows: Rows, place: int) -> bool:
    after = [row.strip() for row in rows[place + 1 : place + 3] if row.strip()]
    return NAME.fullmatch(rows[place]) is not None and after[:1] != [] and after[0] in TYPES


# What changes a page in substance.


def another_number(rows: Rows, random: Random) -> Edited:
    pattern = r"(?<![\w.\-/])(?:[1-9]\d*)(?=\s*(?:MB|GB|M,|M，|個|个|万|條|条|qps|。|$))|(?<=限制為)\d+|(?<=最大文件数为)\d+"
    place = _pick(
        rows,
        random,
        lambda n: _in_prose(rows[n]) and not rows[n].startswith("更新") and re.search(pattern, rows[n]),
    )
    if place is None:
        return None
    found = random.choice(list(re.finditer(pattern, rows[place])))
    number = str(int(found[0]) * random.choice((2, 3, 10)))
    return _put(rows, place, rows[place][: found.start()] + number + rows[place][found.end() :])


def another_unit(rows: Rows, random: Random) -> Edited:
    units = {"MB": "GB", "GB": "TB", "QPS": "QPM", "qps": "qpm"}
    place = _pick(
        rows, random, lambda n: _in_prose(rows[n]) and re.search(r"\d\s*(?:MB|GB)\b", rows[n], re.ASCII)
    )
    if place is None:
        return None
    found = random.choice(list(re.finditer(r"(?<=\d)(\s*)(MB|GB)\b", rows[place], re.ASCII)))
    row = rows[place][: found.start()] + found[1] + units[found[2]] + rows[place][found.end() :]
    return _put(rows, place, row)


def another_default(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: re.search(r"(?:預設|默认)\d", rows[n]))
    if place is None:
        return None
    return _put(
        rows, place, re.sub(r"(預設|默认)\d+", rf"\g<1>{random.choice((20, 100, 1000))}", rows[place])
    )


def another_range(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: re.search(r"\[\d+,\d+\]", rows[n]))
    if place is None:
        return None
    return _put(rows, place, re.sub(r"\[\d+,\d+\]", f"[1,{random.choice((100, 500, 10000))}]", rows[place]))


def a_parameter_added(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: _row_of_table(rows, n))
    if place is None:
        return None
    name = random.choice(("order", "expires_after", "before", "sort_by", "with_content"))
    rows[place:place] = [name, "", random.choice(("String", "Integer")), "", "用於指定返回的方式。", ""]
    return rows, {place + 1}


def a_parameter_renamed(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: _row_of_table(rows, n))
    return None if place is None else _put(rows, place, rows[place] + random.choice(("_v2", "_name", "s")))


def a_parameter_removed(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: _row_of_table(rows, n))
    if place is None:
        return None
    end = next(n for n in range(place + 1, len(rows)) if rows[n].strip() in TYPES)
    end = next((n for n in range(end + 1, len(rows)) if rows[n].strip()), end)
    del rows[place : end + 1]
    return rows, set(range(place + 1, end + 2))


def another_type(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: _row_of_table(rows, n))
    if place is None:
        return None
    at = next(n for n in range(place + 1, len(rows)) if rows[n].strip())
    return _put(
        rows,
        at,
        random.choice(
            [
                each
                for each in ("Integer", "String", "Boolean", "Array")
                if each.lower() != rows[at].strip().lower()
            ]
        ),
    )


def a_field_renamed(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: FIELD.match(rows[n]))
    return None if place is None else _put(rows, place, FIELD.sub(r'\1"\2_new": \3\4', rows[place]))


def a_field_added(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: FIELD.match(rows[n]))
    if place is None:
        return None
    rows.insert(place, '    "expires_at": 1729065999,')
    return rows, {place + 1}


def a_field_removed(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: FIELD.match(rows[n]) and not rows[n].rstrip().endswith(("[", "{")))
    if place is None:
        return None
    if not rows[place].rstrip().endswith(","):
        rows[place - 1] = rows[place - 1].rstrip(",")
    del rows[place]
    return rows, {place + 1}


def another_value(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: (f := FIELD.match(rows[n])) and f[3] not in "[{")
    if place is None:
        return None
    found = FIELD.match(rows[place])
    assert found
    value = {"true": "false", "false": "true", "null": '"none"'}.get(found[3])
    value = value or (str(int(found[3]) + 7) if found[3].isdigit() else f'"{found[3].strip(chr(34))}z"')
    return _put(rows, place, f'{found[1]}"{found[2]}": {value}{found[4]}')


def another_purpose(rows: Rows, random: Random) -> Edited:
    pattern = r"file-extract|batch_output|(?<=為)batch\b|(?<=为)batch\b"
    place = _pick(rows, random, lambda n: _in_prose(rows[n]) and re.search(pattern, rows[n], re.ASCII))
    if place is None:
        return None
    found = random.choice(list(re.finditer(pattern, rows[place], re.ASCII)))
    row = rows[place][: found.start()] + random.choice(("vision", "user_data")) + rows[place][found.end() :]
    return _put(rows, place, row)


def another_host(rows: Rows, random: Random) -> Edited:
    pattern = r"dashscope(?:-intl)?\.aliyuncs\.com"
    place = _pick(rows, random, lambda n: re.search(pattern, rows[n]))
    return (
        None
        if place is None
        else _put(rows, place, re.sub(pattern, "dashscope-us.aliyuncs.com", rows[place]))
    )


def another_endpoint(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: "compatible-mode/v1/files" in rows[n])
    return None if place is None else _put(rows, place, rows[place].replace("/v1/files", "/v2/files"))


def another_format(rows: Rows, random: Random) -> Edited:
    place = _pick(rows, random, lambda n: re.search(r"MOBI|mobi", rows[n]))
    if place is None:
        return None
    return _put(rows, place, re.sub("(?i)mobi", random.choice(("PPTX", "HTML")), rows[place]))


def a_sentence_dropped(rows: Rows, random: Random) -> Edited:
    place = _pick(
        rows,
        random,
        lambda n: PROSE.search(rows[n]) and not rows[n].lstrip().startswith(("#", "//", "{", '"')),
    )
    if place is None:
        return None
    parts = re.split(r"(?<=。)", rows[place])
    parts = [part for part in parts if part.strip()]
    del parts[random.randrange(len(parts))]
    rows[place] = "".join(parts)
    return rows, {place + 1}


# What changes only its looks.


def more_white_space(rows: Rows, random: Random) -> Edited:
    return [row + " " * random.randrange(3) if random.random() < 0.5 else row for row in rows], set()


def more_blank_lines(rows: Rows, random: Random) -> Edited:
    place = random.randrange(len(rows))
    while rows[place].startswith((" ", "}", "]", '"', "-")):
        place = random.randrange(len(rows))
    return [*rows[:place], "", "", *rows[place:]], set()


def wrapped_lines(rows: Rows, random: Random) -> Edited:
    """Wrap the sentences at some width, and break no word."""
    width = random.choice((45, 60, 76))
    found: Rows = []
    for row in rows:
        if not _in_prose(row) or re.search(r"[=\"']|http", row):
            found.append(row)
            continue
        found.append("")
        for piece in re.findall(r"[A-Za-z0-9_.\-/]+ ?|.", row):
            if len(found[-1]) + len(piece) > width and found[-1]:
                found.append("")
            found[-1] += piece
    return found, set()


def other_spaces(rows: Rows, random: Random) -> Edited:
    space = random.choice(("\u00a0", "\u3000", "\u200b "))
    return [re.sub(r"(?<=[\u3400-\u9fff]) (?=\S)| (?=[\u3400-\u9fff])", space, row) for row in rows], set()


def spaces_between_scripts(rows: Rows, random: Random) -> Edited:
    del random
    return [
        re.sub(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])", " ", row) if _in_prose(row) else row for row in rows
    ], set()


def another_date(rows: Rows, random: Random) -> Edited:
    day = random.choice(("Mar 15, 2026", "2026-06-29", "2026年6月29日", "2026-06-29 10:15:00"))
    rows = [row for row in rows if not row.startswith("更新時間")]
    return [
        *rows[:5],
        "",
        random.choice((f"更新时间：{day}", f"更新時間:{day}", f"Last Updated: {day}")),
        "",
        *rows[5:],
    ], set()


def other_navigation(rows: Rows, random: Random) -> Edited:
    links = [
        "首页",
        "产品文档",
        "登录",
        "控制台",
        "上一篇：OpenAI兼容",
        "下一篇:错误信息",
        "本页导读",
        "该文章对您有帮助吗?",
        "反馈",
        "Copy page",
        "复制",
    ]
    random.shuffle(links)
    count = random.randrange(2, 7)
    return [*links[:count], "", *rows, "", *links[count:]], set()


def no_navigation(rows: Rows, random: Random) -> Edited:
    del random
    return [row for row in rows if row not in {"全部產品", "Search", "文件中心"}], set()


def full_width(rows: Rows, random: Random) -> Edited:
    del random
    marks = str.maketrans(",:()", "，：（）")
    return [
        row.translate(marks) if _in_prose(row) and '"' not in row and "http" not in row else row
        for row in rows
    ], set()


def half_width(rows: Rows, random: Random) -> Edited:
    del random
    marks = str.maketrans("，：（）", ",:()")
    return [row.translate(marks) for row in rows], set()


def other_quotes(rows: Rows, random: Random) -> Edited:
    del random
    return [
        re.sub(r'"([^"]*)"', "“\\1”", row) if _in_prose(row) and "=" not in row else row for row in rows
    ], set()


def other_bullets(rows: Rows, random: Random) -> Edited:
    bullet = random.choice(("- ", "* ", "· ", ""))
    return [re.sub(r"^\s*• ", bullet, row) for row in rows], set()


def the_other_script(rows: Rows, random: Random) -> Edited:
    del random
    chinese = "\n".join(rows)
    way = "t2s" if "檔" in chinese or "請" in chinese else "s2t"
    return OpenCC(way).convert(chinese).split("\n"), set()


def types_in_small_letters(rows: Rows, random: Random) -> Edited:
    del random
    return [row.lower() if row.strip() in TYPES else row for row in rows], set()


def a_sample_in_one_line(rows: Rows, random: Random) -> Edited:
    starts = [n for n, row in enumerate(rows) if row == "{"]
    if not starts:
        return None
    start = random.choice(starts)
    end = rows.index("}", start)
    value = json.loads("\n".join(rows[start : end + 1]))
    return [*rows[:start], json.dumps(value, ensure_ascii=False), *rows[end + 1 :]], set()


def another_indent(rows: Rows, random: Random) -> Edited:
    width = random.choice((1, 3, 8))
    return [
        re.sub(r"^( {2}|\t)+", lambda f: " " * (width * len(f[0]) // 2), r) if FIELD.match(r) else r
        for r in rows
    ], set()


def tabs_in_another_order(rows: Rows, random: Random) -> Edited:
    """Swap the tabs of one example: the Python code and what follows it up to the answer."""
    starts = [n for n, row in enumerate(rows) if row == "import os"]
    curls = [n for n, row in enumerate(rows) if row.startswith(("curl ", "# ======="))]
    pairs = [(a, min(n for n in curls if n > a)) for a in starts if any(a < n < a + 60 for n in curls)]
    pairs = [
        (a, b)
        for a, b in pairs
        if not any(row.startswith("{") or row in {"HTTP", "OpenAI Java SDK"} for row in rows[a:b])
    ]
    if not pairs:
        return None
    start, middle = random.choice(pairs)
    end = next(n for n in range(middle, len(rows)) if not rows[n].strip() and not rows[n - 1].startswith("#"))
    return [*rows[:start], *rows[middle:end], *rows[start:middle], *rows[end:]], set()


def blocks_in_another_order(rows: Rows, random: Random) -> Edited:
    """Put the section of HTTP before that of the SDK."""
    del random
    sdk = [n for n, row in enumerate(rows) if row == "OpenAI Python SDK"]
    if not sdk:
        return None
    start = sdk[0]
    middle = rows.index("HTTP", start)
    end = next(n for n in range(middle, len(rows)) if rows[n] in {"查詢檔案清單", "输入参数"})
    return [*rows[:start], *rows[middle:end], *rows[start:middle], *rows[end:]], set()


def with_carriage_returns(rows: Rows, random: Random) -> Edited:
    del random
    return ["\ufeff" + rows[0] + "\r", *(row + "\r" for row in rows[1:])], set()


def another_wording(rows: Rows, random: Random) -> Edited:
    words = [
        ("通過", "透過"),
        ("請參考", "請參閱"),
        ("用於指定", "用來指定"),
        ("您可以通过", "可通过"),
        ("建议", "推荐"),
        ("请参考", "请参阅"),
        ("用于指定", "用来指定"),
        ("建議", "推薦"),
        ("怎麼辦", "如何處理"),
        ("可以通过", "能够通过"),
    ]
    for old, new in random.sample(words, len(words)):
        place = _pick(rows, random, lambda n, old=old: old in rows[n])  # type: ignore[misc]
        if place is not None:
            rows[place] = rows[place].replace(old, new)
            return rows, set()
    return None


SUBSTANCE: tuple[Edit, ...] = (
    another_number, another_unit, another_default, another_range, a_parameter_added, a_parameter_renamed,
    a_parameter_removed, another_type, a_field_renamed, a_field_added, a_field_removed, another_value,
    another_purpose, another_host, another_endpoint, another_format, a_sentence_dropped,
)  # fmt: skip
LOOKS: tuple[Edit, ...] = (
    more_white_space, more_blank_lines, wrapped_lines, other_spaces, spaces_between_scripts, another_date, other_navigation,
    no_navigation, full_width, half_width, other_quotes, other_bullets, the_other_script, types_in_small_letters,
    a_sample_in_one_line, another_indent, tabs_in_another_order, blocks_in_another_order, with_carriage_returns,
    another_wording,
)  # fmt: skip
