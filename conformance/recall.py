"""A function's results, remembered up to a weight: what a stranger's bytes unfold to must not fill the memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")


def recalled(most: int, weigh: Callable[P, int]) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Remember the results of a function of hashable arguments, the last used of them, up to `most` in all."""

    def of(function: Callable[P, Result]) -> Callable[P, Result]:
        known: OrderedDict[Hashable, tuple[int, Result]] = OrderedDict()
        lock = threading.Lock()
        total = 0

        @wraps(function)
        def remembering(*args: P.args, **named: P.kwargs) -> Result:
            nonlocal total
            key = args, *sorted(named.items())
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key][1]
            result = function(*args, **named)
            weight = weigh(*args, **named)
            with lock:
                if key not in known:
                    known[key] = weight, result
                    total += weight
                while total > most:
                    _, (dropped, _) = known.popitem(last=False)
                    total -= dropped
            return result

        return remembering

    return of
