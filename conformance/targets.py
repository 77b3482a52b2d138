"""--target in words: where a run is pointed, which region's contract holds there, and whose keys it has."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.regions import BASE_PATH, region, regions

MOCKS = {"mock": "intl", "mock-intl": "intl", "mock-cn": "cn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a run is pointed. Keys stay out of `repr`, so that no traceback can show them.

    `builtin` says that the run starts the mock itself, which then gives `base_url` and the keys.
    """

    name: str
    region: str
    base_url: str = ""
    key: str = field(default="", repr=False)
    second_key: str = field(default="", repr=False)
    other_region_key: str = field(default="", repr=False)
    builtin: bool = False

    @property
    def folder(self) -> str:
        """The target's name as one safe path component."""
        return folder_of(self.name)

    @property
    def loopback(self) -> bool:
        """Whether the target is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def keys(self) -> dict[str, str]:
        """The keys by the account that they speak for; the last five open nothing."""
        last = "a" if not self.key.endswith("a") else "b"
        keys = {
            "first": self.key,
            "second": self.second_key,
            "other-region": self.other_region_key,
            "wrong": "sk-wrong",
            "altered": self.key[:-1] + last,
            "longer": self.key + "a",
            "shorter": self.key[:-1] or "a",
            "recased": self.key.swapcase(),
        }
        return {name: key for name, key in keys.items() if key and (name == "first" or key != self.key)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Whatever must never be seen: the keys, and those that give all but a letter of one away."""
        return tuple(key for account, key in self.keys.items() if account != "wrong")


def folder_of(name: str) -> str:
    """Give a target's name as one safe path component."""
    words = re.sub(r"^https?://", "", name)
    return re.sub(r"[^A-Za-z0-9.-]+", "-", words).strip("-.")[:80] or "target"


def parse(name: str, *, region_name: str, workspace: str, environ: Mapping[str, str]) -> Target:
    """Read --target.

    Raises:
        UsageError: it names nothing known, is no URL that can be used, or has no key in the environment.
    """
    if name in MOCKS:
        if workspace:
            raise UsageError("--workspace is for cn and intl: the mock has no workspace hosts.")
        return Target(name=name, region=MOCKS[name], builtin=True)
    if name in regions():
        if workspace and not re.fullmatch(r"[A-Za-z0-9-]{1,63}", workspace):
            raise UsageError("--workspace takes the id of a workspace: letters, digits and hyphens.")
        base_url = region(name).base_url(workspace)
        return _keyed(name, name, base_url, environ)
    if "://" in name:
        if workspace:
            raise UsageError("--workspace is for cn and intl: a URL names its host itself.")
        return _keyed(name, region(region_name).id, _base_url(name), environ)
    known = ", ".join([*MOCKS, *regions(), "a URL"])
    raise UsageError(f"--target={name} names nothing known: choose {known}.")


def _base_url(name: str) -> str:
    try:
        parts = urlsplit(name)
        usable = (
            parts.scheme in {"http", "https"}
            and re.fullmatch(r"[\w.:-]+", parts.hostname or "")
            and parts.port != 0
            and re.fullmatch(r"[!-~]*", parts.path)
        )
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"--target={name} is no usable URL: give http://host:port, with a path or without.")
    if parts.username or parts.password:
        raise UsageError("--target must not carry a user or a password: keys come from the environment.")
    if parts.query or parts.fragment:
        raise UsageError("--target must be a base URL, without a query or a fragment.")
    path = parts.path.rstrip("/") or BASE_PATH
    return f"{parts.scheme}://{parts.netloc}{path}"


def _keyed(name: str, region_id: str, base_url: str, environ: Mapping[str, str]) -> Target:
    suffix = region_id.upper()
    key = environ.get(f"DASHSCOPE_API_KEY_{suffix}") or environ.get("DASHSCOPE_API_KEY") or ""
    second = (
        environ.get(f"DASHSCOPE_SECOND_API_KEY_{suffix}") or environ.get("DASHSCOPE_SECOND_API_KEY") or ""
    )
    if not key:
        hint = "" if name in regions() else " (any text will do for a server that asks for none)"
        raise UsageError(
            f"There is no key for {name}: set DASHSCOPE_API_KEY_{suffix} or DASHSCOPE_API_KEY{hint}."
        )
    for variable, value in (("The API key", key), ("The second API key", second)):
        if not re.fullmatch(r"[\x21-\x7e]*", value):
            raise UsageError(
                f"{variable} holds a space or a character that no header can carry: set it again."
            )
    return Target(name=name, region=region_id, base_url=base_url, key=key, second_key=second)
