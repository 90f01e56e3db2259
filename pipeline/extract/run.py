"""A run over one account: list the history month by month, fetch new and corrected sessions.

Each answer is on disk before the next request, so a run may be killed at any time; the next one fetches the rest.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

import duckdb
import msgspec

from pipeline.clock import Clock, ForwardClock, months_back
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.extract import plan
from pipeline.extract.listing import fetch_listing
from pipeline.extract.store import Store
from pipeline.extract.summary import Summary, read_state, summarize
from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer
from pipeline.raw.lines import Window
from pipeline.settings.schema import Account, Source
from pipeline.source.app import schema
from pipeline.source.app.client import AppApi
from pipeline.source.credentials.store import Credentials
from pipeline.text import duration_text

_CLOCK_TOLERANCE = timedelta(days=1)

_FINISHED = "select session_id from staging.sessions where account = ? and is_finished and list_contains(?, session_id)"
_ACTIVE = "select session_id from staging.sessions where account = ? and not is_finished order by session_id"
_LAST_FETCHED = "select max(fetched_at) from facts.answers where account = ?"

_charge_points_decoder = msgspec.json.Decoder(schema.ChargePointsAnswer, strict=False)


class RunProgress(Protocol):
    """Shows the progress of a run."""

    def listing(self, month: date) -> None:
        """A month's listing is being fetched."""

    def fetching(self, month: date, done: int, total: int) -> None:
        """`done` of a month's `total` details have been fetched."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which months a run lists, and which of their finished sessions it fetches.

    `since` and `until` are widened to whole local months; without them, the months are those that `plan` chooses up to
    today. With `refetch`, all listed sessions are fetched, not only new and corrected ones.
    """

    since: date | None = None
    until: date | None = None
    refetch: bool = False


@dataclass(frozen=True, kw_only=True)
class Extractor:
    """Fetches accounts' answers into an archive that is open and up to date."""

    connection: duckdb.DuckDBPyConnection
    logbook: Logbook
    source: Source
    credentials: Credentials
    clock: Clock

    def extract(self, account: Account, scope: Scope, progress: RunProgress) -> Summary:
        """Fetch the answers of one account. Raises as `Extraction.run`."""
        last_fetched_at = self.connection.execute(_LAST_FETCHED, [account.name]).fetchall()[0][0]
        forward_clock = ForwardClock(self.clock, last_fetched_at)
        with (
            AppApi(account, self.source, self.credentials, forward_clock) as api,
            Store(self.connection, self.logbook.raw / account.name, "extract", forward_clock) as store,
        ):
            event_log.info("extract begun", account=account.name, run=store.record.run_id)
            extraction = Extraction(
                connection=self.connection,
                store=store,
                api=api,
                account=account,
                at_a_time=self.source.at_a_time,
                machine_clock=self.clock,
                progress=progress,
            )
            summary = extraction.run(scope)
            event_log.info("extract done", account=account.name, run=store.record.run_id, **store.record.counts)
            return summary


