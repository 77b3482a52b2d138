"""What `conformance attest` does and prints."""

from pathlib import Path

from conformance import attestations, runs, specs
from conformance.attestations import FOLDER, Attestation
from conformance.clauses import registry
from conformance.errors import RunLogError, SpecsError, UsageError
from conformance.verdicts import ExitStatus
from conformance.writing import make, write


def run(log: Path, *, folder: Path | None, output: Path | None, dry_run: bool) -> int:
    """Record which clauses a live run showed to hold, or print what would be written.

    Raises:
        UsageError: the run can attest nothing, or the file cannot be read or written.
    """
    if folder and output:
        raise UsageError("--specs and --output both say where to write: give one.")
    try:
        judged = runs.read(log)
    except RunLogError as error:
        raise UsageError(f"{error} It attests nothing.") from None
    region = attestations.region_of(judged)
    path = output or _folder(folder, dry_run=dry_run) / f"{region.id}.toml"
    try:
        before = attestations.read(path)
    except SpecsError as error:
        raise UsageError(str(error)) from None
    after = attestations.renewed(before, judged, {clause.id: clause.text for clause in registry()})
    text = attestations.as_toml(region, after)
    if dry_run:
        print(text, end="")
        return ExitStatus.PASSED
    make(path.parent)
    write(path, text)
    print(*_told(before, after), f"{path}: read and commit it.", sep="\n")
    return ExitStatus.PASSED


def _folder(folder: Path | None, *, dry_run: bool) -> Path:
    """Find the folder of attestations: of the specs that are named, else of this checkout."""
    root = folder or specs.root()
    if folder and not folder.is_dir():
        raise UsageError(f"--specs={folder} is no folder.")
    if root.is_relative_to(specs.PACKAGE) and not dry_run:
        raise UsageError(
            "The specs of an installed package are not to be written: give --specs=DIR or --output=FILE."
        )
    return root / FOLDER


def _told(before: tuple[Attestation, ...], after: tuple[Attestation, ...]) -> list[str]:
    known = {row.clause: row for row in before}
    changed = [row for row in after if known.get(row.clause) != row]
    held = [row for row in changed if not row.contradicted]
    against = [row.clause for row in changed if row.contradicted]
    told = [f"Clauses newly seen to hold live: {len(held)}; attested in all: {len(after)}."]
    return told + ([f"Seen not to hold: {', '.join(against)}."] if against else [])
