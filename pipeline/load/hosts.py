"""Whose sessions an account has: the hosts that answered about them."""

from pathlib import Path

from pipeline.load.batches import document_hashes
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings.names import host_and_port

_OF_SESSIONS = (Endpoint.SESSION, Endpoint.SESSION_HISTORY)
_OK = 200


def hosts_of_sessions(folder: Path) -> set[str]:
    """The hosts of the answers with sessions in raw/<account>; empty text for imports without an address.

    Raises RawStoreError for a damaged segment.
    """
    lines = (line for segment in finished_segments(folder) for line, _ in read_lines(segment))
    return {
        host_and_port(line.url)
        for line in lines
        if line.endpoint in _OF_SESSIONS and line.status == _OK and document_hashes(line)
    }
