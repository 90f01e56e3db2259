"""A run over one account: list the history month by month, fetch new and corrected sessions.

Each answer is on disk before the next request, so a run may be killed at any time; the next one fetches the rest.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import duckdb
import msgspec

from pipeline.clock import Clock, ForwardClock, last_of_month, months_back
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.errors import UpstreamError
from pipeline.extract import plan
from pipeline.extract.store import Store
from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer
from pipeline.raw.lines import Window
from pipeline.settings.schema import Account, Source
from pipeline.source.app import schema
from pipeline.source.app.client import AppApi
from pipeline.source.app.schema import items
from pipeline.source.credentials.store import Credentials
from pipeline.text import duration_text

_MOST_PAGES = 1_000
_CLOCK_TOLERANCE = timedelta(days=1)

_DUE = "select session_id from intermediate.details_due where account = ? and list_contains(?, session_id)"
_FINISHED = "select session_id from staging.sessions where account = ? and is_finished and list_contains(?, session_id)"
_ACTIVE = "select session_id from staging.sessions where account = ? and not is_finished order by session_id"
_LAST_FETCHED = "select max(fetched_at) from facts.answers where account = ?"
_REVISIONS = "select session_id, revision from staging.sessions where account = ?"
_QUARANTINED = "select count(*) from facts.quarantine where account = ?"

_charge_points_decoder = msgspec.json.Decoder(schema.ChargePointsAnswer, strict=False)


class RunProgress(Protocol):
    """Shows the progress of a run."""

    def listing(self, month: date) -> None:
        """A month's listing is being fetched."""

    def fetching(self, month: date, done: int, total: int) -> None:
        """`done` of a month's `total` details have been fetched."""


@dataclass
class Summary:
    """The result of a run: numbers of sessions, except `quarantined` (documents), `requests` and `seconds`."""

    listed: int = 0
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    active: int = 0
    quarantined: int = 0
    requests: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)


@dataclass
class Extraction:
    """One run for one account. The archive of `connection` is up to date; `store` is this run's."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    api: AppApi
    account: Account
    at_a_time: int
    machine_clock: Clock
    clock: Clock  # never earlier than the last answer, as the machine's clock may be
    progress: RunProgress
    refetch: bool = False
    _listed: set[str] = field(default_factory=set)

    def run(self, since: date | None, until: date | None) -> Summary:
        """Fetch everything that is planned. The answers fetched before an error are kept.

        `since` and `until` are widened to whole local months. Raises LoginError, UpstreamError, UpstreamDownError.
        """
        started_at = self.machine_clock.now()
        revisions = self._revisions()
        quarantined = self._value(_QUARANTINED)
        warnings = [self.api.login_warning(started_at), self._fetch_charge_points()]
        for month in self._months(since, until):
            self._fetch_month(month)
        self._fetch_active()
        self._note_missing()
        summary = self._compare(revisions)
        summary.quarantined = self._value(_QUARANTINED) - quarantined
        summary.requests = self.api.requests_sent
        self.store.record.counts = {name: value for name, value in vars(summary).items() if isinstance(value, int)}
        summary.seconds = (self.machine_clock.now() - started_at).total_seconds()
        summary.warnings = [warning for warning in warnings if warning]
        return summary

    def _months(self, since: date | None, until: date | None) -> Iterator[date]:
        newest = until or self.clock.now().astimezone(self.account.zone).date()
        planned = plan.first_day(self.connection, self.account, self.machine_clock.now())
        self.store.record.caught_up = until is None and (since is None or planned is None or since <= planned)
        oldest = since or planned
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

    def _fetch_month(self, month: date) -> None:
        self.progress.listing(month)
        requested_at = self.clock.now()
        pages, listed, dated_at = self._list(month)
        self._listed |= listed
        if listed:
            self.store.load()
            query = _FINISHED if self.refetch else _DUE
            if session_ids := self._session_ids(query, sorted(listed)):
                self._fetch_details(month, session_ids)
        self.store.record.windows.append(
            Window(
                month=month.isoformat(),
                listed_at=dated_at or requested_at,
                pages=pages,
                sessions=len(listed),
            )
        )

    def _list(self, month: date) -> tuple[int, set[str], datetime | None]:
        """Fetch pages until one has no session that the others did not have: some tenants ignore paging.

        Returns the number of pages, the session ids, and the first page's time by the operator's clock.
        """
        listed: set[str] = set()
        dated_at = None
        for page in range(1, _MOST_PAGES):
            answer = self.api.history(month, last_of_month(month), page)
            dated_at = dated_at or answer.dated_at
            found = {item.key for item in _items(answer)}
            if page > 1 and found <= listed:
                return page - 1, listed, dated_at
            self.store.keep(answer)
            if not found:
                return page, listed, dated_at
            listed |= found
        raise UpstreamError(
            f"The operator of account {self.account.name} sends endless pages for {month:%Y-%m}.",
            "Report it to the operator; try other months with: ladebog extract --since DATE --until DATE",
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

    def _note_missing(self) -> None:
        """Record, for each listed month, the sessions that belong to it and are in no listing."""
        missing: dict[str, list[str]] = {}
        of_account = {"account": self.account.name}
        found = self.connection.execute(models.query("sessions_within_a_month"), of_account).fetchall()
        for month, session_id in found:
            if session_id not in self._listed:
                missing.setdefault(month.isoformat(), []).append(session_id)
        record = self.store.record
        record.windows = [
            msgspec.structs.replace(window, missing=missing.get(window.month, [])) for window in record.windows
        ]

    def _compare(self, before: dict[str, int | None]) -> Summary:
        summary = Summary(listed=len(self._listed))
        for session_id, revision in self._revisions().items():
            if revision is None and session_id in self._listed:
                summary.active += 1
            if before.get(session_id) != revision:
                if before.get(session_id) is None:
                    summary.new += 1
                else:
                    summary.corrected += 1
        summary.unchanged = max(summary.listed - summary.new - summary.corrected - summary.active, 0)
        return summary

    def _revisions(self) -> dict[str, int | None]:
        """How often each session's figures have changed; None while it is active."""
        return dict(self.connection.execute(_REVISIONS, [self.account.name]).fetchall())

    def _session_ids(self, query: str, *parameters: object) -> list[str]:
        return [row["session_id"] for row in rows(self.connection, query, [self.account.name, *parameters])]

    def _value(self, query: str) -> int:
        row = self.connection.execute(query, [self.account.name]).fetchone()
        return row[0] if row else 0


