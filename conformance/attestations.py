"""When each clause was last seen to hold on the real service, region by region: specs/attestations, read and written.

A machine writes them (`conformance attest`), people read their diff. A clause that held keeps its date when it is seen
not to hold later: it is then `contradicted` since that day, until it holds again.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from conformance import specs
from conformance.errors import SpecsError, UsageError
from conformance.gate import NO_RUN
from conformance.regions import BASE_PATH, Region, regions
from conformance.runs import Attested, ClauseRow, Run
from conformance.targets import MOCKS
from conformance.verdicts import NOT_HELD, Verdict

FOLDER: Final = "attestations"
FIELDS: Final = frozenset({"clause", "held", "contradicted", "contract", "version"})
RECORDED: Final = "recorded"
PREAMBLE: Final = """\
# When each clause was last seen to hold on the real service in {name}. `conformance attest RUN` writes this file:
# `held` is when that run began, `contract` and `version` what it was judged by; `contradicted` is when a later run saw
# that the clause did not hold.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What live runs in one region have shown of one clause; the moments are the beginnings of the runs, in UTC.

    `contract` and `version` are those of the run that is named last.
    """

    clause: str
    held: str = ""
    contradicted: str = ""
    contract: str = ""
    version: str = ""


@cache
def attested() -> Mapping[str, tuple[Attested, ...]]:
    """Read what specs/attestations says of each clause, once, region by region.

    Raises:
        SpecsError: a file there is none of ours.
    """
    found: dict[str, tuple[Attested, ...]] = {}
    for region in regions():
        for row in read(specs.root() / FOLDER / f"{region}.toml"):
            seen = Attested(region=region, held=row.held, contradicted=row.contradicted)
            found[row.clause] = (*found.get(row.clause, ()), seen)
    return found


def read(path: Path) -> tuple[Attestation, ...]:
    """Read the attestations of one region; where there is no file, there are none.

    Raises:
        SpecsError: it is not of the form that we write.
    """
    if not path.exists():
        return ()
    rows = specs.load_toml(path).get("attestation", [])
    if not isinstance(rows, list):
        raise SpecsError(f"{path}: write each row as [[attestation]].")
    return tuple(_row(path, row) for row in rows)


def region_of(run: Run) -> Region:
    """Name the region whose service a run has judged.

    Raises:
        UsageError: it was not the real service, or the run is not whole.
    """
    header = run.header
    if header.target.startswith("file:") or RECORDED in {header.profile, header.lane}:
        raise UsageError(
            f"{header.target} is a recording: who answered, and when, only its maker knows; attest a run."
        )
    parts = urlsplit(header.base_url)
    host = (parts.hostname or "").lower()
    found = next((each for each in regions().values() if each.serves(host)), None)
    real = header.target not in MOCKS and parts.scheme == "https" and parts.path.rstrip("/") == BASE_PATH
    if found is None or not real or parts.port not in {None, 443}:
        raise UsageError(
            f"{header.target} at {header.base_url} is not the live service: only its hosts can attest."
        )
    if found.id != header.region:
        raise UsageError(f"{host} is in {found.id}, but the run was held to the contract of {header.region}.")
    if header.shard:
        raise UsageError(f"This is the shard {header.shard} of a run: `conformance merge` them first.")
    if how := NO_RUN.get(run.footer.exit_status):  # type: ignore[call-overload]
        raise UsageError(f"The run {how}: it attests nothing.")
    if not any(exchange.answer for exchange in run.exchanges):
        raise UsageError("The log holds no answer of the service: it attests nothing.")
    return found


def renewed(before: Iterable[Attestation], run: Run, sentences: Mapping[str, str]) -> tuple[Attestation, ...]:
    """Join what was attested with what a run has shown, by clause; `sentences` are those of the contract of today.

    A sentence that has changed since the run is not the one that held.
    """
    rows = {row.clause: row for row in before}
    for row in run.clauses:
        if sentences.get(row.id) == row.text and (seen := _seen(row, run)):
            rows[row.id] = _joined(rows.get(row.id), seen)
    return tuple(rows[name] for name in sorted(rows))


def as_toml(region: Region, rows: Sequence[Attestation]) -> str:
    """Write the file of a region."""
    parts = [PREAMBLE.format(name=region.name)]
    for row in rows:
        lines = [f"clause       = {specs.quoted(row.clause)}"]
        lines += [
            f"{field:12} = {getattr(row, field)}" for field in ("held", "contradicted") if getattr(row, field)
        ]
        lines += [f"{field:12} = {specs.quoted(getattr(row, field))}" for field in ("contract", "version")]
        parts.append("\n[[attestation]]\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def _seen(row: ClauseRow, run: Run) -> Attestation | None:
    """Say what one run shows of one clause, whatever a deviation makes of it."""
    verdict = row.strict or row.verdict
    moment = _moment(run.header.started)
    seen = Attestation(clause=row.id, contract=run.header.contract, version=run.header.version)
    if verdict is Verdict.PASS:
        return replace(seen, held=moment)
    return replace(seen, contradicted=moment) if verdict in NOT_HELD else None


def _joined(before: Attestation | None, seen: Attestation) -> Attestation:
    """Keep the latest of each; what held again is contradicted no more."""
    if before is None:
        return seen
    held = max(before.held, seen.held)
    contradicted = max(before.contradicted, seen.contradicted)
    latest = seen if seen.held + seen.contradicted >= max(before.held, before.contradicted) else before
    return Attestation(
        clause=seen.clause,
        held=held,
        contradicted=contradicted if contradicted > held else "",
        contract=latest.contract,
        version=latest.version,
    )


def _moment(text: str) -> str:
    """Give a moment in UTC, as TOML has it, so that moments stand in order as texts do.

    Raises:
        UsageError: it is none.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"The run does not say when it began: {text!r} is no time.") from None
    if moment.tzinfo is None:
        raise UsageError(f"The run does not say when it began: {text} has no zone.")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(path: Path, row: Any) -> Attestation:
    name = row.get("clause") if isinstance(row, dict) else None
    if not isinstance(name, str):
        raise SpecsError(f"{path}: a row names no clause.")
    if unknown := set(row) - FIELDS:
        raise SpecsError(f"{path}: {name} has the unknown field {min(unknown)!r}.")
    moments = {field: row[field] for field in ("held", "contradicted") if field in row}
    if not moments or not all(isinstance(each, dt.datetime) and each.tzinfo for each in moments.values()):
        raise SpecsError(
            f"{path}: {name} says not when it held or was contradicted, as 2026-01-31T08:15:30Z."
        )
    return Attestation(
        clause=name,
        contract=str(row.get("contract", "")),
        version=str(row.get("version", "")),
        **{field: _moment(each.isoformat()) for field, each in moments.items()},
    )
