"""A run over one account: list the history month by month, fetch new and corrected sessions.

Each answer is on disk before the next request, so a run may be killed at any time; the next one fetches the rest.
"""

import contextlib
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

import duckdb
import msgspec

from pipeline.clock import CLOCK_TOLERANCE, Clock, ForwardClock, months_back
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.extract import plan
from pipeline.extract.left_for_next_run import FAILURES, LeftForNextRun
from pipeline.extract.months import Months
from pipeline.extract.store import Store
from pipeline.extract.summary import Summary, read_state, summarize
from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Answer
from pipeline.settings.schema import Account, Source
from pipeline.source.app import optional_fields, schema
from pipeline.source.app.client import AppApi
from pipeline.source.credentials.store import Credentials
from pipeline.text import duration_text, one_line

_FINISHED = "select account, session_id from staging.sessions where is_finished"
_ACTIVE = "select session_id from staging.sessions where account = ? and is_active order by session_id"
_IS_LISTED = "list_contains(?, session_id)"
# Sessions that the operator no longer finds are fetched again only when it lists them.
_IS_FOUND = "session_id not in (select key from documents where endpoint = 'session' and status = 404 and account = ?)"
# An import may bring a time that is up to a day ahead of this machine's clock.
_LAST_FETCHED = """
    select max(least(answers.fetched_at, hours_after(runs.started_at, 24)))
    from facts.answers as answers
    inner join runs on answers.account = runs.account and answers.segment = runs.segment
    where answers.account = ? and answers.fetched_at is not null
"""
_LARGEST_PAGE = "select coalesce(max(largest_page), 0) from facts.windows where account = ?"


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

    @property
    def is_unlimited(self) -> bool:
        """Whether the run itself chooses the months."""
        return self.since is None and self.until is None


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
    _fetched: set[str] = field(default_factory=set, init=False)

    def run(self, scope: Scope) -> Summary:
        """Fetch everything that is planned. What fails while the operator answers other requests is left for the next
        run; if it is the listing of a month, the summary has the error.

        The answers fetched before an error are kept. Raises LoginError, UpstreamError, UpstreamDownError.
        """
        started_at = self.machine_clock.now()
        state_before = read_state(self.connection, self.account.name)
        warnings = [self.api.login_warning(started_at), self._fetch_charge_points()]
        try:
            self._fetch_months(scope)
        finally:
            self.store.record.unlisted = self._months.unlisted()
        if scope.is_unlimited:
            self._fetch_details(self._session_ids(_outstanding_details(_IS_FOUND), self.account.name))
        self._fetch_details([one for one in self._session_ids(_ACTIVE) if one not in self._months.session_ids])
        self.store.record.windows = self._months.windows(self._missing())
        summary = summarize(state_before, read_state(self.connection, self.account.name), self._months.session_ids)
        summary.requests = self.api.requests_sent
        self.store.record.counts = {name: value for name, value in vars(summary).items() if isinstance(value, int)}
        summary.seconds = (self.machine_clock.now() - started_at).total_seconds()
        summary.warnings = [warning for warning in warnings if warning] + self._left.notes
        summary.error = self.store.error = self._months.error()
        return summary

    @cached_property
    def _today(self) -> date:
        return self.store.clock.now().astimezone(self.account.zone).date()

    @cached_property
    def _left(self) -> LeftForNextRun:
        return LeftForNextRun(lambda: self.api.history(self._today, self._today, 1), self.api.charge_points)

    @cached_property
    def _months(self) -> Months:
        ((largest_page,),) = self.connection.execute(_LARGEST_PAGE, [self.account.name]).fetchall()
        return Months(api=self.api, store=self.store, left=self._left, largest_page=largest_page)

    def _planned_months(self, scope: Scope) -> Iterator[date]:
        newest = min(scope.until or self._today, self._today)
        planned_day = plan.first_day(self.connection, self.account, self.machine_clock.now())
        reaches_planned = scope.since is None or planned_day is None or scope.since <= planned_day
        self.store.record.caught_up = scope.until is None and reaches_planned
        oldest = scope.since or planned_day
        if oldest is None:
            return plan.months_to_the_beginning(newest, lambda: len(self._months.session_ids))
        return months_back(newest, min(oldest, newest))

    def _fetch_charge_points(self) -> str | None:
        """Fetch charge points and their prices; returns a warning if this machine's clock is wrong."""
        try:
            answer = self.api.charge_points()
        except FAILURES as error:
            self._left.add("The list of charge points", error)
            return None
        warning = _clock_warning(answer, self.machine_clock.now())
        self.store.keep(answer)
        for evse_id in _evse_ids(answer):
            try:
                self.store.keep(self.api.price_periods(evse_id))
            except FAILURES as error:
                self._left.add(f"The price list of EVSE {one_line(evse_id)}", error)
        self.store.load()
        return warning

    def _fetch_months(self, scope: Scope) -> None:
        query = _outstanding_details(_IS_LISTED, *([_FINISHED] if scope.refetch else []))
        for month in self._planned_months(scope):
            self.progress.listing(month)
            self._fetch_listed(month, self._months.fetch(month), query)
            if self._months.are_given_up:
                break
        for month, session_ids in self._months.fetch_cut():
            self._fetch_listed(month, session_ids, query)
        if self._months.error():
            self.store.record.caught_up = False

    def _fetch_listed(self, month: date, session_ids: Collection[str], query: str) -> None:
        """Fetch the details of listed sessions that need them."""
        if session_ids:
            self.store.load()
            self._fetch_details(self._session_ids(query, sorted(session_ids)), month)

    def _fetch_details(self, session_ids: list[str], month: date | None = None) -> None:
        """Fetch several at a time, each once in a run; each is on disk before the next is read."""
        wanted = [session_id for session_id in session_ids if session_id not in self._fetched]
        self._fetched.update(wanted)
        with ThreadPoolExecutor(self.at_a_time) as pool:
            futures = {pool.submit(self.api.session, session_id): session_id for session_id in wanted}
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    self._keep_detail(futures[future], future)
                    if month is not None:
                        self.progress.fetching(month, done, len(futures))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        self.store.load()

    def _keep_detail(self, session_id: str, fetched: Future[Answer]) -> None:
        try:
            detail = fetched.result()
            self.store.keep(detail)
            if detail.status == 404:
                self._left.notes.append(f"Session {one_line(session_id)} was not found by the operator (404).")
        except FAILURES as error:
            self._left.add(f"Session {one_line(session_id)}", error)

    def _missing(self) -> dict[date, list[str]]:
        """For each month the archived sessions that belong to it and are in no listing."""
        missing: dict[date, list[str]] = {}
        archived = self.connection.execute(models.query("sessions_within_a_month"), {"account": self.account.name})
        for month, session_id in archived.fetchall():
            if session_id not in self._months.session_ids:
                missing.setdefault(month, []).append(session_id)
        return missing

    def _session_ids(self, query: str, *parameters: object) -> list[str]:
        return [row["session_id"] for row in rows(self.connection, query, [self.account.name, *parameters])]