@dataclass(kw_only=True)
class Extraction:
    """One run for one account. The archive of `connection` is up to date; `store` is this run's.

    `machine_clock` may be set back; the clock of `store` is never earlier than the last answer.
    """

    connection: duckdb.DuckDBPyConnection
    store: Store
    api: AppApi
    account: Account
    at_a_time: int
    machine_clock: Clock
    progress: RunProgress
    _listed: set[str] = field(default_factory=set, init=False)

    def run(self, scope: Scope) -> Summary:
        """Fetch everything that is planned. The answers fetched before an error are kept.

        Raises LoginError, UpstreamError, UpstreamDownError.
        """
        started_at = self.machine_clock.now()
        state_before = read_state(self.connection, self.account.name)
        warnings = [self.api.login_warning(started_at), self._fetch_charge_points()]
        for month in self._months(scope):
            self._fetch_month(month, refetch=scope.refetch)
        self._fetch_active()
        self._record_missing()
        summary = summarize(state_before, read_state(self.connection, self.account.name), self._listed)
        summary.requests = self.api.requests_sent
        self.store.record.counts = {name: value for name, value in vars(summary).items() if isinstance(value, int)}
        summary.seconds = (self.machine_clock.now() - started_at).total_seconds()
        summary.warnings = [warning for warning in warnings if warning]
        return summary

    def _months(self, scope: Scope) -> Iterator[date]:
        newest = scope.until or self.store.clock.now().astimezone(self.account.zone).date()
        planned_day = plan.first_day(self.connection, self.account, self.machine_clock.now())
        reaches_planned = scope.since is None or planned_day is None or scope.since <= planned_day
        self.store.record.caught_up = scope.until is None and reaches_planned
        oldest = scope.since or planned_day
        if oldest is None:
            return plan.months_to_the_beginning(newest, lambda: len(self._listed))
        return months_back(newest, min(oldest, newest))

    def _fetch_charge_points(self) -> str | None:
        """Fetch charge points and their prices; returns a warning if this machine's clock is wrong."""
        answer = self.api.charge_points()
        warning = _clock_warning(answer, self.machine_clock.now())
        self.store.keep(answer)
        for evse_id in _evse_ids(answer):
            self.store.keep(self.api.price_periods(evse_id))
        self.store.load()
        return warning

    def _fetch_month(self, month: date, *, refetch: bool) -> None:
        self.progress.listing(month)
        requested_at = self.store.clock.now()
        listing = fetch_listing(self.api, self.store, month)
        self._listed |= listing.session_ids
        if listing.session_ids:
            self.store.load()
            query = _FINISHED if refetch else _missing_details()
            if session_ids := self._session_ids(query, sorted(listing.session_ids)):
                self._fetch_details(month, session_ids)
        self.store.record.windows.append(
            Window(
                month=month.isoformat(),
                listed_at=listing.dated_at or requested_at,
                pages=listing.pages,
                sessions=len(listing.session_ids),
            )
        )

    def _fetch_details(self, month: date, session_ids: list[str]) -> None:
        """Fetch several at a time; each is on disk before the next is read."""
        with ThreadPoolExecutor(self.at_a_time) as pool:
            futures = [pool.submit(self.api.session, session_id) for session_id in session_ids]
            try:
                for done, answer in enumerate(as_completed(futures), start=1):
                    self.store.keep(answer.result())
                    self.progress.fetching(month, done, len(futures))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        self.store.load()

    def _fetch_active(self) -> None:
        """Fetch the sessions that were active when last seen and that are in no listing of this run."""
        for session_id in self._session_ids(_ACTIVE):
            if session_id not in self._listed:
                self.store.keep(self.api.session(session_id))
        self.store.load()

    def _record_missing(self) -> None:
        """Record, for each listed month, the sessions that belong to it and are in no listing."""
        missing_by_month: dict[str, list[str]] = {}
        parameters = {"account": self.account.name}
        archived_sessions = self.connection.execute(models.query("sessions_within_a_month"), parameters).fetchall()
        for month, session_id in archived_sessions:
            if session_id not in self._listed:
                missing_by_month.setdefault(month.isoformat(), []).append(session_id)
        record = self.store.record
        record.windows = [
            msgspec.structs.replace(window, missing=missing_by_month.get(window.month, [])) for window in record.windows
        ]

    def _session_ids(self, query: str, *parameters: object) -> list[str]:
        return [row["session_id"] for row in rows(self.connection, query, [self.account.name, *parameters])]


def _missing_details() -> str:
    """A query that computes intermediate.missing_details again: the table has those of the last refresh."""
    model = models.by_name()["intermediate.missing_details"].text
    return f"select session_id from ({model}) where account = ? and list_contains(?, session_id)"  # noqa: S608 (our own)


def _clock_warning(answer: Answer, now: datetime) -> str | None:
    difference = now - answer.dated_at if answer.dated_at else timedelta()
    if abs(difference) < _CLOCK_TOLERANCE:
        return None
    direction = "ahead of" if difference > timedelta() else "behind"
    return (
        f"This machine's clock is {duration_text(abs(difference))} {direction} the operator's: correct it. "
        "It dates the runs; the operator's clock decides when a month is closed."
    )


def _evse_ids(answer: Answer) -> list[str]:
    """The ids of the account's EVSEs; empty for an answer that cannot be read and will be quarantined."""
    try:
        points = _charge_points_decoder.decode(answer.body).data
    except msgspec.DecodeError:
        return []
    return [str(evse.id) for point in points for evse in point.evses or ()]
