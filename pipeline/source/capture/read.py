"""Answers from files that people saved: text captures and HAR files of the app's traffic, and single JSON answers."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.clock import CLOCK_TOLERANCE, EARLIEST, is_plausible
from pipeline.errors import CaptureError
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.body import read_json
from pipeline.source.app.endpoints import ApiRequest, has_shape_of, imported_key, other_session, recognize
from pipeline.source.app.schema import id_text
from pipeline.source.capture import har, text_log
from pipeline.source.capture.compressed import LARGEST_FILE, CompressedError, decompressed, in_utf8
from pipeline.source.capture.exchange import DATE_HEADER, TRACE_HEADER, Exchange, Unusable
from pipeline.source.faults import http_date
from pipeline.text import one_line

_EXPECTED = "a capture (URL, Request Headers, Response Headers, Response Content), a HAR file or an answer's JSON"
IMPLAUSIBLE = f"is not from {EARLIEST:%Y} to a day after now"
_ADVICE = "See which files can be imported: ladebog import --help"


class Capture(NamedTuple):
    """What one file holds. `left_out` says of each answer that cannot be used where it is and why not."""

    answers: list[Answer]
    left_out: list[str]


class _UnusableAnswerError(Exception):
    """An answer cannot be used. The text is the reason, as it follows "the answer at entry 3"."""


def read_capture(path: Path, account: str, fetched_at: datetime | None, now: datetime) -> Capture:
    """The answers of the known endpoints in one file, in the file's order; other sites are skipped.

    `fetched_at` is for answers without a time. Only the time and the trace id of the headers are read, and only the
    parameters that we know of an address. An answer that cannot be used, for example because it was received after
    `now`, is left out alone.

    Raises CaptureError for a file without an answer that can be used.
    """
    content = _content(path)
    left_out: list[str] = []
    try:
        answers = list(_answers(content, account, fetched_at, now, left_out))
    except ValueError as error:
        raise CaptureError(f"{path} cannot be imported: {error}; expected {_EXPECTED}.", _ADVICE) from None
    if not answers and left_out:
        more = f" (and {len(left_out) - 1} more like it)" if len(left_out) > 1 else ""
        raise CaptureError(f"{path} cannot be imported: {left_out[0]}{more}; expected {_EXPECTED}.", _ADVICE)
    if not answers:
        raise CaptureError(f"{path} holds no answer of the app API; expected {_EXPECTED}.", _ADVICE)
    return Capture(answers, left_out)


def _content(path: Path) -> bytes:
    try:
        if not path.is_dir() and not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device, which might never end
            raise CaptureError(f"{path} is not a regular file; expected {_EXPECTED}.", _ADVICE)
        if path.stat().st_size > LARGEST_FILE:
            raise CaptureError(
                f"{path} is larger than {LARGEST_FILE // 1024**2} MB; expected {_EXPECTED}.",
                f"Split it, then import the parts. {_ADVICE}",
            )
        return in_utf8(decompressed(path.read_bytes()))
    except OSError as error:
        raise CaptureError(f"{path} cannot be read ({error.strerror}); expected {_EXPECTED}.", _ADVICE) from None
    except CompressedError as error:
        raise CaptureError(f"{path} cannot be imported: {error}; expected {_EXPECTED}.", _ADVICE) from None


def _answers(
    content: bytes, account: str, fetched_at: datetime | None, now: datetime, left_out: list[str]
) -> Iterator[Answer]:
    """The answers; what cannot be used is added to `left_out`. Raises ValueError with the fault and its place."""
    document = content.strip()
    if not document.startswith(b"{"):
        exchanges = text_log.read(content)
    elif (entries := har.read(document)) is not None:
        exchanges = entries
    else:
        bare = _bare_answer(document, account, fetched_at)
        yield from () if bare is None else (bare,)
        return
    for exchange in exchanges:
        if isinstance(exchange, Unusable):
            left_out.append(exchange.fault)
            continue
        try:
            yield _answer(exchange, account, fetched_at, now)
        except _UnusableAnswerError as error:
            left_out.append(f"the answer at {exchange.position} {error}")


def _answer(exchange: Exchange, account: str, fetched_at: datetime | None, now: datetime) -> Answer:
    request = exchange.request
    if exchange.status != 200 and (exchange.status, request.endpoint) != (404, Endpoint.SESSION):
        raise _UnusableAnswerError(f"has the status {exchange.status}")
    try:
        document = read_json(exchange.body)
    except ValueError as error:
        raise _UnusableAnswerError(f"is cut off or not JSON ({error})") from None
    if exchange.status == 200 and not has_shape_of(request.endpoint, document):
        raise _UnusableAnswerError(f"is not one of {request.endpoint}")
    key = _key(request, document if exchange.status == 200 else None)
    return Answer(
        account=account,
        endpoint=request.endpoint,
        key=key,
        fetched_at=_received_at(exchange, now) or fetched_at,
        url=request.url,
        status=exchange.status,
        trace_id=one_line(exchange.headers.get(TRACE_HEADER, "")) or None,
        body=exchange.body,
    )


def _key(request: ApiRequest, document: Any) -> str:
    """What an answer is about, as its body states it; `document` is None where the operator has nothing."""
    if request.endpoint == Endpoint.SESSION_HISTORY:
        return request.key or imported_key(document)
    if request.endpoint != Endpoint.SESSION or document is None:
        if request.key is None:
            raise _UnusableAnswerError("is about no session")
        return request.key
    stated = id_text(document["session"]["id"])
    if stated is None:
        raise _UnusableAnswerError(_id_fault(document))
    if request.key not in (None, stated):
        raise _UnusableAnswerError(f"does not fit its address: {other_session(request.key, stated)}")
    return stated


def _id_fault(document: Any) -> str:
    id_json = one_line(msgspec.json.encode(document["session"]["id"]).decode(), 50)
    return f"is about a session with the id {id_json}, which is neither a whole number nor a text that is not empty"


def _received_at(exchange: Exchange, now: datetime) -> datetime | None:
    """When an answer was received: its own date, if that is within a day of its request; None if nothing is stated."""
    sent_at, dated_at = _moment(exchange.sent_at), http_date(exchange.headers.get(DATE_HEADER, ""))
    stated = [moment for moment in (dated_at, sent_at) if moment is not None]
    plausible = [moment for moment in stated if is_plausible(moment, now)]
    if stated and not plausible:
        raise _UnusableAnswerError(f"has the time {stated[-1]:%Y-%m-%d %H:%M:%SZ}, which {IMPLAUSIBLE}")
    if len(plausible) == 2 and abs(plausible[0] - plausible[1]) > CLOCK_TOLERANCE:
        return sent_at
    return plausible[0] if plausible else None


def _bare_answer(content: bytes, account: str, fetched_at: datetime | None) -> Answer | None:
    document = read_json(content)
    recognition = recognize(document)
    if recognition is None:
        if has_shape_of(Endpoint.SESSION, document):
            raise ValueError(f"it {_id_fault(document)}")
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
    """An ISO 8601 time with an offset as UTC, or None. Raises _UnusableAnswerError before the year 1 or after 9999."""
    try:
        moment = msgspec.convert(text, datetime)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except msgspec.ValidationError:
        return None
    except OverflowError:
        raise _UnusableAnswerError(f"has the time {one_line(text, 50)}, which {IMPLAUSIBLE}") from None