def _outstanding_details(condition: str, *others: str) -> str:
    """A query for the details that are missing, for those that cannot be read, and for those in place of an entry of a
    list that cannot be read; and for the details that `others` select.

    The models are computed again: their tables have what was outstanding at the last refresh.
    """
    missing = models.by_name()["intermediate.missing_details"].text
    entries = models.by_name()["staging.unreadable_entries"].text
    unreadable = models.query("unreadable_details")
    queries = [
        f"select account, session_id from ({missing})",  # noqa: S608 (our own, as all of them)
        f"select account, session_id from ({unreadable})",  # noqa: S608
        f"select account, session_id from ({entries}) where not has_newer_details",  # noqa: S608
        *others,
    ]
    outstanding = " union ".join(queries)
    return f"select session_id from ({outstanding}) where account = ? and {condition} order by session_id"  # noqa: S608


def _clock_warning(answer: Answer, now: datetime) -> str | None:
    difference = now - answer.dated_at if answer.dated_at else timedelta()
    if abs(difference) < CLOCK_TOLERANCE:
        return None
    if difference > timedelta():
        return (
            f"This machine's clock is {duration_text(difference)} ahead of the operator's: correct it. "
            "It dates the runs; the operator's clock decides when a month is closed."
        )
    return (
        f"This machine's clock is {duration_text(-difference)} behind the operator's: correct it, if it is wrong. "
        "It dates the runs and decides when a month is closed."
    )


def _evse_ids(answer: Answer) -> list[str]:
    """The ids of the account's EVSEs; charge points with a fault have none."""
    found = []
    try:
        for body in schema.charge_points(answer.stored_body):
            with contextlib.suppress(msgspec.DecodeError):
                point, _ = optional_fields.decode(body, schema.ChargePoint)
                found += [str(evse.id) for evse in point.evses or ()]
    except msgspec.DecodeError:
        return []
    return found
