"""Every mart of the numbers says of the demo tenant what the tenant's own truth says."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline import archive, settings
from pipeline.clock import StartedClock
from pipeline.database import published, rows
from pipeline.demo import DEMO_NOW, DemoServer, Tenant, truth
from pipeline.extract import extract_account
from pipeline.logbook import Logbook
from pipeline.source.credentials import MemoryCredentials, Secret

Row = dict[str, Any]
MARTS: dict[str, tuple[Callable[[Tenant], list[Row]], tuple[str, ...], str]] = {
    "sessions": (truth.sessions, ("session_id",), "true"),
    "charging_periods": (truth.charging_periods, ("session_id", "started_at"), "true"),
    "power_samples": (truth.power_samples, ("session_id", "sampled_at"), "true"),
    "session_hours": (truth.session_hours, ("session_id", "hour_start"), "true"),
    "session_months": (truth.session_months, ("session_id", "month"), "true"),
    "days by stop": (truth.days, ("day", "currency"), "attribution = 'stop'"),
    "days by split": (lambda tenant: truth.days(tenant, "split"), ("day", "currency"), "attribution = 'split'"),
    "months by stop": (truth.months, ("month", "currency"), "attribution = 'stop'"),
    "months by split": (lambda tenant: truth.months(tenant, "split"), ("month", "currency"), "attribution = 'split'"),
}


class Silence:
    """Progress that nobody watches."""

    def listing(self, month: date) -> None: ...

    def fetching(self, month: date, done: int, total: int) -> None: ...


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture(scope="module")
def archived(tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """All that the tenant's server tells, archived and published."""
    logbook = Logbook.create(tmp_path_factory.mktemp("demo") / "logbook")
    clock = StartedClock(DEMO_NOW)
    with DemoServer(tenant) as server:
        account = settings.Account(name="demo", url=server.url)
        settings.write_account(logbook.settings, account)
        credentials = MemoryCredentials()
        credentials.write(account, Secret(token=tenant.token))
        with archive.opened(logbook, settings.read(logbook.settings), clock) as connection:
            extract_account(
                connection,
                logbook,
                account,
                source=settings.Source(requests_per_second=1000),
                credentials=credentials,
                clock=clock,
                progress=Silence(),
            )
    archive.update(logbook, settings.read(logbook.settings), clock)
    with published(logbook) as connection:
        yield connection


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_says_what_the_tenants_truth_says(
    archived: duckdb.DuckDBPyConnection, tenant: Tenant, mart: str
) -> None:
    truth_of, key, condition = MARTS[mart]
    expected = sorted(truth_of(tenant), key=lambda row: tuple(row[name] for name in key))
    columns, table = ", ".join(expected[0]), mart.split()[0]
    actual = rows(archived, f"select {columns} from {table} where {condition} order by {', '.join(key)}")  # noqa: S608
    assert actual == expected
