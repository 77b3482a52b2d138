"""The ids of requests: random UUIDs, which a seed makes repeat."""

from random import Random

# Where a UUID says that it is random: version 4, variant of RFC 9562.
KEPT = ~(0xF000 << 64 | 0xC000 << 48)
RANDOM = 0x4000 << 64 | 0x8000 << 48


class RequestIds:
    """Ids one after the other, apart from those of files, so that the same uploads get the same ids."""

    def __init__(self, seed: int | None) -> None:
        self._random = Random(seed)  # noqa: S311 - request ids are no secrets

    def draw(self) -> str:
        """Give the next one; written by hand, because the class UUID takes four times as long."""
        text = f"{self._random.getrandbits(128) & KEPT | RANDOM:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
