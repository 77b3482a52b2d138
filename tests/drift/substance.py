"""Edits that change what a page says."""

import re
from random import Random

from .edits import FIELD, PROSE, TYPES, Edit, Edited, Rows, in_prose, pick, put, row_of_table


def another_number(rows: Rows, random: Random) -> Edited:
    pattern = r"(?<![\w.\-/])(?:[1-9]\d*)(?=\s*(?:MB|GB|M,|M，|個|个|万|條|条|qps|。|$))|(?<=限制為)\d+|(?<=最大文件数为)\d+"
    place = pick(
        rows,
        random,
        lambda n: in_prose(rows[n]) and not rows[n].startswith("更新") and re.search(pattern, rows[n]),
    )
    if place is None:
        return None
    found = random.choice(list(re.finditer(pattern, rows[place])))
    number = str(int(found[0]) * random.choice((2, 3, 10)))
    return put(rows, place, rows[place][: found.start()] + number + rows[place][found.end() :])


def another_unit(rows: Rows, random: Random) -> Edited:
    units = {"MB": "GB", "GB": "TB", "QPS": "QPM", "qps": "qpm"}
    place = pick(
        rows, random, lambda n: in_prose(rows[n]) and re.search(r"\d\s*(?:MB|GB)\b", rows[n], re.ASCII)
    )
    if place is None:
        return None
    found = random.choice(list(re.finditer(r"(?<=\d)(\s*)(MB|GB)\b", rows[place], re.ASCII)))
    row = rows[place][: found.start()] + found[1] + units[found[2]] + rows[place][found.end() :]
    return put(rows, place, row)


def another_default(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: re.search(r"(?:預設|默认)\d", rows[n]))
    if place is None:
        return None
    return put(rows, place, re.sub(r"(預設|默认)\d+", rf"\g<1>{random.choice((20, 100, 1000))}", rows[place]))


def another_range(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: re.search(r"\[\d+,\d+\]", rows[n]))
    if place is None:
        return None
    return put(rows, place, re.sub(r"\[\d+,\d+\]", f"[1,{random.choice((100, 500, 10000))}]", rows[place]))


def a_parameter_added(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: row_of_table(rows, n))
    if place is None:
        return None
    name = random.choice(("order", "expires_after", "before", "sort_by", "with_content"))
    rows[place:place] = [name, "", random.choice(("String", "Integer")), "", "用於指定返回的方式。", ""]
    return rows, {place + 1}


def a_parameter_renamed(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: row_of_table(rows, n))
    return None if place is None else put(rows, place, rows[place] + random.choice(("_v2", "_name", "s")))


def a_parameter_removed(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: row_of_table(rows, n))
    if place is None:
        return None
    end = next(n for n in range(place + 1, len(rows)) if rows[n].strip() in TYPES)
    end = next((n for n in range(end + 1, len(rows)) if rows[n].strip()), end)
    del rows[place : end + 1]
    return rows, set(range(place + 1, end + 2))


def another_type(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: row_of_table(rows, n))
    if place is None:
        return None
    at = next(n for n in range(place + 1, len(rows)) if rows[n].strip())
    return put(
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
    place = pick(rows, random, lambda n: FIELD.match(rows[n]))
    return None if place is None else put(rows, place, FIELD.sub(r'\1"\2_new": \3\4', rows[place]))


def a_field_added(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: FIELD.match(rows[n]))
    if place is None:
        return None
    rows.insert(place, '    "expires_at": 1729065999,')
    return rows, {place + 1}


def a_field_removed(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: FIELD.match(rows[n]) and not rows[n].rstrip().endswith(("[", "{")))
    if place is None:
        return None
    if not rows[place].rstrip().endswith(","):
        rows[place - 1] = rows[place - 1].rstrip(",")
    del rows[place]
    return rows, {place + 1}


def another_value(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: (f := FIELD.match(rows[n])) and f[3] not in "[{")
    if place is None:
        return None
    found = FIELD.match(rows[place])
    assert found
    value = {"true": "false", "false": "true", "null": '"none"'}.get(found[3])
    value = value or (str(int(found[3]) + 7) if found[3].isdigit() else f'"{found[3].strip(chr(34))}z"')
    return put(rows, place, f'{found[1]}"{found[2]}": {value}{found[4]}')


def another_purpose(rows: Rows, random: Random) -> Edited:
    pattern = r"file-extract|batch_output|(?<=為)batch\b|(?<=为)batch\b"
    place = pick(rows, random, lambda n: in_prose(rows[n]) and re.search(pattern, rows[n], re.ASCII))
    if place is None:
        return None
    found = random.choice(list(re.finditer(pattern, rows[place], re.ASCII)))
    row = rows[place][: found.start()] + random.choice(("vision", "user_data")) + rows[place][found.end() :]
    return put(rows, place, row)


def another_host(rows: Rows, random: Random) -> Edited:
    pattern = r"dashscope(?:-intl)?\.aliyuncs\.com"
    place = pick(rows, random, lambda n: re.search(pattern, rows[n]))
    return (
        None if place is None else put(rows, place, re.sub(pattern, "dashscope-us.aliyuncs.com", rows[place]))
    )


def another_endpoint(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: "compatible-mode/v1/files" in rows[n])
    return None if place is None else put(rows, place, rows[place].replace("/v1/files", "/v2/files"))


def another_format(rows: Rows, random: Random) -> Edited:
    place = pick(rows, random, lambda n: re.search(r"MOBI|mobi", rows[n]))
    if place is None:
        return None
    return put(rows, place, re.sub("(?i)mobi", random.choice(("PPTX", "HTML")), rows[place]))


def a_sentence_dropped(rows: Rows, random: Random) -> Edited:
    place = pick(
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


SUBSTANCE: tuple[Edit, ...] = (
    another_number, another_unit, another_default, another_range, a_parameter_added, a_parameter_renamed,
    a_parameter_removed, another_type, a_field_renamed, a_field_added, a_field_removed, another_value,
    another_purpose, another_host, another_endpoint, another_format, a_sentence_dropped,
)  # fmt: skip
