"""Every word that the views say themselves, and how they write numbers; nothing a target said is here.

One language is one table, so that another language is one table more.
"""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "language": "en",
    "title": "Conformance of {target}",
    "product": "Model Studio conformance",
    "skip": "Skip to the clauses",
    "theme": "Light or dark",
    "nav.unproven": "Unproven",
    "nav.conflicts": "Conflicts",
    "nav.cost": "Cost",
    "nav.traffic": "Traffic",
    # nouns
    "clause.one": "{n} clause",
    "clause.many": "{n} clauses",
    "failed.one": "1 clause failed",
    "failed.many": "{n} clauses failed",
    "owed.one": "1 required clause is unproven",
    "owed.many": "{n} required clauses are unproven",
    "erred.one": "1 clause met an error of our own",
    "erred.many": "{n} clauses met an error of our own",
    "exchange.one": "{n} exchange",
    "exchange.many": "{n} exchanges",
    "times": "{n} times",
    # verdicts and levels
    "verdict": "Verdict",
    "level": "Level",
    "chapter": "Chapter",
    "meaning.pass": "Exercised, and held.",
    "meaning.fail": "A must did not hold.",
    "meaning.warn": "A should did not hold.",
    "meaning.known": "Did not hold, and a deviation that is still valid says so.",
    "meaning.observed": "Recorded, not judged.",
    "meaning.absent": "This region does not offer it.",
    "meaning.unproven": "Could not be exercised; the reason is named.",
    "meaning.error": "The suite's own fault.",
    "meaning.must": "Stated as a rule by the newest page for this region.",
    "meaning.should": "Shown by a sample, or follows from a rule.",
    "meaning.observed-level": "Seen in answers, or left open by every page.",
    # exit statuses
    "exit.0": "nothing failed, and everything required was proven",
    "exit.1": "something failed",
    "exit.2": "the run was interrupted",
    "exit.3": "the suite itself failed",
    "exit.4": "the command line asked for something impossible",
    "exit.5": "nothing was exercised",
    "exit.6": "nothing failed, but a required clause is unproven",
    "exit.other": "no meaning is known for it",
    "exit.sentence": "Exit status {status}: {words}.",
    "headline.0": "Everything required held",
    "headline.1": "Something failed",
    "headline.2": "The run was interrupted",
    "headline.3": "The suite itself failed",
    "headline.4": "The run could not begin",
    "headline.5": "Nothing was exercised",
    "headline.6": "Nothing failed, but something required is unproven",
    "headline.unproven": "Nothing failed, but {owed}",
    "headline.other": "The run ended with status {status}",
    # infrastructure
    "sarif.root": "A checkout of model-studio-conformance.",
    "sarif.error": "{clause} could not be judged: {reason}",
    "trouble.sentence": "{n} of {all} exchanges met trouble: {kinds}; {ending}.",
    "trouble.kind": "{n} × {kind}",
    "repeated.one": "1 was repeated with success",
    "repeated.many": "{n} were repeated with success",
    "trouble.lasting": "none was repeated with success",
    "trouble.timeout": "no answer in time",
    "trouble.reset": "broken connection",
    "trouble.truncated": "answer cut short",
    "trouble.unreachable": "no connection",
    "trouble.dns": "host not found",
    "trouble.tls": "TLS failure",
    "trouble.unreadable": "unreadable answer",
    "trouble.html": "HTML page",
    "notices": "Before the run",
    # facts of the header
    "fact.region": "Region",
    "fact.base": "Base URL",
    "fact.started": "Started",
    "fact.contract": "Contract",
    "fact.profile": "Profile",
    "fact.lane": "Lane",
    "fact.seed": "Seed",
    "fact.pace": "Pace",
    "fact.version": "Suite version",
    # what live runs have shown
    "attested": "Last seen to hold live",
    "attested.never": "never",
    "attested.held": "{date} in {region}",
    "attested.contradicted": "seen not to hold on {date} in {region}",
    # the matrix
    "matrix": "Verdicts",
    "matrix.chapters": "Chapters and verdicts",
    "matrix.levels": "Levels and verdicts",
    "matrix.score": "held / exercised / all",
    "matrix.all": "All chapters",
    "matrix.note": (
        "Exercised clauses were put to the test and judged. Observed ones are recorded, not judged, and "
        "stand apart; absent, unproven and error were not judged either."
    ),
    "matrix.legend": "What the verdicts and levels mean",
    "score": "{held} / {exercised} / {all}",
    "score.sentence": "{held} of {exercised} exercised clauses held; the contract has {all}.",
    # what needs a look
    "attention": "What did not hold",
    "attention.none": "Every clause that was exercised held.",
    "attention.more": "{n} more: see the full list.",
    "owed": "Required, but unproven",
    "stale": "Stale: a newer copy of their page says otherwise",
    "stale.one": "1 clause is stale",
    "stale.many": "{n} clauses are stale",
    "stale.sentence": "{counted}, as a newer copy of the page says otherwise: {names}.",
    "expected": "Expected",
    "actual": "Actual",
    "contrast": "expected {expected}; got {actual}",
    "contrast.expected": "expected {expected}",
    "contrast.actual": "got {actual}",
    # the clauses
    "clauses": "Clauses",
    "filter": "Filter the clauses",
    "filter.search": "Search",
    "filter.placeholder": "id, sentence, source, reason …",
    "filter.all-levels": "every level",
    "filter.all-chapters": "every chapter",
    "filter.clear": "Clear filters",
    "filter.shown": "{shown} of {all} clauses shown",
    "filter.none": "No clause matches these filters.",
    "expand": "Expand all",
    "collapse": "Collapse all",
    "why": "Why",
    "why.untestable": "No test exists: {reason}",
    "why.silent": "No finding was recorded.",
    "why.more": "{n} more findings are in the run log.",
    "sources": "Sources",
    "applies": "Applies to",
    "regions": "Regions",
    "needs": "Needs",
    "tests": "Tests",
    "tests.more": "{n} more tests are in the run log.",
    "link": "Link to this clause",
    "required": "required",
    "evidence": "Exchanges",
    "evidence.more": "{n} more, under “All traffic”.",
    "evidence.numbers": "exchange {numbers}",
    # the rate probe
    "rates.title": "The rate probe: requests over time",
    "rates.lane.uploads": "Uploads",
    "rates.lane.others": "Retrieval, list and deletion",
    "rates.estimate": "Estimate: {estimate}",
    "rates.counts": "{admitted} admitted, {refused} refused",
    "rates.counts.unanswered": "{unanswered} without an answer to that",
    "rates.drawing": "{lane}: {counts}. {estimate}. Documented: {documented} a second.",
    "rates.silence": "{seconds} of silence",
    "rates.phase.paced": "documented rate",
    "rates.phase.control": "single requests",
    "rates.phase.again": "documented rate, again",
    "rates.phase.flood": "flood",
    "rates.phase.flood-again": "flood, again",
    "rates.phase.beside": "beside",
    "rates.phase.recovery": "recovery",
    "rates.phase.mix": "mix",
    "rates.phase.cleaning": "clean-up",
    "rates.legend.sent": "sent within the last second",
    "rates.legend.admitted": "admitted within the last second",
    "rates.legend.limit": "documented limit",
    "rates.legend.estimate": "estimate, with its uncertainty",
    "rates.legend.mark.admitted": "a request admitted",
    "rates.legend.mark.refused": "a request refused for its speed",
    "rates.legend.mark.second": "another account's request",
    "rates.note": (
        "Within any one second a limiter may admit more than its rate: what it lets in at once comes on top. The "
        "estimate rests on the flood, in which there was always too much; it takes the limiter for one that refills "
        "evenly, and may be off by a window's worth for one that counts by the clock."
    ),
    # the other sections
    "unproven": "Not proven, and why",
    "unproven.none": "Nothing was left unproven.",
    "unproven.silent": "No reason was given.",
    "conflicts": "Where the documents disagree",
    "conflicts.none": "No contradiction between the documents touches this contract.",
    "conflicts.readings": "Readings",
    "conflicts.adopted": "Adopted",
    "conflicts.chosen": "adopted",
    "conflicts.why": "Why",
    "conflicts.probe": "Asked by",
    "conflicts.clauses": "Clauses",
    "sdk.sentence": "The official SDK can use {usable} of {answers} answers.",
    "sdk.usable": "The official SDK's users can work with these answers all the same.",
    "sdk.unusable": "The official SDK's users cannot work with these answers.",
    "cost": "What this cost",
    "cost.requests": "Requests",
    "cost.uploads": "Uploads",
    "cost.bytes": "Bytes sent",
    "cost.tokens": "Tokens used",
    "cost.seconds": "Wall time",
    "cost.billable": "Chat and batch tasks, apart",
    "cost.billable.in": "requests, {uploads} uploads among them",
    "cost.probe": "Rate probe, apart",
    "cost.probe.in": "requests, {uploads} uploads among them, in {seconds}",
    "cost.operation": "Operation",
    "cost.unnamed": "outside the contract",
    "cost.unanswered": "No answer",
    "cost.min": "Min",
    "cost.median": "Median",
    "cost.p95": "p95",
    "cost.scale": "0 to {top}: line from min to p95, mark at the median",
    "traffic": "All traffic",
    "traffic.empty": "Nothing was sent.",
    "traffic.open": "Show the exchanges",
    "traffic.timeline": "Requests over {seconds}, by kind of answer",
    "traffic.script": "The exchanges are shown by JavaScript; the same ones are in run.jsonl.",
    "traffic.filter": "Search the exchanges",
    "traffic.placeholder": "path, status, account, test, body …",
    "traffic.status": "Answer",
    "traffic.any": "every answer",
    "traffic.none": "no answer",
    "traffic.shown": "{shown} of {all} exchanges",
    "traffic.further": "Show {n} more",
    "traffic.omitted": "{n} more exchanges are only in run.jsonl: this page is kept small.",
    "traffic.bounded": "Long bodies are cut here; run.jsonl holds them as they were recorded.",
    # one exchange; these are shown by the script
    "x.request": "Request",
    "x.answer": "Answer",
    "x.headers": "Headers ({n})",
    "x.parts": "Parts of the body",
    "x.bytescount": "{n} bytes",
    "x.file": "file name {filename}",
    "x.body": "Body, {size} bytes",
    "x.nobody": "No body.",
    "x.noanswer": "No answer came.",
    "x.trouble": "Trouble: {trouble}",
    "x.attempt": "attempt {n}",
    "x.repeated": "repeated afterwards",
    "x.account": "account: {account}",
    "x.test": "Test",
    "x.notes": "Notes",
    "x.curl": "Reproduce",
    "x.copy": "Copy",
    "x.copied": "Copied",
    "x.copyfailed": "Selected: press Ctrl+C",
    "x.stopped": "the recorder stopped here: more came",
    "x.bytes": "not UTF-8: other bytes are written \\xNN",
    "x.more": "{n} more are only in run.jsonl",
    "x.sent": "{n} bytes sent",
    # the terminal
    "plan.all": "All",
    "plan.requests": "requests",
    "plan.uploads": "uploads",
    "plan.bytes": "bytes",
    "plan.tokens": "tokens",
    "plan.minutes": "minutes",
    "plan.closing": "Nothing was sent to {target}: this was counted on the built-in mock in its place. Uploads and other "
    "requests go side by side; waiting for what a target takes its time with comes on top.",
    "terminal.more": "… and {n} more: see report.html",
    # the gate
    "gate.open": "open",
    "gate.shut": "shut",
    "gate.headline": "The gate is {state} (exit status {status}): {why}.",
    "gate.because.0": "nothing got worse",
    "gate.because.3": "the suite itself failed",
    "gate.because.6": "this run proves too little",
    "gate.count.error.one": "1 clause met an error of our own",
    "gate.count.error.many": "{n} clauses met an error of our own",
    "gate.count.worse.one": "1 clause got worse",
    "gate.count.worse.many": "{n} clauses got worse",
    "gate.count.promise.one": "1 deviation is not true any more",
    "gate.count.promise.many": "{n} deviations are not true any more",
    "gate.count.lost.one": "1 clause was not proven",
    "gate.count.lost.many": "{n} clauses were not proven",
    "gate.count.stray.one": "1 deviation fits no clause",
    "gate.count.stray.many": "{n} deviations fit no clause",
    "gate.judged": "Judged: {judged} of {clauses} clauses.",
    "gate.judged.both": "Judged: {judged} of {clauses} clauses, and {before} in BASE.",
    "gate.more": "… and {n} more",
    "gate.title.error": "Errors of our own",
    "gate.title.worse": "Got worse",
    "gate.title.promise": "Promises that are not true any more",
    "gate.title.lost": "Not proven any more",
    "gate.title.standing": "Not worse than before, and still not well",
    "gate.title.known": "Known",
    "gate.title.behind": "Unproven behind what is known",
    "gate.title.better": "Got better",
    # runs over time
    "trend.title": "{target} ({region}): {runs}, {first} to {last}",
    "trend.runs.one": "1 run",
    "trend.runs.many": "{n} runs",
    "trend.span": "{low} to {high}",
    "trend.still": "No verdict changed.",
    "trend.more": "… and {n} earlier changes",
    "trend.contract": "At {at} the contract changed to {contract}: {shared} clauses are in both, {gone} are gone, {come} "
    "are new; changes are counted on those that both have.",
    "trend.left": "Left out: the run of {target} that began {at} is not whole (exit status {status}).",
    "trend.page": "Runs over time",
    "trend.lead": "Verdicts and latencies of each target, run after run, the youngest on the right.",
    "trend.clauses": "Clauses by verdict",
    "trend.seconds": "Latency by operation",
    "trend.drawing": "{name} over time: {last} in the youngest run; the drawing ends at {top}.",
    "trend.note": "Each drawing begins at nothing and has a scale of its own. Latencies: the full line is the median, the "
    "faint one the 95th percentile. A dashed line is a change of the contract.",
    "trend.changes": "What changed",
    "trend.all": "All runs",
    "trend.run": "Run",
    "trend.clause": "Clause",
    "trend.before": "Before",
    "trend.after": "After",
    "trend.status": "Exit status",
    "trend.of": "Clauses",
    "gate.badge": "{held} of {exercised} hold",
    "gate.badge.label": "conformance of {target}",
}

CUT: Final = "… [cut: {all} characters]"


def say(key: str, **values: object) -> str:
    """Say one thing; numbers are written with separators."""
    written = {name: number(value) if type(value) is int else value for name, value in values.items()}
    return ENGLISH[key].format(**written)


def plural(key: str, n: int) -> str:
    """Say how many of a thing there are."""
    return say(f"{key}.{'one' if n == 1 else 'many'}", n=n)


def number(n: int) -> str:
    """Write a whole number with separators."""
    return f"{n:,}"


def duration(seconds: float) -> str:
    """Write a duration in the unit that it is read in."""
    if seconds < 0.0005:
        return "0 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{number(minutes)} min {rest:02d} s"


def size(count: int) -> str:
    """Write a number of bytes in the unit that it is read in."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"


def moment(iso: str) -> str:
    """Write an ISO 8601 moment in UTC to the minute; what is none stays as it is."""
    day, mark, time = iso.partition("T")
    if not mark or len(time) < 5 or not time.endswith(("Z", "+00:00")):
        return iso
    return f"{day} {time[:5]} UTC"
