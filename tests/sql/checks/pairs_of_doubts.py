"""Pairs for the rules about sessions that are doubtful: how they ended, what they cost, where they come from."""

from tests.sql.checks.operator_data import Json, Listing, OperatorData, Session
from tests.sql.checks.pair import OPEN_MARCH, Finding, Pair

_FAILED = {"status": "failed", "stoppedAt": None, "duration": 0}
IDLE_FEE = {"amount": 30.0, "totalAmount": 30.0, "chargingPeriods": [Session().period(0, 60, 30)]}
_OTHER_BILL = {"amount": 20.0, "totalAmount": 20.0}
_UNKNOWN_EVSE = {"evseId": None}
_AFTER_THE_IMPORT = Listing(at="2025-05-16T00:00:00+00:00")


def _finding(rule: str, severity: str, session_id: str, detail: str) -> Finding:
    return rule, severity, "2025-03-01", session_id, detail


def billed(amount: float, *periods: float) -> OperatorData:
    """A session with this bill and charging periods of these amounts, which sum to 15.00 DKK."""
    edges = [(60 * place / len(periods), 60 * (place + 1) / len(periods)) for place in range(len(periods))]
    sent: Json = {
        "amount": amount,
        "totalAmount": amount,
        "chargingPeriods": [Session().period(*edge, part) for edge, part in zip(edges, periods, strict=True)],
    }
    return OperatorData(sessions=(Session(fields=sent),))


def without_periods(amount: float, energy_wh: int) -> OperatorData:
    """A session with this bill and this energy, of which the operator sends no charging periods."""
    sent: Json = {"amount": amount, "totalAmount": amount, "chargingPeriods": []}
    return OperatorData(sessions=(Session(energy_wh=energy_wh, fields=sent),))


def _twice(**fields: object) -> OperatorData:
    """Two sessions at the same time without an EVSE; `fields` replace those of the second."""
    return OperatorData(sessions=(Session(fields=_UNKNOWN_EVSE), Session(id="2", fields={**_UNKNOWN_EVSE, **fields})))


def net(stated: float, **fields: object) -> OperatorData:
    """A session of 15.00 DKK that states this net."""
    return OperatorData(sessions=(Session(fields={"totalAmountWithoutTax": stated, **fields}),))


_PERIODS_DIFFER = "its charging periods sum to 15.00 DKK. The bill counts; ask the operator what makes the difference."
_TWICE = "at the same time, 6.000 kWh and 15.00 DKK, and the EVSE is not known. Look whether it is one session; if so,"

