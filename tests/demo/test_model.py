"""The demo's sessions look like real ones, and every hard case is among them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from pipeline.demo import DEMO_NOW, Tenant
from pipeline.demo.charging import KEPT_POINTS, THINNED_AFTER
from pipeline.demo.model import ZONE, DemoPeriod, DemoSample, DemoSession, round_half_away
from pipeline.demo.prices import SpotPrices
from pipeline.demo.tenant import planned_sessions

CLOCK_CHANGES = [
    datetime(2024, 10, 27, 1, tzinfo=UTC),
    datetime(2025, 3, 30, 1, tzinfo=UTC),
    datetime(2025, 10, 26, 1, tzinfo=UTC),
]


def finished_sessions(tenant: Tenant) -> list[DemoSession]:
    return [session for session in tenant.sessions.values() if session.stopped_at is not None]


def charging_periods(session: DemoSession) -> list[DemoPeriod]:
    return [period for period in session.periods if period.kind == "charging"]


def charges_at(session: DemoSession, instant: datetime) -> bool:
    """Whether current flows before and after the instant."""
    return any(period.stopped_at == instant and period.amount for period in charging_periods(session)) and any(
        period.started_at == instant and period.amount for period in charging_periods(session)
    )


def curve_energy_wh(session: DemoSession) -> float:
    """Each sample holds until the next, but never past the charging periods it lies in."""
    by_time = {sample.at: sample.power_w for sample in session.samples}
    times = sorted(by_time)
    watt_seconds = 0.0
    for start, end in zip(times, [*times[1:], session.periods[-1].stopped_at], strict=True):
        run_end = start
        for period in charging_periods(session):
            if period.started_at <= run_end <= period.stopped_at:
                run_end = max(run_end, period.stopped_at)
        watt_seconds += by_time[start] * (min(end, run_end) - start).total_seconds()
    return watt_seconds / 3600


def test_the_same_seed_gives_the_same_sessions_and_another_gives_others(demo: Tenant) -> None:
    planned_sessions.cache_clear()
    assert Tenant().sessions == demo.sessions
    assert Tenant(seed=2).sessions != demo.sessions


def test_about_two_sessions_a_week_from_september_2024_until_now(demo: Tenant) -> None:
    sessions = list(demo.sessions.values())
    assert 130 <= len(sessions) <= 150
    assert sessions[0].started_at.astimezone(ZONE).strftime("%Y-%m") == "2024-09"
    assert all(session.started_at < DEMO_NOW for session in sessions)
    assert max(after.started_at - before.started_at for before, after in pairwise(sessions)) < timedelta(days=10)


def test_a_charge_point_serves_one_session_at_a_time(demo: Tenant) -> None:
    for before, after in pairwise(demo.sessions.values()):
        assert before.stopped_at is not None
        assert before.stopped_at < after.started_at
        assert int(before.id) < int(after.id)


def test_most_sessions_last_over_midnight(demo: Tenant) -> None:
    over_midnight = sum(
        session.started_at.astimezone(ZONE).date() != session.stopped_at.astimezone(ZONE).date()
        for session in finished_sessions(demo)
        if session.stopped_at
    )
    assert over_midnight > len(demo.sessions) * 0.6


def test_periods_are_contiguous_and_cut_on_the_hour(demo: Tenant) -> None:
    for session in finished_sessions(demo):
        periods = session.periods
        assert periods[0].started_at == session.started_at
        assert periods[-1].stopped_at == session.stopped_at
        assert all(before.stopped_at == after.started_at for before, after in pairwise(periods))
        for period in periods:
            last = period.stopped_at - timedelta(seconds=1)
            assert period.started_at.replace(minute=0, second=0) == last.replace(minute=0, second=0)


def test_a_period_costs_its_energy_times_its_price(demo: Tenant) -> None:
    for session in finished_sessions(demo):
        for period in session.periods:
            if period.kind == "idle":
                assert period.amount == 0
            assert period.amount == round_half_away(period.amount, 5)
        if session.site.currency.code == "DKK" and session.site.fixed_price is None:
            priced = [
                (period.amount, period.spot_excl_tax * Decimal("1.25") + period.markup_incl_tax)
                for period in session.periods
                if period.spot_excl_tax is not None and period.markup_incl_tax is not None
            ]
            energy_kwh = sum(amount / price for amount, price in priced)
            assert float(energy_kwh) == pytest.approx(session.energy_wh / 1000, abs=0.002)


def test_the_bill_is_the_periods_sum_but_at_least_the_minimum_price_at_home(demo: Tenant) -> None:
    for session in finished_sessions(demo):
        if session.scene == "roaming":
            continue
        total = sum(period.amount for period in session.periods)
        expected = round_half_away(Decimal(total), 2)
        if session.site.kind == "private" and session.energy_wh > 0:
            expected = max(expected, Decimal("2.50"))
        assert session.amount == expected


def test_the_meter_agrees_with_the_curve(demo: Tenant) -> None:
    curves = [session for session in finished_sessions(demo) if session.samples]
    assert len(curves) > 130
    for session in curves:
        assert curve_energy_wh(session) == pytest.approx(session.energy_wh, abs=max(3, session.energy_wh * 0.0015))


def test_samples_come_every_minute_of_current_and_end_in_zero(demo: Tenant) -> None:
    session = demo.scene("newest")
    samples = session.samples
    assert {(after.at - before.at).total_seconds() for before, after in pairwise(samples[:-1])} == {60.0}
    assert samples[-1] == DemoSample(charging_periods(session)[-1].stopped_at, 0)
    assert samples[0].power_w < samples[1].power_w < samples[2].power_w < samples[3].power_w
    assert 10_800 < max(sample.power_w for sample in samples) < 11_100
    assert samples[-2].power_w < 5_000


def test_old_histories_are_thinned_and_new_ones_are_not(demo: Tenant) -> None:
    old = [s for s in finished_sessions(demo) if s.stopped_at and DEMO_NOW - s.stopped_at > THINNED_AFTER]
    assert max(len(session.samples) for session in old if not session.scene.startswith("repeated")) == KEPT_POINTS
    assert len(demo.scene("newest").samples) > KEPT_POINTS


def test_a_pause_between_two_runs_has_no_zero_sample(demo: Tenant) -> None:
    session = demo.scene("pause")
    kinds = [kind for kind, before in pairwise([p.kind for p in session.periods] + ["end"]) if kind != before]
    assert kinds == ["charging", "idle", "charging", "idle"]
    pause_start = next(period.started_at for period in session.periods if period.kind == "idle")
    assert [s for s in session.samples if s.at < pause_start][-1].power_w > 3_000
    assert [sample.power_w for sample in session.samples].count(0) == 1


def test_a_session_that_costs_less_is_billed_the_minimum_price(demo: Tenant) -> None:
    below_minimum = [s for s in finished_sessions(demo) if sum(p.amount for p in s.periods) == Decimal("1.14069")]
    assert [(session.energy_wh, session.amount) for session in below_minimum] == [(470, Decimal("2.50"))]


def test_negative_prices_make_some_amounts_or_the_sum_negative(demo: Tenant) -> None:
    partly_negative = demo.scene("partly_negative")
    assert (
        min(period.amount for period in partly_negative.periods)
        < 0
        < max(period.amount for period in partly_negative.periods)
    )
    assert partly_negative.amount > Decimal("2.50")
    negative_sum = demo.scene("negative_sum")
    assert sum(period.amount for period in negative_sum.periods) < 0
    assert negative_sum.amount == Decimal("2.50")


def test_spot_prices_are_sometimes_negative_and_often_high_in_the_evening() -> None:
    spot_prices = SpotPrices(seed=1)
    year = [
        (hour.astimezone(ZONE), spot_prices.at(hour))
        for hour in (datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(365 * 24))
    ]
    negative = [local for local, price in year if price < 0]
    assert 50 < len(negative) < 500
    evening = [price for local, price in year if local.hour in (18, 19)]
    night = [price for local, price in year if local.hour in (2, 3)]
    assert sum(evening) > 2 * sum(night)


@pytest.mark.parametrize("instant", CLOCK_CHANGES, ids=str)
def test_a_session_charges_through_each_clock_change(demo: Tenant, instant: datetime) -> None:
    assert (instant - timedelta(hours=1)).astimezone(ZONE).utcoffset() != instant.astimezone(ZONE).utcoffset()
    assert [session.scene for session in finished_sessions(demo) if charges_at(session, instant)] != []


def test_sessions_cross_months_and_the_year_at_local_midnight(demo: Tenant) -> None:
    new_year = datetime(2025, 1, 1, tzinfo=ZONE).astimezone(UTC)
    february = datetime(2025, 2, 1, tzinfo=ZONE).astimezone(UTC)
    july = datetime(2025, 7, 1, tzinfo=ZONE).astimezone(UTC)
    assert any(charges_at(session, new_year) for session in finished_sessions(demo))
    assert any(charges_at(session, february) for session in finished_sessions(demo))
    july_session = next(session for session in finished_sessions(demo) if charges_at(session, july))
    assert july_session.stopped_at is not None
    assert july_session.stopped_at.month == 6, "in UTC it is over before the month is"
    idle_session = demo.scene("month_end_idle")
    assert {period.kind for period in idle_session.periods if period.started_at.month == 9} == {"idle"}


def test_no_session_crosses_the_ends_of_the_month_that_the_charge_point_reports(demo: Tenant) -> None:
    for edge in (datetime(2025, 10, 1, tzinfo=ZONE), datetime(2025, 11, 1, tzinfo=ZONE)):
        assert not any(s.started_at < edge < s.stopped_at for s in finished_sessions(demo) if s.stopped_at)


def test_a_session_idles_for_more_than_a_whole_day(demo: Tenant) -> None:
    assert max(session.idle_s for session in finished_sessions(demo)) > 86_400


def test_exactly_one_session_is_active(demo: Tenant) -> None:
    active = [session for session in demo.sessions.values() if session.stopped_at is None]
    assert len(active) == 1
    assert active[0].samples[-1].at < DEMO_NOW
    assert active[0].samples[-1].power_w > 10_000


def test_samples_repeat_with_equal_and_with_different_values(demo: Tenant) -> None:
    equal, different = 0, 0
    for session in finished_sessions(demo):
        for before, after in pairwise(session.samples):
            assert before.at <= after.at
            if before.at == after.at:
                equal += before == after
                different += before != after
                assert after.power_w > 10_000, "the last listed is the one that counts"
    assert equal > 0
    assert different > 0


def test_history_and_periods_are_missing_in_one_session_each(demo: Tenant) -> None:
    counts = Counter(
        (bool(session.samples), session.has_periods) for session in finished_sessions(demo) if session.energy_wh
    )
    assert counts[False, True] == 1
    assert counts[True, False] == 1
    assert counts[False, False] == 1


def test_one_session_without_energy_costs_nothing(demo: Tenant) -> None:
    (session,) = [session for session in finished_sessions(demo) if session.energy_wh == 0]
    assert (session.amount, session.stop_reason) == (Decimal(0), "remote")
    assert [sample.power_w for sample in session.samples] == [0]


def test_notes_have_danish_letters_formulas_and_control_characters(demo: Tenant) -> None:
    notes = [session.note for session in demo.sessions.values() if session.note]
    assert any(set("æøÆØ") & set(note) for note in notes)
    assert any(note.startswith('=HYPERLINK("') for note in notes)
    assert any("\u0007" in note and max(note) > "\uffff" for note in notes)


def test_public_sessions_are_billed_in_the_accounts_and_in_another_currency(demo: Tenant) -> None:
    public = [session.site for session in demo.sessions.values() if session.site.kind == "public"]
    assert {site.currency.code for site in public} == {"DKK", "EUR"}
    assert all(isinstance(site.location_id, int) and site.evse_label for site in public)


def test_only_the_active_and_the_last_finished_session_are_not_paid(demo: Tenant) -> None:
    sessions = sorted(demo.sessions.values(), key=lambda session: session.started_at, reverse=True)
    pending = [session.id for session in sessions if session.payment_status == "pending"]
    assert pending == [session.id for session in sessions[:2]], "the active one and the last one finished"
