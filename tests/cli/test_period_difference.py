"""The reason that `ladebog explain` gives where a charging period's energy times its price is not its amount."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline.cli.period_difference import difference

LAG = "the amount is as sent, by meter values that can lag behind the power history"
UNKNOWN = "the answers do not say why the amount is another"


def period(number: int, energy: str, amount: str, price: str | None = "2", **fields: Any) -> dict[str, Any]:
    return {
        "period": number,
        "energy_kwh": Decimal(energy),
        "amount_incl_tax": Decimal(amount),
        "price_incl_tax": None if price is None else Decimal(price),
        "free_energy_wh": 0,
        "state_not_understood": None,
    } | fields


CASES: dict[str, tuple[list[dict[str, Any]], str | None]] = {
    "the amount": ([period(1, "2.000", "4.01")], None),
    "an unknown price": ([period(1, "2.000", "9", price=None)], None),
    "energy that the next period paid": (
        [period(1, "2.000", "3"), period(2, "2.000", "5")],
        f"× 2.000 kWh = 4.00; {LAG}",
    ),
    "the same in a period of two hours": (
        [period(1, "2.000", "3"), period(2, "2.000", "5"), period(1, "2.000", "3")],
        f"× 2.000 kWh = 4.00; {LAG}",
    ),
    "one period alone": ([period(1, "2.000", "3.97")], f"× 2.000 kWh = 4.00; {UNKNOWN}"),
    "less than all periods together cost": (
        [period(1, "2.000", "3"), period(2, "2.000", "4")],
        f"× 2.000 kWh = 4.00; {UNKNOWN}",
    ),
    "below zero": (
        [period(1, "2.590", "-1", price="-2"), period(2, "2.000", "4")],
        f"× 2.590 kWh = -5.18; {UNKNOWN}",
    ),
    "an amount with another sign than its price": (
        [period(1, "2.000", "-2"), period(2, "2.000", "10")],
        f"× 2.000 kWh = 4.00; {UNKNOWN}",
    ),
    "free energy": (
        [period(1, "2.000", "0", free_energy_wh=2000), period(2, "2.000", "4")],
        "× 2.000 kWh = 4.00; 2.000 kWh of it are free, which leaves 0.00",
    ),
    "free energy and more": (
        [period(1, "2.000", "1", free_energy_wh=1000), period(2, "2.000", "4")],
        f"× 2.000 kWh = 4.00; 1.000 kWh of it are free, which leaves 2.00, and {UNKNOWN}",
    ),
    "a state with an unknown part": (
        [period(1, "2.000", "7", state_not_understood="loyalty|3"), period(2, "2.000", "4")],
        "× 2.000 kWh = 4.00; its state also has loyalty|3, which is not understood",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_reason_is_what_the_answers_show(name: str) -> None:
    periods, expected = CASES[name]
    assert difference(periods[0], periods, 2) == expected