def extract_account(
    connection: duckdb.DuckDBPyConnection,
    logbook: Logbook,
    account: Account,
    *,
    source: Source,
    credentials: Credentials,
    clock: Clock,
    progress: RunProgress,
    since: date | None = None,
    until: date | None = None,
    refetch: bool = False,
) -> Summary:
    """Fetch the answers of one account of an archive that is open and up to date. Raises as `Extraction.run`."""
    last = connection.execute(_LAST_FETCHED, [account.name]).fetchall()[0][0]
    forward = ForwardClock(clock, last)
    with (
        AppApi(account, source, credentials, forward) as api,
        Store(connection, logbook.raw / account.name, "extract", forward) as store,
    ):
        event_log.info("extract begun", account=account.name, run=store.record.run_id)
        extraction = Extraction(connection, store, api, account, source.at_a_time, clock, forward, progress, refetch)
        summary = extraction.run(since, until)
        event_log.info("extract done", account=account.name, run=store.record.run_id, **store.record.counts)
        return summary


def _clock_warning(answer: Answer, now: datetime) -> str | None:
    difference = now - answer.dated_at if answer.dated_at else timedelta()
    if abs(difference) < _CLOCK_TOLERANCE:
        return None
    direction = "ahead of" if difference > timedelta() else "behind"
    return (
        f"This machine's clock is {duration_text(abs(difference))} {direction} the operator's: correct it. "
        "It dates the runs; the operator's clock decides when a month is closed."
    )


def _items(answer: Answer) -> list[Any]:
    try:
        return list(items(answer.body))
    except msgspec.DecodeError as error:
        raise UpstreamError(
            f"The operator of account {answer.account} answered {answer.url} "
            f"with something that is not a listing of sessions ({error}).",
            "Check the address with: ladebog account add NAME --url https://TENANT",
        ) from None


def _evse_ids(answer: Answer) -> list[str]:
    """The ids of the account's EVSEs; empty for an answer that cannot be read and will be quarantined."""
    try:
        points = _charge_points_decoder.decode(answer.body).data
    except msgspec.DecodeError:
        return []
    return [str(evse.id) for point in points for evse in point.evses or ()]
