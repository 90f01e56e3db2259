"""The macros that round, against Python's decimal module."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import product
from string import ascii_uppercase
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.database import models
from pipeline.text import money_text

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)  # ROUND_HALF_UP rounds half away from zero, also below zero
EXAMPLES = settings(max_examples=150, deadline=None)

Evaluate = Callable[..., Any]


@pytest.fixture(scope="module")
def evaluate() -> Iterator[Evaluate]:
    """`ask("abs(?)", -1)` computes an expression in a database that has the macros."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Pacific/Apia'")  # no result may depend on it
        connection.execute(models.macros())

        def value(expression: str, *parameters: object) -> Any:
            [found] = connection.execute(f"select {expression}", list(parameters)).fetchone() or ()
            return found

        yield value


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(10) ** -places, context=EXACT)


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    """Numbers with at most so many digits before and after the decimal point."""
    largest = 10 ** (digits + places) - 1
    return st.integers(-largest, largest).map(lambda digits: Decimal(digits).scaleb(-places, EXACT))


@EXAMPLES
@given(numerator=st.integers(-(10**30), 10**30), denominator=st.integers(1, 10**20))
@example(numerator=-5, denominator=2)
@example(numerator=5, denominator=2)
@example(numerator=-4, denominator=3)
@example(numerator=0, denominator=7)
def test_rounded_quotient_rounds_half_away_from_zero(evaluate: Evaluate, numerator: int, denominator: int) -> None:
    expected = rounded(EXACT.divide(Decimal(numerator), Decimal(denominator)), 0)
    assert expected == evaluate("rounded_quotient(cast(? as hugeint), cast(? as hugeint))", numerator, denominator)


