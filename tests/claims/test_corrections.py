"""Changes after a month was claimed become corrections, each with its reason, until there is nothing to correct."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.claims import arithmetic
from pipeline.claims.document import Claim, ClaimLine
from pipeline.claims.outstanding import read_outstanding
from pipeline.errors import ClaimError
from tests.scenarios.claimed_logbook import APRIL, FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

FIRST, SECOND = (
    ServedSession("1", local(date(2025, 3, 5))),
    ServedSession("2", local(date(2025, 3, 6)), energy_wh=20_000, amount="50.00"),
)


@pytest.fixture(scope="module")
def claimed_march(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """March is claimed, with two sessions. Tests copy it."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("claimed") / "logbook")
    logbook.extract(FIRST, SECOND)
    logbook.claim(MARCH)
    return logbook


@pytest.fixture
def logbook(claimed_march: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    return claimed_march.copied(tmp_path / "logbook")


def correction_of(line: ClaimLine) -> tuple[str, str, str, str, str | None, str | None, int]:
    """A correction: session, energy, amount, reason, ground, detail, and the claim that it corrects."""
    correction = line.correction
    assert correction is not None
    return (
        line.session_id,
        str(line.energy_kwh),
        str(line.amount_incl_tax),
        correction.reason,
        correction.ground,
        correction.detail,
        correction.claim,
    )


def corrected(claim: Claim) -> list[tuple[str, str, str, str, str | None, str | None, int]]:
    assert arithmetic.fault(claim) is None
    return [correction_of(line) for line in claim.lines]


def changed(session: ServedSession, **fields: object) -> ServedSession:
    return ServedSession(**(vars(session) | fields))  # type: ignore[arg-type]


def nothing_to_correct(logbook: ClaimedLogbook) -> bool:
    with pytest.raises(ClaimError, match="There is nothing to correct"):
        logbook.corrections()
    return True


def test_the_claim_corrects_a_session_that_the_operator_corrected(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, energy_wh=9_000, amount="22.55"))
    claim = logbook.corrections()
    assert (claim.name, claim.month, claim.days, claim.completeness) == ("0002-corrections", None, (), None)
    assert corrected(claim) == [("1", "-1.000", "-2.45", "corrected", None, None, 1)]
    (line,) = claim.lines
    assert line.correction is not None
    assert [str(amount) for amount in (line.correction.old.tax_amount, line.correction.new.tax_amount)] == [
        "5.00",
        "4.51",
    ]
    assert str(line.tax_amount) == "-0.49"
    assert (line.revision, claim.totals[0].sessions.lines, claim.totals[0].corrections.lines) == (2, 0, 1)
    assert nothing_to_correct(logbook)


def test_a_late_session_is_claimed_as_a_correction(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("3", local(date(2025, 3, 31))))
    assert corrected(logbook.corrections()) == [("3", "10.000", "25.00", "late", None, None, 1)]
    assert nothing_to_correct(logbook)


def test_a_session_excluded_and_included_again_is_withdrawn_and_then_late(logbook: ClaimedLogbook) -> None:
    logbook.decide("exclude", "2", reason="en gæst ladede")
    withdrawn = ("2", "-20.000", "-50.00", "withdrawn", "decision", "en gæst ladede", 1)
    assert corrected(logbook.corrections()) == [withdrawn]
    assert nothing_to_correct(logbook)
    logbook.decide("include", "2", reason="not a guest after all")
    assert corrected(logbook.corrections()) == [
        ("2", "20.000", "50.00", "late", "included", "not a guest after all", 2)
    ]
    assert nothing_to_correct(logbook)


def test_a_session_assigned_to_another_car_is_withdrawn_from_the_first(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "two", '[[car]]\nname = "Golf"\n[[car]]\nname = "Polo"\n')
    logbook.extract(FIRST, SECOND)
    logbook.decide("assign", "1", "Golf")
    logbook.decide("assign", "2", "Golf")
    logbook.claim(MARCH)
    logbook.decide("assign", "2", "Polo")
    lines = logbook.corrections().lines
    assert [(line.car, *correction_of(line)) for line in lines] == [
        ("Golf", "2", "-20.000", "-50.00", "withdrawn", "another car", "Polo", 1),
        ("Polo", "2", "20.000", "50.00", "moved", None, None, 1),
    ]
    assert nothing_to_correct(logbook)


def test_sessions_that_get_a_car_after_their_claim_are_not_late(logbook: ClaimedLogbook) -> None:
    logbook.write_settings('[[car]]\nname = "Golf"\n')
    lines = logbook.corrections().lines
    assert [(line.car, *correction_of(line)) for line in lines] == [
        (None, "1", "-10.000", "-25.00", "withdrawn", "another car", "Golf", 1),
        ("Golf", "1", "10.000", "25.00", "moved", None, None, 1),
        (None, "2", "-20.000", "-50.00", "withdrawn", "another car", "Golf", 1),
        ("Golf", "2", "20.000", "50.00", "moved", None, None, 1),
    ]
    assert nothing_to_correct(logbook)


