"""Pairs for the rules about what a claim needs: the car, the price, and whether the bill is right."""

from tests.sql.checks.operator_data import Json, Listing, OperatorData, Session, charge_point
from tests.sql.checks.pair import Pair

_NEW_YEAR = (Session(started="2025-12-31T22:00:00+00:00"),)  # it stops in 2026 by local time
_JANUARY = (Listing(month="2026-01", at="2026-02-10T00:00:00+00:00"),)
_TARIFF = {"2025-03-01T00:00:00+00:00": charge_point(max_power=11_000, minimum_price=0)}


def additions(*names: str) -> str:
    """Settings with additions to the spot price."""
    return "".join(
        f'[[account.ACCOUNT.addition]]\nname = "{name}"\nper_kwh = 0.9\nvalid_from = 2025-01-01\n' for name in names
    )


def refunds(**per_kwh_by_year: str) -> str:
    """Settings with refunds of the electricity tax, each from the first day of a year, such as y2025, on."""
    return "".join(
        f"[[account.ACCOUNT.tax_refund]]\nvalid_from = {year[1:]}-01-01\nper_kwh = {per_kwh}\n"
        for year, per_kwh in per_kwh_by_year.items()
    )


def in_january(settings: str, year: int = 2026) -> OperatorData:
    """A session of January whose operator refunds the electricity tax."""
    return OperatorData(
        sessions=(Session(started=f"{year}-01-05T22:00:00+00:00"),),
        listings=(Listing(month=f"{year}-01", at=f"{year}-02-10T00:00:00+00:00"),),
        charge_points={"2023-03-01T00:00:00+00:00": charge_point(refunds=True)},
        settings=settings,
    )


def partly_free(settings: str = "", **terms: str) -> OperatorData:
    """A session of which 1 kWh was free and 0.5 kWh were not billable; `terms` are those of its reimbursement."""
    unpaid: Json = {"freeEnergyWh": 1_000, "nonBillableEnergy": 500}
    return OperatorData(sessions=(Session(fields=unpaid),), settings=settings, **terms)


def _without_a_price() -> Session:
    period = {**Session().period(0, 60, 15), "state": "charging@markup|1.0"}
    return Session(fields={"chargingPeriods": [period]})


def _billed(amount: float) -> Session:
    """A session that costs 15.00 DKK by its prices: 6 kWh at 2.50."""
    return Session(
        fields={"amount": amount, "totalAmount": amount, "chargingPeriods": [Session().period(0, 60, amount)]}
    )


