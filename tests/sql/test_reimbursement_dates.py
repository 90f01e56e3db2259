"""Terms that change: from which local day each holds, the session's for basis and refund, the hour's for additions."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pipeline.settings.schema import Addition, Reimbursement, Settings, TaxRefund
from tests.scenarios.small_archive import ACCOUNT, detail, listed, listing, session, small_archive, without
from tests.sql.reimbursed_archive import MINUTE, ReimbursedSession, account, hour_session, reimbursed_archive

ALWAYS = date(2020, 1, 1)
MARCH_6 = date(2025, 3, 6)
ZERO = Decimal(0)


def fee(per_kwh: str, valid_from: date, **fields: Any) -> Addition:
    return Addition(name="fee", per_kwh=Decimal(per_kwh), valid_from=valid_from, **fields)


def session_stopping_at(stop: str, session_id: str | None = None) -> ReimbursedSession:
    """A session of one hour, 10 kWh and 25 kr. at a spot price of 1, that stops at this time (UTC)."""
    return hour_session(datetime.fromisoformat(stop).replace(tzinfo=UTC) - 60 * MINUTE, session_id or stop)


def amounts_of(root: Path, stops: list[str], columns: str = "amount_incl_tax", **settings: Any) -> list[Any]:
    """Columns of the mart for sessions that stop at these times, in this order."""
    with reimbursed_archive(root / "logbook", account(**settings)) as archive:
        archive.load_charge_point(datetime(2019, 1, 1, tzinfo=UTC), refunds=bool(settings.get("tax_refund")))
        archive.load_sessions(*map(session_stopping_at, stops)).transform()
        by_session = archive.amounts(columns)
        return [by_session[stop] for stop in stops]


def test_a_basis_holds_from_its_local_day(tmp_path: Path) -> None:
    """Before the first entry the basis is the bill."""
    entries = [
        Reimbursement(valid_from=date(2025, 7, 1), basis="rate", rate=Decimal("3.5")),
        Reimbursement(valid_from=date(2025, 3, 6), basis="rate", rate=Decimal(3)),
        Reimbursement(valid_from=date(2026, 1, 1), basis="billed"),
    ]
    stops = ["2025-03-05T22:59:59", "2025-03-05T23:00", "2025-06-30T21:59:59", "2025-06-30T22:00"]
    stops += ["2025-12-31T22:59:59", "2025-12-31T23:00"]
    columns = "struct_pack(basis, amount_incl_tax)"
    rows = [tuple(row.values()) for row in amounts_of(tmp_path, stops, columns, reimbursement=entries)]
    assert [
        ("billed", Decimal(25)),
        ("rate", Decimal(30)),
        ("rate", Decimal(30)),
        ("rate", Decimal(35)),
        ("rate", Decimal(35)),
        ("billed", Decimal(25)),
    ] == rows


def test_a_refund_holds_from_its_local_day(tmp_path: Path) -> None:
    refunds = [
        TaxRefund(valid_from=date(2025, 3, 6), per_kwh=Decimal("0.7")),
        TaxRefund(valid_from=date(2025, 7, 1), per_kwh=Decimal("0.008")),
    ]
    stops = ["2025-03-05T22:59:59", "2025-03-05T23:00", "2025-06-30T21:59:59", "2025-06-30T22:00"]
    expected = [None, Decimal(18), Decimal(18), Decimal("24.92")]
    assert expected == amounts_of(tmp_path, stops, tax_refund=refunds)


@pytest.mark.system
@pytest.mark.parametrize(("basis", "amount"), [("billed", 18), ("rate", 23)])
@pytest.mark.parametrize("flag", [True, False, None, "no charge point"])
def test_a_refund_in_the_settings_is_subtracted_whatever_the_charge_point_says(
    flag: Any, basis: Any, amount: int, tmp_path: Path
) -> None:
    """10 kWh with 0.7 refunded, of a bill of 25 and at a rate of 3."""
    home = account(
        reimbursement=[Reimbursement(valid_from=ALWAYS, basis=basis, rate=Decimal(3) if basis == "rate" else None)],
        tax_refund=[TaxRefund(valid_from=ALWAYS, per_kwh=Decimal("0.7"))],
    )
    with reimbursed_archive(tmp_path / "logbook", home) as archive:
        if flag != "no charge point":
            archive.load_charge_point(datetime(2019, 1, 1, tzinfo=UTC), refunds=flag)
        archive.load_sessions(session_stopping_at("2025-03-05T12:00", "1")).transform()
        assert archive.amounts() == {"1": Decimal(amount)}


@pytest.mark.system
@pytest.mark.parametrize(
    ("flag", "fields", "amount"),
    [
        (None, {"isPersonal": False}, 25),
        (False, {"isPersonal": False}, 25),
        (None, {"isPersonal": None}, 18),
        (True, {"isPersonal": False}, 18),
    ],
)
def test_a_public_session_has_no_refund_unless_its_charge_point_says_so(
    flag: bool | None, fields: dict[str, Any], amount: int, tmp_path: Path
) -> None:
    home = account(tax_refund=[TaxRefund(valid_from=ALWAYS, per_kwh=Decimal("0.7"))])
    with reimbursed_archive(tmp_path / "logbook", home) as archive:
        archive.load_charge_point(datetime(2019, 1, 1, tzinfo=UTC), refunds=flag)
        archive.load_sessions(hour_session(datetime(2025, 3, 5, 12, tzinfo=UTC), fields=fields)).transform()
        assert archive.amounts() == {"1": Decimal(amount)}


@pytest.mark.parametrize(("kind", "amount"), [("public", "25.000"), ("private", "18.000"), (None, "18.000")])
def test_the_list_of_sessions_decides_whether_a_session_is_public(
    kind: str | None, amount: str, tmp_path: Path
) -> None:
    """The details of a session do not say so."""
    refunded = replace(ACCOUNT, tax_refund=(TaxRefund(valid_from=ALWAYS, per_kwh=Decimal("0.7")),))
    with small_archive(tmp_path) as archive:
        archive.settings = Settings(accounts={"home": refunded})
        unstated = without(session(), "isPersonal")
        archive.build(listing(listed(unstated, type=kind)), detail(unstated))
        assert archive.value("select amount_incl_tax from reimbursement") == Decimal(amount)


def test_a_public_session_abroad_has_its_bill_although_a_refund_is_set(tmp_path: Path) -> None:
    home = account(tax_refund=[TaxRefund(valid_from=ALWAYS, per_kwh=Decimal("0.7"))])
    with reimbursed_archive(tmp_path / "logbook", home) as archive:
        abroad = hour_session(datetime(2025, 3, 5, 12, tzinfo=UTC), currency="EUR", fields={"isPersonal": False})
        archive.load_sessions(abroad).transform()
        assert archive.amounts() == {"1": Decimal(25)}


@pytest.mark.parametrize(("flag", "amount"), [(True, None), (False, 25), (None, 25)])
def test_without_a_setting_a_refund_that_the_charge_point_mentions_is_unknown(
    flag: bool | None, amount: int | None, tmp_path: Path
) -> None:
    with reimbursed_archive(tmp_path / "logbook") as archive:
        archive.load_charge_point(datetime(2019, 1, 1, tzinfo=UTC), refunds=flag)
        archive.load_sessions(session_stopping_at("2025-03-05T12:00", "1")).transform()
        assert archive.amounts() == {"1": amount}


@pytest.mark.system
def test_an_addition_holds_by_the_local_hour_that_energy_flowed_in(tmp_path: Path) -> None:
    """By day, hour and season, also within a session; with an electricity tax of zero and 25 % Moms."""
    additions = [
        Addition(name="electricity tax", per_kwh=ZERO, valid_from=ALWAYS),
        fee("1", ALWAYS, valid_to=MARCH_6),
        Addition(
            name="fee", per_kwh=Decimal(2), valid_from=date(2025, 3, 6), from_hour=22, to_hour=6, months=(1, 2, 3)
        ),
        Addition(
            name="fee", per_kwh=Decimal(4), valid_from=date(2025, 3, 6), from_hour=6, to_hour=22, months=(1, 2, 3)
        ),
        Addition(name="fee", per_kwh=Decimal(8), valid_from=date(2025, 3, 6), months=(4, 5)),
    ]
    cases = {
        "2025-03-05T23:00": 1,
        "2025-03-05T23:30": Decimal("1.5"),
        "2025-03-06T00:00": 2,
        "2025-03-06T05:00": 2,
        "2025-03-06T05:15": Decimal("2.5"),
        "2025-03-06T06:00": 4,
        "2025-03-06T21:00": 4,
        "2025-03-06T22:00": 2,
        "2025-03-30T01:30": 2,
        "2025-03-31T22:00": 2,
        "2025-03-31T22:30": 5,
        "2025-05-31T22:00": 8,
        "2025-05-31T22:01": None,
    }
    spot = [Reimbursement(valid_from=ALWAYS, basis="spot")]
    expected = [None if fee is None else (1 + fee) * Decimal("12.5") for fee in cases.values()]
    assert expected == amounts_of(tmp_path, list(cases), reimbursement=spot, addition=additions)


@pytest.mark.system
def test_denmarks_electricity_tax_is_added_by_its_dates(tmp_path: Path) -> None:
    """10 kWh at 1 kr. plus the tax, with Moms."""
    cases = {
        "2022-12-31T23:00": "no price of electricity tax at 2022-12-31 23:00",
        "2023-01-01T00:00": "12.60",
        "2023-06-30T22:00": "12.60",
        "2023-06-30T23:00": "21.21",
        "2023-12-31T23:00": "21.21",
        "2024-01-01T00:00": "22.01",
        "2024-12-31T23:00": "22.01",
        "2024-12-31T23:30": "21.76",
        "2025-01-01T00:00": "21.50",
        "2025-12-31T23:00": "21.50",
        "2026-01-01T00:00": "12.60",
        "2027-12-31T23:00": "12.60",
        "2028-01-01T00:00": "no price of electricity tax at 2028-01-01 00:00",
    }
    spot = [Reimbursement(valid_from=ALWAYS, basis="spot")]
    columns = "coalesce(unknown, cast(cast(amount_incl_tax as decimal(18, 2)) as varchar))"
    assert list(cases.values()) == amounts_of(tmp_path, list(cases), columns, reimbursement=spot)


def test_an_own_electricity_tax_replaces_that_of_the_country_however_it_is_spelled(tmp_path: Path) -> None:
    """Only that one: an addition of another name is added to the country's tax of 0.72."""
    names = {"lower": "electricity tax", "title": "Electricity Tax", "upper": "ELECTRICITY TAX", "other": "Grid fee"}
    payers = [
        account(
            payer,
            reimbursement=[Reimbursement(valid_from=ALWAYS, basis="spot")],
            addition=[Addition(name=name, per_kwh=Decimal("0.5"), valid_from=ALWAYS)],
        )
        for payer, name in names.items()
    ]
    with reimbursed_archive(tmp_path / "logbook", *payers) as archive:
        for payer in names:
            archive.load_sessions(session_stopping_at("2025-03-05T12:00"), account=payer)
        rows = archive.transform().rows("select account, amount_incl_tax from reimbursement order by account")
    own, both = Decimal("18.75"), Decimal("27.75")  # 10 kWh at 1.5 and at 2.22 kr., with 25 % Moms
    assert rows == [("lower", own), ("other", both), ("title", own), ("upper", own)]


