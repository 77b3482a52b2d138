"""Names that a line speaks of: parameters, values, models, formats, hosts, endpoints, regions, types. No numbers."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from conformance.contract import contract
from conformance.drift.lines import Fact
from conformance.drift.wording import CJK

FORMATS: Final = frozenset(
    re.findall(
        r"\S+",
        "txt doc docx pdf xls xlsx epub mobi md csv tsv json jsonl xml html htm ppt pptx rtf odt yaml zip gz tar "
        "bmp png jpg jpeg gif webp tif tiff svg heic mp3 mp4 wav mov avi flac",
    )
)
TYPES: Final = {
    **dict.fromkeys(("string", "str", "字符串", "text"), "string"),
    **dict.fromkeys(("integer", "int", "long", "int32", "int64", "整数", "整型"), "integer"),
    **dict.fromkeys(("number", "float", "double", "浮点数", "数字"), "number"),
    **dict.fromkeys(("boolean", "bool", "布尔", "布尔值"), "boolean"),
    **dict.fromkeys(("array", "list", "数组", "array of objects", "array of strings", "列表"), "array"),
    **dict.fromkeys(("object", "dict", "map", "对象"), "object"),
    **dict.fromkeys(("file", "binary"), "file"),
    **dict.fromkeys(("null", "string|null", "string or null"), "null"),
}
REQUIRED: Final = {
    **dict.fromkeys(("是", "必选", "必填", "必需", "必须", "yes", "required", "true", "y", "✓", "√"), "yes"),
    **dict.fromkeys(("否", "可选", "选填", "非必选", "no", "optional", "n", "×"), "no"),
}
REGIONS: Final = (
    (r"新加坡|singapore|ap-southeast-1", "singapore"),
    (r"北京|beijing|cn-beijing", "beijing"),
    (r"弗吉尼亚|virginia|us-east-1", "virginia"),
    (r"法兰克福|frankfurt|eu-central-1", "frankfurt"),
    (r"东京|tokyo|ap-northeast-1", "tokyo"),
    (r"香港|hong\s?kong|cn-hongkong", "hong-kong"),
    (r"雅加达|jakarta|ap-southeast-5", "jakarta"),
    (r"上海|shanghai|cn-shanghai", "shanghai"),
    (r"杭州|hangzhou|cn-hangzhou", "hangzhou"),
)
# Words whose coming or going turns a sentence round; compared only where the rest of it stayed.
SENSES: Final = (
    (
        "most",
        r"不(?:超过|大于|多于|高于|得超过|能超过|可超过|应超过)|no more than|not exceed|最大|最多|上限|at most|\bmax(?:imum)?\b|up to|以内|≤",
    ),
    ("least", r"不(?:少于|小于|低于)|no (?:less|fewer) than|最小|最少|至少|at least|minimum"),
    ("before", r"早于|earlier than|created before|之前"),
    ("after", r"晚于|later than|created after|之后"),
    ("next", r"下一(?:页|个)|next page"),
    ("previous", r"上一(?:页|个)|previous page"),
    ("last", r"最后一|\blast\b"),
    ("first", r"第一个|\bfirst\b"),
    ("ascending", r"升序|正序|ascending"),
    ("descending", r"降序|倒序|descending"),
    ("only", r"仅|只(?:能|有|支持|可)|\bonly\b"),
    ("required", r"必须|必选|必填|\bmust\b|\brequired\b"),
    ("optional", r"可选(?!值)|选填|\boptional\b"),
    ("expiry", r"有效期|过期|失效|expir|永久|permanent"),
    (
        "not",
        r"不|没|免费|\bfree\b|无(?!误)|未|非(?!常)|\bnot\b|\bno\b|n't\b|\bcannot\b|\bnever\b|\bwithout\b",
    ),
)
# Small words of ASCII that Chinese prose is full of and that name nothing of the API.
COMMON: Final = frozenset(
    re.findall(
        r"\S+",
        "api sdk http https url uri key token tokens openai python java curl system user message messages role play "
        "role-play pip install pip3 env id ids app web ip ui cli ok the and or is to of in for a an by on with get post "
        "put delete patch endpoint base client rest post get qps rpm yyyy mm dd hh ss unix sse shell bash go node js php "
        "java maven gradle fileid content-type authorization bearer api-key helpful assistant you are chat ai etc vs",
    )
)
URL: Final = re.compile(
    r"(?:(GET|POST|PUT|PATCH|DELETE)\s+)?https?://([\w.\-{}]+)(/[^\s\"'`,;)\]<>\\，。；）]*)?"
)
VERB: Final = re.compile(
    r"-X\s+(GET|POST|PUT|PATCH|DELETE)\b|\b(GET|POST|PUT|PATCH|DELETE)\s+(?:https?://|/)"
)
PATH: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/[\w\-/{}.]+)")
DOCUMENTATION: Final = re.compile(
    r"^(?:www|help|docs?|bailian\.console|github|common-buy|account)\.|github\.com$"
)
MARKED: Final = re.compile(r"`([^`\n]+)`")
QUOTED: Final = re.compile(r"\"([^\"\n]{1,80})\"|(?<![a-z])'([^'\n]{1,80})'(?![a-z])")
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_\-.][A-Za-z0-9]+)*_?")
MODEL: Final = re.compile(r"qwen[\w.\-]*", re.IGNORECASE)
IN_PROSE: Final = re.compile(r"(?<![A-Za-z])(GET|POST|PUT|PATCH|DELETE)(?![A-Za-z])(?!\s*(?:https?:|/))")
ROLE: Final = re.compile(
    r"(?<![A-Za-z])(system|user|assistant|tool|developer)\s*(?:messages?|消息)", re.IGNORECASE
)
LANGUAGE: Final = re.compile(
    r"Python|JavaScript|Java|Node\.js|TypeScript|Golang|PHP|Ruby|Rust|Kotlin|C#|\.NET", re.IGNORECASE
)


@cache
def vocabulary() -> frozenset[str]:
    """Collect the names that openapi.yaml knows: parameters, fields, values."""
    found: set[str] = set()
    pending: list[Any] = [contract().document["paths"], contract().document["components"]]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            found |= set(node.get("properties", {})) if isinstance(node.get("properties"), dict) else set()
            found |= {value for value in node.get("enum", ()) if isinstance(value, str)}
            found |= {node["const"]} if isinstance(node.get("const"), str) else set()
            found |= {node["name"]} if isinstance(node.get("name"), str) and "in" in node else set()
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return frozenset(name for name in found if NAME.fullmatch(name) and len(name) > 1)


def addresses(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the hosts and endpoints; links to other pages are none."""
    verb = VERB.search(text)
    for found in URL.finditer(text):
        host, path = found[2].lower().rstrip("."), (found[3] or "").rstrip("/.:")
        if DOCUMENTATION.search(host) or "/help/" in path:
            continue
        yield found.start(), Fact(kind="host", value=host)
        method = found[1] or (verb and (verb[1] or verb[2])) or ""
        if path:
            yield found.start(), Fact(kind="endpoint", value=f"{method} {path}".strip())
    for found in PATH.finditer(text):
        yield found.start(), Fact(kind="endpoint", value=f"{found[1]} {found[2].rstrip('/.')}")


