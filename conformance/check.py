"""Judges recorded traffic by openapi.yaml, the laws and the SDK, with no network; what a recording cannot show is unproven."""

import dataclasses
import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from conformance import judging, laws, sdk, troubles
from conformance.attestations import RECORDED
from conformance.clauses import Clause, registry
from conformance.contract import contract
from conformance.deviations import Deviation
from conformance.exchange import Exchange
from conformance.judging import Scope, gathered, measure, row
from conformance.notices import Notice, note
from conformance.pacing import NoPace
from conformance.recorded import Recording
from conformance.recorder import shortened
from conformance.replies import tokens_told
from conformance.runs import Footer, Header, Run, Totals
from conformance.sdk import Compatibility
from conformance.session import Session, Settings, release
from conformance.targets import Target
from conformance.trace import Trace
from conformance.verdicts import ExitStatus, Finding, Verdict, exit_status

UNSHOWN = "recorded: a recording cannot show it"
UNMET = "recorded: nothing in the recording shows it"
# What a recording does not tell: whose the keys are, and what they may do.
UNTOLD = frozenset({"authentication.bearer"})
# What only the moment of a request can show.
TIMED = frozenset({"uploads.created-at", "batches.created-at", "batches.timestamps"})
# Of these the schema says all but a rare fault, which a law tells.
ONLY_ACCUSED = frozenset(
    {
        *("chat.completion-tokens", "chat.created", "chat.id", "chat.media-type", "chat.prompt-tokens"),
        *("deletion.deleted", "retrieval.found", "uploads.id"),
    }
)
LISTS = frozenset({"listFiles", "listBatches"})
READS = LISTS | {"retrieveFile", "retrieveBatch"}
WRITES = frozenset({"uploadFile", "deleteFile", "createBatch", "cancelBatch"})
# Recorded moments are whole milliseconds, in seconds.
GRAIN = 0.002


def shown(recording: Recording) -> frozenset[str]:
    """Name the clauses that such a recording can show to hold or not."""
    measurable = contract().clauses() | laws.CLAUSES | sdk.JUDGED
    return frozenset(
        clause.id
        for clause in registry()
        if clause.id in measurable - UNTOLD - (frozenset() if recording.timed else TIMED)
        and clause.level != "observed"
        and clause.chapter != "isolation"
    )


def judged(recording: Recording, compatibility: Compatibility) -> tuple[Finding, ...]:
    """Judge each exchange, and what each account did and saw.

    Where a clause says more than a schema can, that an answer has the right form proves nothing yet.
    """
    found = {
        finding: None
        for finding in measure(recording.exchanges, compatibility)
        if finding.verdict is not Verdict.PASS or finding.clause not in laws.CLAUSES - ONLY_ACCUSED
    }
    for account in recording.accounts:
        found |= dict.fromkeys(laws.judge(trace(recording, account)))
    kept = shown(recording)
    return tuple(finding for finding in found if finding.clause in kept)


def trace(recording: Recording, account: str) -> Trace:
    """Give what one account did and saw, and what others deleted; reads amid other requests are left out.

    What is read while something is written, or while another list is made, may lawfully be as it was before or after.
    """
    mine = [
        dataclasses.replace(each, account="first" if each.account == account else "other")
        for each in recording.exchanges
        if each.account == account or each.request.method == "DELETE"
    ]
    amid = set(_amid(mine))
    return Trace(tuple(each for each in mine if each.number not in amid), sole=False)


def _amid(exchanges: Sequence[Exchange]) -> Iterator[int]:
    """Give the numbers of the reads that overlap a write or a list."""
    stirring = sorted(
        (each.started, each.started + each.seconds, each.number)
        for each in exchanges
        if each.operation in WRITES | LISTS
    )
    starts = [start for start, _, _ in stirring]
    # The two that end last of all that have begun: one of them may be the read itself.
    latest: list[list[tuple[float, int]]] = [[]]
    for _, end, number in stirring:
        latest.append(sorted([*latest[-1], (end, number)])[-2:])
    for each in exchanges:
        if each.operation in READS:
            begun = latest[bisect_left(starts, each.started + each.seconds - GRAIN)]
            if any(end > each.started + GRAIN for end, number in begun if number != each.number):
                yield each.number


