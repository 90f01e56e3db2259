"""The claim of a month: its lines, its exclusions, and when it is refused."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.claims import arithmetic
from pipeline.claims.document import Charger, Claim
from pipeline.claims.empty_month import refuse_empty
from pipeline.errors import ClaimError
from tests.scenarios.claimed_logbook import APRIL, FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

GOLF_AND_POLO = """
[[car]]
name = "Golf"
plate = "ÆØ 12 345"
[[car]]
name = "Polo"
"""


@pytest.fixture
def logbook(tmp_path: Path) -> ClaimedLogbook:
    return ClaimedLogbook.begin(tmp_path / "logbook")


def figures(claim: Claim) -> list[tuple[str, str, str, str]]:
    return [
        (line.session_id, str(line.energy_kwh), str(line.amount_incl_tax), str(line.tax_amount)) for line in claim.lines
    ]


def refusal(logbook: ClaimedLogbook, month: date, **options: object) -> tuple[str, str]:
    """The error of a claim that is refused and leaves no files."""
    before = sorted(logbook.paths.claims.rglob("*"))
    with pytest.raises(ClaimError) as caught:
        logbook.claim(month, **options)  # type: ignore[arg-type]
    assert sorted(logbook.paths.claims.rglob("*")) == before
    return str(caught.value), caught.value.advice


def test_each_session_of_the_month_is_a_line(logbook: ClaimedLogbook) -> None:
    logbook.extract(
        ServedSession("2", local(date(2025, 3, 20)), energy_wh=12_345, amount="19.60", note="æøå"),
        ServedSession("1", local(date(2025, 3, 5))),
        ServedSession("3", local(date(2025, 4, 1), hour=1)),
    )
    claim = logbook.claim(MARCH)
    assert (claim.name, claim.kind, claim.month, claim.number) == ("0001-2025-03", "month", MARCH, 1)
    assert figures(claim) == [("1", "10.000", "25.00", "5.00"), ("2", "12.345", "19.60", "3.92")]
    (total,) = claim.totals
    assert total.sessions == total.total
    assert (total.total.lines, str(total.total.energy_kwh), str(total.total.amount_incl_tax)) == (2, "22.345", "44.60")
    assert total.average_price_incl_tax == Decimal("1.995972")
    assert [(str(day.day), str(day.amount_incl_tax)) for day in claim.days] == [
        ("2025-03-05", "25.00"),
        ("2025-03-20", "19.60"),
    ]
    assert claim.completeness is not None
    assert (claim.completeness.sessions, claim.completeness.claimed, claim.completeness.excluded) == (2, 2, 0)
    assert [line.note for line in claim.lines] == [None, "æøå"]
    assert all(len(line.document_sha256) == 64 and line.curve_sha256 is not None for line in claim.lines)
    assert arithmetic.fault(claim) is None


def empty_refusal(logbook: ClaimedLogbook, month: date) -> tuple[str, str] | None:
    """The error of a month with nothing to claim, or None for one that can be claimed."""
    with logbook.open() as (drafter, _):
        try:
            refuse_empty(drafter.connection, drafter.month(month, None, {}), month, " --account home")
        except ClaimError as error:
            return str(error), error.advice
    return None


def test_a_month_without_lines_is_refused_with_the_months_that_are_outstanding(logbook: ClaimedLogbook) -> None:
    logbook.extract(months=(MARCH,))
    empty = "To claim it without sessions: ladebog claim create 2025-{:02} --empty --account home"
    assert empty_refusal(logbook, MARCH) == (
        "2025-03 of account home is not claimed: no session has finished yet.",
        f"No month is outstanding. {empty.format(3)}",
    )
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY, APRIL))
    assert empty_refusal(logbook, MARCH) is None
    assert empty_refusal(logbook, FEBRUARY) == (
        "2025-02 of account home is not claimed: its first session is of 2025-03.",
        f"Outstanding: 2025-03. {empty.format(2)}",
    )
    assert empty_refusal(logbook, APRIL) == (
        "2025-04 of account home is not claimed: it has neither sessions to claim nor corrections.",
        f"Outstanding: 2025-03. {empty.format(4)}",
    )
    logbook.claim(MARCH)
    logbook.decide("exclude", "1")
    assert empty_refusal(logbook, APRIL) is None  # a correction
    assert empty_refusal(logbook, FEBRUARY) is not None


def test_a_month_without_sessions_can_be_claimed(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY,))
    claim = logbook.claim(FEBRUARY)
    assert (claim.lines, claim.days) == ((), ())
    assert [(total.currency, str(total.total.amount_incl_tax)) for total in claim.totals] == [("DKK", "0.00")]


def test_each_currency_has_its_own_total(logbook: ClaimedLogbook) -> None:
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5))),
        ServedSession("2", local(date(2025, 3, 6)), currency="SEK", amount="100.00", kind="public"),
    )
    claim = logbook.claim(MARCH)
    totals = [(total.currency, str(total.total.amount_incl_tax), total.total.tax_amount) for total in claim.totals]
    assert totals == [("DKK", "25.00", Decimal("5.00")), ("SEK", "100.00", None)]


def test_an_unknown_tax_must_be_accepted_and_makes_the_total_tax_unknown(
    logbook: ClaimedLogbook,
) -> None:
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5)), includes_tax=False), ServedSession("2", local(date(2025, 3, 6)))
    )
    logbook.update()
    ((finding_id, month),) = logbook.rows(
        "select finding_id, month from check_results where severity = 'error' and session_id = '1'"
    )
    assert month == MARCH
    message, advice = refusal(logbook, MARCH)
    assert f"\n  {finding_id}  unknown_tax: " in message
    assert advice.endswith("accept each with: --accept FINDING_ID --reason TEXT")
    claim = logbook.claim(MARCH, accepted={finding_id: "abroad"})
    assert [line.tax_amount for line in claim.lines] == [None, Decimal("5.00")]
    assert claim.totals[0].total.tax_amount is None
    assert [(finding.finding_id, finding.accepted) for finding in claim.findings if finding.severity == "error"] == [
        (finding_id, "abroad")
    ]


def test_a_session_of_unknown_amount_is_an_exclusion(logbook: ClaimedLogbook) -> None:
    logbook.write_settings('[[account.home.reimbursement]]\nvalid_from = 2025-01-01\nbasis = "electricity_cost"\n')
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    logbook.update()
    errors = dict(logbook.rows("select finding_id, rule from check_results where severity = 'error'"))
    assert list(errors.values()) == ["unknown_price"]
    claim = logbook.claim(MARCH, accepted=dict.fromkeys(errors, "asked the operator"))
    assert claim.lines == ()
    (exclusion,) = claim.exclusions
    assert (exclusion.session_id, exclusion.ground) == ("1", "unknown amount")
    assert exclusion.detail == "the operator tracks no cost of electricity here"
    assert claim.completeness is not None
    assert (claim.completeness.sessions, claim.completeness.claimed, claim.completeness.excluded) == (1, 0, 1)


def test_an_unknown_finding_cannot_be_accepted(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    message, advice = refusal(logbook, MARCH, accepted={"0123456789ab": "why not"})
    assert message == "The claim has no error 0123456789ab to accept."
    assert advice == "See the findings with: ladebog check --month 2025-03"


def test_sessions_that_the_user_or_a_rule_excludes_are_listed_with_the_reason(logbook: ClaimedLogbook) -> None:
    logbook.write_settings("[[rule]]\nclaim = false\nminimum_kwh = 50\n")
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5))),
        ServedSession("2", local(date(2025, 3, 6))),
        ServedSession("3", local(date(2025, 3, 7)), energy_wh=50_000),
    )
    logbook.decide("exclude", "2", reason="en gæst ladede")
    claim = logbook.claim(MARCH)
    assert [line.session_id for line in claim.lines] == ["1"]
    assert [(exclusion.session_id, exclusion.ground, exclusion.detail) for exclusion in claim.exclusions] == [
        ("2", "decision", "en gæst ladede"),
        ("3", "rule", "1"),
    ]


def test_a_month_can_be_claimed_once(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    logbook.claim(MARCH)
    message, advice = refusal(logbook, MARCH)
    assert message == "2025-03 is claimed already, by claim 1 of account home."
    assert advice == "Nothing has changed since (to claim it again: ladebog claim reverse 1 --reason TEXT)"
    logbook.extract(ServedSession("2", local(date(2025, 3, 6))))
    assert refusal(logbook, MARCH)[1].startswith("Claim what changed since with: ladebog claim create --corrections")


@pytest.mark.parametrize(
    ("month", "why"),
    [
        (date(2099, 4, 1), "It has not begun."),
        (APRIL, "Its sessions were never listed. Fetch them with: ladebog extract --since 2025-04-01"),
        (FEBRUARY, "Its sessions were never listed. Fetch them with: ladebog extract --since 2025-02-01"),
    ],
)
def test_a_month_that_was_never_listed_is_refused(logbook: ClaimedLogbook, month: date, why: str) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    message, advice = refusal(logbook, month)
    assert message == f"{month:%Y-%m} of account home is not closed."
    assert advice.startswith(why)


def test_a_month_with_missing_details_is_refused(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), details=False)
    message, advice = refusal(logbook, MARCH)
    assert message == "2025-03 of account home is not closed."
    assert "Sessions without their details: 1." in advice


def test_two_cars_can_be_claimed_separately(logbook: ClaimedLogbook) -> None:
    logbook.write_settings(GOLF_AND_POLO)
    logbook.extract(*(ServedSession(str(day), local(date(2025, 3, day))) for day in (5, 6, 7)))
    for session_id, car in (("5", "Golf"), ("6", "Polo"), ("7", "Golf")):
        logbook.decide("assign", session_id, car)
    golf = logbook.claim(MARCH, car="Golf")
    assert [line.session_id for line in golf.lines] == ["5", "7"]
    assert [car.plate for car in golf.cars] == ["ÆØ 12 345"]
    message, _ = refusal(logbook, MARCH)
    assert message == "2025-03 is claimed already for Golf, by claim 1 of account home."
    polo = logbook.claim(MARCH, car="Polo")
    assert [line.session_id for line in polo.lines] == ["6"]
    assert polo.blanks[-1] == "car Polo.plate"


def test_a_session_without_a_car_must_be_accepted_and_is_then_excluded(logbook: ClaimedLogbook) -> None:
    logbook.write_settings(GOLF_AND_POLO)
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), ServedSession("2", local(date(2025, 3, 6))))
    logbook.decide("assign", "1", "Golf")
    message, _ = refusal(logbook, MARCH)
    assert "unassigned_car" in message
    ((finding_id,),) = logbook.rows("select finding_id from check_results where rule = 'unassigned_car'")
    claim = logbook.claim(MARCH, accepted={finding_id: "lent out"})
    assert [(exclusion.session_id, exclusion.ground) for exclusion in claim.exclusions] == [("2", "no car")]


def test_a_session_over_the_end_of_a_month_is_split_with_that_setting(logbook: ClaimedLogbook) -> None:
    over = ServedSession("1", local(date(2025, 4, 1), hour=1), hours=4, energy_wh=8_000, amount="16.01")
    logbook.extract(over, months=(MARCH,))
    assert figures(logbook.claim(MARCH)) == []
    logbook.write_settings('[claim]\nattribution = "split"\n')
    april = logbook.claim(APRIL)
    lines = [(line.month, str(line.energy_kwh), str(line.amount_incl_tax), line.correction) for line in april.lines]
    assert lines[0] == (APRIL, "2.000", "4.00", None)
    late = april.lines[1]
    assert late.correction is not None
    assert (late.month, str(late.energy_kwh), str(late.amount_incl_tax)) == (MARCH, "6.000", "12.01")
    assert (late.correction.reason, late.correction.claim) == ("late", 1)
    assert sum(line.tax_amount or 0 for line in april.lines) == Decimal("3.20")
    assert [day.day for day in april.days] == [APRIL]


def test_with_split_a_month_is_not_closed_while_a_session_in_it_is_active(logbook: ClaimedLogbook) -> None:
    logbook.write_settings('[claim]\nattribution = "split"\n')
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5))),
        ServedSession("2", local(date(2025, 3, 31)), status="active"),
        months=(FEBRUARY,),
    )
    message, advice = refusal(logbook, MARCH)
    assert message == "2025-03 of account home is not closed."
    assert advice.startswith("Sessions that began in it or before have not stopped, and claims divide sessions between")
    assert " months: 2. Fetch it with: " in advice
    assert logbook.claim(FEBRUARY).lines == ()


def test_a_rate_is_claimed_instead_of_the_bill(logbook: ClaimedLogbook) -> None:
    logbook.write_settings('[[account.home.reimbursement]]\nvalid_from = 2025-01-01\nbasis = "rate"\nrate = 2.79\n')
    logbook.extract(ServedSession("1", local(date(2025, 3, 5)), energy_wh=10_001))
    claim = logbook.claim(MARCH)
    assert figures(claim) == [("1", "10.001", "27.90", "5.58")]
    assert claim.lines[0].basis == "rate"


def test_a_claim_states_the_driver_the_employer_and_the_blank_fields(logbook: ClaimedLogbook) -> None:
    logbook.write_settings(
        '[driver]\nname = "Åse"\n[employer]\ncost_centre = "4711"\n[[car]]\nname = "Golf"\n'
        "[[rule]]\nminimum_kwh = 0\ncar = 'Golf'\n"
    )
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    claim = logbook.claim(MARCH)
    assert (claim.driver.name, claim.employer.cost_centre) == ("Åse", "4711")
    assert claim.blanks == (
        "driver.employee_number",
        "driver.bank_account",
        "employer.name",
        "employer.registration_number",
        "car Golf.plate",
    )
    assert claim.chargers == (Charger(charge_point="Carport", evse="2317", kind="private"),)


def test_without_a_car_its_name_and_plate_are_to_be_filled_in(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    assert logbook.claim(MARCH).blanks[-2:] == ("car.name", "car.plate")


def test_claims_are_numbered_without_gaps_and_form_a_chain(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY,))
    logbook.claim(MARCH)
    logbook.decide("tag", "1", "ferie")
    logbook.claim(FEBRUARY)
    first, second = logbook.stored
    assert (first.claim.sources.previous_claim, second.claim.sources.previous_claim) == (None, first.head)
    assert (first.claim.sources.journal, second.claim.sources.journal is None) == (None, False)
    assert first.claim.sources.raw is not None
    assert first.claim.created_at + timedelta(minutes=1) <= second.claim.created_at
    assert logbook.rows("select number, month, state from claims order by number") == [
        (1, MARCH, "made"),
        (2, FEBRUARY, "made"),
    ]
    assert len(logbook.verify()) == 5