DOUBTS = {
    "listed_twice": Pair(
        violating=OperatorData(sessions=(Session(has_detail=False, listed_again=_OTHER_BILL),)),
        findings=(
            _finding(
                "listed_twice",
                "warning",
                "1",
                "A list of sessions has it 2 times with different figures, and its details were not fetched since. The "
                "last ones count: 6.000 kWh and 20.00 DKK. Fetch its details with: ladebog run",
            ),
            _finding(
                "missing_detail",
                "error",
                "1",
                "It is known from a list of sessions only, without its details. Fetch them with: ladebog run",
            ),
            (
                "month_not_closed",
                "error",
                "2025-03-01",
                None,
                f"Sessions without their details: 1. {OPEN_MARCH}",
            ),
            _finding(
                "no_power_history",
                "warning",
                "1",
                "Its 6.000 kWh have no power history, so when they flowed is not known. The total is the meter's own."
                " Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(listed_again=_OTHER_BILL),)),
    ),
    "never_charged": Pair(
        violating=OperatorData(sessions=(Session(), Session(id="2", energy_wh=0, fields=_FAILED, has_detail=False))),
        findings=(
            _finding(
                "never_charged",
                "warning",
                "2",
                "It ended as failed, without energy and without an amount, so it is not a charging session and counts "
                "nowhere. Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(energy_wh=0),)),
    ),
    "ended_otherwise": Pair(
        violating=OperatorData(sessions=(Session(fields={"status": "expired"}),)),
        findings=(
            _finding(
                "ended_otherwise",
                "warning",
                "1",
                "It ended as expired, with 6.000 kWh and 15.00 DKK. It counts, what is not stated as 0; ask the "
                "operator whether it should.",
            ),
        ),
        conforming=OperatorData(),
    ),
    "money_without_energy": Pair(
        violating=OperatorData(sessions=(Session(energy_wh=0, fields=IDLE_FEE),)),
        findings=(
            _finding(
                "money_without_energy",
                "warning",
                "1",
                "It cost 30.00 DKK without any energy, for example a fee for standing idle. The bill counts; exclude "
                "it if it is not refunded: ladebog session exclude --reason TEXT 1",
            ),
        ),
        conforming=OperatorData(sessions=(Session(energy_wh=0),)),
    ),
    "same_session_twice": Pair(
        violating=_twice(),
        findings=(
            _finding(
                "same_session_twice",
                "warning",
                "1",
                f"It has the same energy and amount as session 2 {_TWICE} "
                "exclude one with: ladebog session exclude --reason TEXT 1",
            ),
            _finding(
                "same_session_twice",
                "warning",
                "2",
                f"It has the same energy and amount as session 1 {_TWICE} "
                "exclude one with: ladebog session exclude --reason TEXT 2",
            ),
        ),
        conforming=_twice(amount=15.01, totalAmount=15.01),
    ),
    "stop_after_answer": Pair(
        violating=OperatorData(sessions=(Session(answered_after=-1),)),
        findings=(
            _finding(
                "stop_after_answer",
                "error",
                "1",
                "It stops at 2025-03-05 20:00, later than the answer of 2025-03-05 19:59 that states it. Ask the "
                "operator to correct it, and look whether the clock of this machine is right.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(answered_after=0),)),
    ),
    "doubtful_net": Pair(
        violating=net(0),
        findings=(
            _finding(
                "doubtful_net",
                "warning",
                "1",
                "The operator states 0.00 DKK without tax of the bill of 15.00 DKK, so its tax counts as 15.00 DKK, "
                "which cannot be right. Ask the operator for an invoice.",
            ),
        ),
        conforming=net(12),
    ),
    "duration_unlike_times": Pair(
        violating=OperatorData(sessions=(Session(fields={"duration": 7201}),)),
        findings=(
            _finding(
                "duration_unlike_times",
                "error",
                "1",
                "The operator states a duration of 2:00 h, but from 2025-03-05 19:00 to 2025-03-05 20:00 it is 1:00 h. "
                "Ask the operator which is right.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(fields={"duration": 7200}),)),
    ),
    "absurd_price": Pair(
        violating=without_periods(4000, 20_000),
        findings=(
            _finding(
                "absurd_price",
                "error",
                "1",
                "The bill is 4000.00 DKK for 20.000 kWh, more than 100 DKK per kWh. Ask the operator to correct it.",
            ),
        ),
        conforming=without_periods(1000, 50),
    ),
    "bill_beyond_periods": Pair(
        violating=billed(45.01, 7.5, 7.5),
        findings=(
            _finding(
                "bill_beyond_periods",
                "error",
                "1",
                "The bill is 45.01 DKK, more than 3 times the 15.00 DKK that its charging periods and fees come to. "
                "Ask the operator to correct it.",
            ),
            _finding("periods_unlike_bill", "warning", "1", f"The bill is 45.01 DKK, {_PERIODS_DIFFER}"),
        ),
        conforming=billed(15.01, 7.5, 7.5),
    ),
    "imported_session": Pair(
        violating=OperatorData(command="import"),
        findings=(
            _finding(
                "imported_session",
                "warning",
                "1",
                "Its figures come from imported files only; Ladebog did not fetch them from the operator. "
                "Compare them with the app.",
            ),
        ),
        conforming=OperatorData(command="import", listings=(_AFTER_THE_IMPORT,)),
    ),
}