def test_a_session_that_differs_for_two_cars_is_outstanding_once(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "two", '[[car]]\nname = "Golf"\n[[car]]\nname = "Polo"\n')
    logbook.extract(FIRST)
    logbook.decide("assign", "1", "Golf")
    logbook.claim(MARCH)
    logbook.extract(changed(FIRST, amount="20.00"))
    logbook.decide("assign", "1", "Polo")
    with logbook.open() as (drafter, _):
        (outstanding,) = read_outstanding(drafter.connection, "home").corrections
    assert (outstanding.sessions, str(outstanding.amount_incl_tax)) == (1, "-5.00")
    due = logbook.rows("select car, due_energy_kwh, due_incl_tax, due_tax_amount from claim_lines_due order by car")
    assert [(car, *map(str, figures)) for car, *figures in due] == [
        ("Golf", "-10.000", "-25.000", "-5.000"),
        ("Polo", "10.000", "20.000", "4.000"),
    ]


def test_a_session_whose_stop_moves_to_another_month_is_withdrawn_from_the_first(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(SECOND, stopped_at=local(date(2025, 4, 2))), months=(MARCH,))
    claim = logbook.claim(APRIL)
    (april,), (march,) = [line for line in claim.lines if line.correction is None], claim.lines[1:]
    assert (april.session_id, april.month, str(april.amount_incl_tax)) == ("2", APRIL, "50.00")
    assert correction_of(march) == ("2", "-20.000", "-50.00", "withdrawn", "elsewhere", None, 1)
    assert logbook.sums().keys() == {("1", MARCH, None, "DKK"), ("2", APRIL, None, "DKK")}


def test_a_session_whose_currency_changes_is_corrected_in_both_currencies(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(SECOND, currency="SEK", amount="75.00"))
    claim = logbook.corrections()
    assert [(line.currency, str(line.amount_incl_tax)) for line in claim.lines] == [("DKK", "-50.00"), ("SEK", "75.00")]
    assert [total.currency for total in claim.totals] == ["DKK", "SEK"]
    assert nothing_to_correct(logbook)


def test_a_changed_rate_of_reimbursement_is_a_correction(logbook: ClaimedLogbook) -> None:
    logbook.write_settings('[[account.home.reimbursement]]\nvalid_from = 2025-01-01\nbasis = "rate"\nrate = 2.79\n')
    assert corrected(logbook.corrections()) == [
        ("1", "0.000", "2.90", "repriced", None, None, 1),
        ("2", "0.000", "5.80", "repriced", None, None, 1),
    ]
    assert nothing_to_correct(logbook)


def test_a_tax_that_becomes_known_is_a_correction(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "untaxed")
    logbook.extract(changed(FIRST, includes_tax=False))
    logbook.update()
    ((finding_id,),) = logbook.rows("select finding_id from check_results where severity = 'error'")
    logbook.claim(MARCH, accepted={finding_id: "abroad"})
    logbook.extract(FIRST)
    claim = logbook.corrections()
    assert [(str(line.amount_incl_tax), str(line.tax_amount)) for line in claim.lines] == [("0.00", "5.00")]
    assert nothing_to_correct(logbook)


def test_a_change_of_other_fields_is_not_a_correction(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, note="en note"))
    logbook.decide("tag", "1", "ferie")
    assert nothing_to_correct(logbook)


def test_a_session_that_is_no_longer_listed_is_not_a_correction(logbook: ClaimedLogbook) -> None:
    del logbook._served["1"]
    for _ in range(2):
        logbook.moment += timedelta(days=2)
        logbook.extract(SECOND)
    assert nothing_to_correct(logbook)


def test_a_correction_waits_until_the_details_are_fetched(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, amount="24.00"), details=False)
    logbook.extract(months=(FEBRUARY,))
    claim = logbook.claim(FEBRUARY)
    assert claim.lines == ()
    assert [
        (exclusion.session_id, exclusion.month, exclusion.ground, exclusion.detail) for exclusion in claim.exclusions
    ] == [("1", MARCH, "not readable", "its details are still to be fetched")]
    logbook.extract(changed(FIRST, amount="24.00"))
    assert corrected(logbook.corrections()) == [("1", "0.000", "-1.00", "corrected", None, None, 1)]


def test_the_claim_of_the_next_month_contains_the_corrections(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, amount="20.00"), ServedSession("9", local(date(2025, 4, 5))))
    claim = logbook.claim(APRIL)
    assert [(line.session_id, line.correction is None) for line in claim.lines] == [("9", True), ("1", False)]
    (total,) = claim.totals
    parts = [str(part.amount_incl_tax) for part in (total.sessions, total.corrections, total.total)]
    assert parts == ["25.00", "-5.00", "20.00"]
    assert [day.day for day in claim.days] == [date(2025, 4, 5)]


