"""What answers, and the lack of them, tell a person of the target: reached, trusted, on time, how full. Asks nothing."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from conformance import notices
from conformance.exchange import Exchange, moment_of
from conformance.notices import Notice
from conformance.targets import Target
from conformance.trace import CLOCK_TOLERANCE, FILES
from conformance.troubles import kind_of_words

OTHER = {"cn": "intl", "intl": "cn"}
# What the pages let an account hold, and what a run of the standard profile uploads at most.
MOST_FILES = 10_000
MOST_BYTES = 100 * 10**9
UPLOADS = 40
# From this share of either on, an account is nearly full.
NEARLY = 0.95
# Seconds by which clocks may differ without a word.
UNREMARKABLE = 60
CERTIFICATES = (
    ("expired", "its certificate has expired, so tell whoever runs it, or set this machine's clock"),
    ("not yet valid", "its certificate is not valid yet, so set this machine's clock"),
    (
        "self-signed",
        "its certificate is self-signed, so set SSL_CERT_FILE to one that vouches for it, if you trust it",
    ),
    (
        "self signed",
        "its certificate is self-signed, so set SSL_CERT_FILE to one that vouches for it, if you trust it",
    ),
    (
        "issuer",
        "nobody known here vouches for its certificate, so set SSL_CERT_FILE to the authority that does",
    ),
    ("mismatch", "its certificate is for another host, so check --target, --workspace and the proxy"),
    ("not valid for", "its certificate is for another host, so check --target, --workspace and the proxy"),
    ("wrong_version", "it does not speak TLS there, so check the port, or begin --target with http://"),
    ("wrong version", "it does not speak TLS there, so check the port, or begin --target with http://"),
    ("record layer", "it does not speak TLS there, so check the port, or begin --target with http://"),
)


def unusable(target: Target, trouble: str) -> str:
    """Say why no answer came, and what to do."""
    kind, words = kind_of_words(trouble), trouble.lower()
    remedy = "check the host and the network"
    if kind == "dns":
        remedy = (
            f"no address is known for {_host(target)}, so check --target, --workspace and the network's DNS"
        )
    if kind == "tls":
        found = (remedy for sign, remedy in CERTIFICATES if sign in words)
        remedy = next(found, "no TLS connection came about, so check the port and the proxy")
    through = f"; requests go through the proxy {proxy}" if (proxy := proxy_of(target)) else ""
    return f"{target.base_url} cannot be used ({trouble}): {remedy}{through}."


def refused_key(target: Target) -> str:
    """Say what a refusal of the key may mean."""
    return (
        f"{target.base_url} refuses the key (401): check it, and whether it belongs to the region "
        f"{OTHER.get(target.region, 'other')}, whose keys are not valid here."
    )


def proxy_of(target: Target) -> str:
    """Name the proxy of the environment through which requests go, without its password, or give nothing."""
    parts = urlsplit(target.base_url)
    if target.loopback or proxy_bypass(parts.hostname or ""):
        return ""
    proxies = getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all") or ""
    try:
        proxy = urlsplit(named if "://" in named else f"//{named}")
        name, port = proxy.hostname or "", proxy.port
    except ValueError:
        return "of the environment"
    return f"{name}:{port}" if port else name


def seen(exchanges: Iterable[Exchange]) -> tuple[Notice, ...]:
    """Tell what the answers to the first questions show of clock and account."""
    exchanges = tuple(exchanges)
    pages = [each for each in exchanges if each.request.path == FILES and each.succeeded]
    return tuple(filter(None, (clock(exchanges), stock(pages))))


def clock(exchanges: Iterable[Exchange]) -> Notice | None:
    """Compare our clock with the target's, to the second."""
    ahead = [
        each.started + each.seconds / 2 - moment
        for each in exchanges
        if each.answer and (moment := moment_of(each.answer.header("date"))) is not None
    ]
    if not ahead:
        return None
    least = min(ahead, key=abs)
    # Half a second is lost where a server writes whole ones.
    off = abs(round(least - 0.5))
    if off <= 1:
        return notices.ok("This machine's clock agrees with the target's.")
    words = f"This machine's clock is {off} s {'ahead of' if least > 0 else 'behind'} the target's"
    if off <= UNREMARKABLE:
        return notices.ok(f"{words}.")
    if off <= CLOCK_TOLERANCE:
        return notices.note(f"{words}; clauses on times allow {CLOCK_TOLERANCE} s, so set it soon.")
    return notices.problem(
        f"{words}: above {CLOCK_TOLERANCE} s uploads.created-at and batches.created-at fail through no fault of the "
        "target, and filters ask for wrong times; set the clock."
    )


def stock(pages: Iterable[Exchange]) -> Notice | None:
    """Count what the account holds already, as far as the pages of its list show it."""
    said = [page.mapping() for page in pages]
    files = {str(item.get("id")): item for page in said for item in _items(page) if isinstance(item, dict)}
    if not said:
        return None
    size = sum(bytes_ for item in files.values() if type(bytes_ := item.get("bytes")) is int and bytes_ > 0)
    some = "at least " if said[-1].get("has_more") is True else ""
    room = max(0, MOST_FILES - len(files))
    held = f"The account holds {some}{len(files):,} file{'s' * (len(files) != 1)} with {size / 1e9:,.2f} GB"
    rules = f"of {MOST_FILES:,} files and {MOST_BYTES / 1e9:.0f} GB"
    if not room or size >= MOST_BYTES:
        return notices.problem(f"{held} {rules}: no upload fits, so delete some of its files.")
    if room < UPLOADS or len(files) > NEARLY * MOST_FILES or size > NEARLY * MOST_BYTES:
        return notices.note(
            f"{held} {rules}: {room:,} uploads fit, and a run sends up to {UPLOADS}; delete some of its files."
        )
    if some:
        return notices.note(f"{held} {rules}: at most {room:,} uploads fit; the whole list was not read.")
    return notices.ok(f"{held} {rules}: {room:,} uploads fit.")


def second_key(target: Target, answer: Exchange | None, first: Iterable[Exchange]) -> Notice:
    """Say whether the key of a second account is there, works, and speaks for another account."""
    variable = f"DASHSCOPE_SECOND_API_KEY_{target.region.upper()}"
    without = "the chapter isolation stays unproven without one"
    if not target.second_key:
        return notices.note(f"No second key: set {variable} or DASHSCOPE_SECOND_API_KEY; {without}.")
    if answer is None:
        return notices.note(f"The second key is the first key again: give one of another account; {without}.")
    if not answer.succeeded:
        told = str(answer.status) if answer.answer else answer.trouble
        return notices.note(
            f"The second key does not open the list ({told}): check it and its region; {without}."
        )
    theirs, ours = _ids(answer), {name for page in first for name in _ids(page)}
    if theirs & ours:
        return notices.note(
            "The second key works and sees files of the first: it seems to speak for the same account, "
            "and the chapter isolation needs another."
        )
    if not ours:
        return notices.ok(
            "The second key works; that it speaks for another account will show when files are there."
        )
    return notices.ok("The second key works, and sees no file of the first.")


def _ids(page: Exchange) -> set[str]:
    return {str(item["id"]) for item in _items(page.mapping()) if isinstance(item, Mapping) and "id" in item}


def _items(page: Mapping[str, object]) -> list[object]:
    data = page.get("data")
    return data if isinstance(data, list) else []


def _host(target: Target) -> str:
    return urlsplit(target.base_url).hostname or target.base_url
