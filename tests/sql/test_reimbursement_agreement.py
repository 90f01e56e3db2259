"""The marts and the rule in plain Python agree on any sessions, under every basis, whole and divided by month."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.settings.schema import Account, Addition, Reimbursement, TaxRefund
from tests.sql.expected_reimbursement import Terms, expected_amounts
from tests.sql.reimbursed_archive import MINUTE, Period, ReimbursedSession, account, reimbursed_archive

pytestmark = pytest.mark.system

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
ALWAYS = date(2020, 1, 1)
STARTS = (datetime(2025, 3, 31, 18, 30, tzinfo=UTC), datetime(2024, 12, 31, 20, tzinfo=UTC))
STARTS += (datetime(2025, 10, 25, 22, tzinfo=UTC), datetime(2025, 3, 30, 0, tzinfo=UTC))


def additions(local: datetime) -> Fraction:
    """A grid fee with two bands in winter and one in summer, a fee that was raised, and Denmark's electricity tax."""
    grid = "0.1041" if local.hour < 6 or local.hour >= 22 else "0.937123"
    if local.month in (4, 5, 6, 7, 8, 9):
        grid = "0.1562"
    system = "0.072" if local.date() < date(2025, 4, 1) else "-0.005"
    tax = "0.761" if local.year == 2024 else "0.72"
    return Fraction(grid) + Fraction(system) + Fraction(tax)


def addition(name: str, per_kwh: str, valid_from: date = ALWAYS, **fields: Any) -> Addition:
    return Addition(name=name, per_kwh=Decimal(per_kwh), valid_from=valid_from, **fields)


WINTER = (1, 2, 3, 10, 11, 12)
ADDITIONS = [
    addition("grid fee", "0.1041", from_hour=22, to_hour=6, months=WINTER),
    addition("grid fee", "0.937123", from_hour=6, to_hour=22, months=WINTER),
    addition("grid fee", "0.1562", months=(4, 5, 6, 7, 8, 9)),
    addition("system fee", "0.072", valid_to=date(2025, 4, 1)),
    addition("system fee", "-0.005", date(2025, 4, 1)),
]


def terms_of(basis: Any, rate: str | None = None, refund: str | None = None) -> tuple[Account, Terms]:
    """An account with its terms, for the SQL and for the calculation in Python."""
    name = basis if refund is None else f"{basis}-refund"
    payer = account(
        name,
        reimbursement=[Reimbursement(valid_from=ALWAYS, basis=basis, rate=Decimal(rate) if rate else None)],
        tax_refund=[TaxRefund(valid_from=ALWAYS, per_kwh=Decimal(refund))] if refund else [],
        addition=ADDITIONS,
    )
    terms = Terms(
        basis=basis,
        zone=COPENHAGEN,
        tax=Fraction(1, 4),
        rate=Fraction(rate or 0),
        refund=Fraction(refund or 0),
        addition=additions,
    )
    return payer, terms


ACCOUNTS_AND_TERMS = [
    terms_of("billed"),
    terms_of("billed", refund="0.712345"),
    terms_of("rate", "2.791234"),
    terms_of("rate", "0.5", refund="0.9"),
    terms_of("electricity_cost"),
    terms_of("electricity_cost", refund="0.008"),
    terms_of("spot"),
    terms_of("spot", refund="0.9"),
]


