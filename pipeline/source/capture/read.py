"""Answers from files that people saved: text captures and HAR files of the app's traffic, and single JSON answers."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pipeline.errors import CaptureError
from pipeline.raw.answer import Answer, Endpoint
from pipeline.source.app.endpoints import has_shape_of, imported_key, recognize
from pipeline.source.body import read_json
from pipeline.source.capture import har, text_log
from pipeline.source.capture.exchange import DATE_HEADER, TRACE_HEADER, Exchange
from pipeline.source.faults import http_date
from pipeline.text import one_line

LARGEST_FILE = 512 * 1024 * 1024  # bytes
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EXPECTED = "a capture (URL, Request Headers, Response Headers, Response Content), a HAR file or an answer's JSON"
_ADVICE = "See which files can be imported: ladebog import --help"


def read_capture(path: Path, account: str, fetched_at: datetime | None) -> list[Answer]:
    """The answers of the known endpoints in one file, in the file's order; everything else is skipped.

    `fetched_at` is for answers without a time. Only the time and the trace id of the headers are read, and only the
    parameters that we know of an address.

    Raises CaptureError for a file without such an answer, or with one that is cut off or not JSON.
    """
    content = _content(path).removeprefix(_BYTE_ORDER_MARK)
    try:
        answers = _answers(content, account, fetched_at)
    except ValueError as error:
        raise CaptureError(f"{path} cannot be imported: {error}; expected {_EXPECTED}.", _ADVICE) from None
    if not answers:
        raise CaptureError(f"{path} holds no answer of the app API; expected {_EXPECTED}.", _ADVICE)
    return answers


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CaptureError(
                f"{path} is larger than {LARGEST_FILE // 1024**2} MB; expected {_EXPECTED}.",
                f"Split it, then import the parts. {_ADVICE}",
            )
        return path.read_bytes()
    except OSError as error:
        raise CaptureError(f"{path} cannot be read ({error.strerror}); expected {_EXPECTED}.", _ADVICE) from None


def _answers(content: bytes, account: str, fetched_at: datetime | None) -> list[Answer]:
    """Raises ValueError with the fault and its place."""
    document = content.strip()
    if not document.startswith(b"{"):
        exchanges = text_log.read(content)
    elif (entries := har.read(document)) is not None:
        exchanges = entries
    else:
        answer = _bare_answer(document, account, fetched_at)
        return [] if answer is None else [answer]
    answers = [_answer(exchange, account, fetched_at) for exchange in exchanges]
    return [answer for answer in answers if answer is not None]


def _answer(exchange: Exchange, account: str, fetched_at: datetime | None) -> Answer | None:
    """The answer in one exchange, or None if it does not answer the request, for example a refusal."""
    request = exchange.request
    if exchange.status != 200 and (exchange.status, request.endpoint) != (404, Endpoint.SESSION):
        return None
    try:
        document = read_json(exchange.body)
    except ValueError as error:
        raise ValueError(f"the answer at {exchange.position} is cut off or not JSON ({error})") from None
    if exchange.status == 200 and not has_shape_of(request.endpoint, document):
        return None
    answered_at = http_date(exchange.headers.get(DATE_HEADER, "")) or _moment(exchange.sent_at)
    return Answer(
        account=account,
        endpoint=request.endpoint,
        key=request.key or imported_key(document),
        fetched_at=answered_at or fetched_at,
        url=request.url,
        status=exchange.status,
        trace_id=one_line(exchange.headers.get(TRACE_HEADER, "")) or None,
        body=exchange.body,
    )


def _bare_answer(content: bytes, account: str, fetched_at: datetime | None) -> Answer | None:
    recognition = recognize(read_json(content))
    if recognition is None:
        return None
    endpoint, key = recognition
    return Answer(
        account=account,
        endpoint=endpoint,
        key=key,
        fetched_at=fetched_at,
        url="",
        status=200,
        trace_id=None,
        body=content,
    )


def _moment(text: str) -> datetime | None:
    """An ISO 8601 time with an offset as UTC, or None."""
    try:
        moment = msgspec.convert(text, datetime)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (msgspec.ValidationError, OverflowError):
        return None
