"""Work that takes long, done beside the requests: one piece after the other, given up when the mock stops."""

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

# In seconds.
PATIENCE = 0.2


class Stopped(Exception):  # noqa: N818 - it is the mock's own wish
    """The mock stops, and the work with it."""


class Aside:
    """One thread for what no request should wait for."""

    def __init__(self) -> None:
        self.crashes: list[str] = []
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="conformance-mock-aside")
        self._stopping = threading.Event()

    def begin(self, work: Callable[[], None]) -> None:
        """Do a piece of work when those before it are done; what turns out to be short is done on return."""
        wait([self._executor.submit(self._perform, work)], timeout=PATIENCE)

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Stopped: the mock stops.
        """
        if self._stopping.is_set():
            raise Stopped

    def close(self) -> None:
        """Give up what is not finished; who has a data directory does it again later."""
        self._stopping.set()
        self._executor.shutdown(cancel_futures=True)

    def _perform(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Stopped:
            pass
        except Exception:  # noqa: BLE001 - nobody waits for the result, and it belongs in a bug report
            self.crashes.append(traceback.format_exc())
