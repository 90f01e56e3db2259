"""Which session an answer is about: what its body states, if that is what its address asked for.

raw/ also contains answers that older versions stored under a part of their address, so every line is read this way.
"""

from typing import NamedTuple

from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine
from pipeline.source.app.endpoints import ApiRequest, is_of_command, other_session, parse_address
from pipeline.source.app.schema import session_id

_OK = 200


class Subject(NamedTuple):
    """The key of what an answer is about. `fault` is why it cannot be used as an answer about that; None if it can."""

    key: str
    fault: str | None = None


def subject_of(line: RawLine) -> Subject | None:
    """What a line is about, or None for one of endpoint `session` that is not about a single session."""
    request = parse_address(line.url)
    if line.endpoint != Endpoint.SESSION or request is None or request.endpoint != Endpoint.SESSION:
        stated = session_id(line.body) if (line.endpoint, line.status) == (Endpoint.SESSION, _OK) else None
        return Subject(stated or line.key)
    return _subject(request, session_id(line.body) if line.status == _OK else None)


def _subject(request: ApiRequest, stated: str | None) -> Subject | None:
    if stated is None:
        return None if request.key is None else Subject(request.key)
    if request.key is None or request.key == stated:
        return Subject(stated)
    return None if is_of_command(request.key) else Subject(request.key, other_session(request.key, stated))
