"""The same page in other forms: as a browser saves it, as mirrors keep it. Built from the text of a page."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Form = Callable[[str], str]
TYPES = re.compile(r"(?:string|integer|boolean|file|array)", re.IGNORECASE)
NAME = re.compile(r"[a-z][a-z_]*")
CODE = re.compile(
    r"\s*(?:import |from \w+|public |client = |file|print|content|curl |-H |--form|#|//|\}|\)|\.|FileObj|System|base_url|api_key"
    r"|completion|messages|try:|except|for |full_content|stream|model=|model_dump|\"|\]|if |assistant|system_message|\"\"|\{)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading, a paragraph, a block of code, or a table."""

    kind: str
    rows: tuple[tuple[str, ...], ...]


def parts(text: str) -> Iterator[Part]:
    """Part a page of text as its site would have it."""
    rows = text.split("\n")
    place = 0
    while place < len(rows):
        row = rows[place]
        if not row.strip():
            place += 1
        elif CODE.match(row) and not _opens_row(rows, place):
            end = place
            while end < len(rows) and (
                CODE.match(rows[end])
                or (not rows[end].strip() and end + 1 < len(rows) and CODE.match(rows[end + 1]))
            ):
                if rows[end].startswith("{") and end > place and rows[end - 1].strip() == "":
                    break
                if _opens_row(rows, end):
                    break
                end += 1
            yield Part(kind="code", rows=tuple((each,) for each in rows[place:end]))
            place = end
        elif _opens_row(rows, place):
            found = []
            while place < len(rows) and _opens_row(rows, place):
                cells, place = _cells(rows, place)
                found.append(cells)
            yield Part(kind="table", rows=tuple(found))
        else:
            short = len(row) < 16 and not re.search(r"[。.:：•,]", row)
            yield Part(kind="heading" if short else "prose", rows=((row,),))
            place += 1


def _opens_row(rows: list[str], place: int) -> bool:
    if place >= len(rows):
        return False
    after = [row.strip() for row in rows[place + 1 : place + 3] if row.strip()]
    return NAME.fullmatch(rows[place]) is not None and bool(after) and TYPES.fullmatch(after[0]) is not None


def _cells(rows: list[str], place: int) -> tuple[tuple[str, ...], int]:
    """Take a row of a table: name, type, what is said of it, and what is shown of it."""
    name = rows[place]
    place = next(n for n in range(place + 1, len(rows)) if rows[n].strip())
    kind = rows[place]
    said: list[str] = []
    place += 1
    while place < len(rows) and not _opens_row(rows, place):
        if rows[place].startswith("[{"):
            end = next(n for n in range(place, len(rows)) if rows[n].rstrip().endswith("}]")) + 1
            return (name, kind, "\n".join([*said, " ".join(rows[place:end])])), end
        if rows[place].strip():
            if not re.search(r"[。.;；:：\"\u3400-\u9fff\d\\}\]]|true|false|,$", rows[place]):
                break
            if (
                len(said) >= 1
                and re.fullmatch(r"[\u3400-\u9fff]{4,6}|[\u3400-\u9fff]*Batch[\u3400-\u9fff]*", rows[place])
                and place > 1
            ):
                break
            said.append(rows[place])
            if re.match(r'\s*(?:"[^:]*"$|"\d+", |\d+$|true|false|Path|\}\])', rows[place]):
                place += 1
                break
        place += 1
    return (name, kind, "\n".join(said)), place


def to_html(text: str) -> str:
    """Write a page as a browser saves it: with the site around it, and code spans within."""
    body = "\n".join(map(_html, parts(text)))
    return (
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>Help</title><style>p{color:red}</style>'
        '<script>var limit = 5000;</script></head><body class="help"><header><nav><ul><li><a href="/">首页</a></li>'
        '<li><a href="/pricing">价格 100 元</a></li></ul></nav></header><div class="aside-menu"><ul><li>'
        '<a href="#a">上传 50 MB</a></li></ul></div><main><div class="content">\n'
        f"{body}\n</div></main><footer><p>© 2009-2026 阿里云 版权所有</p></footer></body></html>"
    )


def _html(part: Part) -> str:
    if part.kind == "code":
        code = "\n".join(html.escape(row[0]) for row in part.rows)
        return f'<div class="code-tools">复制</div><pre class="pre codeblock"><code class="lang-python">{code}</code></pre>'
    if part.kind == "table":
        rows = "".join(
            f"<tr><td><p>{_spans(name)}</p></td><td><p><i>{kind}</i></p></td><td>{_paragraphs(said)}</td></tr>"
            for name, kind, said in part.rows
        )
        return f"<table><thead><tr><th>参数</th><th>类型</th><th>说明</th></tr></thead><tbody>{rows}</tbody></table>"
    row = part.rows[0][0]
    if part.kind == "heading":
        return f'<h2 id="x{len(row)}"><a href="#x"></a>{html.escape(row)}</h2>'
    if row.lstrip().startswith("•"):
        return f"<ul><li><p>{_spans(row.lstrip(' •'))}</p></li></ul>"
    return f"<p>{_spans(row)}</p>"


def _paragraphs(said: str) -> str:
    return "".join(f"<p>{_spans(row)}</p>" for row in said.split("\n"))


def _spans(row: str) -> str:
    return re.sub(
        r"(?<![\w-])(file-extract|batch_output|file_id|Qwen-Long)(?![\w-])",
        r'<code class="code">\1</code>',
        html.escape(row, quote=False),
    )


def to_markdown(text: str) -> str:
    """Write a page as mirrors keep it: headings, fences, tables between pipes, names escaped."""
    return "\n\n".join(map(_markdown, parts(text)))


def _markdown(part: Part) -> str:
    if part.kind == "code":
        return "```python\n" + "\n".join(row[0] for row in part.rows) + "\n```"
    if part.kind == "table":
        rows = "\n".join(
            f"| {_escaped(name)} | *{kind}* | {_escaped(said)} |" for name, kind, said in part.rows
        )
        return f"| **参数** | **类型** | **说明** |\n| --- | :-- | --- |\n{rows}"
    row = part.rows[0][0]
    if part.kind == "heading":
        return f"### **{row}**"
    return "-   " + row.lstrip(" •") if row.lstrip().startswith("•") else re.sub(r"_", r"\\_", row)


def _escaped(said: str) -> str:
    return re.sub(r"(?<!\\)_", r"\\_", said).replace("|", "\\|").replace("\n", "<br>")
