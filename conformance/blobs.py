"""Large files that exist nowhere: made while they are read, so that no memory ever holds them."""

import io
from collections.abc import Callable


class Blob:
    """A file of `size` bytes: a head, a pattern repeated, and a tail; it reads as an open file does."""

    def __init__(self, size: int, pattern: bytes, *, head: bytes = b"") -> None:
        self.size = size
        self._head = head
        self._pattern = pattern
        self._block = pattern * (max(1, 65_536 // len(pattern)) + 2)
        self._at = 0

    @classmethod
    def of(cls, extension: str, size: int, line: Callable[[str, str], str]) -> "Blob | Lines":
        """Give a file of that size that its format's reader would take for one: lines for jsonl."""
        if extension == "jsonl":
            return Lines(size, line)
        head = b"BM" + size.to_bytes(4, "little") if extension == "bmp" else b""
        return cls(size, b"conformance\n", head=head)

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes."""
        left = self.size - self._at
        wanted = left if size < 0 else min(size, left)
        out = bytearray()
        while len(out) < wanted:
            start = self._at % len(self._pattern)
            piece = self._block[start : start + min(wanted - len(out), 65_536)]
            out += piece
            self._at += len(piece)
        begin = self._at - len(out)
        if begin < len(self._head):
            head = self._head[begin : begin + len(out)]
            out[: len(head)] = head
        return bytes(out)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, min(self.size, base + offset))
        return self._at

    def tell(self) -> int:
        """Say the place."""
        return self._at


class Lines(Blob):
    """A file of JSON lines, each a request of its own, the last one as long as it takes to reach the size."""

    LINE = 512 * 1024

    def __init__(self, size: int, line: Callable[[str, str], str]) -> None:
        super().__init__(size, b"\n")
        self._line = line
        self._last = max(0, size // self.LINE - 1)

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes."""
        wanted = self.size - self._at if size < 0 else min(size, self.size - self._at)
        out = bytearray()
        while len(out) < wanted:
            number = min(self._at // self.LINE, self._last)
            inside = self._at - number * self.LINE
            piece = self._piece(number)[inside : inside + wanted - len(out)]
            out += piece
            self._at += len(piece)
        return bytes(out)

    def _piece(self, number: int) -> bytes:
        length = self.LINE if number < self._last else self.size - number * self.LINE
        empty = len(self._line(f"request-{number}", "")) + 1
        return (self._line(f"request-{number}", "x" * (length - empty)) + "\n").encode()
