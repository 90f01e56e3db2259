"""The meter's Wh, divided between the charging periods, compared with the rule in plain Python."""

import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenarios.small_archive import NOON, Json, SmallArchive, detail, session, small_archive
from tests.sql.expected_energy import Charge, Period, period_energies

SECOND = 1_000_000
MINUTE = 60 * SECOND

KINDS = st.sampled_from(["charging", "charging", "charging", "idle", "reserved"])
LENGTHS = st.integers(1, 90 * MINUTE) | st.sampled_from([SECOND, MINUTE, 30 * MINUTE])
POWERS = st.integers(0, 150_000_000) | st.just(0)


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    """Consecutive periods, sometimes with a pause in between, and samples anywhere in and around them."""
    time, periods = 0, []
    for _ in range(draw(st.integers(1, 7))):
        time += draw(st.sampled_from([0, 0, 0, MINUTE, 37 * MINUTE + 1]))
        length = draw(LENGTHS)
        periods.append(Period(time, time + length, draw(KINDS)))
        time += length
    edges = [edge for period in periods for edge in (period.start, period.stop)]
    moments = st.integers(-MINUTE, time + MINUTE) | st.sampled_from(edges)
    powers = draw(st.sampled_from([POWERS, POWERS, st.just(0)]))
    samples = draw(st.lists(st.tuples(moments, powers), max_size=25))
    return Charge(time, draw(st.integers(0, 200_000) | st.integers(0, 3)), tuple(samples), tuple(periods))


def time_text(microsecond: int) -> str:
    return (NOON + timedelta(microseconds=microsecond)).isoformat()


def session_answer(session_id: str, charge: Charge) -> Json:
    """The charge as the operator sends it, newest period first."""
    history = [{"timestamp": time_text(time), "value": power / 1e6} for time, power in charge.samples]
    periods = [
        {
            "startedAt": time_text(period.start),
            "stoppedAt": time_text(period.stop),
            "state": f"{period.kind}@price|1",
            "amount": 1,
        }
        for period in reversed(charge.periods)
    ]
    return session(
        session_id,
        stoppedAt=time_text(charge.stop),
        energy=charge.energy_wh,
        powerStats={"history": history},
        chargingPeriods=periods,
    )


def energies_of(archive: SmallArchive, charges: list[Charge]) -> list[list[int]]:
    archive.build(*(detail(session_answer(str(number), charge)) for number, charge in enumerate(charges)))
    energies: list[list[int]] = [[] for _ in charges]
    query = "select session_id, energy_kwh from charging_periods order by session_id, period"
    for session_id, energy in archive.rows(query):
        energies[int(session_id)].append(int(energy * 1000))
    return energies


@pytest.mark.system
@given(st.lists(charges(), min_size=30, max_size=60))
@settings(max_examples=3, deadline=None)
def test_the_sql_agrees_with_the_rule_in_python(drawn_charges: list[Charge]) -> None:
    with tempfile.TemporaryDirectory() as folder, small_archive(Path(folder) / "logbook") as archive:
        energies = energies_of(archive, drawn_charges)
        sessions = archive.rows("select session_id, energy_kwh from sessions order by cast(session_id as integer)")
    assert [period_energies(charge) for charge in drawn_charges] == energies
    assert [Decimal(sum(parts)) / 1000 for parts in energies] == [energy for _, energy in sessions]


def hour_periods(*kinds: str) -> tuple[Period, ...]:
    return tuple(Period(n * 60 * MINUTE, (n + 1) * 60 * MINUTE, kind) for n, kind in enumerate(kinds))


CASES: dict[str, tuple[Charge, list[int]]] = {
    "10 kW for an hour and a half, 2 kW for half an hour": (
        Charge(120 * MINUTE, 16_000, ((0, 10_000_000), (90 * MINUTE, 2_000_000)), hour_periods("charging", "charging")),
        [10_000, 6_000],
    ),
    "a sample does not extend through a pause; the last hour's sample is half an hour in": (
        Charge(
            180 * MINUTE,
            6_000,
            ((0, 4_000_000), (150 * MINUTE, 4_000_000)),
            hour_periods("charging", "idle", "charging"),
        ),
        [4_000, 0, 2_000],
    ),
    "an idle period gets no energy, even if the curve has power in it": (
        Charge(120 * MINUTE, 5_000, ((0, 1_000_000),), hour_periods("charging", "idle")),
        [5_000, 0],
    ),
    "without a curve, divided by the duration of charging": (
        Charge(180 * MINUTE, 5_001, (), hour_periods("charging", "idle", "charging")),
        [2_501, 0, 2_500],
    ),
    "an all-zero curve is ignored": (
        Charge(120 * MINUTE, 1_000, ((0, 0), (60 * MINUTE, 0)), hour_periods("charging", "charging")),
        [500, 500],
    ),
    "only idle periods: all in the last": (
        Charge(120 * MINUTE, 7, ((0, 5_000_000),), hour_periods("idle", "idle")),
        [0, 7],
    ),
    "ties go to the earlier period": (
        Charge(180 * MINUTE, 2, ((0, 1_000_000),), hour_periods("charging", "charging", "charging")),
        [1, 1, 0],
    ),
    "a session without periods": (Charge(60 * MINUTE, 1_000, ((0, 1_000_000),), ()), []),
}


def test_each_case_has_the_expected_energies(archive: SmallArchive) -> None:
    """The expected values worked out on paper, the rule in Python and the SQL agree."""
    energies = energies_of(archive, [charge for charge, _ in CASES.values()])
    assert dict(zip(CASES, energies, strict=True)) == {case: expected for case, (_, expected) in CASES.items()}
    assert energies == [period_energies(charge) if charge.periods else [] for charge, _ in CASES.values()]


def test_a_period_has_the_prices_of_its_state(archive: SmallArchive) -> None:
    states = ["charging@price|0.77516&markup|0.88", "charging@markup|1&price|-7.0E-5", "idle", "charging@price|1&x|2"]
    periods = [
        {"startedAt": time_text(n * MINUTE), "stoppedAt": time_text((n + 1) * MINUTE), "state": state, "amount": 0.5}
        for n, state in enumerate(states)
    ]
    archive.build(detail(session(chargingPeriods=periods, energy=0)))
    columns = "state, spot_price_excl_tax, markup_incl_tax, price_incl_tax, amount_incl_tax"
    half = Decimal("0.5")
    assert archive.rows(f"select {columns} from charging_periods order by period") == [  # noqa: S608
        ("charging", Decimal("0.77516"), Decimal("0.88"), Decimal("1.84895"), half),
        ("charging", Decimal("-0.00007"), Decimal(1), Decimal("0.9999125"), half),
        ("idle", None, None, None, half),
        ("charging", Decimal(1), None, None, half),
    ]


@pytest.mark.system
def test_periods_come_from_the_newest_document_that_lists_any(archive: SmallArchive) -> None:
    one, two = (
        Charge(60 * MINUTE, 100, (), hour_periods("charging")),
        Charge(60 * MINUTE, 100, (), hour_periods("idle")),
    )
    first, second, third = (
        session_answer("1", one),
        session_answer("1", two),
        session_answer("1", two) | {"chargingPeriods": []},
    )
    archive.build(detail(first, NOON + timedelta(hours=2)), detail(second, NOON + timedelta(hours=3)))
    archive.build(detail(third, NOON + timedelta(hours=4)))
    assert [("idle", Decimal("0.1"))] == archive.rows("select state, energy_kwh from charging_periods")
