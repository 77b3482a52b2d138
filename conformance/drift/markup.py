"""HTML and Markdown as blocks, in the order of reading. What belongs to the site and not to the page is left out."""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from conformance.drift.lines import Block, Kind

# What never says anything of the page, and what may: a note in an aside, a tab that is not shown just now.
NEVER: Final = (
    "script, style, noscript, template, svg, nav, button, select, iframe, [role=navigation], [role=search], "
    "span.line-number, span.line-numbers, .line-numbers-rows, .lineno, .linenos, .hljs-ln-numbers, td.gutter"
)
PERHAPS: Final = (
    "header, footer, aside, form, dialog, [role=banner], [role=contentinfo], [role=complementary], [hidden], "
    "[aria-hidden=true]"
)
SITE: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|breadcrumbs?|toc|sidebar|side-bar|menu|footer|feedback|copyright|cookie|"
    r"pagination|prev-next|related|recommend|anchor-list|outline)(?:$|[\s_-])",
    re.IGNORECASE,
)
KEPT: Final = frozenset({"html", "body", "main", "article"})
SHORT: Final = 60
INLINE: Final = frozenset(
    re.findall(
        r"\S+",
        "a abbr b bdi bdo br cite code del dfn em font i img input ins kbd label mark q s samp small span strong sub sup "
        "time tt u var wbr",
    )
)
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# One # alone also opens a comment in a shell or in Python.
MARKDOWN: Final = re.compile(r"^(?:#{2,6} \S|```|~~~|\|[ :\-|]+\|\s*$)|\A\s*# \S", re.MULTILINE)
HTML: Final = re.compile(
    r"<(?:!doctype html|html|body|head|article|main|table|div|h[1-6]|p)\b", re.IGNORECASE
)


def is_html(text: str) -> bool:
    """Whether a file is HTML: tags come before anything else."""
    return HTML.match(text.lstrip("\ufeff \t\r\n")) is not None or (
        text.lstrip("\ufeff \t\r\n").startswith("<") and HTML.search(text[:20_000]) is not None
    )


def is_markdown(text: str) -> bool:
    """Whether a file is Markdown: it has a heading, a fence or a table of it."""
    return MARKDOWN.search(text) is not None


def from_markdown(text: str) -> tuple[Block, ...]:
    """Read Markdown, with the tables that most mirrors use and with HTML between it."""
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    return from_html(MarkdownIt("commonmark", {"html": True}).enable("table").render(body))


def from_html(text: str) -> tuple[Block, ...]:
    """Read HTML as a browser does, whether well formed or not."""
    tree = LexborHTMLParser(text)
    for node in tree.css(NEVER):
        node.decompose()
    marked = [
        node for node in tree.css("[class], [id]") if node.tag not in KEPT and SITE.search(_marks(node))
    ]
    for node in (*tree.css(PERHAPS), *marked):
        if _of_the_site(node):
            node.decompose()
    reader = _Reader()
    if (root := _content(tree)) is not None:
        reader.read(root)
    return tuple(reader.blocks())


def _marks(node: LexborNode) -> str:
    return f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"


def _of_the_site(node: LexborNode) -> bool:
    """Whether a part that may be of the site is: it has no code and no table, and little but links or little at all."""
    if node.css("pre, table, h1"):
        return False
    said = len(re.sub(r"\s", "", node.text()))
    links = sum(len(re.sub(r"\s", "", link.text())) for link in node.css("a"))
    framing = node.tag in {"header", "footer"} or SITE.search(_marks(node)) is not None
    return links > said * 0.4 or (framing and said < SHORT)


def _content(tree: LexborHTMLParser) -> LexborNode | None:
    """Find the node that holds the page itself, where the site says which one it is."""
    body = tree.body
    if body is None:
        return None
    whole = len(body.text())
    for selector in ("main", "article", "[role=main]", ".markdown-body", "#content"):
        for node in tree.css(selector):
            if len(node.text()) > whole * 0.6:
                return node
    return body


class _Reader:
    """Walks through a tree and keeps the blocks that it passes."""

    def __init__(self) -> None:
        self._found: list[tuple[Kind, str, int]] = []
        self._line: list[str] = []
        self._row = 0
        self._rows = 0

    def blocks(self) -> Iterator[Block]:
        self._end(Kind.PROSE)
        for number, (kind, text, row) in enumerate(self._found, 1):
            yield Block(kind=kind, text=text, number=number, row=row)

    def read(self, node: LexborNode) -> None:
        child = node.child
        while child is not None:
            self._node(child)
            child = child.next

    def _node(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._line.append(re.sub(r"\s+", " ", node.text(deep=False)))
        elif tag == "br":
            self._line.append("\n")
        elif tag == "code" and "\n" not in node.text().strip():
            self._line.append(f"`{node.text().strip()}`" if node.text().strip() else "")
        elif tag in INLINE and not node.css("pre, table, p, div, li"):
            self.read(node)
        elif tag in {"pre", "code"}:
            self._end(Kind.PROSE)
            self._keep(Kind.CODE, _code(node))
        elif tag in HEADINGS:
            self._whole(node, Kind.HEADING)
        elif tag == "tr":
            self._rows += 1
            self._end(Kind.PROSE)
            self._row = self._rows
            self.read(node)
            self._row = 0
        elif tag in {"td", "th"}:
            self._whole(node, Kind.CELL)
        elif not (tag == "li" and _only_links(node)) and not tag.startswith(("!", "-comment", "_")):
            self._whole(node, Kind.CELL if self._row else Kind.PROSE)

    def _whole(self, node: LexborNode, kind: Kind) -> None:
        self._end(Kind.CELL if self._row else Kind.PROSE)
        self.read(node)
        self._end(kind)

    def _end(self, kind: Kind) -> None:
        text, self._line = "".join(self._line), []
        for part in text.split("\n"):
            self._keep(kind, part.strip())

    def _keep(self, kind: Kind, text: str) -> None:
        if text.strip():
            self._found.append((kind, text, self._row))


def _code(node: LexborNode) -> str:
    for line_break in node.css("br"):
        line_break.replace_with("\n")
    rows = node.css("li, .line, .view-line, .code-line")
    text = node.text()
    if rows and "\n" not in text.strip():
        return "\n".join(row.text() for row in rows)
    return text.replace("\u00a0", " ")


def _only_links(node: LexborNode) -> bool:
    """Whether an item of a list does nothing but point elsewhere, as those of a table of contents do."""
    links = "".join(link.text() for link in node.css("a"))
    said = node.text()
    return bool(links) and re.sub(r"\s", "", links) == re.sub(r"\s", "", said)
