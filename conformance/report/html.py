"""report.html: one file that opens offline and lets nothing that a target said act.

Three walls stand one behind the other: every string that a template prints passes `legible` and is
escaped; the exchanges are data that the script shows as text nodes only; and the page's own policy
forbids all network and every script and style but the two whose digests it names.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.report import charts, evidence, speeds, summary, traffic, words
from conformance.report.legible import legible
from conformance.runs import Run
from conformance.verdicts import Verdict

TEMPLATES: Final = Path(__file__).parent / "templates"
STYLES: Final = ("report.css", "sections.css", "speeds.css")
SCRIPTS: Final = ("theme.js", "language.js", "report.js", "traffic.js")
LONGEST: Final = 2_000
# What the scripts of the report say.
PHRASES: Final = words.WORDS.beginning("x.", "filter.", "traffic.")
POLICY: Final = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def as_html(run: Run) -> str:
    """Write report.html."""
    gathered = evidence.gather(run)
    drawn, top = charts.whiskers(run)
    return render(
        "report.html",
        STYLES,
        SCRIPTS,
        run=run,
        traffic=Markup(traffic.as_script(run, evidence.shown_numbers(gathered), PHRASES)),  # noqa: S704
        host=host(run.header.base_url),
        headline=summary.headline(run),
        ending=summary.ending(run),
        trouble=summary.trouble(run),
        total=summary.whole(run),
        chapters=summary.by_chapter(run),
        levels=summary.by_level(run),
        groups={name: [gathered[row.id] for row in rows] for name, rows in summary.chapters(run).items()},
        gathered=gathered,
        not_held=[gathered[row.id] for row in summary.not_held(run)],
        owed=[gathered[row.id] for row in summary.owed(run)],
        stale=summary.stale(run),
        causes=summary.causes(run),
        whiskers=drawn,
        top=top,
        timeline=charts.timeline(run),
        panels=speeds.panels(run),
    )


def render(
    template: str, styles: Iterable[str], scripts: Iterable[str], folder: Path = TEMPLATES, **values: Any
) -> str:
    """Write a page from its template; nothing but these styles and scripts of ours can act in it.

    What is not in the folder is the report's.
    """
    style, script = _joined(styles, folder), _joined(scripts, folder)
    # The policy's digests are of the text between the tags, to the byte; both texts are our own.
    return (
        _environment(folder)
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            policy=POLICY.format(script=_digest(script), style=_digest(style)),
            **values,
        )
    )


def data(**values: Any) -> Markup:
    """Give what a page's scripts read, so that it cannot end the element around it."""
    return Markup(traffic.encoded(values))  # noqa: S704


def host(base_url: str) -> str:
    """Name the host of a base URL without anything secret that may stand before it."""
    try:
        return urlsplit(base_url).netloc.rpartition("@")[2] or base_url
    except ValueError:
        return base_url


def prose(text: str) -> Markup:
    """Set one of our own sentences, with code between back quotes."""
    pieces = legible(text, limit=LONGEST).split("`")
    if len(pieces) % 2 == 0:
        return escape("`".join(pieces))
    wrapped = (Markup("<code>{}</code>").format(piece) for piece in pieces[1::2])
    return Markup("").join(
        piece for pair in zip_longest(map(escape, pieces[::2]), wrapped) for piece in pair if piece
    )


def attribute(name: str, phrase: str) -> Markup:
    """Give an attribute of an element in English, with its Chinese beside it for the script to turn to."""
    english, chinese = _both(phrase)
    beside = Markup(' data-zh-{}="{}"').format(name, chinese) if chinese != english else ""
    return Markup('{}="{}"{}').format(name, english, beside)


def turned(phrase: str) -> Markup:
    """Give the attribute that holds the Chinese of an element that can hold nothing but text."""
    english, chinese = _both(phrase)
    return Markup(' data-zh="{}"').format(chinese) if chinese != english else Markup("")


def _both(phrase: str) -> tuple[str, str]:
    return legible(str(phrase), limit=LONGEST), legible(str(words.in_chinese(phrase)), limit=LONGEST)


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES], encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(
        prose=prose,
        say=words.say,
        plural=words.plural,
        word=words.word,
        attribute=attribute,
        turned=turned,
        plain=str,
        number=words.number,
        duration=words.duration,
        size=words.size,
        moment=words.moment,
        bar=charts.bar,
        kind_word=charts.kind_word,
        web=evidence.web,
        untested=evidence.untested,
        columns=summary.COLUMNS,
        chart=charts,
        speeds=speeds,
    )
    environment.tests["unproven"] = lambda verdict: verdict is Verdict.UNPROVEN
    return environment


def _shown(value: Any) -> Any:
    """Stand between every value and the page; markup is ours alone and goes through as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if beside := turned(value):
        return Markup("<span{}>{}</span>").format(beside, legible(str(value), limit=LONGEST))
    return legible(value, limit=LONGEST)


def _joined(names: Iterable[str], folder: Path) -> str:
    paths = (folder / name if (folder / name).exists() else TEMPLATES / name for name in names)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
