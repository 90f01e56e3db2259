"""An interrupted load leaves no partial rows, and Ctrl-C during a query does not mark the run as failed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest

from pipeline import interrupt
from pipeline.extract.store import Store
from tests.extract.test_store import records
from tests.scenarios.small_archive import SetClock, SmallArchive, detail, session

_LONG_QUERY = "select sum(random()) from range(1_000_000_000_000)"  # takes hours, and no memory


@contextmanager
def ctrl_c(seconds: float) -> Iterator[None]:
    """Interrupt the block after this many seconds, as Ctrl-C does; again every 3 seconds in case a signal is lost."""
    before = signal.signal(signal.SIGALRM, interrupt.handle_interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, 3)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_load_that_fails_leaves_no_transaction_open(archive: SmallArchive) -> None:
    archive.connection.execute("alter table facts.segments add column unexpected integer")
    with pytest.raises(duckdb.BinderException):
        archive.add(detail(session()))
    archive.connection.execute("alter table facts.segments drop column unexpected")
    assert archive.value("select count(*) from facts.answers") == 0
    archive.load()
    assert archive.value("select count(*) from runs") == 1


def test_a_run_that_is_stopped_during_a_query_is_interrupted(
    archive: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupt, "_was_pressed", False)
    archive.connection.execute("set threads = 1")  # DuckDB waits until its other threads are done
    with (
        pytest.raises(RuntimeError, match="Query interrupted"),
        Store(archive.connection, archive.folder, "extract", SetClock()),
        ctrl_c(0.2),
    ):
        archive.connection.execute(_LONG_QUERY)
    assert [record.outcome for record in records(archive)] == ["interrupted"]
