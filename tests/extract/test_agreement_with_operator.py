"""The marts agree with the operator, with and without faults during a run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.demo import DemoServer, Faults, Tenant
from tests.conftest import FullDemo, reset_server
from tests.scenarios.agreement import assert_marts_are_as_expected, assert_segments_form_a_chain
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

_SPRING = datetime(2025, 4, 2, 12, tzinfo=UTC)


def test_an_archive_fetched_without_faults_agrees_with_the_operator(full_demo: FullDemo, tenant: Tenant) -> None:
    assert_marts_are_as_expected(full_demo.logbook, tenant)
    assert_segments_form_a_chain(full_demo.logbook)
    assert all(request.status == 200 and request.fault is None for request in full_demo.requests)


@pytest.mark.parametrize(("seed", "paging"), [(2, "honoured"), (3, "ignored")])
def test_an_archive_of_another_driver_agrees_with_the_operator(
    operator: DemoServer, tmp_path: Path, seed: int, paging: str
) -> None:
    tenant = Tenant(seed, now=_SPRING)
    reset_server(operator, tenant, Faults(paging=paging))  # type: ignore[arg-type]
    logbook = DemoLogbook.begin(tmp_path / "other", operator.url)
    logbook.store_login(tenant)
    logbook.archive("--since", "2024-09-01", now=_SPRING)
    assert_marts_are_as_expected(logbook, tenant)


def test_an_archive_fetched_with_every_kind_of_fault_agrees_with_the_operator(
    operator: DemoServer, new_logbook: DemoLogbook
) -> None:
    tenant = Tenant(now=_SPRING)
    reset_server(operator, tenant, Faults.every())
    new_logbook.store_login(tenant)
    first_token = tenant.token
    new_logbook.archive("--since", "2024-09-01", now=_SPRING)
    assert_marts_are_as_expected(new_logbook, tenant)
    assert_segments_form_a_chain(new_logbook)
    # Each kind of fault happened, and the renewed login was stored.
    assert {request.fault for request in operator.requests} == {
        None,
        "too_many",
        "server_error",
        "truncated_body",
        "not_json",
    }
    assert 401 in {request.status for request in operator.requests}
    login = new_logbook.stored_login
    assert login is not None
    assert (login.token, login.refresh_token) == (tenant.token, tenant.refresh_token)
    assert login.token != first_token
