"""The operator's changes to sessions, and the tenant's tokens."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pipeline.demo import DEMO_NOW, Tenant
from pipeline.demo.charging import KEPT_POINTS


def test_correcting_changes_energy_and_amount_and_undoing_restores_both(tenant: Tenant) -> None:
    before = tenant.scene("pause")
    tenant.correct(before.id, energy_wh=40_000)
    tenant.correct(before.id, amount=Decimal("81.20"))
    corrected = tenant.sessions[before.id]
    assert (corrected.energy_wh, corrected.amount) == (40_000, Decimal("81.20"))
    tenant.undo_corrections(before.id)
    assert tenant.sessions[before.id] == before
    tenant.undo_corrections(before.id)
    assert tenant.sessions[before.id] == before


def test_a_snapshot_of_the_sessions_does_not_change(tenant: Tenant) -> None:
    session = tenant.scene("pause")
    snapshot = tenant.sessions
    tenant.correct(session.id, energy_wh=1)
    assert snapshot[session.id] == session


def test_thinning_out_drops_samples_and_nothing_else(tenant: Tenant) -> None:
    before = tenant.scene("newest")
    tenant.thin_out(before.id)
    after = tenant.sessions[before.id]
    assert len(after.samples) == len(before.samples) // 3
    assert set(after.samples) < set(before.samples)
    assert (after.samples[0], after.samples[-1]) == (before.samples[0], before.samples[-1])
    assert (after.energy_wh, after.amount, after.max_kw) == (before.energy_wh, before.amount, before.max_kw)


def test_a_thinned_history_can_be_restored(tenant: Tenant) -> None:
    old = next(session for session in tenant.sessions.values() if len(session.samples) == KEPT_POINTS)
    tenant.correct(old.id, energy_wh=1)
    tenant.restore_history(old.id)
    restored = tenant.sessions[old.id]
    assert set(old.samples) < set(restored.samples)
    assert replace(restored, samples=old.samples) == replace(old, energy_wh=1)


def test_the_active_session_finishes_with_all_its_samples(tenant: Tenant) -> None:
    active = tenant.scene("active")
    stopped_at = DEMO_NOW + timedelta(minutes=11, seconds=7)
    assert tenant.finish_active(stopped_at) == active.id
    finished = tenant.sessions[active.id]
    assert finished.stopped_at == tenant.now == stopped_at
    assert finished.samples[: len(active.samples)] == active.samples
    assert (finished.samples[-1].at, finished.samples[-1].power_w) == (stopped_at, 0)
    assert finished.energy_wh - active.energy_wh == pytest.approx(11_000 * 667 / 3600, rel=0.02)
    assert finished.amount > active.amount
    assert finished.periods[-1].stopped_at == stopped_at
    with pytest.raises(LookupError):
        tenant.finish_active(stopped_at)


def test_the_active_session_may_idle_before_it_is_unplugged(tenant: Tenant) -> None:
    session_id = tenant.finish_active(DEMO_NOW + timedelta(hours=9))
    finished = tenant.sessions[session_id]
    assert finished.periods[-1].kind == "idle"
    assert finished.samples[-1].at < DEMO_NOW + timedelta(hours=2)


def test_an_active_session_cannot_be_corrected_nor_stop_before_it_starts(tenant: Tenant) -> None:
    active = tenant.scene("active")
    with pytest.raises(ValueError, match="active"):
        tenant.correct(active.id, energy_wh=1)
    with pytest.raises(ValueError, match="before it started"):
        tenant.finish_active(active.started_at)
    with pytest.raises(LookupError):
        tenant.thin_out("1")
    with pytest.raises(LookupError):
        tenant.scene("unknown scene")


def test_a_tenant_of_an_earlier_day_has_the_same_sessions_up_to_then(demo: Tenant) -> None:
    earlier_tenant = Tenant(now=DEMO_NOW - timedelta(days=200))
    for session_id, session in earlier_tenant.sessions.items():
        assert session.started_at == demo.sessions[session_id].started_at
    assert 60 < len(earlier_tenant.sessions) < 100


def test_the_access_token_is_a_jwt_that_expires_in_a_year(demo: Tenant) -> None:
    header, payload, signature = demo.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"] == "none"
    assert claims["exp"] - DEMO_NOW.timestamp() == 365 * 86_400
    assert signature


def test_refreshing_invalidates_the_old_tokens(tenant: Tenant) -> None:
    token, refresh_token = tenant.token, tenant.refresh_token
    assert tenant.accepts(token)
    assert tenant.refresh(refresh_token) == (tenant.token, tenant.refresh_token)
    assert not tenant.accepts(token)
    assert tenant.accepts(tenant.token)
    assert tenant.refresh(refresh_token) is None