def run(recording: Recording, deviations: tuple[Deviation, ...] = ()) -> Run:
    """Rule on every clause and give the whole run; the same recording gives the same run."""
    compatibility = Compatibility()
    known = registry()
    found = gathered(judged(recording, compatibility), ())
    begun = dt.datetime.fromtimestamp(recording.begun, dt.UTC)
    scope = Scope(region=recording.region, left_out=_left_out(recording))
    ruled, strays = judging.ruled(known, found, scope, deviations, begun.date())
    status = exit_status(ruled)
    if strays and status is ExitStatus.PASSED:
        status = ExitStatus.FAILED
    if all(ruling.verdict in {Verdict.UNPROVEN, Verdict.ABSENT} for ruling in ruled):
        status = ExitStatus.EMPTY
    exchanges = recording.exchanges
    return Run(
        header=Header(
            target=f"file:{recording.name}",
            region=recording.region,
            base_url=recording.base_url,
            started=begun.isoformat(timespec="seconds"),
            contract=known.digest,
            version=release(),
            profile=RECORDED,
            lane=RECORDED,
            seed=0,
            pace=RECORDED,
        ),
        exchanges=tuple(map(shortened, exchanges)),
        findings=tuple(finding for name in sorted(found) for finding in found[name]),
        clauses=tuple(row(known[each.clause], each, (), exchanges, compatibility) for each in ruled),
        conflicts=known.conflicts,
        footer=Footer(
            exit_status=int(status),
            totals=_totals(exchanges),
            note=" ".join(strays),
            compatible=compatibility.count(exchanges),
            infrastructure=troubles.count(exchanges),
            notices=notices(recording),
        ),
    )


def _left_out(recording: Recording) -> Mapping[str, str]:
    """Say of each clause why it is unproven where nothing was found: nobody can ask a recording for more."""
    can = shown(recording)
    return {
        clause.id: f"untestable: {clause.untestable}"
        if clause.untestable
        else UNMET
        if clause.id in can
        else UNSHOWN
        for clause in registry()
    }


def _totals(exchanges: Sequence[Exchange]) -> Totals:
    begin = min(each.started for each in exchanges)
    end = max(each.started + each.seconds for each in exchanges)
    return Totals(
        requests=len(exchanges),
        uploads=sum(each.request.is_upload for each in exchanges),
        bytes_sent=sum(each.request.body_bytes for each in exchanges),
        tokens=sum(tokens_told(each) or 0 for each in exchanges),
        seconds=round(end - begin, 2),
    )


def notices(recording: Recording) -> tuple[Notice, ...]:
    """Say what was judged of a recording, and what not."""
    told = [f"{len(recording.exchanges)} recorded exchanges were judged; nothing was sent."]
    if recording.left_out:
        reasons = ", ".join(f"{n} {why}" for why, n in recording.left_out)
        told.append(f"{sum(n for _, n in recording.left_out)} entries were left out: {reasons}.")
    forms = sum(each.request.is_upload and not each.request.parts for each in recording.exchanges)
    if forms:
        told.append(f"Of {forms} uploads it is not recorded what was sent: their files are nobody's.")
    bodies = sum(each.answer is not None and each.answer.cut for each in recording.exchanges)
    if bodies:
        told.append(f"{bodies} answers were not kept whole, and are not judged.")
    if recording.keyless:
        told.append("No key was recorded: all is taken for the traffic of one account.")
    elif len(recording.accounts) > 1:
        told.append(f"{len(recording.accounts)} keys were used: each is judged for itself.")
    if not recording.timed:
        told.append("No times were recorded: what only they can show is unproven.")
    elif recording.skew:
        told.append(
            f"The recorder's clock was {recording.skew:+} s off the server's: its times are put right."
        )
    return tuple(map(note, told))


class Replay(Session):
    """A run of pytest's over a recording: what is in it is judged, and nothing is sent."""

    recorded = True

    def __init__(self, recording: Recording, settings: Settings) -> None:
        target = Target(name=f"file:{recording.name}", region=recording.region, base_url=recording.base_url)
        super().__init__(target, settings, NoPace())
        self.recording = recording
        self.notices = notices(recording)

    def in_scope(self, clause: Clause) -> str:
        """Give the reason why no recording shows a clause, or nothing where one can."""
        reason = _left_out(self.recording)[clause.id]
        return "" if reason == UNMET else reason

    def judged(self) -> tuple[Finding, ...]:
        """Give what the recording shows."""
        return self._found

    @cached_property
    def _found(self) -> tuple[Finding, ...]:
        return judged(self.recording, self.compatibility)

    def clean(self) -> None:
        """Leave things alone: nothing was made."""

    def run(self, *, interrupted: bool = False, selected: frozenset[str] | None = None) -> Run:  # noqa: ARG002
        """Rule on every clause, whichever tests were selected."""
        whole = run(self.recording, self.settings.deviations)
        status = ExitStatus.INTERRUPTED if interrupted else whole.footer.exit_status
        return dataclasses.replace(whole, footer=dataclasses.replace(whole.footer, exit_status=int(status)))
