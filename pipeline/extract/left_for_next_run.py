"""Requests of which one may fail for good: it is left for the next run, and the run goes on with the others."""

from collections.abc import Callable

from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.logbook import event_log

FAILURES = (UpstreamError, UpstreamDownError)
Failure = UpstreamError | UpstreamDownError


class LeftForNextRun:
    """What one run could not fetch although the operator answers other requests."""

    def __init__(self, *probes: Callable[[], object]) -> None:
        """`probes` are requests that show whether the operator answers at all; one that failed is not sent again."""
        self._probes = list(probes)
        self.notes: list[str] = []

    def add(self, name: str, error: Failure) -> None:
        """Leave something for the next run; `name` begins the sentence about it.

        Raises the error if the operator answers nothing else either: then it is the operator that is down.
        """
        if not self._operator_answers():
            raise error
        event_log.warning("left for the next run", what=name, error=str(error))
        self.notes.append(f"{name} could not be fetched and is left for the next run: {error}")

    def _operator_answers(self) -> bool:
        while self._probes:
            try:
                self._probes[0]()
            except FAILURES:
                del self._probes[0]
            else:
                return True
        return False
