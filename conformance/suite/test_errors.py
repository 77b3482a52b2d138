"""How a request is refused."""

from conformance import expect
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.laws.refusals import NOT_IMPLEMENTED
from conformance.marks import clause
from conformance.resources import path_of


@clause("errors.method")
def test_a_method_that_an_address_does_not_know_is_refused(files: Files, twin: Exchange) -> None:
    name = twin.mapping()["id"]
    known = files.wait(lambda: files.retrieve(name), lambda each: each.succeeded)
    # DELETE on the whole list is never tried: a server that knows it would empty the account.
    for method in ("PUT", "PATCH", "POST"):
        exchange = files.client.send(method, path_of(name))
        if exchange.status != NOT_IMPLEMENTED:
            expect.refused(exchange, twin=known)


@clause("errors.request-id")
def test_whether_a_refusal_names_its_request_is_recorded(files: Files) -> None:
    exchange = expect.answered(files.retrieve("file-fe-conformanceunknown000000"))
    answer = exchange.answer
    places = [
        *(["request_id"] if "request_id" in exchange.mapping() else []),
        *(["x-request-id"] if answer and answer.header("x-request-id") else []),
    ]
    expect.record(f"a refusal names its request in {' and '.join(places) or 'nothing'}", exchange)
