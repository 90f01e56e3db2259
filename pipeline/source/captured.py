"""What is kept of one exchange with the app API, however it was captured."""

import msgspec


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer. A header that was not there is ""; a body that was not saved is None."""

    position: str  # where it stands in its file, for people to find it
    url: str
    method: str = "GET"
    status: int = 200
    date: str = ""  # the Date header
    began_at: str = ""  # when the question was asked, ISO 8601
    trace_id: str = ""
    body: bytes | None


TRACE_HEADER = "x-req-trace-id"
