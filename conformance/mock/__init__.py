"""A lawful little server for the Files API, and named ways for it to be otherwise.

It is a witness: written from the vendor's pages and from observed answers, never from the tests.

    serve, Mock   serving     start and stop, the handle a test holds
    Server        server      uvicorn in a thread
    Application   app         routes; `delivery` sends what they answer
    Lawful        lawful      every decision, one small method each
    Form          forms       the multipart body; `disposition` and `lines` read its parts
    Store, Shelf  store, shelf    what is remembered: rows in SQLite, bodies on disk
    Settings      settings    region, keys, limits; `clock` and `rates` for time
    Refusal       refusals    every way of saying no
    Breach        breaches/   faults, each aimed at one clause
    Weather       weather     trouble that aims at none
    Behaviour     fidelity    which of all this is documented, observed or inferred
"""

from conformance.mock.breaches import BREACHES
from conformance.mock.clock import VirtualClock
from conformance.mock.serving import Mock, serve
from conformance.mock.settings import Limits
from conformance.mock.weather import WEATHER

__all__ = ["BREACHES", "WEATHER", "Limits", "Mock", "VirtualClock", "serve"]
