"""The retry policy: how many tries, and how long to wait between them."""

from collections.abc import Callable
from typing import TypeVar

import tenacity

from pipeline.clock import Clock
from pipeline.settings.schema import Source

FIRST_BACKOFF = 1.0  # seconds before the second try; doubles from there, with up to as much jitter
LONGEST_BACKOFF = 30.0  # seconds between two tries, unless the server asks for more

Result = TypeVar("Result")


class FailedTryError(Exception):
    """One try failed; the next may succeed.

    `what` is a predicate whose subject is the host: "answered 503". `wait` is the wait that the host asked for, in
    seconds; `not_json` is whether it answered 200 with something that is not JSON; `is_final` whether the next try will
    not succeed either.
    """

    def __init__(
        self,
        what: str,
        trace_id: str | None = None,
        wait: float | None = None,
        not_json: bool = False,
        is_final: bool = False,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.trace_id = trace_id
        self.wait = wait
        self.not_json = not_json
        self.is_final = is_final


class AllTriesFailedError(Exception):
    """Every try failed; `failures` holds them in order, at least one."""

    def __init__(self, failures: list[FailedTryError]) -> None:
        super().__init__(f"{len(failures)} tries failed")
        self.failures = failures


def with_retries(attempt: Callable[[], Result], source: Source, clock: Clock) -> Result:
    """The result of `attempt`, which is called again after a FailedTryError.

    At most `source.attempts` tries in `source.longest_wait` seconds; a wait that would exceed them is not begun.

    Raises AllTriesFailedError, and any other exception that `attempt` raises.
    """
    failures: list[FailedTryError] = []

    def try_once() -> Result:
        try:
            return attempt()
        except FailedTryError as failure:
            failures.append(failure)
            raise

    def must_stop(state: tenacity.RetryCallState) -> bool:
        spent = max(state.seconds_since_start or 0.0, state.idle_for)
        return (
            failures[-1].is_final
            or state.attempt_number >= source.attempts
            or spent + state.upcoming_sleep > source.longest_wait
        )

    def wait(state: tenacity.RetryCallState) -> float:
        return failures[-1].wait or _backoff(state)

    retrier = tenacity.Retrying(
        sleep=clock.sleep,
        retry=tenacity.retry_if_exception_type(FailedTryError),
        wait=wait,
        stop=must_stop,
        reraise=True,
    )
    try:
        return retrier(try_once)
    except FailedTryError:
        raise AllTriesFailedError(failures) from None


_backoff = tenacity.wait_exponential_jitter(initial=FIRST_BACKOFF, max=LONGEST_BACKOFF, jitter=FIRST_BACKOFF)
