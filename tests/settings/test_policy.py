"""Settings about money: every key, all faults at once, and the examples in a new file."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import schema
from pipeline.settings.editing import write_account
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account, Addition, Reimbursement, Settings, TaxRate, TaxRefund

HOME = '[account.home]\nurl = "https://tenant.example"\n'
NEW_YEAR = date(2026, 1, 1)


def read_text(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "ladebog.toml"
    path.write_text(text, "utf-8")
    return read_settings(path)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_text(tmp_path, text)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_every_key_is_read(tmp_path: Path) -> None:
    found = read_text(
        tmp_path,
        HOME
        + """
        [[account.home.reimbursement]]
        valid_from = 2026-01-01
        basis = "rate"
        rate = 2.79
        [[account.home.reimbursement]]
        valid_from = 2025-01-01
        basis = "spot"
        [[account.home.addition]]
        name = "grid fee"
        per_kwh = 0.1041
        valid_from = 2026-01-01
        valid_to = 2027-01-01
        from_hour = 21
        to_hour = 6
        months = [10, 11, 12, 1, 2, 3]
        [[account.home.addition]]
        name = "rebate"
        per_kwh = -1
        valid_from = 2026-01-01
        [[account.home.tax_refund]]
        valid_from = 2026-01-01
        per_kwh = 0.008
        [[tax_rate]]
        country = "AT"
        name = "USt."
        rate = 0.2
        valid_from = 2026-01-01
        """,
    )
    home = Account(
        name="home",
        url="https://tenant.example",
        reimbursement=(
            Reimbursement(valid_from=NEW_YEAR, basis="rate", rate=Decimal("2.79")),
            Reimbursement(valid_from=date(2025, 1, 1), basis="spot"),
        ),
        addition=(
            Addition(
                name="grid fee",
                per_kwh=Decimal("0.1041"),
                valid_from=NEW_YEAR,
                valid_to=date(2027, 1, 1),
                from_hour=21,
                to_hour=6,
                months=(10, 11, 12, 1, 2, 3),
            ),
            Addition(name="rebate", per_kwh=Decimal(-1), valid_from=NEW_YEAR),
        ),
        tax_refund=(TaxRefund(valid_from=NEW_YEAR, per_kwh=Decimal("0.008")),),
    )
    rates = (TaxRate(country="AT", name="USt.", rate=Decimal("0.2"), valid_from=NEW_YEAR),)
    assert Settings(accounts={"home": home}, tax_rates=rates) == found


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        HOME
        + """
        reimbursement = [
            {basis = "billed"},
            {valid_from = 2025-01-01, basis = "free"},
            {valid_from = 2025-01-01, basis = "rate"},
            {valid_from = 2025-01-01, basis = "spot", rate = 1},
            {valid_from = "2025-02-30", basis = "spot"},
        ]
        addition = [
            {name = "a", per_kwh = 1, valid_from = 2025-01-01},
            {name = "a", per_kwh = 2, valid_from = 2026-01-01, from_hour = 17, to_hour = 21},
            {name = "b", per_kwh = 1, valid_from = 2025-01-01, from_hour = 22, to_hour = 6},
            {name = "b", per_kwh = 1, valid_from = 2025-01-01, from_hour = 5, to_hour = 22, months = [12]},
            {name = "b", per_kwh = 1, valid_from = 2025-01-01, from_hour = 6, to_hour = 22, months = [1]},
            {name = "c", per_kwh = nan, valid_from = 2025-01-01, valid_to = 2025-01-01},
            {name = "d", per_kwh = 0.1234567, valid_from = 2025-01-01, from_hour = 7, to_hour = 7},
            {name = "e", per_kwh = -inf, valid_from = 2025-01-01, months = [0]},
            {per_kwh = 1, from_hour = "six"},
        ]
        tax_refund = [
            {valid_from = 2025-01-01, per_kwh = -0.7},
            {valid_from = 2025-01-01, per_kwh = 0.7},
        ]
        [[tax_rate]]
        country = "dk"
        name = "Moms"
        rate = 25
        valid_from = 2025-01-01
        valid_to = 2024-01-01
        [[tax_rate]]
        country = "AT"
        name = "USt."
        rate = 0.2
        valid_from = 2025-01-01
        [[tax_rate]]
        country = "AT"
        name = "USt."
        rate = nan
        valid_from = 2026-01-01
        [[tax_rate]]
        country = "CH"
        name = "MWST"
        rate = 0.0810001
        valid_from = 2024-01-01
        """,
    )
    home = "account.home"
    assert [
        f"{home}.reimbursement 1.valid_from: missing",
        f"{home}.reimbursement 2.basis: Invalid enum value 'free' (allowed: billed, rate, electricity_cost, spot)",
        f"{home}.reimbursement 5.valid_from: '2025-02-30' is not a day, for example 2025-03-30",
        f"{home}.addition 9.from_hour: Expected `int`, got `str`",
        f"{home}.addition 9.name: missing",
        f"{home}.addition 9.valid_from: missing",
        f"{home}.reimbursement of 2025-01-01: there are two",
        f"{home}.reimbursement of 2025-01-01: the basis rate needs a rate, and no other basis may have one",
        f"{home}.reimbursement of 2025-01-01: the basis rate needs a rate, and no other basis may have one",
        f"{home}.addition a of 2026-01-01: overlaps the one of 2025-01-01",
        f"{home}.addition b of 2025-01-01: overlaps the one of 2025-01-01",
        f"{home}.addition c of 2025-01-01: per_kwh = NaN is not an amount per kWh",
        f"{home}.addition c of 2025-01-01: valid_to is not after valid_from",
        f"{home}.addition d of 2025-01-01: per_kwh = 0.1234567 has more than six decimals",
        f"{home}.addition d of 2025-01-01: from_hour and to_hour must be two different hours from 0 to 24 "
        "(midnight is 0 as from_hour and 24 as to_hour)",
        f"{home}.addition e of 2025-01-01: per_kwh = -Infinity is not an amount per kWh",
        f"{home}.addition e of 2025-01-01: months are numbers from 1 to 12",
        f"{home}.tax_refund of 2025-01-01: there are two",
        f"{home}.tax_refund of 2025-01-01: per_kwh = -0.7 is not an amount per kWh",
        "tax_rate dk of 2025-01-01: 'dk' is not a two-letter country code, for example DK",
        "tax_rate dk of 2025-01-01: a rate is a fraction of at most six decimals, for example 0.25",
        "tax_rate dk of 2025-01-01: valid_to is not after valid_from",
        "tax_rate AT of 2026-01-01: a rate is a fraction of at most six decimals, for example 0.25",
        "tax_rate AT of 2026-01-01: overlaps the one of 2025-01-01",
        "tax_rate CH of 2024-01-01: a rate is a fraction of at most six decimals, for example 0.25",
    ] == found


def test_the_examples_of_a_new_file_are_valid_settings(tmp_path: Path) -> None:
    """Without their comment signs they can be read, and each addition has one price per hour and month of 2026."""
    path = tmp_path / "ladebog.toml"
    write_account(path, Account(name="home", url="https://tenant.example"))
    new = path.read_text("utf-8")
    assert read_settings(path).accounts["home"].addition == ()
    examples = re.sub(r"^# (?=(\[|\w+ = ))", "", new, flags=re.MULTILINE)
    found = read_text(tmp_path, examples)
    home = found.accounts["home"]
    assert [entry.basis for entry in home.reimbursement] == ["rate", "spot"]
    refunds = {entry.valid_from: entry.per_kwh for entry in home.tax_refund}
    assert refunds == {date(2025, 1, 1): Decimal("0.716"), date(2026, 1, 1): 0}
    assert len(found.tax_rates) == 1
    hours = [(entry.name, hour, month) for entry in home.addition for hour in hours_of(entry) for month in entry.months]
    names = ("grid fee", "system fee", "transmission fee", "supplier's markup")
    year = [(name, hour, month) for name in names for hour in range(24) for month in range(1, 13)]
    assert sorted(year) == sorted(hours)
    write_account(path, Account(name="work", url="https://work.example"))
    assert found.accounts["home"] == read_settings(path).accounts["home"]


def hours_of(entry: Addition) -> list[int]:
    return list(range(entry.from_hour, entry.to_hour))


def test_changing_an_account_keeps_its_tables(tmp_path: Path) -> None:
    text = HOME + "[[account.home.tax_refund]]\nvalid_from = 2026-01-01\nper_kwh = 0.008\n"
    before = read_text(tmp_path, text)
    write_account(tmp_path / "ladebog.toml", schema.Account(name="home", url="https://other.example"))
    after = read_settings(tmp_path / "ladebog.toml").accounts["home"]
    assert ("https://other.example", before.accounts["home"].tax_refund) == (after.url, after.tax_refund)
