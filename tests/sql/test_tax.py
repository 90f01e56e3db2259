"""Which rate of tax a session has, and how much of its bill that is."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.settings.schema import Account, Settings, TaxRate
from tests.scenarios.small_archive import ACCOUNT, SmallArchive, at, charge_point, detail, session, small_archive

TaxFigures = tuple[str | None, str | None, str | None]

TAX = "select session_id, tax_rate, tax_amount, amount_excl_tax from sessions where account = ?"
NO_TAX = (None, None, None)
STANDARD = ("0.25", "5", "20")


RATES: dict[str, tuple[list[tuple[float | None, object]], TaxFigures]] = {
    "the standard rate if none is stated": ([], STANDARD),
    "stated before the stop": ([(0, 20)], ("0.2", "4.17", "20.83")),
    "the newest at the stop": ([(0, 20), (30, 10)], ("0.1", "2.27", "22.73")),
    "a document after the stop does not count": ([(0, 20), (61, 10)], ("0.2", "4.17", "20.83")),
    "stated at the time of the stop": ([(60, 10)], ("0.1", "2.27", "22.73")),
    "otherwise the earliest later one": ([(61, 10), (62, 20)], ("0.1", "2.27", "22.73")),
    "a document without a time": ([(None, 20)], ("0.2", "4.17", "20.83")),
    "a document without a time and a later one": ([(None, 20), (61, 10)], ("0.1", "2.27", "22.73")),
    "a document without a time and an earlier one": ([(0, 10), (None, 20)], ("0.1", "2.27", "22.73")),
    "one without a time, an earlier and a later one": ([(None, 5), (0, 10), (61, 20)], ("0.1", "2.27", "22.73")),
    "a document that states no rate": ([(0, None)], STANDARD),
    "the newest document that states a rate": ([(0, 20), (30, None)], ("0.2", "4.17", "20.83")),
    "zero is a rate": ([(0, 0)], ("0", "0", "25")),
    "a rate with decimals": ([(0, "12.5")], ("0.125", "2.78", "22.22")),
}
BILLS: dict[str, tuple[dict[str, Any], TaxFigures]] = {
    "half an øre, twice": ({"totalAmount": 87.125}, ("0.25", "17.43", "69.70")),
    "negative bill": ({"totalAmount": -1.15}, ("0.25", "-0.23", "-0.92")),
    "four tenths of an øre": ({"totalAmount": "0.02"}, ("0.25", "0", "0.02")),
    "six tenths of an øre": ({"totalAmount": "0.03"}, ("0.25", "0.01", "0.02")),
    "another charge point": ({"evseId": "other"}, STANDARD),
    "no charge point": ({"evseId": None}, STANDARD),
    "prices without tax": ({"arePricesTaxInclusive": False}, NO_TAX),
    "prices with tax": ({"arePricesTaxInclusive": True}, ("0.25", "5", "20")),
    "foreign currency": ({"currency": {"code": "EUR", "minorUnitDecimal": 2}}, NO_TAX),
    "the net, rounded": ({"totalAmountWithoutTax": 19.996}, ("0.25", "5", "20")),
    "the stated net amount takes precedence over the rate": ({"totalAmountWithoutTax": 21}, (None, "4", "21")),
    "the known rate stands beside a net that is rounded otherwise": (
        {"totalAmountWithoutTax": "20.24"},
        ("0.25", "4.76", "20.24"),
    ),
    "a net above the bill": ({"totalAmountWithoutTax": 26}, (None, "-1", "26")),
    "a net below zero": ({"totalAmountWithoutTax": -20}, (None, "45", "-20")),
    "the net of prices without tax": (
        {"arePricesTaxInclusive": False, "totalAmountWithoutTax": 20},
        ("0.25", "5", "20"),
    ),
    "a net equal to the bill": ({"totalAmountWithoutTax": 25}, (None, "0", "25")),
    "the net in a foreign currency": (
        {"totalAmountWithoutTax": 21, "currency": {"code": "EUR", "minorUnitDecimal": 2}},
        (None, "4", "21"),
    ),
}
# Own rates, and per account the times of stops and their rates. A rate ends before its `valid_to`. An own one precedes
# a shipped one, and one that the charge point states precedes both.
OWN_RATES = (
    TaxRate(country="XX", name="VAT", rate=Decimal("0.2"), valid_from=date(2025, 1, 1), valid_to=date(2025, 3, 5)),
    TaxRate(country="XX", name="VAT", rate=Decimal("0.1"), valid_from=date(2025, 3, 5), valid_to=date(2025, 3, 7)),
    TaxRate(country="SE", name="Moms", rate=Decimal("0.06"), valid_from=date(2025, 1, 1)),
)
DATED_RATES: dict[str, tuple[str, dict[str, str | None]]] = {
    "own-rates": (
        "XX",
        {
            "2024-12-31T22:59:59": None,
            "2024-12-31T23:00:00": "0.2",
            "2025-03-04T22:59:59": "0.2",
            "2025-03-04T23:00:00": "0.1",
            "2025-03-05T22:59:59": "0.1",
            "2025-03-06T22:59:59": "0.1",
            "2025-03-06T23:00:00": None,
        },
    ),
    "shipped-rates": (
        "DE",
        {
            "2020-06-30T21:59:59": "0.19",
            "2020-06-30T22:00:00": "0.16",
            "2020-12-31T22:59:59": "0.16",
            "2020-12-31T23:00:00": "0.19",
        },
    ),
    "own-and-shipped": ("SE", {"2024-12-31T22:59:59": "0.25", "2024-12-31T23:00:00": "0.06"}),
    "stated-and-own": ("SE", {"2025-03-05T13:00:00": "0.12"}),
}


def decimals(row: TaxFigures) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else Decimal(value) for value in row)


@pytest.fixture(scope="module")
def shared_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallArchive]:
    """An archive whose accounts are named after what they test. Tests read it only.

    Each case of `rates` has its own charge point, with documents as RATES states: minutes after the start, per cent.
    """
    root = tmp_path_factory.mktemp("tax") / "logbook"
    with small_archive(root, ("rates", "bills", "unknown", "renamed", *DATED_RATES)) as archive:
        archive.settings = with_dated_rates(archive.settings)
        archive.of("rates").add(
            *(detail(session(case, evseId=case)) for case in RATES),
            *(
                charge_point(None if minutes is None else at(minutes), percent, evse=case)
                for case, (points, _) in RATES.items()
                for minutes, percent in points
            ),
        )
        archive.of("bills").add(*(detail(session(case, **fields)) for case, (fields, _) in BILLS.items()))
        archive.of("unknown").add(detail(session("1")), detail(session("2", arePricesTaxInclusive=False)))
        archive.of("renamed").add(detail(session()), charge_point(at(0), 20, "Old"), charge_point(at(900), 10, "New"))
        archive.of("stated-and-own").add(charge_point(at(0), 12))
        for account, (_, rates_by_stop) in DATED_RATES.items():
            archive.of(account).add(*(detail(session(stop, **times_before(stop))) for stop in rates_by_stop))
        yield archive.transform()


def with_dated_rates(settings: Settings) -> Settings:
    """The settings with OWN_RATES, and with the countries of the accounts in DATED_RATES."""
    countries = {account: country for account, (country, _) in DATED_RATES.items()}
    accounts = {
        name: msgspec.structs.replace(account, country=countries.get(name, account.country))
        for name, account in settings.accounts.items()
    }
    return msgspec.structs.replace(settings, accounts=accounts, tax_rates=OWN_RATES)


def times_before(stop: str) -> dict[str, str]:
    """The fields of a session of an hour that stops at this time (UTC)."""
    started_at = datetime.fromisoformat(stop) - timedelta(hours=1)
    return {"startedAt": f"{started_at.isoformat()}Z", "stoppedAt": f"{stop}Z"}


def taxes(archive: SmallArchive, account: str) -> dict[str, tuple[Decimal | None, ...]]:
    return {session_id: tuple(row) for session_id, *row in archive.rows(TAX, account)}


@pytest.mark.system
def test_the_rate_is_that_of_the_charge_point(shared_archive: SmallArchive) -> None:
    assert {case: decimals(expected) for case, (_, expected) in RATES.items()} == taxes(shared_archive, "rates")


def test_the_tax_of_a_session(shared_archive: SmallArchive) -> None:
    assert {case: decimals(expected) for case, (_, expected) in BILLS.items()} == taxes(shared_archive, "bills")


def test_the_dates_of_a_countrys_rate_and_a_net_without_a_rate(tmp_path: Path) -> None:
    finland = Settings(accounts={"home": Account(name="home", url=ACCOUNT.url, country="FI")})
    before = {"startedAt": "2012-12-31T20:00:00Z", "stoppedAt": "2012-12-31T22:59:59Z"}
    cases: dict[str, tuple[dict[str, Any], TaxFigures]] = {
        "before the rate was valid": (before, NO_TAX),
        "the rate's first local day": ({**before, "stoppedAt": "2012-12-31T23:00:00Z"}, ("0.24", "4.84", "20.16")),
        "the net without a rate": ({**before, "totalAmountWithoutTax": 21}, (None, "4", "21")),
    }
    with small_archive(tmp_path / "finland") as archive:
        archive.settings = finland
        archive.build(*(detail(session(case, **fields)) for case, (fields, _) in cases.items()))
        assert {case: decimals(expected) for case, (_, expected) in cases.items()} == taxes(archive, "home")
        unknown = archive.rows("select session_id from check_results where rule = 'unknown_tax'")
    assert unknown == [("before the rate was valid",)]


@pytest.mark.parametrize("account", DATED_RATES)
def test_each_session_has_the_rate_of_its_day(shared_archive: SmallArchive, account: str) -> None:
    found = shared_archive.rows("select session_id, tax_rate from sessions where account = ? order by all", account)
    expected = [(stop, rate and Decimal(rate)) for stop, rate in DATED_RATES[account][1].items()]
    assert expected == found


def test_one_session_with_unknown_tax_makes_the_months_tax_unknown(shared_archive: SmallArchive) -> None:
    found = shared_archive.rows(
        "select sessions, amount_incl_tax, tax_amount, amount_excl_tax from months where account = 'unknown'"
    )
    assert [(2, Decimal(50), None, None)] == found


def test_the_newest_name_and_the_rate_at_the_stop_count(shared_archive: SmallArchive) -> None:
    found = shared_archive.rows("select charge_point, tax_rate from sessions where account = 'renamed'")
    assert [("New", Decimal("0.2"))] == found


@pytest.mark.system
def test_a_charge_point_fetched_later_applies_to_earlier_sessions(archive: SmallArchive) -> None:
    archive.build(detail(session()))
    assert [(None, Decimal("0.25"))] == archive.rows("select charge_point, tax_rate from sessions")
    archive.build(charge_point(at(0), 20))
    assert [("Drive", Decimal("0.2"))] == archive.rows("select charge_point, tax_rate from sessions")
    archive.build(charge_point(at(1), 20, "Renamed"))
    assert [("Renamed", Decimal("0.2"))] == archive.rows("select charge_point, tax_rate from sessions")
