"""How one mock is built: region, keys, limits. Frozen values; what the mock learns later belongs to the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from conformance.errors import UsageError

BASE_PATH = "/compatible-mode/v1"
MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE

TEXT_FORMATS = frozenset({"txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json"})
IMAGE_FORMATS = frozenset({"bmp", "png", "jpg", "jpeg", "gif"})
BATCH_FORMATS = frozenset({"jsonl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One deployment of the service, as far as the mock differs by it."""

    name: str
    other: str
    error_page: str

    @property
    def default_keys(self) -> tuple[str, ...]:
        """The keys that are accepted when none are given."""
        return (f"sk-mock-{self.name}-first", f"sk-mock-{self.name}-second")


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        "cn": Region(
            name="cn",
            other="intl",
            error_page="https://help.aliyun.com/zh/model-studio/error-code#apikey-error",
        ),
        "intl": Region(
            name="intl",
            other="cn",
            error_page="https://www.alibabacloud.com/help/en/model-studio/error-code#apikey-error",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The documented limits; a test may lower them, because 150 MB are slow to send."""

    extract_bytes: int = 150 * MEGABYTE
    batch_bytes: int = 500 * MEGABYTE
    image_bytes: int = 20 * MEGABYTE
    account_files: int = 10_000
    account_bytes: int = 100 * GIGABYTE
    page: int = 2000
    batch_requests: int = 50_000
    batch_line_bytes: int = 6 * MEGABYTE
    uploads_per_second: float = 3.0
    reads_per_second: float = 10.0
    chats_per_second: float = 20.0
    batch_calls_per_minute: float = 1000.0
    batch_lists_per_minute: float = 100.0
    unfinished_batches: int = 1000
    batch_page: int = 100
    test_batch_requests: int = 100
    test_batch_bytes: int = MEGABYTE
    chat_bytes: int = 8 * MEGABYTE
    chat_files: int = 100
    message_tokens: int = 9_000
    input_tokens: int = 10_000_000

    @property
    def largest_upload(self) -> int:
        """The size that no upload may pass, whatever its purpose."""
        return max(self.extract_bytes, self.batch_bytes, self.image_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is decided before the first request."""

    region: Region
    keys: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    rate_limits: bool = False
    seed: int | None = None
    faults: tuple[str, ...] = ()

    @property
    def other_region_key(self) -> str:
        """A key that the other region would accept and this one refuses."""
        return REGIONS[self.region.other].default_keys[0]

    def account(self, key: str) -> str:
        """Name the account behind a key; the key itself is never written down."""
        return _account(key)


@lru_cache(maxsize=256)
def _account(key: str) -> str:
    return "account-" + sha256(key.encode()).hexdigest()[:16]


def settings(
    *,
    region: str,
    keys: tuple[str, ...] | None,
    limits: Limits | None = None,
    rate_limits: bool = False,
    seed: int | None = None,
    faults: tuple[str, ...] = (),
) -> Settings:
    """Check what was asked for and fill in what was not."""
    if region not in REGIONS:
        raise UsageError(f"unknown region {region!r}: choose one of {', '.join(sorted(REGIONS))}")
    place = REGIONS[region]
    keys = keys or place.default_keys
    if len(set(keys)) != len(keys) or not all(
        key and key == key.strip() and key.isprintable() for key in keys
    ):
        raise UsageError("each API key must be a distinct printable word without spaces around it")
    if set(keys) & set(REGIONS[place.other].default_keys):
        raise UsageError(f"a key of region {place.other} cannot be accepted by region {place.name}")
    return Settings(
        region=place,
        keys=keys,
        limits=limits or Limits(),
        rate_limits=rate_limits,
        seed=seed,
        faults=faults,
    )
