"""`ladebog odometer`: what it records and what it refuses."""

from pathlib import Path

import pytest

from pipeline.logbook.journal import read_entries
from tests.scenarios.decided_logbook import TWO_CARS, DecidedLogbook

TOO_FAR = " That is more than 10,000 km a month."
MARCH, APRIL = ("2025-03-31", "48211"), ("2025-04-30", "50100")


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> DecidedLogbook:
    """Readings at the end of March and of April, and one of another car."""
    root = tmp_path_factory.mktemp("odometer") / "logbook"
    logbook = DecidedLogbook.with_sessions(root, {"home": []}, TWO_CARS)
    for car, day, kilometres in (("Golf", *APRIL), ("Ærø", "2025-04-15", "7"), ("Golf", *MARCH)):
        assert logbook.ladebog("odometer", car, day, kilometres) == 0
    return logbook


@pytest.fixture
def logbook(shared_logbook: DecidedLogbook, tmp_path: Path) -> DecidedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


def readings(logbook: DecidedLogbook) -> list[tuple[int, str, str, int]]:
    return logbook.rows("select entry, car, read_on::varchar, kilometres from facts.odometer order by entry")


RECORDED_READINGS = [(1, "Golf", "2025-04-30", 50100), (2, "Ærø", "2025-04-15", 7), (3, "Golf", "2025-03-31", 48211)]


@pytest.mark.system
def test_readings_are_recorded_in_any_order_and_per_car(shared_logbook: DecidedLogbook) -> None:
    assert readings(shared_logbook) == RECORDED_READINGS
    assert [(entry.action, entry.fields) for entry in read_entries(shared_logbook.root / "journal")] == [
        ("odometer", {"car": car, "read_on": day, "kilometres": kilometres})
        for _, car, day, kilometres in RECORDED_READINGS
    ]


@pytest.mark.parametrize(
    ("day", "kilometres"), [("2025-04-15", "48211"), ("2025-04-15", "50100"), ("2025-02-28", "28211")]
)
def test_a_reading_between_its_neighbours_is_accepted(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str], day: str, kilometres: str
) -> None:
    assert logbook.ladebog("odometer", "Golf", day, kilometres) == 0
    assert capsys.readouterr().out == f"Golf: {kilometres} km on {day}\n"
    assert readings(logbook) == [*RECORDED_READINGS, (4, "Golf", day, int(kilometres))]


@pytest.mark.parametrize(
    ("day", "kilometres", "contradiction"),
    [
        ("2025-04-15", "48210", "Golf had 48211 km on 2025-03-31"),
        ("2025-04-15", "50101", "Golf had 50100 km on 2025-04-30"),
        ("2025-05-31", "1", "Golf had 50100 km on 2025-04-30"),
        ("2025-03-31", "48212", "Golf had 48211 km on 2025-03-31"),
        ("2025-05-31", "70101", f"Golf had 50100 km on 2025-04-30.{TOO_FAR}"),
        ("2025-05-30", "60101", f"Golf had 50100 km on 2025-04-30.{TOO_FAR}"),
        ("2025-02-28", "28210", f"Golf had 48211 km on 2025-03-31.{TOO_FAR}"),
        ("2025-06-30", "482110", f"Golf had 50100 km on 2025-04-30.{TOO_FAR}"),
    ],
)
def test_a_contradicting_reading_needs_a_reason(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str], day: str, kilometres: str, contradiction: str
) -> None:
    assert logbook.ladebog("odometer", "Golf", day, kilometres) == 2
    other_day = contradiction.partition(" on ")[2][:10]
    assert capsys.readouterr().err == (
        f"ladebog: {kilometres} km on {day} contradicts another reading: {contradiction.removesuffix('.')}.\n"
        f"  If this one is correct: ladebog odometer Golf {day} {kilometres} --reason TEXT\n"
        f"  If the other is wrong, correct it first: ladebog odometer Golf {other_day} KM --reason TEXT\n"
        "  All readings: ladebog odometer Golf\n"
    )
    assert readings(logbook) == RECORDED_READINGS

    assert logbook.ladebog("odometer", "Golf", day, kilometres, "--reason", "ny tæller") == 0
    assert capsys.readouterr().out == f"Golf: {kilometres} km on {day}: ny tæller\n"
    assert readings(logbook) == [*RECORDED_READINGS, (4, "Golf", day, int(kilometres))]
    assert read_entries(logbook.root / "journal")[-1].fields["reason"] == "ny tæller"


@pytest.mark.system
def test_the_wrong_one_of_two_readings_is_corrected_as_the_advice_says(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str]
) -> None:
    assert logbook.ladebog("odometer", "Golf", "2025-05-31", "520000", "--reason", "I was sure") == 0
    assert logbook.ladebog("odometer", "Golf", "2025-06-30", "54000") == 2
    (advice,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("  If the other is wrong")]
    _, _, command = advice.partition(": ladebog ")
    assert logbook.ladebog(*command.replace("KM", "52000").replace("TEXT", "mistyped").split()) == 0
    assert logbook.ladebog("odometer", "Golf", "2025-06-30", "54000") == 0
    capsys.readouterr()
    assert logbook.ladebog("odometer", "Golf") == 0
    assert capsys.readouterr().out.splitlines() == [
        "car   day         kilometres",
        "Golf  2025-03-31       48211",
        "Golf  2025-04-30       50100",
        "Golf  2025-05-31       52000",
        "Golf  2025-06-30       54000",
    ]


def test_all_readings_are_listed_or_how_to_record_one(
    shared_logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert shared_logbook.ladebog("odometer") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Ærø   2025-04-15           7"
    empty = DecidedLogbook.with_sessions(tmp_path / "empty", {"home": []}, TWO_CARS)
    assert empty.ladebog("odometer", "Golf") == 0
    assert capsys.readouterr().out == "No reading is recorded. Record one with: ladebog odometer CAR YYYY-MM-DD KM\n"


def test_later_readings_are_compared_with_a_correction(logbook: DecidedLogbook) -> None:
    assert logbook.ladebog("odometer", "Golf", "2025-03-31", "42811", "--reason", "mistyped") == 0
    assert logbook.ladebog("odometer", "Golf", "2025-04-15", "43000") == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Lada", *MARCH], "There is no car 'Lada' in this logbook (cars: Golf, Ærø)."),
        (["Golf", "2025-02-30", "1"], "'2025-02-30' is not a day"),
        (["Golf", "31-03-2025", "1"], "'31-03-2025' is not a day"),
        (["Golf", "2025-07-02", "60000"], "2025-07-02 is in the future (today is 2025-07-01)"),
        (["Golf", "0001-01-01", "1"], "0001-01-01 is before 2010-01-01, the earliest possible day"),
        (["Golf", "2025-06-30", "48211.5"], "'48211.5' is not a whole number"),
        (["Golf", "2025-06-30", "--", "-1"], "-1 is not in the range"),
        (["Golf", "2025-06-30", "10000000"], "10000000 is not in the range"),
        (["Golf", "2025-06-30", "60000", "--reason", " "], "it is empty"),
        (["Golf", "2025-06-30"], "Name the car, the day and the kilometres: ladebog odometer CAR YYYY-MM-DD KM"),
        (["Golf", "--reason", "x"], "Name the car, the day and the kilometres: ladebog odometer CAR YYYY-MM-DD KM"),
    ],
)
def test_invalid_readings_are_refused_and_not_recorded(
    shared_logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert shared_logbook.ladebog("odometer", *arguments) == 2
    assert expected in capsys.readouterr().err
    assert readings(shared_logbook) == RECORDED_READINGS