def test_outside_of_denmark_no_electricity_tax_is_added(tmp_path: Path) -> None:
    """For a Danish account in another currency, the electricity tax is unknown."""
    spot = [Reimbursement(valid_from=ALWAYS, basis="spot")]
    krona = {"currency": "SEK"}
    swedish = account("swedish", country="SE", timezone="Europe/Stockholm", currency="SEK", reimbursement=spot)
    in_krona = account("in-krona", currency="SEK", reimbursement=spot)
    with reimbursed_archive(tmp_path / "logbook", swedish, in_krona) as archive:
        for name in ("swedish", "in-krona"):
            archive.load_sessions(hour_session(datetime(2025, 3, 5, 12, tzinfo=UTC), **krona), account=name)
        rows = archive.transform().rows("select account, amount_incl_tax, unknown from reimbursement order by account")
    assert rows == [
        ("in-krona", None, "no price of electricity tax at 2025-03-05 13:00"),
        ("swedish", Decimal("12.5"), None),
    ]


def test_the_newest_document_at_the_stop_decides_if_a_refund_that_is_not_set_is_unknown(tmp_path: Path) -> None:
    flags = {"2025-01-10": None, "2025-02-10": True, "2025-03-10": None, "2025-04-10": False}
    cases = {"2025-01-01": None, "2025-02-01": None, "2025-03-01": None, "2025-04-01": None, "2025-05-01": 25}
    with reimbursed_archive(tmp_path / "logbook") as archive:
        for day, refunds in flags.items():
            archive.load_charge_point(datetime.fromisoformat(day).replace(tzinfo=UTC), refunds=refunds)
        archive.load_sessions(*(session_stopping_at(f"{day}T12:00", day) for day in cases)).transform()
        assert cases == archive.amounts()