def methods(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the methods of HTTP that a sentence names."""
    for found in IN_PROSE.finditer(text):
        yield found.start(), Fact(kind="method", value=found[1])


def languages(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the languages of programming that a sentence about SDKs names."""
    if "SDK" in text:
        for found in LANGUAGE.finditer(text):
            yield found.start(), Fact(kind="language", value=found[0].lower())


def roles(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the roles of messages that a sentence names."""
    for found in ROLE.finditer(text):
        yield found.start(), Fact(kind="role", value=found[1].lower())


def regions(text: str) -> Iterator[tuple[int, Fact]]:
    """Give the regions that a line names, each once."""
    for pattern, name in REGIONS:
        if found := re.search(pattern, text, re.IGNORECASE):
            yield found.start(), Fact(kind="region", value=name)


def names(text: str, *, chinese: bool) -> Iterator[tuple[int, Fact]]:
    """Give the names in a line of prose.

    What is marked as code, quoted, or written like an identifier is one; between Chinese characters, so is every
    small ASCII word that is not common.
    """
    chinese = chinese and CJK.search(text) is not None
    rest = URL.sub(lambda found: " " * len(found[0]), text)
    marked = {
        place for found in (*MARKED.finditer(rest), *QUOTED.finditer(rest)) for place in range(*found.span())
    }
    for found in NAME.finditer(rest):
        word, place = found[0], found.start()
        of_a_path = rest[place - 1 : place] == "/" and not word.isupper()
        if of_a_path or rest[place - 1 : place] in {"$", "\\"} or "." in word:
            word = word.partition(".")[0] if "." in word else ""
        for name in _split(word):
            if (kind := _kind(name, marked=place in marked, chinese=chinese)) is not None:
                yield place, Fact(kind=kind, value=name.lower())


def _split(word: str) -> list[str]:
    """Take apart names that a page's text has run together, such as `batchfile-extract`."""
    known = vocabulary()
    if not word or word in known or word.lower() in FORMATS or word.lower() in COMMON:
        return [word] if word else []
    models = [piece for piece in re.split(r"(?<=[a-z])(?=Qwen-)", word) if piece]
    if len(models) > 1:
        return models
    strong = sorted((name for name in known if len(name) >= 5), key=len, reverse=True)
    for name in strong:
        if word.startswith(name) and word[len(name)].isalpha() and word[len(name)].islower():
            return [name, *_split(word[len(name) :])]
    return [word]


def _kind(name: str, *, marked: bool, chinese: bool) -> str | None:
    lower = name.lower()
    if MODEL.fullmatch(name):
        return "model"
    if lower in FORMATS and (name.isupper() or marked or chinese):
        return "format"
    if "_" in name or (marked and name[0].islower()):
        return "name" if lower not in COMMON else None
    if "-" in name:
        return (
            "name" if name in vocabulary() or (chinese and name.islower() and lower not in COMMON) else None
        )
    if chinese and name.islower() and len(name) > 1 and lower not in COMMON:
        return "name"
    return None


def senses(text: str) -> Iterator[Fact]:
    """Give the words that could turn a sentence round."""
    rest = text
    for name, pattern in SENSES:
        if re.search(pattern, rest, re.IGNORECASE):
            yield Fact(kind="sense", value=name)
            rest = re.sub(pattern, " ", rest, flags=re.IGNORECASE)
