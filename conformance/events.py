"""Server-sent events: a body cut into the events that it carries, piece by piece as it comes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.exchange import NotJson, decode

MEDIA_TYPE = "text/event-stream"
DONE = "[DONE]"
# An event longer than this, in bytes, is no event any more.
LONGEST = 1_048_576


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its data, whose lines are joined as the standard says, and its name where it has one."""

    data: str
    name: str = ""

    @property
    def done(self) -> bool:
        """Whether it says that the stream is at its end."""
        return self.data.strip() == DONE

    def value(self) -> object:
        """Give its data as JSON.

        Raises:
            NotJson: with the reason.
        """
        return decode(self.data.encode())


@dataclass(slots=True)
class Events:
    """Takes the bytes of a stream as they come and gives the events that are whole by then."""

    _rest: bytearray = field(default_factory=bytearray)
    _data: list[str] = field(default_factory=list)
    _name: str = ""
    _begun: bool = False
    _halved: bool = False

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Take some bytes.

        Raises:
            NotJson: a line is longer than any event.
        """
        # A carriage return ends its line at once; a line feed that comes later belongs to it.
        self._rest += piece.removeprefix(b"\n") if self._halved else piece
        self._halved = piece.endswith(b"\r") or (self._halved and not piece)
        if not self._begun and self._rest:
            self._begun = True
            if self._rest.startswith(b"\xef\xbb\xbf"):
                del self._rest[:3]
        *lines, rest = bytes(self._rest).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest)
        if len(self._rest) > LONGEST:
            raise NotJson(f"a line of the stream is longer than {LONGEST} bytes")
        for line in lines:
            yield from self._line(line.decode("utf-8", "replace"))

    @property
    def rest(self) -> bool:
        """Whether an event was begun and not ended."""
        return bool(self._rest.strip() or self._data)

    def _line(self, line: str) -> Iterator[Event]:
        if not line:
            if self._data:
                yield Event("\n".join(self._data), self._name)
            self._data, self._name = [], ""
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value


def events(body: bytes) -> tuple[tuple[Event, ...], bool]:
    """Cut a whole body into its events, and say whether it ends in the middle of one.

    Raises:
        NotJson: a line is longer than any event.
    """
    reader = Events()
    found = tuple(reader.feed(body))
    return found, reader.rest
