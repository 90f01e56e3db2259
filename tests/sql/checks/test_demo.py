"""The demo tenant's findings are those that its scenes intend, and a run prints them."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.cli.context import Context
from pipeline.clock import StartedClock
from pipeline.database.connection import drop_writer
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.settings.editing import write_account
from pipeline.settings.schema import Account
from pipeline.source.credentials.choose import open_credentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.scenarios.new_logbook import new_logbook
from tests.sql.checks import operator_data

pytestmark = pytest.mark.system


class Driver:
    """A user who runs Ladebog against a demo tenant."""

    def __init__(self, folder: Path, server: DemoServer) -> None:
        self.logbook = new_logbook(folder)
        account = Account(name="demo", url=server.url)
        write_account(self.logbook.settings, account)
        open_credentials().write(account, Secret(token=server.tenant.token))
        with self.logbook.settings.open("a", encoding="utf-8") as file:
            file.write("\n[source]\nrequests_per_second = 1000\n")

    def run(self, now: datetime) -> int:
        return main.run(["--home", str(self.logbook.root), "run"], Context(StartedClock(now)))

    def findings(self) -> set[tuple[Any, ...]]:
        return {(row["rule"], row["severity"], row["session_id"]) for row in operator_data.findings(self.logbook)}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def driver(tmp_path: Path, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "credentials.json"))
    with DemoServer(tenant) as server:
        yield Driver(tmp_path / "logbook", server)


def test_a_winter_with_the_demo(driver: Driver, tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    newest = tenant.scene("newest")
    scenes = {
        ("foreign_currency", "warning", tenant.scene("abroad").id),
        ("no_power_history", "warning", tenant.scene("no_history").id),
        ("no_power_history", "warning", tenant.scene("roaming").id),
        ("unpaid", "warning", newest.id),
    }
    assert driver.run(DEMO_NOW) == 0  # November is not over, which does not affect October
    assert driver.findings() == scenes
    month, unpaid, earlier = capsys.readouterr().out.splitlines()[-3:]
    assert (month, unpaid.split()[:3]) == ("demo, 2025-11", ["warning", "unpaid", newest.id])
    assert earlier == "In earlier months: 0 errors, 3 warnings. See them with: ladebog check --account demo"

    october = of_october(tenant)
    tenant.correct(october, energy_wh=10_000_000)
    tenant.correct(newest.id, amount=newest.amount + Decimal(10))
    assert driver.run(DEMO_NOW + timedelta(hours=1)) == 3  # the operator's error appears in the month that it reports
    assert driver.findings() - scenes == {
        ("bill_unlike_recomputed", "warning", newest.id),
        ("bill_unlike_recomputed", "warning", october),
        ("energy_unlike_curve", "warning", october),
        ("impossible_energy", "error", october),
        ("periods_unlike_bill", "warning", newest.id),
    }

    tenant.undo_corrections(october)
    tenant.undo_corrections(newest.id)
    tenant.finish_active(DEMO_NOW + timedelta(hours=2))
    assert driver.run(datetime.fromisoformat("2025-12-01T12:00:00+01:00")) == 0  # it checks October
    assert driver.findings() - scenes == {
        ("month_not_closed", "error", None),
        ("operator_month_unlike", "warning", None),  # no run in November fetched the corrected figure
        ("unpaid", "warning", tenant.scene("active").id),
    }

    brought_up_to_date = operator_data.findings(driver.logbook)
    drop_writer(driver.logbook)
    operator_data.update(driver.logbook)
    assert operator_data.findings(driver.logbook) == brought_up_to_date


def of_october(tenant: Tenant) -> str:
    """A session of October 2025."""
    october = (2025, 10)
    return next(
        session.id
        for session in tenant.sessions.values()
        if session.stopped_at and (session.stopped_at.year, session.stopped_at.month) == october
    )
