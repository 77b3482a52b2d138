"""A lawful little server for files, chats and batches, and named ways for it to be otherwise.

It is a witness: written from the vendor's pages and from observed answers, never from the tests.

    serve, Mock   serving     the handle a test holds; `workers` for several processes, `command` as a command
    Server        server      uvicorn in a thread
    Application   app         one request from end to end; `routes` says what it asks for, `delivery` sends the answer
    Express       express     answers at once, to requests that are `plain`
    Journal       journal     the last requests; `state` shows them and all else at `/`, `identities` names them
    Call, Answer  records     the values that pass between all of these
    Lawful        lawful      every decision, one small method each; what all answers share is in `behaviour`
    Filing        filing      files; `content` gives back what is in them, `moments` reads the times of a filter
    Chats         chat        conversations; `documents` and `reading` for files in them, `completions` for answers
    Batches       batches     batches; `batch_life` is what time does to them, `batch_lines` what they hold
    Aside         aside       what takes long, in a thread of its own
    Form          forms       the multipart body; `disposition` and `lines` read its parts
    Store, Shelf  store, shelf    what is remembered: rows in SQLite (batches in `batch_store`), bodies on disk; `planting` fills them
    Settings      settings    region, keys, limits; `clock` and `rates` for time
    Refusal       refusals    every way of saying no
    Breach        breaches/   faults, each aimed at one clause
    Weather       weather     trouble that aims at none; `variations`, `chat_variations`, `batch_variations` are lawful
    Behaviour     fidelity    which of all this is documented, observed or inferred
"""

from conformance.mock.breaches import BREACHES
from conformance.mock.clock import VirtualClock
from conformance.mock.serving import Mock, serve
from conformance.mock.settings import Limits
from conformance.mock.weather import WEATHER

__all__ = ["BREACHES", "WEATHER", "Limits", "Mock", "VirtualClock", "serve"]
