"""Breaches of the rates chapter. They act only while the mock counts requests."""

from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.behaviour import OTHERS
from conformance.mock.clock import SECOND
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.rates import Bucket
from conformance.mock.records import Answer, Body, Call, Operation
from conformance.mock.refusals import Refusal

Allowance = tuple[float, float] | None
UPLOADS = Operation.UPLOAD.value


def _enter_allowance(clause: str, name: str, description: str, lane: str, allowance: Allowance) -> None:
    @breach(clause, name=name, description=description)
    class Reckoning(Lawful):
        def allowance(self, asked: str) -> Allowance:
            return allowance if asked == lane else super().allowance(asked)


_enter_allowance("rates.uploads-admitted", "uploads-at-half-the-rate", "Admits 3 uploads in two seconds.", UPLOADS, (1.5, 1.0))  # fmt: skip
_enter_allowance("rates.uploads-admitted", "uploads-one-a-second", "Admits one upload a second.", UPLOADS, (1.0, 1.0))  # fmt: skip
_enter_allowance("rates.others-admitted", "others-at-half-the-rate", "Admits 5 other requests a second.", OTHERS, (5.0, 1.0))  # fmt: skip
_enter_allowance("rates.others-admitted", "others-one-a-second", "Admits one other request a second.", OTHERS, (1.0, 1.0))  # fmt: skip
_enter_allowance("rates.others-admitted", "others-three-a-second", "Holds all requests to the rate of uploads.", OTHERS, (3.0, 1.0))  # fmt: skip
_enter_allowance("rates.uploads-limited", "uploads-unlimited", "Counts no uploads.", UPLOADS, None)
_enter_allowance("rates.uploads-limited", "uploads-twenty-a-second", "Admits 20 uploads a second, as a page of 2025 said.", UPLOADS, (20.0, 1.0))  # fmt: skip
_enter_allowance("rates.uploads-limited", "uploads-like-others", "Admits 10 uploads a second.", UPLOADS, (10.0, 1.0))  # fmt: skip
_enter_allowance("rates.others-limited", "others-unlimited", "Counts uploads alone.", OTHERS, None)
_enter_allowance("rates.others-limited", "others-hundred-a-second", "Admits 100 other requests a second.", OTHERS, (100.0, 1.0))  # fmt: skip


@breach("rates.others-limited")
class RatesCountedByConnection(Lawful):
    """Counts each connection for itself."""

    def admit(self, account: str, call: Call) -> None:
        super().admit(f"{account} {call.peer}", call)


def _enter_lanes(name: str, description: str, lane: Callable[[Call], str]) -> None:
    @breach("rates.combined", name=name, description=description)
    class Divided(Lawful):
        def admit(self, account: str, call: Call) -> None:
            own = "" if call.operation is Operation.UPLOAD else lane(call)
            super().admit(f"{account} {own}", call)


_enter_lanes("rates-of-each-operation", "Retrieval, list and deletion have 10 a second each.", lambda call: call.operation)  # fmt: skip
_enter_lanes("rates-of-each-path", "Each path has 10 a second for itself.", lambda call: call.path)
_enter_lanes("rates-of-deletions-apart", "Deletions have 10 a second for themselves, as a page of 2024 said.", lambda call: str(call.operation is Operation.DELETE))  # fmt: skip


@breach("rates.uploads-limited")
class OneAllowanceForAll(Lawful):
    """Uploads draw on the 10 a second of all other requests."""

    def lane(self, call: Call) -> str:
        return OTHERS if call.operation is Operation.UPLOAD else super().lane(call)


# -- what gets into the other's way


@breach("rates.apart")
class UploadsCountTwice(Lawful):
    """Uploads draw on their own allowance, and on that of the others too."""

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        if call.operation is Operation.UPLOAD:
            super().admit(account, replace(call, operation=Operation.RETRIEVE))


