"""Runs of the suite as children of one process that has imported everything: `python -m tests.hostile.nursery`.

Each line of the input asks for a run, each line of the output tells how it ended, how long it took and how much memory.
"""

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from typing import Any, NoReturn

import pytest

from conformance.matrix import _warm


def main() -> None:
    _warm()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _run(job: dict[str, Any]) -> dict[str, float]:
    began = time.monotonic()
    child = os.fork()
    if not child:
        _live(job)
    deadline = began + job["seconds"]
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return {"status": code, "seconds": time.monotonic() - began, "kilobytes": usage.ru_maxrss}
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)


def _live(job: dict[str, Any]) -> NoReturn:
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    tempfile.tempdir = None
    out = os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    status = 70
    try:
        status = int(pytest.main(job["arguments"]))
    except BaseException:  # noqa: BLE001 - whatever it is, the test shall read of it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
