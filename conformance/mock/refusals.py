"""Every way the mock says no, with the words it uses; which case gets which is decided in `lawful`."""

from dataclasses import dataclass

INVALID = "invalid_request_error"


@dataclass(kw_only=True)
class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """An answer other than the one hoped for."""

    status: int
    message: str
    type: str = INVALID
    param: str | None = None
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Silence(Exception):  # noqa: N818 - as above
    """No answer at all: the connection is reset before anything is done."""


def bad_key(error_page: str) -> Refusal:
    """Refuse a key that is missing, malformed, unknown, or of the other region."""
    return Refusal(
        status=401,
        message=f"Incorrect API key provided. For details, see: {error_page}",
        code="invalid_api_key",
    )


def bad_parameter(param: str, message: str) -> Refusal:
    """Refuse one parameter of the query or the form."""
    return Refusal(status=400, message=message, param=param, code="invalid_parameter_error")


def bad_purpose() -> Refusal:
    """Refuse a purpose in the shape that was observed: no code."""
    return Refusal(status=400, message="'purpose' must be 'file-extract' or 'batch'", param="purpose")


def bad_form(why: str) -> Refusal:
    """Refuse a body that cannot be read as a form."""
    return Refusal(status=400, message=f"Required body invalid: {why}.", code="invalid_parameter_error")


def bad_format() -> Refusal:
    """Refuse a file of a kind that the purpose does not take."""
    return Refusal(status=400, message="Invalid part type.", param="file", code="BadRequestException")


def bad_line(number: int, why: str) -> Refusal:
    """Refuse a batch input for one of its lines."""
    return Refusal(
        status=400,
        message=f"Line {number} of the batch input file is not valid: {why}.",
        param="file",
        code="invalid_parameter_error",
    )


def too_large() -> Refusal:
    """Refuse a file that passes the limit of its purpose."""
    return Refusal(status=400, message="Payload Too Large.", param="file", code="BadRequest.TooLarge")


def too_many() -> Refusal:
    """Refuse a file because the account holds as many as it may."""
    return Refusal(status=400, message="Upload file number exceed limit.", code="BadRequest.TooMany")


def account_full() -> Refusal:
    """Refuse a file because the account holds as many bytes as it may."""
    return Refusal(status=400, message="Upload file capacity exceed limit.", code="BadRequest.TooLarge")


def no_such_file(file_id: str) -> Refusal:
    """Say that the account has no such file."""
    return Refusal(status=404, message=f"No such File object: {file_id}", param="file_id")


def no_such_route(path: str) -> Refusal:
    """Say that nothing is served at this path."""
    return Refusal(status=404, message=f"Not found! {path}", code="NotFound")


def wrong_method(method: str, allowed: str) -> Refusal:
    """Say that the path is served, and not with this method."""
    return Refusal(
        status=405,
        message=f"Request method '{method}' is not supported.",
        code="method_not_allowed",
        headers=(("allow", allowed),),
    )


def too_fast() -> Refusal:
    """Refuse a request that passes the account's rate."""
    return Refusal(
        status=429,
        message="You exceeded your current requests list.",
        type="limit_requests",
        code="limit_requests",
    )


def overloaded() -> Refusal:
    """Refuse as a service that is down for the moment."""
    return Refusal(
        status=503,
        message="The service is unavailable. Please try again later.",
        type="ServiceUnavailable",
        code="ModelServingError",
    )


def broken() -> Refusal:
    """Confess a fault of the server."""
    return Refusal(
        status=500, message="An internal error has occurred.", type="InternalError", code="InternalError"
    )
