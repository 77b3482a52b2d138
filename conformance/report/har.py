"""exchanges.har: the exchanges of a run as an HTTP Archive 1.2, for every tool that reads one."""

import base64
import datetime as dt
import io
from http import HTTPStatus

from harfile import Content, Creator, HarFile, PostData, PostParameter, Record, Response, Timings
from harfile import Request as Asked

from conformance.archives import OWN
from conformance.exchange import Answer, Exchange, Pairs, Part, Request
from conformance.report.curl import address
from conformance.runs import Run

# The client speaks no other.
VERSION = "HTTP/1.1"


def as_har(run: Run) -> str:
    """Write exchanges.har; what the log does not keep (files that were sent, the rest of long bodies) is missing here too."""
    out = io.StringIO()
    header = run.header
    creator = Creator(name=OWN, version=header.version)
    comment = f"{header.region}, {header.target}, {header.started}, contract {header.contract}"
    with HarFile.open(out, creator=creator, comment=comment) as har:
        for exchange in run.exchanges:
            milliseconds = round(exchange.seconds * 1000, 1)
            har.add_entry(
                startedDateTime=_moment(exchange.started),
                time=milliseconds,
                request=_request(exchange.request, header.base_url),
                response=_response(exchange),
                timings=Timings(send=0, wait=milliseconds, receive=0),
                comment=_comment(exchange),
            )
    return out.getvalue() + "\n"


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")


def _comment(exchange: Exchange) -> str:
    """Say what HTTP does not: whose key it was, which attempt, and for which test."""
    told = [
        f"exchange {exchange.number}",
        f"account {exchange.account}",
        f"attempt {exchange.attempt}",
        *([] if exchange.final else ["repeated"]),
        *([f"phase {exchange.phase}"] if exchange.phase else []),
        *([f"test {exchange.test}"] if exchange.test else []),
    ]
    return "; ".join(told)


def _request(request: Request, base_url: str) -> Asked:
    return Asked(
        method=request.method,
        url=address(request, base_url),
        httpVersion=VERSION,
        headers=_records(request.headers),
        queryString=_records(request.query),
        postData=_posted(request),
        bodySize=-1 if request.parts else request.body_bytes,
    )


def _posted(request: Request) -> PostData | None:
    if request.parts:
        return PostData(mimeType="multipart/form-data", params=[_parameter(part) for part in request.parts])
    if request.body is None:
        return None
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    return PostData(mimeType=kind, text=request.body)


def _parameter(part: Part) -> PostParameter:
    size = f"{part.size} bytes"
    return PostParameter(name=part.name, value=part.text, fileName=part.filename, comment=size)


def _response(exchange: Exchange) -> Response:
    answer = exchange.answer
    if answer is None:
        # What browsers write where no answer came.
        return Response(status=0, statusText="", httpVersion="", comment=exchange.trouble)
    return Response(
        status=answer.status,
        statusText=_phrase(answer.status),
        httpVersion=VERSION,
        headers=_records(answer.headers),
        content=_content(answer, "; ".join(exchange.notes)),
        redirectURL=answer.header("location") or "",
    )


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else ""


def _content(answer: Answer, notes: str) -> Content:
    text, encoding = _text(answer.body)
    told = "; ".join(filter(None, [notes, "cut" if answer.cut else ""]))
    return Content(
        size=len(answer.body),
        mimeType=answer.header("content-type") or "",
        text=text,
        encoding=encoding,
        comment=told or None,
    )


def _text(body: bytes) -> tuple[str, str | None]:
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def _records(pairs: Pairs) -> list[Record]:
    return [Record(name=name, value=value) for name, value in pairs]