@st.composite
def sessions(draw: Callable[..., Any]) -> ReimbursedSession:
    """A session near the end of a month or a clock change, with few periods and samples."""
    started = draw(st.sampled_from(STARTS)) + timedelta(seconds=draw(st.integers(0, 4 * 3600)))
    lengths = draw(st.lists(st.integers(1, 100 * 60), min_size=1, max_size=5))
    times = [started]
    for length in lengths:
        times.append(times[-1] + timedelta(seconds=length))
    has_prices = draw(st.integers(0, 9)) > 0
    spot = st.decimals("-1.5", "4", places=5)
    amount = st.decimals("-1" if draw(st.booleans()) else "0", "60", places=5)
    periods = tuple(
        Period(
            started=begin,
            stopped=end,
            kind=draw(st.sampled_from(("charging", "charging", "idle"))),
            prices=f"price|{draw(spot)}&markup|{draw(spot)}" if has_prices else "markup|1",
            amount=draw(amount),
        )
        for begin, end in pairwise(times)
    )
    seconds = int((times[-1] - started).total_seconds())
    moments = draw(st.lists(st.integers(0, seconds), max_size=5, unique=True).map(sorted))
    curve = tuple((started + timedelta(seconds=at), draw(st.decimals("0", "22", places=3))) for at in moments)
    energy = st.one_of(st.just(0), st.integers(1, 90_000))
    return ReimbursedSession(
        started=started,
        stopped=times[-1],
        energy_wh=draw(energy),
        bill=draw(st.decimals("-5", "300", places=3)),
        curve=curve,
        periods=periods if draw(st.integers(0, 9)) else (),
        fields={
            "freeEnergyWh": draw(st.sampled_from((None, 0, 500))),
            "nonBillableEnergy": draw(st.sampled_from((None, 0, 2_000))),
            "electricityCost": draw(st.one_of(st.none(), st.just("0"), st.decimals("0", "90", places=4).map(str))),
        },
    )


REFUNDED_MORE_THAN_PAID = ReimbursedSession(
    started=datetime(2025, 3, 31, 21, 16, 45, tzinfo=UTC),
    stopped=datetime(2025, 3, 31, 23, 57, 6, tzinfo=UTC),
    energy_wh=23_970,
    bill=Decimal(0),
    curve=(
        (datetime(2025, 3, 31, 21, 21, 33, tzinfo=UTC), Decimal("0.492")),
        (datetime(2025, 3, 31, 22, 31, 55, tzinfo=UTC), Decimal("1.115")),
        (datetime(2025, 3, 31, 22, 50, 16, tzinfo=UTC), Decimal("4.164")),
    ),
    periods=(),
    fields={},
)


@example([REFUNDED_MORE_THAN_PAID])
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(sessions(), min_size=12, max_size=20))
def test_the_sql_agrees_with_the_calculation_in_python(drawn: list[ReimbursedSession]) -> None:
    numbered = [ReimbursedSession(**{**vars(session), "id": str(number)}) for number, session in enumerate(drawn)]
    with (
        tempfile.TemporaryDirectory() as folder,
        reimbursed_archive(Path(folder) / "logbook", *(session for session, _ in ACCOUNTS_AND_TERMS)) as archive,
    ):
        for payer, terms in ACCOUNTS_AND_TERMS:
            archive.load_charge_point(STARTS[1] - 600 * MINUTE, account=payer.name, refunds=terms.refund > 0)
            archive.load_sessions(*numbered, account=payer.name)
        archive.transform()
        columns = "account, session_id, month, amount_incl_tax * 100"
        rows = archive.rows(
            f"select 'stop', {columns} from reimbursement union all select 'split', {columns} from reimbursement_split"  # noqa: S608
        )
        sums = "select account, session_id, sum(amount_incl_tax), sum(energy_kwh) from {} group by all"
        differing_sums = archive.rows(f"({sums.format('reimbursement')}) except ({sums.format('reimbursement_split')})")
    expected = {}
    for payer, terms in ACCOUNTS_AND_TERMS:
        for session in numbered:
            amount, months = expected_amounts(session, terms)
            stop_month = session.stopped.astimezone(COPENHAGEN).date().replace(day=1)
            expected["stop", payer.name, session.id, stop_month] = amount
            expected |= {("split", payer.name, session.id, month): part for month, part in months.items()}
    assert expected == {(*key, month): amount for *key, month, amount in rows}
    assert differing_sums == []
