"""The parts of a bill: spot price, markup and tax; and the prices that a state contains."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.named_answers import answers, texts
from tests.sql.reimbursed_archive import MINUTE, Period, ReimbursedSession, hour_session, reimbursed_archive

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
PARTS = "spot_amount_excl_tax, markup_amount_excl_tax, tax_amount, unexplained_amount, amount_incl_tax"


def half_hours(
    first: str, second: str, amounts: tuple[str, str] = ("1", "1"), *, began: datetime = NOON
) -> dict[str, Any]:
    """Two half hours with these states and amounts."""
    return {
        "periods": tuple(
            Period(
                started=began + 30 * index * MINUTE,
                stopped=began + 30 * (index + 1) * MINUTE,
                prices=prices,
                amount=Decimal(amount),
            )
            for index, (prices, amount) in enumerate(zip((first, second), amounts, strict=True))
        )
    }


def test_the_parts_of_a_session_over_the_end_of_a_month_are_divided_by_the_energy_of_each(tmp_path: Path) -> None:
    """3.333 kWh before midnight and 6.667 after it, at a spot price of 0.8 and a markup of 1 with tax."""
    began = datetime(2025, 3, 31, 21, 40, tzinfo=UTC)
    session = hour_session(
        began,
        bill=Decimal(20),
        periods=(Period(started=began, stopped=began + 60 * MINUTE, prices="price|0.8&markup|1"),),
    )
    with reimbursed_archive(tmp_path / "logbook") as archive:
        archive.load_sessions(session).transform()
        assert [
            tuple(map(str, row))
            for row in archive.rows(f"select month, {PARTS} from month_prices_split order by month")  # noqa: S608
        ] == [
            ("2025-03-01", "2.670", "2.670", "1.330", "0.000", "6.670"),
            ("2025-04-01", "5.330", "5.330", "2.670", "0.000", "13.330"),
        ]
        assert archive.rows(f"select {PARTS} from month_prices") == [  # noqa: S608
            tuple(map(Decimal, ("8", "8", "4", "0", "20")))
        ]


@pytest.mark.system
@pytest.mark.parametrize("prices", [("price|0.7777&markup|0.3333",), ("price|-0.1234&markup|1.9999",), ()])
@pytest.mark.parametrize("bill", ["19.99", "-7.77", "0"])
def test_the_months_of_a_session_sum_to_its_parts(tmp_path: Path, prices: tuple[str, ...], bill: str) -> None:
    """It lasts into three months."""
    began = datetime(2025, 2, 28, 20, 0, tzinfo=UTC)
    stopped = datetime(2025, 3, 31, 23, 7, tzinfo=UTC)
    session = ReimbursedSession(
        id="1",
        started=began,
        stopped=stopped,
        energy_wh=54_321,
        bill=Decimal(bill),
        curve=((began, Decimal("0.07")),),
        periods=tuple(Period(started=began, stopped=stopped, prices=price, amount=Decimal(bill)) for price in prices),
    )
    with reimbursed_archive(tmp_path / "logbook") as archive:
        archive.load_sessions(session).transform()
        sums = ", ".join(f"sum({part})" for part in PARTS.split(", "))
        assert archive.rows(f"select count(*), {sums} from month_prices_split") == [  # noqa: S608
            (3, *archive.rows(f"select {PARTS} from month_prices")[0])  # noqa: S608
        ]


def month_prices(root: Path, *sessions: ReimbursedSession) -> dict[str, tuple[str | None, ...]]:
    """The parts of the bill by currency."""
    with reimbursed_archive(root / "logbook") as archive:
        archive.load_sessions(*sessions).transform()
        query = f"select currency, {PARTS} from month_prices"  # noqa: S608
        return {
            currency: tuple(None if part is None else str(part) for part in parts)
            for currency, *parts in archive.rows(query)
        }


def test_a_bill_with_two_prices_is_divided_into_its_parts(tmp_path: Path) -> None:
    """5 kWh at 0.8 and at -0.1 without tax, and at 1 and 1.5 with it, cost 16.88; the bill is 17."""
    session = hour_session(NOON, bill=Decimal(17), **half_hours("price|0.8&markup|1", "price|-1E-1&markup|1.5"))
    assert month_prices(tmp_path, session) == {"DKK": ("3.500", "10.000", "3.400", "0.100", "17.000")}


def test_a_minimum_price_and_missing_prices_are_an_unexplained_amount(tmp_path: Path) -> None:
    parts_found = month_prices(
        tmp_path,
        hour_session(
            NOON, "1", bill=Decimal("2.5"), energy_wh=470, **half_hours("price|1&markup|1", "price|1&markup|1")
        ),
        hour_session(NOON, "2", bill=Decimal(20), periods=()),
        hour_session(NOON, "3", bill=Decimal(20), **half_hours("price|2", "price|2", ("10", "10"))),
    )
    assert parts_found == {"DKK": ("0.470", "0.380", "8.500", "33.150", "42.500")}


def test_energy_without_a_known_price_has_no_spot_price_of_zero(tmp_path: Path) -> None:
    """March: 10 of 30 kWh are priced. April: none of 10 kWh. May: a fee without energy. Both attributions agree."""
    unpriced = half_hours("price|2.5", "price|2.5", ("12.5", "12.5"))
    june = NOON.replace(month=6)
    one_markup = half_hours("price|2.5", "price|2&markup|0", ("12.5", "12.5"), began=june)
    with reimbursed_archive(tmp_path / "logbook") as archive:
        archive.load_sessions(
            hour_session(NOON, "priced"),
            hour_session(NOON, "one price", **unpriced),
            hour_session(NOON, "no periods", periods=()),
            hour_session(NOON.replace(month=4), "only a list", periods=()),
            hour_session(NOON.replace(month=5), "fee", energy_wh=0, bill=Decimal(5), curve=(), periods=()),
            hour_session(june, "one of two periods", **one_markup),
        ).transform()
        for mart in ("month_prices", "month_prices_split"):
            query = f"select month(month), priced_kwh, {PARTS} from {mart} order by month"  # noqa: S608
            assert [tuple(map(str, row)) for row in archive.rows(query)] == [
                ("3", "10.000", "10.000", "4.000", "15.000", "46.000", "75.000"),
                ("4", "0.000", "None", "None", "5.000", "20.000", "25.000"),
                ("5", "0.000", "0.000", "0.000", "1.000", "4.000", "5.000"),
                ("6", "5.000", "10.000", "0.000", "5.000", "10.000", "25.000"),
            ]
        columns = ("energy_kwh", "priced_kwh", "spot_per_kwh", "markup_per_kwh", "tax_per_kwh", "unexplained_per_kwh")
        assert texts(answers(archive.connection, "@price-decomposition"), *columns) == [
            ("30.000", "10.000", "1.000000", "0.400000", "0.500000", "1.533333"),
            ("10.000", "0.000", "None", "None", "0.500000", "2.000000"),
            ("0.000", "0.000", "None", "None", "None", "None"),
            ("10.000", "5.000", "2.000000", "0.000000", "0.500000", "1.000000"),
        ]


def test_each_currency_has_its_parts_and_an_unknown_tax_makes_them_unknown(tmp_path: Path) -> None:
    parts_found = month_prices(
        tmp_path,
        hour_session(NOON, "1", bill=Decimal("17.5")),
        hour_session(NOON, "2", currency="EUR"),
        hour_session(NOON, "3", bill=Decimal("17.5"), currency="DKK"),
    )
    assert parts_found == {
        "DKK": ("20.000", "8.000", "7.000", "0.000", "35.000"),
        "EUR": ("10.000", None, None, None, "25.000"),
    }


def test_a_single_price_includes_tax_if_it_explains_the_amounts(tmp_path: Path) -> None:
    """The price includes tax if the periods' amounts are their energy times the price."""
    states = {
        "with tax": half_hours("price|2.5", "price|2.5", ("12.5", "12.5")),
        "nearly": half_hours("price|2.5", "price|2.5", ("12.375", "12.375")),
        "not near enough": half_hours("price|2.5", "price|2.5", ("12.374", "12.375")),
        "without tax": half_hours("price|2", "price|2", ("12.5", "12.5")),
        "one amount differs": half_hours("price|2.5", "price|3", ("12", "15.5")),
        "no energy": half_hours("price|2.5", "price|2.5", ("0", "0")) | {"energy_wh": 0},
        "one period with a markup": half_hours("price|2.5", "price|2&markup|0", ("12.5", "12.5")),
        "none": half_hours("", "loyalty|2.5", ("12.5", "12.5")),
    }
    with reimbursed_archive(tmp_path / "logbook") as archive:
        archive.load_sessions(*(hour_session(NOON, name, **periods) for name, periods in states.items())).transform()
        parts_found = archive.rows(
            "select session_id, list(coalesce(spot_price_excl_tax, 0) order by period),"
            " list(coalesce(price_incl_tax, 0) order by period) from charging_periods group by all"
        )
        hours = archive.rows(
            "select session_id, price_incl_tax from session_hours"
            " where session_id in ('with tax', 'one amount differs') and energy_kwh > 0 order by all"
        )
    none, half, two = [0, 0], Decimal("2.5"), Decimal(2)
    assert {
        "with tax": (none, [half, half]),
        "nearly": (none, [half, half]),
        "not near enough": (none, none),
        "without tax": (none, none),
        "one amount differs": (none, [half, 3]),
        "no energy": (none, none),
        "one period with a markup": ([half, two], [0, half]),
        "none": (none, none),
    } == {name: (spot, price) for name, spot, price in parts_found}
    assert hours == [("one amount differs", Decimal("2.75")), ("with tax", half)]


@pytest.mark.system
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    drawn=st.lists(
        st.tuples(
            st.decimals("-3", "9", places=5),
            st.decimals("-1", "3", places=5),
            st.decimals("-9", "90", places=4),
            st.integers(0, 50_000),
        ),
        min_size=5,
        max_size=30,
    )
)
def test_the_parts_sum_to_the_bill(tmp_path_factory: Any, drawn: list[tuple[Decimal, Decimal, Decimal, int]]) -> None:
    """Spot price and markup are also within half an øre per session of an exact calculation."""
    sessions = [
        hour_session(NOON, str(number), bill=bill, energy_wh=wh, **half_hours(*[f"price|{spot}&markup|{markup}"] * 2))
        for number, (spot, markup, bill, wh) in enumerate(drawn)
    ]
    [parts_found] = month_prices(tmp_path_factory.mktemp("parts"), *sessions).values()
    spot, markup, tax, unexplained, bill = (Decimal(str(part)) for part in parts_found)
    assert spot + markup + tax + unexplained == bill
    half = Decimal("0.005") * len(drawn)
    assert abs(spot - sum(wh * price for price, _, _, wh in drawn) / 1000) <= half
    assert abs(markup - sum(wh * price for _, price, _, wh in drawn) / 1250) <= half
