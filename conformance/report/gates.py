"""What the gate decided: as lines for a terminal, as Markdown for the page of a CI job, and as a badge."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from conformance.gate import Decision, Entry, Kind
from conformance.report import summary, words
from conformance.report.legible import one_line
from conformance.report.markdown import MARKS, code, escape, prose
from conformance.runs import Run
from conformance.verdicts import ExitStatus, Verdict

SHORT: Final = 160
LONG: Final = 300
LINES: Final = 40
SIGNS: Final[Mapping[Kind, str]] = {
    Kind.ERROR: MARKS[Verdict.ERROR],
    Kind.WORSE: MARKS[Verdict.FAIL],
    Kind.PROMISE: "⌛",
    Kind.LOST: MARKS[Verdict.UNPROVEN],
    Kind.STANDING: MARKS[Verdict.WARN],
    Kind.KNOWN: MARKS[Verdict.KNOWN],
    Kind.BEHIND: MARKS[Verdict.KNOWN],
    Kind.BETTER: "✅",
}
COLOURS: Final[Mapping[ExitStatus, str]] = {
    ExitStatus.PASSED: "brightgreen",
    ExitStatus.FAILED: "red",
    ExitStatus.UNPROVEN: "yellow",
}


def headline(decision: Decision) -> str:
    """Say in one line whether the gate opens, and why not."""
    counts = [
        words.plural(f"gate.count.{kind}", n)
        for kind in (Kind.ERROR, Kind.WORSE, Kind.PROMISE, Kind.LOST)
        if (n := len(decision.of(kind)))
    ]
    counts += [words.plural("gate.count.stray", n)] if (n := len(decision.strays)) else []
    why = words.listed(counts) if counts else words.say(f"gate.because.{int(decision.status)}")
    state = words.say("gate.open" if decision.status is ExitStatus.PASSED else "gate.shut")
    return words.say("gate.headline", state=state, status=str(int(decision.status)), why=why)


def judged(decision: Decision) -> str:
    """Say how many clauses were judged, of how many."""
    before = decision.judged_before
    key = "gate.judged" if before is None else "gate.judged.both"
    return words.say(key, judged=decision.judged, clauses=decision.clauses, before=before or 0)


def as_lines(decision: Decision) -> Iterator[str]:
    """Write a decision for a terminal, the headline last."""
    yield judged(decision)
    yield from map(_safe, decision.said)
    yield from (_safe(sentence, Kind.PROMISE) for sentence in decision.strays)
    for kind in Kind:
        entries = decision.of(kind)
        yield from (_line(entry) for entry in entries[:LINES])
        if len(entries) > LINES:
            yield f"{kind:9} {words.say('gate.more', n=len(entries) - LINES)}"
    yield headline(decision)


def as_markdown(decision: Decision, run: Run) -> str:
    """Write a decision for the page of a CI job."""
    parts = [
        f"# {escape(words.say('title', target=run.header.target))}: {escape(headline(decision))}",
        escape(judged(decision)),
    ]
    if decision.said or decision.strays:
        parts.append("\n".join(f"- {escape(sentence)}" for sentence in (*decision.strays, *decision.said)))
    for kind in Kind:
        if entries := decision.of(kind):
            lines = [_item(entry) for entry in entries[:LINES]]
            lines += [f"- {words.say('gate.more', n=len(entries) - LINES)}"] * (len(entries) > LINES)
            parts += [f"## {words.say(f'gate.title.{kind}')}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n\n"


def as_badge(decision: Decision, run: Run) -> str:
    """Write the JSON that shields.io draws a badge of; the denominator stands on it."""
    tally = summary.whole(run)
    document = {
        "schemaVersion": 1,
        "label": words.say("gate.badge.label", target=one_line(run.header.target, limit=40)),
        "message": words.say("gate.badge", held=tally.held, exercised=tally.exercised),
        "color": COLOURS.get(decision.status, "lightgrey"),
    }
    return json.dumps(document, indent=2) + "\n"


def told(entry: Entry, *, limit: int = SHORT) -> str:
    """Say on one line why a clause is named."""
    contrast = summary.contrast(entry.finding, limit=limit) if entry.finding else ""
    reason = one_line(entry.row.reason, limit=limit)
    if entry.kind in {Kind.PROMISE, Kind.KNOWN}:
        return "; ".join(filter(None, [reason, contrast]))
    return contrast or reason


def change(entry: Entry) -> str:
    """Say how the verdict moved, or what it is where no earlier run has one."""
    verdict = str(entry.row.verdict)
    return verdict if entry.before in {None, entry.row.verdict} else f"{entry.before} → {verdict}"


def _line(entry: Entry) -> str:
    row = entry.row
    why = told(entry)
    return _safe(f"{row.id} ({row.level}): {change(entry)}{f'; {why}' if why else ''}", entry.kind)


def _safe(text: str, kind: str = "") -> str:
    # What stands behind these two signs, even amid a line, is a command to the runners of CI.
    line = one_line(text, limit=4 * LONG).replace("##[", "## [")
    return f"{kind:9} {line}" if kind else line


def _item(entry: Entry) -> str:
    row = entry.row
    head = f"- {SIGNS[entry.kind]} **{change(entry)}** {code(row.id)} ({escape(row.level)}) {prose(row.text)}"
    why = told(entry, limit=LONG)
    return f"{head} — {escape(why, limit=2 * LONG)}" if why else head
