"""A rebuild from raw/ alone gives the same marts, row for row."""

import shutil
from datetime import timedelta
from decimal import Decimal

import pytest

from pipeline.demo import DEMO_NOW, DemoServer
from tests.conftest import FullDemo, reset_server
from tests.scenarios.agreement import assert_marts_are_as_expected
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def changed_logbook(
    shared_server: DemoServer, full_demo: FullDemo, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DemoLogbook, DemoServer]:
    """An archive of corrections, thinned out power histories, an ended session and months that were not listed."""
    reset_server(shared_server)
    tenant, logbook = shared_server.tenant, full_demo.logbook.copied(tmp_path_factory.mktemp("changed") / "logbook")
    tenant.correct(tenant.scene("newest").id, energy_wh=60_001, amount=Decimal("80.01"))
    tenant.thin_out(tenant.scene("clocks_back_2025").id)
    tenant.correct(tenant.scene("clocks_back_2025").id, amount=Decimal("70"))
    logbook.archive(after=timedelta(hours=1))
    tenant.undo_corrections(tenant.scene("newest").id)
    tenant.finish_active(DEMO_NOW + timedelta(hours=2))
    shared_server.faults.empty_listing_months = frozenset({"2025-10"})
    logbook.archive(after=timedelta(hours=3))
    return logbook, shared_server


@pytest.mark.parametrize("deleted", ["nothing", "state", "state and database"])
def test_a_rebuild_gives_the_same_marts_row_for_row(
    changed_logbook: tuple[DemoLogbook, DemoServer], deleted: str
) -> None:
    logbook, _ = changed_logbook
    before = logbook.marts()
    documents = logbook.ask("select * from documents order by all")
    assert [name for name, rows in before.items() if not rows] == ["claim_lines", "claims"]
    if deleted != "nothing":
        shutil.rmtree(logbook.paths.state)
    if deleted == "state and database":
        logbook.paths.database.unlink()
    logbook.do("rebuild" if deleted == "nothing" else "transform", after=timedelta(hours=4))
    assert before == logbook.marts()
    assert documents == logbook.ask("select * from documents order by all")
    assert logbook.ask("select command, outcome from runs order by started_at") == 3 * [
        {"command": "extract", "outcome": "complete"}
    ]


def test_incremental_updates_agree_with_the_tenant(changed_logbook: tuple[DemoLogbook, DemoServer]) -> None:
    logbook, server = changed_logbook
    # The archive keeps the power history that the operator has since thinned out.
    tenant, thinned_id = server.tenant, server.tenant.scene("clocks_back_2025").id
    count_samples = "select count(*) from power_samples where session_id = ?"
    assert logbook.value(count_samples, thinned_id) > 2 * len(tenant.sessions[thinned_id].samples)
    reset_server(server)
    expected_tenant = server.tenant
    expected_tenant.correct(thinned_id, amount=Decimal("70"))
    expected_tenant.finish_active(DEMO_NOW + timedelta(hours=2))
    assert_marts_are_as_expected(logbook, expected_tenant)
