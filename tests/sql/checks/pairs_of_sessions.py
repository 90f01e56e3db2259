"""Pairs for the rules about a session's own figures: its energy, its money, its times."""

from tests.sql.checks.operator_data import OperatorData, Session, charge_point
from tests.sql.checks.pair import Pair

_AMOUNTS_ALMOST_ONE_CENT_APART = {"amount": 15.004, "totalAmount": 15.0}


def _with_periods(*periods: tuple[float, float, float]) -> OperatorData:
    """A session with charging periods, each given as first minute, last minute and amount."""
    session = Session()
    return OperatorData(
        sessions=(Session(fields={"chargingPeriods": [session.period(*period) for period in periods]}),)
    )


def _with_samples(*, missing_samples: int = 0, after_stop: float | None = None) -> OperatorData:
    samples = Session().samples()
    del samples[10 : 10 + missing_samples]
    if after_stop is not None:
        samples.append({"value": after_stop, "timestamp": Session().at(60 + 1 / 60)})
    return OperatorData(sessions=(Session(fields={"powerStats": {"history": samples}}),))


_MINIMUM_PRICE = Session(
    energy_wh=470,
    fields={"amount": 2.5, "totalAmount": 2.5, "chargingPeriods": [Session().period(0, 60, 1.14069)]},
)

