"""What exploring finds: the address of a case, the defect that it shows, the candidate that is told. Pure."""

import hashlib
import re
import shlex
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.exchange import Exchange
from conformance.verdicts import Finding

ADDRESS = re.compile(r"(?P<source>[\w-]+):(?P<number>\d+)")
# What differs between two showings of one defect, in the order in which it is taken out.
ACCIDENTS = (
    (re.compile(r"file-[\w-]+"), "file-…"),
    (re.compile(r"conformance-[^'\"]*"), "conformance-…"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{8,}\b"), "…"),
    (re.compile(r"\d+(\.\d+)?"), "#"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a case comes from: it depends on nothing but these three."""

    seed: int
    source: str
    number: int

    def __str__(self) -> str:
        return f"{self.source}:{self.number}"

    @property
    def entropy(self) -> int:
        """The seed of this case alone."""
        text = f"{self.seed} {self.source} {self.number}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])

    def to_bytes(self) -> bytes:
        """Write it for a database."""
        return f"{self.seed} {self.source} {self.number}".encode()


def address(text: str, seed: int) -> Address | None:
    """Read SOURCE:NUMBER, or give None where it is not that."""
    found = ADDRESS.fullmatch(text)
    return Address(seed, found["source"], int(found["number"])) if found else None


def from_bytes(value: bytes) -> Address | None:
    """Read what `to_bytes` wrote, or give None where another version wrote it."""
    seed, _, rest = value.decode("ascii", "replace").partition(" ")
    return address(rest.replace(" ", ":", 1), int(seed)) if seed.isdigit() else None


def again(option: Namespace, case: Address) -> str:
    """Write the command that runs a case again, with the options of this run; it never holds a key."""
    words = ["pytest", *(["--pyargs", "conformance.suite"] if option.pyargs else [])]
    given = {"--target": (option.target, ""), "--region": (option.region or "intl", "intl")}
    given |= {"--workspace": (option.workspace, ""), "--profile": (option.profile, "standard")}
    words += [f"{name}={value}" for name, (value, usual) in given.items() if value != usual]
    words += [f"--breach={name}" for name in option.breach]
    words += [f"--weather={name}" for name in option.weather]
    return shlex.join([*words, "--lane=explore", f"--seed={case.seed}", f"--case={case}"])


@dataclass(frozen=True, slots=True)
class Defect:
    """What was wrong, whichever files and moments showed it."""

    clause: str
    operation: str
    expected: str
    actual: str


def defect(finding: Finding, exchanges: Mapping[int, Exchange]) -> Defect:
    """Take from a finding all that is accidental; `exchanges` by their numbers."""
    shown = [exchanges[number] for number in finding.exchanges if number in exchanges]
    operation = shown[-1].operation or shown[-1].request.method if shown else ""
    return Defect(finding.clause, operation, essence(finding.expected), essence(finding.actual))


def essence(text: str) -> str:
    """Take ids, names, times and numbers out of a text."""
    for pattern, word in ACCIDENTS:
        text = pattern.sub(word, text)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A defect that was shown twice: the smallest case that shows it in words, and the line that runs it again."""

    address: Address
    finding: Finding
    steps: tuple[str, ...]
    line: str

    def told(self) -> str:
        """Tell it in a few lines."""
        lines = [
            f"{self.finding.clause}: expected {self.finding.expected}, got {self.finding.actual}",
            *(f"    {place}. {step}" for place, step in enumerate(self.steps, 1)),
            f"    {self.line}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What an exploration did: cases run from each source, candidates, and why it ended."""

    seed: int
    cases: Mapping[str, int]
    candidates: Sequence[Candidate] = ()
    unconfirmed: int = 0
    ended: str = ""

    def told(self) -> str:
        """Tell all of it; the seed comes first."""
        count, more = sum(self.cases.values()), self.unconfirmed
        unsure = f", {more} more that did not show again" if more else ""
        head = f"seed {self.seed}: {count} cases from {len(self.cases)} sources"
        line = f"{head}, {len(self.candidates)} candidates{unsure}; {self.ended}"
        return "\n".join([line, *(candidate.told() for candidate in self.candidates)])