def test_a_reversed_month_is_claimed_again(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, amount="20.00"))
    reversal = logbook.reverse(1)
    assert (reversal.name, reversal.reverses, reversal.reason) == ("0002-reversal", 1, "wrong employer")
    assert [(correction_of(line)[:4], correction_of(line)[-1]) for line in reversal.lines] == [
        (("1", "-10.000", "-25.00", "reversed"), 1),
        (("2", "-20.000", "-50.00", "reversed"), 1),
    ]
    assert logbook.sums() == {}
    again = logbook.claim(MARCH)
    assert [(line.session_id, str(line.amount_incl_tax), line.correction) for line in again.lines] == [
        ("1", "20.00", None),
        ("2", "50.00", None),
    ]
    assert logbook.rows("select number, state, reversed_by from claims order by number") == [
        (1, "reversed", 2),
        (2, "made", None),
        (3, "made", None),
    ]


def test_after_a_reversal_sessions_of_zero_are_claimed_again_and_counted(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "zero")
    third = ServedSession("3", local(date(2025, 3, 7)))
    logbook.extract(FIRST, ServedSession("zero", local(date(2025, 3, 8)), energy_wh=0, amount="0.00"))
    logbook.claim(MARCH)
    logbook.extract(third)
    assert [line.session_id for line in logbook.corrections().lines] == ["3"]
    logbook.reverse(1)
    again = logbook.claim(MARCH)
    assert [(line.session_id, line.correction) for line in again.lines] == [("1", None), ("zero", None)]
    counts = again.completeness
    assert counts is not None
    assert (counts.sessions, counts.claimed, counts.claimed_earlier, counts.excluded) == (3, 3, 1, 0)
    assert arithmetic.fault(again) is None
    sums = arithmetic.sum_of(again.lines[:1])
    total = msgspec.structs.replace(again.totals[0], sessions=sums, total=sums)
    fewer = msgspec.structs.replace(again, lines=again.lines[:1], totals=(total,), days=again.days[:1])
    assert arithmetic.fault(fewer) == "the sessions claimed are not those of its lines and of earlier claims"
    older = msgspec.structs.replace(fewer, sources=msgspec.structs.replace(fewer.sources, rules=1))
    assert arithmetic.fault(older) is None, "claims of rules 1 counted all that was not excluded"


def test_the_average_price_is_of_the_sessions_without_the_corrections(logbook: ClaimedLogbook) -> None:
    april = ServedSession("4", local(date(2025, 4, 5)), amount="30.00")
    logbook.extract(changed(SECOND, amount="10.00"), april)
    claim = logbook.claim(APRIL)
    (total,) = claim.totals
    assert (str(total.total.amount_incl_tax), str(total.average_price_incl_tax)) == ("-10.00", "3.000000")
    assert arithmetic.fault(claim) is None
    with_rules_1 = msgspec.structs.replace(claim, sources=msgspec.structs.replace(claim.sources, rules=1))
    assert arithmetic.fault(with_rules_1) == "the average price in DKK is not the amount divided by the energy"
    logbook.extract(changed(FIRST, amount="20.00"))
    assert logbook.corrections().totals[0].average_price_incl_tax is None


def test_a_reversal_keeps_later_corrections_and_the_next_claim_settles_them(
    logbook: ClaimedLogbook,
) -> None:
    logbook.extract(changed(FIRST, amount="20.00"))
    logbook.corrections()
    logbook.reverse(1)
    again = logbook.claim(MARCH)
    first, second = again.lines
    assert correction_of(first) == ("1", "10.000", "25.00", "corrected", None, None, 3)
    assert (second.session_id, second.correction) == ("2", None)
    assert {str(amounts.amount_incl_tax) for amounts in logbook.sums().values()} == {"20.00", "50.00"}


def test_a_claim_can_be_reversed_once_and_a_reversal_cannot(logbook: ClaimedLogbook) -> None:
    logbook.reverse(1)
    with pytest.raises(ClaimError, match="Claim 1 was reversed already, by claim 2"):
        logbook.reverse(1)
    with pytest.raises(ClaimError, match="Claim 2 is itself the reversal of claim 1 and cannot be reversed"):
        logbook.reverse(2)


def test_every_kind_of_claim_is_derived_again(logbook: ClaimedLogbook) -> None:
    logbook.extract(changed(FIRST, amount="20.00"))
    logbook.corrections()
    logbook.write_settings('[claim]\nattribution = "split"\n')
    logbook.extract(ServedSession("9", local(date(2025, 4, 1), hour=1), hours=4))
    logbook.decide("exclude", "2")
    logbook.claim(APRIL)
    logbook.reverse(1)
    logbook.claim(MARCH)
    derived = [line for line in logbook.verify() if "derived again" in line]
    assert len(derived) == len(logbook.claims) == 5
