"""Edits that change only how a page looks."""

import json
import re
from random import Random

from opencc import OpenCC

from .edits import FIELD, TYPES, Edit, Edited, Rows, in_prose, pick


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
        if not in_prose(row) or re.search(r"[=\"']|http", row):
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
        re.sub(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])", " ", row) if in_prose(row) else row for row in rows
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
        row.translate(marks) if in_prose(row) and '"' not in row and "http" not in row else row
        for row in rows
    ], set()


def half_width(rows: Rows, random: Random) -> Edited:
    del random
    marks = str.maketrans("，：（）", ",:()")
    return [row.translate(marks) for row in rows], set()


def other_quotes(rows: Rows, random: Random) -> Edited:
    del random
    return [
        re.sub(r'"([^"]*)"', "“\\1”", row) if in_prose(row) and "=" not in row else row for row in rows
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
        place = pick(rows, random, lambda n, old=old: old in rows[n])  # type: ignore[misc]
        if place is not None:
            rows[place] = rows[place].replace(old, new)
            return rows, set()
    return None


LOOKS: tuple[Edit, ...] = (
    more_white_space, more_blank_lines, wrapped_lines, other_spaces, spaces_between_scripts, another_date, other_navigation,
    no_navigation, full_width, half_width, other_quotes, other_bullets, the_other_script, types_in_small_letters,
    a_sample_in_one_line, another_indent, tabs_in_another_order, blocks_in_another_order, with_carriage_returns,
    another_wording,
)  # fmt: skip
