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


def bad_input(message: str, *, status: int = 400) -> Refusal:
    """Refuse what a chat was asked, in a sentence of the error page."""
    return Refusal(status=status, message=message, code="invalid_parameter_error")


def bad_json() -> Refusal:
    """Refuse a body that is no JSON object."""
    return bad_input("Required body invalid, please check the request body format.")


def body_too_large() -> Refusal:
    """Refuse a JSON body that is longer than any that is meant."""
    return Refusal(status=400, message="Payload Too Large.", code="BadRequest.TooLarge")


def no_model() -> Refusal:
    """Refuse a chat that names no model."""
    return Refusal(status=400, message="you must provide a model parameter")


def no_such_model(model: str) -> Refusal:
    """Say that the model is not served here."""
    return Refusal(
        status=404,
        message=f"The model `{model}` does not exist or you do not have access to it.",
        code="model_not_found",
    )


def not_text(index: int) -> Refusal:
    """Refuse a message whose content is no string."""
    return bad_input(f"Input error. Input should be a valid string: input.messages.{index}.content")


def still_parsing() -> Refusal:
    """Refuse a file that is not parsed yet."""
    return bad_input("File parsing in progress, please try again later.")


def invalid_file(file_id: str) -> Refusal:
    """Refuse a file id that is wrong, another account's, deleted, or of another purpose."""
    return bad_input(f"Invalid file [id:{file_id}].")


def unsupported_file(file_id: str) -> Refusal:
    """Refuse a file of a format that the model does not read."""
    return bad_input(f"File [id:{file_id}] format is not supported.")


def blank_file(file_id: str) -> Refusal:
    """Refuse a file without any text."""
    return bad_input(f"File [id:{file_id}] content blank.")


def too_many_documents() -> Refusal:
    """Refuse a chat that names more files than its model takes."""
    return bad_input("Too many files provided.")


def message_too_long(tokens: int) -> Refusal:
    """Refuse a message that is too long where a file is read too."""
    return bad_input(f"Range of input length should be [1, {tokens}]")


def input_too_long(tokens: int) -> Refusal:
    """Refuse a chat whose messages and files are too long together."""
    return bad_input(f"Total message token length exceed model limit ({tokens} tokens).")


def not_downloadable(file_id: str) -> Refusal:
    """Refuse to give the content of a file that is no batch's result."""
    return Refusal(
        status=400,
        message=f"Only the result files of a batch can be downloaded: {file_id}",
        param="file_id",
        code="invalid_parameter_error",
    )


def no_such_batch(batch_id: str) -> Refusal:
    """Say that the account has no such batch."""
    return Refusal(status=404, message=f"No such Batch object: {batch_id}", param="batch_id")


def not_cancellable(status: str) -> Refusal:
    """Refuse to cancel what is past it."""
    return Refusal(
        status=400, message=f"Cannot cancel a batch with status '{status}'.", code="invalid_parameter_error"
    )


def too_many_batches() -> Refusal:
    """Refuse a batch because the account has as many unfinished ones as it may."""
    return Refusal(
        status=429,
        message="Too many requests. Batch requests are being throttled due to system capacity limits. "
        "Please try again later.",
        type="limit_burst_rate",
        code="limit_burst_rate",
    )


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