SESSIONS = {
    "field_not_understood": Pair(
        violating=OperatorData(sessions=(Session(fields={"isPersonal": -1}),)),
        findings=(
            (
                "field_not_understood",
                "warning",
                "2025-03-01",
                "1",
                "Of its answers, what cannot be understood counts as not stated: Expected `bool`, got `int` "
                "- at `$.session.isPersonal`. A newer Ladebog may understand it; the answer is kept."
                " Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(fields={"isPersonal": 1, "isNew": -1}),)),
    ),
    "overlapping_sessions": Pair(
        violating=OperatorData(sessions=(Session(), Session(id="2", started="2025-03-05T18:59:59+00:00"))),
        findings=(
            (
                "overlapping_sessions",
                "error",
                "2025-03-01",
                "1",
                "It lasted from 2025-03-05 19:00 to 2025-03-05 20:00, and session 2 at the same EVSE "
                "from 2025-03-05 19:59 to 2025-03-05 20:59. Ask the operator which is right.",
            ),
            (
                "overlapping_sessions",
                "error",
                "2025-03-01",
                "2",
                "It lasted from 2025-03-05 19:59 to 2025-03-05 20:59, and session 1 at the same EVSE "
                "from 2025-03-05 19:00 to 2025-03-05 20:00. Ask the operator which is right.",
            ),
        ),
        conforming=OperatorData(
            sessions=(
                Session(),
                Session(id="2", started="2025-03-05T19:00:00+00:00"),
                Session(id="3", fields={"evseId": "2318"}),
            )
        ),
    ),
    "impossible_energy": Pair(
        violating=OperatorData(
            sessions=(Session(energy_wh=11_221), Session(id="2", started="2025-03-06T18:00:00+00:00", energy_wh=-100)),
            charge_points={"2025-03-01T00:00:00+00:00": charge_point(max_power=11_000)},
        ),
        findings=(
            (
                "impossible_energy",
                "error",
                "2025-03-01",
                "1",
                "The meter counted 11.221 kWh; at 11000 W the EVSE delivers at most 11.000 kWh in 1:00 h. "
                "Ask the operator to correct it.",
            ),
            (
                "impossible_energy",
                "error",
                "2025-03-01",
                "2",
                "The meter counted -0.100 kWh, which is below zero. Ask the operator to correct it.",
            ),
        ),
        conforming=OperatorData(
            sessions=(Session(energy_wh=11_220),),
            charge_points={
                "2025-03-01T00:00:00+00:00": charge_point(max_power=11_000),
                "2025-03-06T00:00:00+00:00": charge_point(max_power=3_700),  # its limit since the day after
            },
        ),
    ),
    "stop_before_start": Pair(
        violating=OperatorData(sessions=(Session(minutes=-10, energy_wh=0),)),
        findings=(
            (
                "stop_before_start",
                "error",
                "2025-03-01",
                "1",
                "It starts at 2025-03-05 19:00 and stops at 2025-03-05 18:50. Ask the operator to correct it.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(minutes=0, energy_wh=0),)),
    ),
    "unknown_tax": Pair(
        violating=OperatorData(sessions=(Session(fields={"arePricesTaxInclusive": False}),)),
        findings=(
            (
                "unknown_tax",
                "error",
                "2025-03-01",
                "1",
                "The operator states that the bill of 15.00 DKK does not include tax, so the full amount is unknown. "
                "Ask the operator for an invoice.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(fields={"arePricesTaxInclusive": True}),)),
    ),
    "energy_unlike_curve": Pair(
        violating=OperatorData(sessions=(Session(curve_wh=6_221),)),
        findings=(
            (
                "energy_unlike_curve",
                "warning",
                "2025-03-01",
                "1",
                "The meter counted 6.000 kWh, the power history 6.221 kWh. The meter decides; compare it with the car.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(curve_wh=6_220),)),
    ),
    "periods_unlike_bill": Pair(
        violating=_with_periods((0, 60, 14.98)),
        findings=(
            (
                "periods_unlike_bill",
                "warning",
                "2025-03-01",
                "1",
                "The bill is 15.00 DKK, its charging periods sum to 14.98 DKK. "
                "The bill counts; ask the operator what makes the difference.",
            ),
        ),
        conforming=OperatorData(
            sessions=(_MINIMUM_PRICE,),
            charge_points={"2025-03-01T00:00:00+00:00": charge_point(max_power=11_000, minimum_price=2.5)},
        ),
    ),
    "unpaid": Pair(
        violating=OperatorData(
            sessions=(
                Session(fields={"paymentStatus": "pending"}),
                Session(id="2", started="2025-03-07T18:00:00+00:00", fields={"paymentStatus": ""}),
            )
        ),
        findings=(
            (
                "unpaid",
                "warning",
                "2025-03-01",
                "1",
                "The operator states that the payment of 15.00 DKK is: pending. "
                "Only what was paid can be refunded; look again after the next run.",
            ),
            (
                "unpaid",
                "warning",
                "2025-03-01",
                "2",
                "The operator states that the payment of 15.00 DKK is: (empty). "
                "Only what was paid can be refunded; look again after the next run.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(energy_wh=0, fields={"paymentStatus": "pending"}),)),
    ),
    "no_power_history": Pair(
        violating=OperatorData(sessions=(Session(fields={"powerStats": None}),)),
        findings=(
            (
                "no_power_history",
                "warning",
                "2025-03-01",
                "1",
                "Its 6.000 kWh have no power history, so when they flowed is not known. The total is the meter's own."
                " Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(energy_wh=0, fields={"powerStats": None}),)),
    ),
    "thinned_history": Pair(
        violating=_with_samples(missing_samples=14),
        findings=(
            (
                "thinned_history",
                "warning",
                "2025-03-01",
                "1",
                "It has 47 power samples for 60 minutes of charging, so when its energy flowed is known less exactly. "
                "The total is the meter's own."
                " Nothing needs to be done.",
            ),
        ),
        conforming=_with_samples(missing_samples=13),
    ),
    "foreign_currency": Pair(
        violating=OperatorData(sessions=(Session(fields={"currency": {"code": "EUR", "minorUnitDecimal": 2}}),)),
        findings=(
            (
                "foreign_currency",
                "warning",
                "2025-03-01",
                "1",
                "It was billed as 15.00 EUR. It is not added to amounts in DKK, and the tax in it is not known. "
                "Attach its receipt to the claim: ladebog claim attach FILE",
            ),
        ),
        conforming=OperatorData(),
    ),
    "long_charging": Pair(
        violating=OperatorData(sessions=(Session(minutes=2_881),)),
        findings=(
            (
                "long_charging",
                "warning",
                "2025-03-01",
                "1",
                "It charged for 48:01 h. Check whether it is one session of one car.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(minutes=2_880),)),
    ),
    "amounts_differ": Pair(
        violating=OperatorData(sessions=(Session(fields={"amount": 15.01, "totalAmount": 15.0}),)),
        findings=(
            (
                "amounts_differ",
                "warning",
                "2025-03-01",
                "1",
                "The operator states a total of 15.00 DKK and an amount of 15.01 DKK. "
                "The total counts; ask the operator what makes the difference.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(fields=_AMOUNTS_ALMOST_ONE_CENT_APART),)),
    ),
    "samples_outside": Pair(
        violating=_with_samples(after_stop=0.1),
        findings=(
            (
                "samples_outside",
                "warning",
                "2025-03-01",
                "1",
                "Samples of its power history before 2025-03-05 19:00 or after 2025-03-05 20:00: 1. They do not count."
                " Nothing needs to be done.",
            ),
        ),
        conforming=_with_samples(after_stop=0),
    ),
    "uneven_periods": Pair(
        violating=_with_periods((0, 30, 7.5), (30 + 2 / 60, 60, 7.5)),
        findings=(
            (
                "uneven_periods",
                "warning",
                "2025-03-01",
                "1",
                "Its charging periods leave out 2 seconds of it, count 0 twice, and have 0 outside it. "
                "The bill counts; when its money was spent is known less exactly."
                " Nothing needs to be done.",
            ),
        ),
        conforming=_with_periods((0, 30, 7.5), (30 + 1 / 60, 60, 7.5)),
    ),
}
