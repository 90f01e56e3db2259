"""The demo tenant's sessions have the expected findings, and a run prints them."""

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


class DemoUser:
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
def demo_user(tmp_path: Path, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "credentials.json"))
    with DemoServer(tenant) as server:
        yield DemoUser(tmp_path / "logbook", server)


def test_runs_on_the_demo_have_the_findings_of_its_scenes(
    demo_user: DemoUser, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = tenant.scene("newest")
    scene_findings = {
        ("foreign_currency", "warning", tenant.scene("abroad").id),
        ("no_power_history", "warning", tenant.scene("no_history").id),
        ("no_power_history", "warning", tenant.scene("roaming").id),
        ("unpaid", "warning", newest.id),
    }
    assert demo_user.run(DEMO_NOW) == 0  # November is not over, which does not affect October
    assert demo_user.findings() == scene_findings
    printed = capsys.readouterr().out.splitlines()
    unpaid, *earlier_months, page = printed[printed.index("demo, 2025-11") + 1 :]
    assert (unpaid.split()[:3], Path(page).name) == (["warning", "unpaid", newest.id], "ladebog.html")
    command = f"ladebog --home {demo_user.logbook.root} check --account demo"
    assert " ".join(line.strip() for line in earlier_months).endswith(
        f"In earlier months: 0 errors, 3 warnings. See them with: {command}"
    )

    october_id = october_session_id(tenant)
    tenant.correct(october_id, energy_wh=10_000_000)
    tenant.correct(newest.id, amount=newest.amount + Decimal(10))
    assert (
        demo_user.run(DEMO_NOW + timedelta(hours=1)) == 3
    )  # the operator's error appears in the month that it reports
    assert demo_user.findings() - scene_findings == {
        ("bill_unlike_recomputed", "warning", newest.id),
        ("bill_unlike_recomputed", "warning", october_id),
        ("energy_unlike_curve", "warning", october_id),
        ("impossible_energy", "error", october_id),
        ("periods_unlike_bill", "warning", newest.id),
    }

    tenant.undo_corrections(october_id)
    tenant.undo_corrections(newest.id)
    tenant.finish_active(DEMO_NOW + timedelta(hours=2))
    assert demo_user.run(datetime.fromisoformat("2025-12-01T12:00:00+01:00")) == 0  # it checks October
    assert demo_user.findings() - scene_findings == {
        ("month_not_closed", "error", None),
        ("unpaid", "warning", tenant.scene("active").id),
    }

    findings_before = operator_data.findings(demo_user.logbook)
    drop_writer(demo_user.logbook)
    operator_data.update(demo_user.logbook)
    assert operator_data.findings(demo_user.logbook) == findings_before


def october_session_id(tenant: Tenant) -> str:
    """A session of October 2025."""
    october_id = (2025, 10)
    return next(
        session.id
        for session in tenant.sessions.values()
        if session.stopped_at and (session.stopped_at.year, session.stopped_at.month) == october_id
    )