def _enter_shutting(name: str, description: str, *, uploads: bool) -> None:
    @breach("rates.apart", name=name, description=description)
    class Shutting(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._shut: dict[str, int] = {}

        def admit(self, account: str, call: Call) -> None:
            if self.limiting and self.now() < self._shut.get(account, 0):
                raise refusals.too_fast()
            try:
                super().admit(account, call)
            except Refusal:
                if (call.operation is Operation.UPLOAD) is uploads:
                    self._shut[account] = self.now() + SECOND
                raise


_enter_shutting("fast-uploads-shut-the-account", "An upload that is too fast shuts the account for a second.", uploads=True)  # fmt: skip
_enter_shutting("fast-reads-shut-the-account", "A read or deletion that is too fast shuts the account for a second.", uploads=False)  # fmt: skip


@breach("rates.own-account")
class OneAllowanceForAllAccounts(Lawful):
    """All accounts draw on the same allowances."""

    def admit(self, account: str, call: Call) -> None:
        super().admit("everybody", call)


# -- recovery


def _enter_locking(name: str, description: str, seconds: float, *, anew: bool = False) -> None:
    @breach("rates.recovery", name=name, description=description)
    class Locking(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._locked: dict[tuple[str, str], int] = {}

        def admit(self, account: str, call: Call) -> None:
            key = account, self.lane(call)
            locked = self.limiting and self.now() < self._locked.get(key, 0)
            try:
                if locked:
                    raise refusals.too_fast()
                super().admit(account, call)
            except Refusal:
                if anew or not locked:
                    self._locked[key] = self.now() + round(seconds * SECOND)
                raise


_enter_locking("never-lets-in-again", "Whoever was too fast once is refused for good.", 1e9)
_enter_locking("lets-in-again-after-five-minutes", "Whoever was too fast is refused for five minutes.", 300.0)
_enter_locking("penalty-anew-with-each-request", "Whoever was too fast is refused for 90 seconds, counted anew with each request.", 90.0, anew=True)  # fmt: skip


@breach("rates.uploads-admitted")
class AllowanceShrinksAfterASecond(Lawful):
    """The first second of an account has its allowance; from then on one request a second is admitted."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._begun: dict[tuple[str, str], int] = {}
        self._meagre: dict[tuple[str, str], Bucket] = {}

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        if not self.limiting:
            return
        key = account, self.lane(call)
        if self.now() - self._begun.setdefault(key, self.now()) < SECOND:
            return
        fresh = Bucket(rate=1.0, clock=self.world.clock)
        if not self._meagre.setdefault(key, fresh).take():
            raise refusals.too_fast()


# -- how speed is refused


def _enter_refusal(name: str, description: str, change: Callable[[Answer], Answer]) -> None:
    @breach("rates.refusal", name=name, description=description)
    class Otherwise(Lawful):
        def refuse(self, refusal: Refusal, call: Call) -> Answer:
            answer = super().refuse(refusal, call)
            return change(answer) if self.limiting and refusal.status == 429 else answer


def _status(status: int) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, status=status)


def _body(body: Body | str | list[object] | None) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, body=body)


def _text(media_type: str, text: str) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, media_type=media_type, body=text)


PAGE = "<html><body><h1>429 Too Many Requests</h1></body></html>"
SAID = "You exceeded your current requests list."

_enter_refusal("speed-gets-503", "What is too fast gets 503.", _status(503))
_enter_refusal("speed-gets-500", "What is too fast gets 500.", _status(500))
_enter_refusal("speed-gets-400", "What is too fast gets 400.", _status(400))
_enter_refusal("speed-gets-403", "What is too fast gets 403.", _status(403))
_enter_refusal("speed-gets-200", "What is too fast gets 200, with the error in its body.", _status(200))
_enter_refusal("speed-gets-a-page", "What is too fast gets 429 with a page of HTML.", _text("text/html", PAGE))  # fmt: skip
_enter_refusal("speed-gets-text", "What is too fast gets 429 with plain text.", _text("text/plain", SAID))
_enter_refusal("speed-gets-html-called-json", "What is too fast gets 429 with HTML that calls itself JSON.", _text("application/json", PAGE))  # fmt: skip
_enter_refusal("speed-gets-nothing", "What is too fast gets 429 without a body.", _text("application/json", ""))  # fmt: skip
_enter_refusal("speed-gets-a-native-error", "What is too fast gets 429 with code and message beside no error.", _body({"code": "Throttling.RateQuota", "message": SAID, "request_id": "1"}))  # fmt: skip
_enter_refusal("speed-gets-a-word", "What is too fast gets 429 with an error that is a string.", _body({"error": SAID}))  # fmt: skip
_enter_refusal("speed-without-message", "What is too fast gets 429 with an error that says nothing.", _body({"error": {"message": "", "type": "limit_requests"}}))  # fmt: skip
_enter_refusal("speed-without-type", "What is too fast gets 429 with an error that has no type.", _body({"error": {"message": SAID, "code": "limit_requests"}}))  # fmt: skip