CLAIMS = {
    "free_energy_counted": Pair(
        violating=partly_free(refunds(y2025="0.5"), basis="spot"),
        findings=(
            (
                "free_energy_counted",
                "warning",
                "2025-03-01",
                "1",
                "Of its energy 1.500 kWh were free or not billed. The basis spot reimburses them as well. The "
                "refund of electricity tax is subtracted for them too. If they are not to count, set the basis "
                '"rate", which leaves them out, under [[account.free_energy_counted-bad.reimbursement]], or exclude '
                "the session: ladebog session exclude --reason TEXT 1",
            ),
        ),
        conforming=partly_free(refunds(y2025="0.5"), basis="rate", rate="2"),
    ),
    "damaged_claims": Pair(
        violating=OperatorData(has_damaged_claim=True),
        findings=(
            (
                "damaged_claims",
                "error",
                None,
                None,
                "LOGBOOK/claims/damaged_claims-bad/0001-2025-03/claim.json is missing. Restore it from a backup. Then "
                "run: ladebog transform. Until then nothing more can be claimed.",
            ),
        ),
        conforming=OperatorData(),
    ),
    "lost_claim": Pair(
        violating=OperatorData(recorded_claim=3),
        findings=(
            (
                "lost_claim",
                "error",
                None,
                None,
                "Claim 3 of 2025-03 is missing from claims/lost_claim-bad, or another is in its place. That it "
                "was made on 2025-05-15 is recorded by journal/. Put its folder back from a backup, then run: "
                "ladebog transform. Without it, the next claim may claim its sessions again; accept that only if it "
                "is lost and you do not use it any more.",
            ),
        ),
        conforming=OperatorData(),
    ),
    "unassigned_car": Pair(
        violating=OperatorData(has_car=False),
        findings=(
            (
                "unassigned_car",
                "error",
                "2025-03-01",
                "1",
                "It is unknown which of the 2 cars was charged with its 6.000 kWh. "
                "Assign one with: ladebog session assign --reason TEXT 1 CAR (or by a [[rule]] in ladebog.toml)",
            ),
        ),
        conforming=OperatorData(has_car=True),
    ),
    "unknown_price": Pair(
        violating=OperatorData(sessions=(_without_a_price(),), basis="spot"),
        findings=(
            (
                "unknown_price",
                "error",
                "2025-03-01",
                "1",
                "What it is reimbursed with is not known, by the basis spot: no spot price at 2025-03-05 19:00. "
                "Set what is missing in ladebog.toml, or choose another basis.",
            ),
        ),
        conforming=OperatorData(sessions=(_without_a_price(),), basis="billed"),
    ),
    "electricity_tax_twice": Pair(
        violating=OperatorData(basis="spot", settings=additions("el-afgift 2025")),
        findings=(
            (
                "electricity_tax_twice",
                "warning",
                "2025-03-01",
                None,
                'The addition "el-afgift 2025" may be the electricity tax, which is added to the spot price of 1 '
                'session as well. If it is, call it "electricity tax" in ladebog.toml; if not, give it another name.',
            ),
        ),
        conforming=OperatorData(basis="spot", settings=additions("netafgift", "El-afgift")),
    ),
    "refund_assumed": Pair(
        violating=OperatorData(
            sessions=_NEW_YEAR,
            listings=_JANUARY,
            charge_points={"2025-03-01T00:00:00+00:00": charge_point(refunds=True)},
        ),
        findings=(
            (
                "refund_assumed",
                "warning",
                "2026-01-01",
                None,
                "At the charge points of 1 session the operator refunds the electricity tax. From 2026 on that is at "
                "most 0.004 DKK per kWh and in practice not paid, so nothing is subtracted. If it pays you more, set "
                "[[account.refund_assumed-bad.tax_refund]] in ladebog.toml.",
            ),
        ),
        conforming=OperatorData(
            sessions=_NEW_YEAR,
            listings=_JANUARY,
            charge_points={"2025-03-01T00:00:00+00:00": charge_point(refunds=False)},
        ),
    ),
    "refund_beyond_bill": Pair(
        violating=OperatorData(sessions=(_billed(3),), settings=refunds(y2025="0.716")),
        findings=(
            (
                "refund_beyond_bill",
                "warning",
                "2025-03-01",
                "1",
                "It cost 3.00 DKK, and is reimbursed with -1.30 DKK once the refunded electricity tax is subtracted. "
                "If the operator refunded none for it, correct [[account.refund_beyond_bill-bad.tax_refund]] in "
                "ladebog.toml, or exclude it: ladebog session exclude --reason TEXT 1",
            ),
        ),
        conforming=OperatorData(sessions=(_billed(4.3),), settings=refunds(y2025="0.716")),
    ),
    "refund_too_high": Pair(
        violating=in_january(refunds(y2025="0.716")),
        findings=(
            (
                "refund_too_high",
                "warning",
                "2026-01-01",
                None,
                "From 1 session 0.716 DKK per kWh is subtracted as refunded electricity tax, by the "
                "[[account.refund_too_high-bad.tax_refund]] of 2025-01-01, but from 2026-01-01 on at most 0.004 is "
                "refunded. Add another to ladebog.toml, with valid_from = 2026-01-01 and as per_kwh what the operator "
                "pays, 0 if nothing.",
            ),
        ),
        conforming=in_january(refunds(y2025="0.716", y2026="0.004")),
    ),
    "bill_unlike_recomputed": Pair(
        violating=OperatorData(sessions=(_billed(15.21),), charge_points=_TARIFF),  # 15.00 plus 1 % plus 0.05 is 15.20
        findings=(
            (
                "bill_unlike_recomputed",
                "warning",
                "2025-03-01",
                "1",
                "The bill is 15.21 DKK, recomputed it is 15.00 DKK (overbilled). "
                "The bill counts; see why with: ladebog audit",
            ),
        ),
        conforming=OperatorData(sessions=(_billed(15.20),), charge_points=_TARIFF),
    ),
}
