"""One exchange as a curl command that can be pasted into a shell: it reads the key from the environment.

File names come from the target or from our own planted defects, so the command never names a path
outside the current folder and holds no character that a terminal would obey.
"""

import re
import shlex
from typing import Final
from urllib.parse import quote

from conformance.exchange import Exchange, Part, Request

KEYS: Final = {
    "first": "$DASHSCOPE_API_KEY",
    "second": "$DASHSCOPE_SECOND_API_KEY",
    "other-region": "$OTHER_REGION_KEY",
    "wrong": "sk-wrong",
    # Almost the right key: one letter too many, another last letter, one too few, small for capital.
    "longer": "${DASHSCOPE_API_KEY}a",
    "altered": "${DASHSCOPE_API_KEY%?}a",
    "shorter": "${DASHSCOPE_API_KEY%?}",
    "recased": "$(printf %s $DASHSCOPE_API_KEY | tr a-zA-Z A-Za-z)",
}
# What curl sends by itself, or what must not be repeated: lengths, boundaries, secrets.
OWN: Final = {
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "proxy-authorization",
    "transfer-encoding",
    "user-agent",
    "x-api-key",
    "api-key",
}
PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
# Of printable ASCII all may stand in the URL as it was sent; the rest is percent-encoded.
AS_SENT: Final = "".join(chr(code) for code in range(0x21, 0x7F))


def arguments(exchange: Exchange, base_url: str) -> tuple[str, ...]:
    """Give the pieces of one line that repeats the request, each quoted and each fit to stand on a line of its own."""
    request = exchange.request
    url = address(request, base_url)
    flags = "curl -sS -i"
    if any(letter in url for letter in "[]{}"):
        flags += " --globoff"
    if "/." in url:
        flags += " --path-as-is"
    return (
        flags + _method(request),
        shlex.quote(url),
        *_key(exchange),
        *(f"-H {shlex.quote(header)}" for header in _headers(request)),
        *(_part(part) for part in request.parts),
        *_body(request),
    )


def _method(request: Request) -> str:
    implied = "POST" if request.parts or request.body_bytes else "GET"
    if request.method == implied:
        return ""
    return " --head" if request.method == "HEAD" else f" -X {shlex.quote(_seen(request.method))}"


def address(request: Request, base_url: str) -> str:
    """Give the whole URL of a request, as it was sent, in ASCII."""
    url = base_url.rstrip("/") + "/" + request.path.lstrip("/")
    query = "&".join(f"{_query(name)}={_query(value)}" for name, value in request.query)
    return _percent(url) + ("?" + query if query else "")


def _query(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def _key(exchange: Exchange) -> tuple[str, ...]:
    if exchange.account == "none":
        # A header that was sent without an account is the very point of the request.
        sent = (value for name, value in exchange.request.headers if name.lower() == "authorization")
        return tuple(f"-H {shlex.quote(_seen(f'Authorization: {value}'))}" for value in sent)
    key = KEYS.get(exchange.account)
    if key is None:
        return ('-H "Authorization: Bearer $DASHSCOPE_API_KEY"',)
    return (f'-H "Authorization: Bearer {key}"',)


def _headers(request: Request) -> tuple[str, ...]:
    """Give the headers that matter; a multipart's media type names a boundary that curl draws anew."""
    own = OWN | {"content-type"} if request.parts else OWN
    kept = [(_seen(name), _seen(value)) for name, value in request.headers if name.lower() not in own]
    # To curl a name without a value means "leave this header out"; a semicolon means "send it empty".
    return tuple(f"{name}: {value}" if value.strip() else f"{name};" for name, value in kept)


def _body(request: Request) -> tuple[str, ...]:
    if request.body is not None:
        return (f"--data-raw {shlex.quote(_seen(request.body))}",)
    return ("--data-binary @body",) if request.body_bytes and not request.parts else ()


def _part(part: Part) -> str:
    name = _seen(part.name)
    if part.filename is not None:
        return "-F " + shlex.quote(f"{name}=@{_file(part.filename)}")
    if part.text is None:
        return "-F " + shlex.quote(f"{name}=<{_local(part.name)}")
    text = _seen(part.text)
    # curl reads a leading @ or < as a file to send, and a semicolon as the start of a media type.
    flag = "--form-string" if text.startswith(("@", "<")) or ";" in text else "-F"
    return f"{flag} " + shlex.quote(f"{name}={text}")


def _file(filename: str) -> str:
    if PLAIN_NAME.fullmatch(filename):
        return filename
    escaped = _seen(filename).replace("\\", "\\\\").replace('"', '\\"')
    return f'{_local(filename)};filename="{escaped}"'


def _local(name: str) -> str:
    """Name a file in the current folder: a planted name such as ../../key must not be read and sent."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name.replace("\\", "/").rpartition("/")[2]).strip("._-")
    return plain[:100] or "file"


def _percent(text: str) -> str:
    return quote(text, safe=AS_SENT, errors="surrogatepass")


def _seen(text: str) -> str:
    """Percent-encode what cannot be seen, as HTML has it for the names of a form."""
    return "".join(letter if letter.isprintable() else _percent(letter) for letter in text)
