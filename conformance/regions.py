"""The regions of specs/regions.toml: their hosts, and what each lacks."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance import specs
from conformance.errors import SpecsError, UsageError

BASE_PATH = "/compatible-mode/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A chapter that a region does not offer, and which source says so in which section."""

    chapter: str
    document: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One deployment: `host` is the classic one, `workspace_host` has a place for the workspace id."""

    id: str
    name: str
    host: str
    workspace_host: str
    lacks: tuple[Lack, ...] = ()

    def base_url(self, workspace: str = "") -> str:
        """Give the base URL of the API, on the workspace's own host if one is named."""
        host = self.workspace_host.format(workspace=workspace) if workspace else self.host
        return f"https://{host}{BASE_PATH}"

    def serves(self, host: str) -> bool:
        """Whether it is the classic host, or the host of a workspace."""
        before, _, behind = self.workspace_host.partition("{workspace}")
        workspace = rf"{re.escape(before)}[a-z0-9-]{{1,63}}{re.escape(behind)}"
        return host == self.host or re.fullmatch(workspace, host) is not None


@cache
def regions() -> dict[str, Region]:
    """Read regions.toml once."""
    return {name: _region(name, row) for name, row in specs.load_toml(specs.root() / "regions.toml").items()}


def region(name: str) -> Region:
    """Find a region.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return regions()[name]
    except KeyError:
        raise UsageError(f"No region is called {name!r}: choose one of {', '.join(regions())}.") from None


def _region(name: str, row: dict[str, Any]) -> Region:
    try:
        lacks = tuple(Lack(**lack) for lack in row.get("lacks", ()))
        return Region(**{**row, "id": name, "lacks": lacks})
    except (TypeError, KeyError) as error:
        raise SpecsError(f"regions.toml: {name}: {error}.") from error
