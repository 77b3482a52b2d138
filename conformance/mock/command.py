"""The command `conformance mock`: its flags, its three lines of greeting, and a clean end."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from conformance.errors import UsageError
from conformance.mock.clock import CLOCKS
from conformance.mock.fidelity import table
from conformance.mock.journal import opened
from conformance.mock.serving import Address, serve
from conformance.mock.settings import REGIONS, settings

BAD_ARGUMENTS = 4
STOPS = (signal.SIGINT, signal.SIGTERM)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8080, help="port to listen on; 0 takes a free one (default: %(default)s)")
    add("--region", default="intl", help=f"one of {', '.join(REGIONS)} (default: %(default)s)")
    add("--api-key", action="append", metavar="KEY", help="a key to accept; each is its own account")
    add(
        "--rate-limits",
        choices=("documented", "off"),
        default="documented",
        help="those of each operation, or none (default: %(default)s)",
    )
    add("--breach", action="append", default=[], metavar="NAME", help="break one clause, by name")
    add("--weather", action="append", default=[], metavar="NAME", help="trouble that breaks no clause")
    add("--clock", default="real", help=f"one of {', '.join(CLOCKS)} (default: %(default)s)")
    add("--data-dir", type=Path, metavar="DIR", help="keep files here; without it they go with the mock")
    add(
        "--plant",
        type=Path,
        metavar="DIR",
        help="begin with the files below this folder in the first account",
    )
    add("--workers", type=int, default=1, metavar="N", help="processes that share the data directory")
    add("--access-log", metavar="FILE", help="append a line for each request; - is standard error")
    add("--seed", type=int, metavar="N", help="make ids and chance repeat")
    parser.epilog = "A page at / shows accounts, files, batches, the last requests, limits and breaches."
    add("--fidelity", action="store_true", help="print what is documented, observed or inferred, and stop")


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    if args.fidelity:
        print(table())
        return 0
    stop = threading.Event()
    before = [(number, signal.signal(number, lambda *_: stop.set())) for number in STOPS]
    try:
        crashes = (_several if args.workers != 1 else _one)(args, stop)
    except UsageError as error:
        print(f"conformance mock: {error}", file=sys.stderr)
        return BAD_ARGUMENTS
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    # Only our own faults reach this list; they were answered with 500 and belong in a bug report.
    print("".join(crashes), end="", file=sys.stderr)
    return 0


def _one(args: argparse.Namespace, stop: threading.Event) -> tuple[str, ...]:
    with (
        opened(args.access_log) as access_log,
        serve(
            region=args.region,
            keys=args.api_key,
            breaches=args.breach,
            weather=args.weather,
            rate_limits=args.rate_limits == "documented",
            data_dir=args.data_dir,
            clock=args.clock,
            host=args.host,
            port=args.port,
            seed=args.seed,
            plant=args.plant,
            access_log=access_log,
        ) as mock,
    ):
        _greet(mock.address)
        stop.wait()
        return mock.crashes


def _several(args: argparse.Namespace, stop: threading.Event) -> tuple[str, ...]:
    from conformance.mock.workers import employed

    faults = (*args.breach, *args.weather, *(["virtual"] if args.clock != "real" else []))
    chosen = settings(
        region=args.region,
        keys=tuple(args.api_key) if args.api_key else None,
        rate_limits=args.rate_limits == "documented",
        seed=args.seed,
        faults=faults,
    )
    with employed(
        args.workers,
        settings=chosen,
        data_dir=args.data_dir,
        host=args.host,
        port=args.port,
        plant=args.plant,
        access_log=args.access_log,
    ) as crew:
        _greet(crew.address)
        crew.work(stop)
        return crew.dismiss()


def _greet(address: Address) -> None:
    print(*(f"export {name}={value}" for name, value in address.environment.items()), sep="\n", flush=True)
