"""Later changes by the operator are fetched, stored next to the earlier answers, and in the marts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.demo.answers import history_entry
from tests.scenarios.agreement import assert_marts_are_as_expected, details_requested
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

_FIGURES = "select revision, energy_kwh, amount_incl_tax from sessions where session_id = ?"
_WHOLE = "select * exclude (document_sha256) from sessions where session_id = ?"
_DOCUMENTS = "select count(*) from documents where endpoint = 'session' and key = ?"


def hours(number: int) -> timedelta:
    return timedelta(hours=number)


def test_a_correction_is_a_revision_and_undoing_it_another(operator: DemoServer, logbook: DemoLogbook) -> None:
    tenant, newest = operator.tenant, operator.tenant.scene("newest")
    as_first_seen = logbook.ask(_FIGURES, newest.id)

    tenant.correct(newest.id, energy_wh=60_001, amount=Decimal("80.005"))
    report = logbook.archive(after=hours(1))
    assert details_requested(operator.requests) == [newest.id]
    assert report.startswith("demo: 25 listed, 0 new, 1 corrected, 23 unchanged, 1 active, 0 quarantined; ")
    corrected = {"revision": 2, "energy_kwh": Decimal("60.001"), "amount_incl_tax": Decimal("80.01")}
    assert logbook.ask(_FIGURES, newest.id) == [corrected]
    assert_marts_are_as_expected(logbook, tenant)

    operator.requests.clear()
    tenant.undo_corrections(newest.id)
    logbook.archive(after=hours(2))
    assert details_requested(operator.requests) == [newest.id]
    assert logbook.ask(_FIGURES, newest.id) == [as_first_seen[0] | {"revision": 3}]
    assert logbook.value(_DOCUMENTS, newest.id) == 3
    assert_marts_are_as_expected(logbook, tenant)

    operator.requests.clear()
    logbook.archive(after=hours(3))
    assert details_requested(operator.requests) == []


def test_a_correction_of_only_the_bill_or_only_the_energy(
    operator: DemoServer, logbook: DemoLogbook, tenant: Tenant
) -> None:
    tenant.correct(tenant.scene("newest").id, amount=Decimal("1.00"))
    tenant.correct(tenant.scene("clocks_back_2025").id, energy_wh=1)
    logbook.archive(after=hours(1))
    assert details_requested(operator.requests) == sorted(
        [tenant.scene("newest").id, tenant.scene("clocks_back_2025").id]
    )
    assert_marts_are_as_expected(logbook, tenant)


def test_a_thinned_out_power_history_does_not_replace_the_finer_one(operator: DemoServer, logbook: DemoLogbook) -> None:
    tenant, newest = operator.tenant, operator.tenant.scene("newest")
    before, documents = logbook.marts(), logbook.value(_DOCUMENTS, newest.id)
    tenant.thin_out(newest.id)
    logbook.archive("--refetch", "--since", "2025-11-01", after=hours(1))
    assert newest.id in details_requested(operator.requests)
    # It was fetched and stored; the figures, and so the revision, are the same.
    assert logbook.value(_DOCUMENTS, newest.id) == documents + 1
    after = logbook.marts()
    assert before["power_samples"] == after["power_samples"]
    assert before["charging_periods"] == after["charging_periods"]
    changes = [
        {name: (one[name], other[name]) for name in one if one[name] != other[name]}
        for one, other in zip(before["sessions"], after["sessions"], strict=True)
        if one != other
    ]
    assert [list(differences) for differences in changes] == [["document_sha256"]]


def test_an_active_session_counts_as_new_when_it_has_ended(operator: DemoServer, logbook: DemoLogbook) -> None:
    tenant = operator.tenant
    session_id = tenant.finish_active(DEMO_NOW + hours(2))
    report = logbook.archive(after=hours(3))
    assert details_requested(operator.requests) == [session_id]
    assert report.startswith("demo: 25 listed, 1 new, 0 corrected, 24 unchanged, 0 active, 0 quarantined; ")
    assert logbook.ask("select revision from sessions where session_id = ?", session_id) == [{"revision": 1}]
    assert_marts_are_as_expected(logbook, tenant)


def test_an_active_session_that_is_in_no_listing_is_fetched(operator: DemoServer, logbook: DemoLogbook) -> None:
    tenant = operator.tenant
    operator.faults.empty_listing_months = frozenset({"2025-11"})
    session_id = tenant.finish_active(DEMO_NOW + hours(2))
    logbook.archive(after=hours(3))
    assert details_requested(operator.requests) == [session_id]
    assert_marts_are_as_expected(logbook, tenant)


def test_a_new_note_changes_only_the_note(operator: DemoServer, logbook: DemoLogbook) -> None:
    newest = operator.tenant.scene("newest")
    before = logbook.ask(_WHOLE, newest.id)
    listing = logbook.folder / "history.json"
    entries = [history_entry(replace(newest, note="Møde i Aarhus"))]
    listing.write_bytes(msgspec.json.encode({"session_history": entries}))
    later = (DEMO_NOW + hours(1)).isoformat()
    logbook.do("import", "--fetched-at", later, str(listing), after=hours(1))
    assert [row | {"note": "Møde i Aarhus"} for row in before] == logbook.ask(_WHOLE, newest.id)
