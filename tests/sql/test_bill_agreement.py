"""The audit against a recomputation of the same bills in plain Python."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sql import expected_bill
from tests.sql.billed_archive import TARIFF_KNOWN_AT, BilledArchive, BilledSession, Period, charge_points, evse

pytestmark = pytest.mark.system

TARIFFS = {"plain": ("2.50", "0", "0"), "no-minimum": (None, "0", "0"), "fees": ("10.00", "1.255", "0.105")}

prices = st.decimals(-3, 9, places=5)


@st.composite
def sessions(draw: st.DrawFn) -> BilledSession:
    """A session of one to five periods; the curve has samples anywhere, and power in some charging period."""
    edges = sorted(draw(st.lists(st.integers(1, 14_000), min_size=1, max_size=5, unique=True)))
    kinds = draw(st.lists(st.sampled_from(("charging", "charging", "idle")), min_size=len(edges), max_size=len(edges)))
    kinds[0] = "charging"
    periods = tuple(
        Period(
            starts,
            stops,
            f"{kind}@price|{draw(prices)}&markup|{draw(prices)}",
            draw(st.decimals(-9, 99, places=5)),
            draw(st.sampled_from((None, None, None, 0, 100, 333))),
        )
        for starts, stops, kind in zip([0, *edges], edges, kinds, strict=False)
    )
    # There are samples at the periods' edges, so that none extends into a period of another kind.
    sample_times = sorted({0, *edges, *draw(st.lists(st.integers(0, edges[-1]), max_size=6))})
    powers = [draw(st.floats(0, 400).map(lambda kw: round(kw, 3))) for _ in sample_times]
    powers[0] = max(powers[0], 0.001)
    energy_wh = draw(st.one_of(st.just(0), st.integers(1, 200_000)))
    amount = str(draw(st.decimals(-5, 500, places=2)))
    evse_identifier = draw(st.sampled_from(sorted(TARIFFS)))
    curve = tuple(zip(sample_times, powers, strict=True))
    return BilledSession(energy_wh=energy_wh, amount=amount, periods=periods, curve=curve, evse=evse_identifier)


# An archive takes half a second, so each example has many sessions, and failing examples are not reduced.
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(sessions(), min_size=20, max_size=40))
def test_bills_are_recomputed_to_the_oere(sessions_drawn: list[BilledSession]) -> None:
    by_id = {str(number): session for number, session in enumerate(sessions_drawn)}
    evses = [
        evse(name, minPrice=minimum, connectionFee=Decimal(connection), idleFeePerMinute=Decimal(idle_fee))
        for name, (minimum, connection, idle_fee) in TARIFFS.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        audit_rows = BilledArchive(Path(folder) / "logbook").fetch(by_id, [(TARIFF_KNOWN_AT, charge_points(*evses))])

    expected = {}
    for session_id, session in by_id.items():
        minimum, connection, idle_fee = TARIFFS[session.evse]
        bill = expected_bill.recompute_bill(session, minimum=minimum, connection=connection, idle_fee=idle_fee)
        bill_without_minimum = expected_bill.recompute_bill(
            session, minimum=None, connection=connection, idle_fee=idle_fee
        )
        verdict = expected_bill.verdict(Decimal(session.amount), bill, bill_without_minimum < bill)
        has_idle_time = any(period.state.startswith("idle") for period in session.periods)
        if verdict in ("overbilled", "underbilled") and has_idle_time and Decimal(idle_fee):
            verdict = "cannot tell"  # how much of the idle time is free is not known
        expected[session_id] = (bill, verdict)
    found = {name: (row["recomputed"], row["verdict"]) for name, row in audit_rows.items()}
    assert [(by_id[name], expected[name], found[name]) for name in by_id if expected[name] != found[name]] == []
