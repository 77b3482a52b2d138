"""summary.md for the page of a CI job: the headline, the table, and the clauses that did not hold."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from conformance.report import summary, words
from conformance.report.legible import one_line
from conformance.report.summary import Tally
from conformance.runs import ClauseRow, Run
from conformance.verdicts import Finding, Verdict

MARKS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: "❌",
    Verdict.WARN: "⚠️",
    Verdict.KNOWN: "📌",
    Verdict.UNPROVEN: "❔",
    Verdict.ERROR: "💥",
}
SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>|~$&]|(?<=www)\.|:(?=//)")
SUMMONING: Final = re.compile(r"[@#]")
LONG: Final = 300
LINES: Final = 100


def as_markdown(run: Run) -> str:
    """Write summary.md."""
    findings = run.findings_by_clause()
    sections = [
        f"# {escape(words.say('title', target=run.header.target))}: {summary.headline(run)}",
        _facts(run),
        f"**{summary.ending(run)}** {_score(summary.whole(run))} {escape(summary.trouble(run))}".rstrip(),
        *_notices(run),
        _table(words.say("chapter"), (*summary.by_chapter(run), _total(run))),
        _table(words.say("level"), summary.by_level(run)),
        *_section("attention", summary.not_held(run), findings),
        *_section("owed", summary.owed(run), findings),
        *_stale(summary.stale(run)),
    ]
    return "\n\n".join(sections) + "\n"


def escape(text: str, *, limit: int = LONG) -> str:
    """Write text so that Markdown shows it as it is: no markup, no link, nobody mentioned."""
    escaped = SPECIAL.sub(lambda found: "\\" + found[0], one_line(text, limit=limit))
    return SUMMONING.sub(lambda found: found[0] + "<!-- -->", escaped)


def prose(text: str) -> str:
    """Write one of our own sentences; what it holds between back quotes stays code."""
    pieces = one_line(text, limit=LONG).split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return "".join(code(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def code(text: str) -> str:
    """Write a short name of ours as code; what could end the code or the table's cell is dropped."""
    return "`" + re.sub(r"[`|]", "", one_line(text, limit=120)) + "`"


def _facts(run: Run) -> str:
    header = run.header
    facts = [
        code(header.base_url),
        *(
            f"{words.say(f'fact.{name}').lower()} {escape(value)}"
            for name, value in (
                ("region", header.region),
                ("started", words.moment(header.started)),
                ("profile", header.profile),
                ("seed", str(header.seed)),
                ("version", header.version),
            )
        ),
        f"{words.say('fact.contract').lower()} {code(header.contract)}",
    ]
    return " · ".join(facts)


def _score(tally: Tally) -> str:
    return words.say("score.sentence", held=tally.held, exercised=tally.exercised, all=tally.all)


def _notices(run: Run) -> list[str]:
    return ["\n".join(f"- **{each.level}** {escape(each.text)}" for each in run.footer.notices)] * bool(
        run.footer.notices
    )


def _total(run: Run) -> Tally:
    return Tally(name=words.say("matrix.all"), counts=summary.whole(run).counts)


def _table(corner: str, tallies: Iterable[Tally]) -> str:
    columns = [corner, words.say("matrix.score"), *map(str, summary.COLUMNS)]
    lines = [_cells(columns), _cells(["---", *["---:"] * (len(columns) - 1)])]
    for tally in tallies:
        counts = (tally.counts[verdict] for verdict in summary.COLUMNS)
        shown = (words.number(count) if count else "·" for count in counts)
        lines.append(_cells([escape(tally.name), tally.score, *shown]))
    return "\n".join(lines)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _section(
    title: str, rows: tuple[ClauseRow, ...], findings: Mapping[str, tuple[Finding, ...]]
) -> list[str]:
    if not rows:
        return []
    lines = [_line(row, findings.get(row.id, ())) for row in rows[:LINES]]
    if len(rows) > LINES:
        lines.append(f"- {words.say('attention.more', n=len(rows) - LINES)}")
    return [f"## {words.say(title)}", "\n".join(lines)]


def _stale(rows: tuple[ClauseRow, ...]) -> list[str]:
    if not rows:
        return []
    lines = [f"- {code(row.id)} {prose(row.text)} — {escape(row.stale)}" for row in rows[:LINES]]
    if len(rows) > LINES:
        lines.append(f"- {words.say('attention.more', n=len(rows) - LINES)}")
    return [f"## {words.say('stale')}", "\n".join(lines)]


def _line(row: ClauseRow, findings: Iterable[Finding]) -> str:
    finding = summary.telling(row, findings)
    told = [row.reason, summary.contrast(finding, limit=LONG) if finding else ""]
    why = "; ".join(escape(part) for part in told if part)
    head = f"- {MARKS[row.verdict]} **{row.verdict}** {code(row.id)} ({escape(row.level)}) {prose(row.text)}"
    return f"{head} — {why}" if why else head