@EXAMPLES
@given(numerator=st.integers(-(10**37), 10**37), denominator=st.integers(1, 10**37))
def test_floor_quotient_rounds_down(evaluate: Evaluate, numerator: int, denominator: int) -> None:
    expected = Decimal(numerator // denominator)
    found = evaluate("floor_quotient(cast(? as decimal(38, 0)), cast(? as decimal(38, 0)))", numerator, denominator)
    assert expected == found


@EXAMPLES
@given(amount=decimals(9, 18), digits=st.integers(0, 3))
@example(amount=Decimal("87.125"), digits=2)
@example(amount=Decimal("-87.125"), digits=2)
@example(amount=Decimal("-0.5"), digits=0)
@example(amount=Decimal("0.004999999999999999"), digits=2)
def test_to_minor_units_rounds_half_away_from_zero(evaluate: Evaluate, amount: Decimal, digits: int) -> None:
    expected = rounded(amount, digits).scaleb(digits)
    assert expected == evaluate("to_minor_units(cast(? as decimal(38, 18)), ?)", amount, digits)


@EXAMPLES
@given(minor=st.integers(-(10**14), 10**14), digits=st.integers(0, 3))
def test_from_minor_units_is_exact(evaluate: Evaluate, minor: int, digits: int) -> None:
    assert Decimal(minor).scaleb(-digits) == evaluate("from_minor_units(?, ?)", minor, digits)
    assert minor == evaluate("to_minor_units(from_minor_units(?, ?), ?)", minor, digits, digits)


@EXAMPLES
@given(amount=decimals(9, 3), energy=decimals(6, 3).filter(lambda energy: energy > 0))
@example(amount=Decimal("-0.001"), energy=Decimal("0.002"))
@example(amount=Decimal("0.000"), energy=Decimal("0.001"))
@example(amount=Decimal("0.001"), energy=Decimal("2000.000"))
@example(amount=Decimal("-0.001"), energy=Decimal("2000.000"))
def test_price_per_kwh_is_rounded_to_six_decimals(evaluate: Evaluate, amount: Decimal, energy: Decimal) -> None:
    expected = rounded(EXACT.divide(amount, energy), 6)
    assert expected == evaluate("price_per_kwh(cast(? as decimal(18, 3)), cast(? as decimal(18, 3)))", amount, energy)


@EXAMPLES
@given(part=decimals(9, 6), whole=decimals(6, 6).filter(lambda whole: whole > Decimal("0.001")))
@example(part=Decimal("-0.00005"), whole=Decimal(1))
def test_percent_of_is_rounded_to_two_decimals(evaluate: Evaluate, part: Decimal, whole: Decimal) -> None:
    expected = rounded(EXACT.divide(part * 100, whole), 2)
    assert expected == evaluate("percent_of(cast(? as decimal(18, 6)), cast(? as decimal(18, 6)))", part, whole)


@pytest.mark.parametrize("whole", [0, -1, None])
def test_nothing_is_in_per_cent_of_what_is_not_above_zero(evaluate: Evaluate, whole: int | None) -> None:
    assert evaluate("percent_of(5, cast(? as decimal(18, 3)))", whole) is None


def test_without_energy_there_is_no_price(evaluate: Evaluate) -> None:
    assert evaluate("price_per_kwh(cast(5 as decimal(18, 3)), cast(0 as decimal(18, 3)))") is None


def test_null_gives_null(evaluate: Evaluate) -> None:
    expressions = ["rounded_quotient(null, 3)", "to_minor_units(null, 2)", "from_minor_units(null, 2)"]
    assert [evaluate(expression) for expression in expressions] == [None] * 3


@EXAMPLES
@given(power=decimals(4, 9))
@example(power=Decimal("-7.000000000"))
@example(power=Decimal("0.000000500"))
def test_to_milliwatts_is_rounded_and_never_negative(evaluate: Evaluate, power: Decimal) -> None:
    expected = max(rounded(power, 6), Decimal(0)).scaleb(6)
    assert expected == evaluate("to_milliwatts(cast(? as decimal(18, 9)))", power)


@pytest.mark.parametrize(
    ("moment", "time", "day"),
    [
        ("2025-03-30T00:59:59Z", "2025-03-30 01:59:59", "2025-03-30"),
        ("2025-03-30T01:00:00Z", "2025-03-30 03:00:00", "2025-03-30"),
        ("2025-10-26T00:30:00Z", "2025-10-26 02:30:00", "2025-10-26"),
        ("2025-10-26T01:30:00Z", "2025-10-26 02:30:00", "2025-10-26"),
        ("2025-06-30T21:59:59Z", "2025-06-30 23:59:59", "2025-06-30"),
        ("2025-06-30T22:00:00Z", "2025-07-01 00:00:00", "2025-07-01"),
        ("2024-12-31T23:00:00Z", "2025-01-01 00:00:00", "2025-01-01"),
    ],
)
def test_hours_and_days_are_local_to_the_account(evaluate: Evaluate, moment: str, time: str, day: str) -> None:
    zone = "'Europe/Copenhagen'"
    assert time == evaluate(f"cast(local_time(cast(? as timestamptz), {zone}) as varchar)", moment)
    assert day == evaluate(f"cast(local_day(cast(? as timestamptz), {zone}) as varchar)", moment)
    assert f"{day[:8]}01" == evaluate("cast(first_of_month(cast(? as date)) as varchar)", day)


@pytest.mark.parametrize(("day", "hours"), [("2025-03-29", 24), ("2025-03-30", 23), ("2025-10-26", 25)])
def test_a_day_has_23_24_or_25_hours(evaluate: Evaluate, day: str, hours: int) -> None:
    begins = "local_midnight(cast(? as date), 'Europe/Copenhagen')"
    ends = "local_midnight(cast(? as date) + 1, 'Europe/Copenhagen')"
    found = evaluate(f"microseconds_between({begins}, {ends})", day, day)
    assert hours * 3600 * 1_000_000 == found


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1960", "JPY", "1960 JPY"),
        ("1960.5", "JPY", "1960.50 JPY"),
        ("-30", "KRW", "-30 KRW"),
        ("19.6", "KWD", "19.600 KWD"),
        ("19.6", "DKK", "19.60 DKK"),
        ("100", "EUR", "100.00 EUR"),
        ("1.234", "DKK", "1.234 DKK"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(evaluate: Evaluate, amount: str, currency: str, text: str) -> None:
    assert text == evaluate("amount_text(cast(? as decimal(18, 3)), ?)", amount, currency)
    if "." not in amount or currency != "JPY":
        assert text == f"{money_text(Decimal(amount), currency)} {currency}".replace(",", "")


def test_messages_and_checks_know_the_same_currencies(evaluate: Evaluate) -> None:
    codes = ["".join(letters) for letters in product(ascii_uppercase, repeat=3)]
    texts = evaluate("list_transform(?, lambda code: amount_text(7, code))", codes)
    assert texts == [f"{money_text(Decimal(7), code)} {code}" for code in codes]
    assert {len(text) for text in texts} == {len("7 JPY"), len("7.00 DKK"), len("7.000 KWD")}
