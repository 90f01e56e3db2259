"""After any changes in any order, once everything is claimed, the claims add up to the newest data."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.errors import ClaimError
from tests.scenarios.claimed_logbook import FEBRUARY, JANUARY, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

_MONTHS = (JANUARY, FEBRUARY, MARCH)
_CARS = '[[car]]\nname = "Golf"\n[[car]]\nname = "Polo"\n[[rule]]\ncar = "Golf"\nminimum_kwh = 0\n'
_RATE = '[[account.home.reimbursement]]\nvalid_from = 2025-02-01\nbasis = "rate"\nrate = 2.793\n'
_SPLIT = '[claim]\nattribution = "split"\n'
_SETTINGS = (_CARS, _CARS + _SPLIT, _RATE + _CARS, _RATE + _CARS + _SPLIT)
# Some stop soon after midnight on the first day of a month, so that they are in two months.
_STOPS = (date(2025, 1, 10), date(2025, 2, 1), date(2025, 2, 14), date(2025, 3, 1), date(2025, 3, 30))

_ERRORS = """
    select finding_id
    from check_results
    where
        severity = 'error'
        and (
            list_contains($session_ids, session_id)
            or month = $month
            or (month is null and $month is not null)
        )
"""

_SESSIONS = st.sampled_from([str(number) for number in range(1, 6)])
_CAR = st.sampled_from([None, None, "Golf", "Polo"])
_STEPS = st.one_of(
    st.tuples(
        st.just("extract"),
        _SESSIONS,
        st.sampled_from(_STOPS),
        st.integers(0, 60_000),
        st.decimals("-5", "150", places=2),
    ),
    st.tuples(st.sampled_from(["exclude", "include"]), _SESSIONS),
    st.tuples(st.just("assign"), _SESSIONS, st.sampled_from(["Golf", "Polo"])),
    st.tuples(st.just("settings"), st.sampled_from(_SETTINGS)),
    st.tuples(st.just("claim"), st.sampled_from(_MONTHS), _CAR),
    st.tuples(st.just("corrections"), _CAR),
    st.tuples(st.just("reverse"), st.integers(1, 6)),
)


@pytest.fixture(scope="module")
def listed_logbook() -> Any:
    """A logbook in which January to March were listed; tests copy it."""
    with tempfile.TemporaryDirectory() as folder:
        logbook = ClaimedLogbook.begin(Path(folder) / "logbook", _CARS)
        logbook.extract(ServedSession("1", local(_STOPS[0])), months=_MONTHS)
        logbook.update()
        yield logbook


@settings(
    max_examples=int(os.environ.get("LADEBOG_CLAIM_EXAMPLES", "5")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes longer than reading the example
    print_blob=True,
)
@given(st.lists(_STEPS, min_size=5, max_size=12))
def test_all_claims_add_up_to_the_newest_data(listed_logbook: ClaimedLogbook, steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        logbook = listed_logbook.copied(Path(folder) / "logbook")
        for step in steps:
            do_step(logbook, *step)
        claim_all(logbook)
        claimed = {key: (amounts.energy_kwh, amounts.amount_incl_tax) for key, amounts in logbook.sums().items()}
        assert newest_data(logbook) == claimed
        assert expected_taxes(logbook) == taxes_claimed(logbook)
        claims = logbook.claims
        assert [claim.number for claim in claims] == list(range(1, len(claims) + 1))
        assert sum("derived again" in line for line in logbook.verify()) == len(claims)


def do_step(logbook: ClaimedLogbook, action: str, *arguments: Any) -> None:
    """Do one step, unless there is nothing to claim or to reverse."""
    known = logbook._served
    with contextlib.suppress(ClaimError, LookupError):
        match action:
            case "extract":
                session_id, stopped_on, energy_wh, amount = arguments
                session = ServedSession(session_id, local(stopped_on, hour=2), energy_wh, str(amount), hours=5)
                logbook.extract(session, months=_MONTHS)
            case "exclude" | "include" | "assign" if arguments[0] in known:
                logbook.decide(action, *arguments)
            case "settings":
                logbook.write_settings(*arguments)
            case "claim":
                claim(logbook, *arguments)
            case "corrections":
                claim(logbook, None, *arguments)
            case "reverse" if arguments[0] <= len(logbook.claims):
                logbook.reverse(*arguments)


def claim(logbook: ClaimedLogbook, month: date | None, car: str | None) -> None:
    """Claim a month, or corrections alone, and accept all errors."""
    with logbook.open() as (drafter, _):
        lines = drafter.claimable.lines(month, car)
        kept = [line.session_id for line in lines if not (line.correction and line.correction.reason == "withdrawn")]
        finding_ids = drafter.connection.execute(_ERRORS, {"month": month, "session_ids": kept}).fetchall()
        accepted = {finding_id: "accepted" for (finding_id,) in finding_ids}
        draft = drafter.month(month, car, accepted) if month else drafter.corrections(car, accepted)
        logbook.store(draft)


def claim_all(logbook: ClaimedLogbook) -> None:
    """Claim every month, per car if a car's sessions are claimed separately, and the corrections."""
    reversed_numbers = {claim.reverses for claim in logbook.claims}
    valid_claims = [claim for claim in logbook.claims if claim.kind == "month" and claim.number not in reversed_numbers]
    for month in _MONTHS:
        cars = {claim.car for claim in valid_claims if claim.month == month}
        units: set[str | None] = {"Golf", "Polo"} if cars else {None}
        for car in () if None in cars else units - cars:
            claim(logbook, month, car)
    with contextlib.suppress(ClaimError):
        claim(logbook, None, None)


def newest_data(logbook: ClaimedLogbook) -> dict[tuple[Any, ...], tuple[Decimal, Decimal]]:
    """The marts' values of all sessions that can be claimed, claimed or not."""
    logbook.update()
    mart = "reimbursement" if logbook.settings.claim.attribution == "stop" else "reimbursement_split"
    rows = logbook.rows(f"""
        select session_id, month, car, currency, energy_kwh, amount_incl_tax
        from {mart} inner join claimable_sessions using (account, session_id)
        where is_claimed and (energy_kwh <> 0 or amount_incl_tax <> 0)
    """)  # noqa: S608 (not user input)
    return {tuple(key): (energy, amount) for *key, energy, amount in rows}


def expected_taxes(logbook: ClaimedLogbook) -> dict[str, Decimal]:
    """The Moms of each session: a fifth of its amount, rounded half away from zero."""
    amounts: dict[str, Decimal] = {}
    for (session_id, *_), (_, amount) in newest_data(logbook).items():
        amounts[session_id] = amounts.get(session_id, Decimal()) + amount
    taxes = {key: (amount / 5).quantize(Decimal("0.01"), ROUND_HALF_UP) for key, amount in amounts.items()}
    return {key: tax for key, tax in taxes.items() if tax}


def taxes_claimed(logbook: ClaimedLogbook) -> dict[str, Decimal]:
    taxes: dict[str, Decimal] = {}
    for claim in logbook.claims:
        for line in claim.lines:
            taxes[line.session_id] = taxes.get(line.session_id, Decimal()) + (line.tax_amount or 0)
    return {key: tax for key, tax in taxes.items() if tax}
