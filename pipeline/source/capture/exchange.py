"""One exchange with the app API, from any kind of capture."""

import msgspec

from pipeline.source.app.endpoints import ApiRequest

DATE_HEADER = "date"
TRACE_HEADER = "x-req-trace-id"
KEPT_HEADERS = frozenset({DATE_HEADER, TRACE_HEADER})


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. `headers` has the KEPT_HEADERS of the answer, in lower case."""

    position: str  # of the answer in its file, for people to find it
    request: ApiRequest
    status: int = 200
    sent_at: str = ""  # when the request was sent, ISO 8601; "" if not known
    headers: dict[str, str]
    body: bytes


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with the app API that has no answer to archive."""

    fault: str  # with its position: "the answer at entry 3 has no body"
