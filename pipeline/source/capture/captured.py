"""What is kept of one exchange with the app API, however it was captured."""

import msgspec

from pipeline.source.app.endpoints import Question

DATE_HEADER = "date"
TRACE_HEADER = "x-req-trace-id"
KEPT_HEADERS = frozenset({DATE_HEADER, TRACE_HEADER})


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer. `headers` holds those of KEPT_HEADERS that the answer had, in lower case."""

    position: str  # of the answer in its file, for people to find it
    question: Question
    status: int = 200
    began_at: str = ""  # when the question was asked, ISO 8601; "" if that is not known
    headers: dict[str, str]
    body: bytes
