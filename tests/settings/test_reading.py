"""ladebog.toml: all faults are reported at once, and adding an account keeps everything else."""

import dataclasses
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, UnknownNameError
from pipeline.settings.checks import account_faults
from pipeline.settings.editing import without_account, write_account
from pipeline.settings.names import url_fault
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account, ReportSettings, Settings, Source
from pipeline.text import counted

HOME = '[account.home]\nurl = "https://tenant.example"\n'


@dataclasses.dataclass
class File:
    path: Path

    def read(self, text: str) -> Settings:
        self.path.write_text(text, "utf-8")
        return read_settings(self.path)

    def faults(self, text: str) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            self.read(text)
        headline, *faults = str(caught.value).splitlines()
        assert f"{self.path} has {counted(len(faults), 'fault')}:" == headline
        return [fault.strip() for fault in faults]


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "ladebog.toml")


def test_missing_keys_have_their_defaults(file: File) -> None:
    expected = Settings(accounts={"home": Account(name="home", url="https://tenant.example")})
    assert expected == file.read(HOME)
    assert (24, Source(), "Europe/Copenhagen") == (
        expected.report.closed_after_hours,
        expected.source,
        expected.accounts["home"].timezone,
    )
    assert Settings(accounts={}) == file.read("")


def test_every_key_is_read(file: File) -> None:
    found = file.read(
        '[account.work-2]\nurl = "http://127.0.0.1:8080/"\ncountry = "SE"\ntimezone = "Europe/Stockholm"\n'
        'currency = "SEK"\nclient_id = "a"\napp_version = "b"\ndevice_id = "c"\n'
        'moved_from = ["former.example"]\nmoved_to = "127.0.0.1:8080"\n'
        "[source]\nat_a_time = 1\nread_timeout = 5\n[report]\nclosed_after_hours = 48\n"
    )
    account = Account(
        name="work-2",
        url="http://127.0.0.1:8080/",
        country="SE",
        timezone="Europe/Stockholm",
        currency="SEK",
        client_id="a",
        app_version="b",
        device_id="c",
        moved_from=("former.example",),
        moved_to="127.0.0.1:8080",
    )
    expected = Settings(
        accounts={"work-2": account},
        source=Source(at_a_time=1, read_timeout=5),
        report=ReportSettings(closed_after_hours=48),
    )
    assert expected == found


def test_all_faults_are_reported_at_once(file: File) -> None:
    faults = file.faults(
        """
        [account.home]
        url = "http://tenant.example"
        timezone = "Europe/Aarhus"
        currency = "kroner"
        country = "Denmark"
        colour = "blue"
        [account."bad name"]
        url = "https://tenant.example"
        [account.empty]
        [source]
        at_a_time = 0
        attempts = "many"
        speed = 9
        [report]
        closed_after_hours = "a day"
        language = "da"
        [employer]
        title = "x"
        name = "two\\nlines"
        [claim]
        attribution = "start"
        [chauffeur]
        name = "x"
        """
    )
    starts = [
        "account.home.url:",
        "account.home.timezone: 'Europe/Aarhus'",
        "account.home.currency: 'kroner'",
        "account.home.country: 'Denmark'",
        "account.home.colour: unknown key (known: url, ",
        "account.bad name: a name is",
        "account.empty.url: missing",
        "source.at_a_time",
        "source.attempts: Expected `int`, got `str`",
        "source.speed: unknown key",
        "report.closed_after_hours: Expected `int`, got `str`",
        "report.language: unknown key",
        "employer.title: unknown key",
        "employer.name: 'two\\nlines' is not one line of text",
        "claim.attribution: Invalid enum value 'start' (allowed: stop, split)",
        "chauffeur: unknown table",
    ]
    assert dict.fromkeys(starts, 1) == {start: sum(fault.startswith(start) for fault in faults) for start in starts}
    assert len(starts) == len(faults)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f'{HOME}# [driver]\nname = "A"', "line 4: name belongs under [driver]; is there a # before [driver]?"),
        (
            f'{HOME}[employer]\n#[[car]]  # mine\n# a note\nplate = "A"\n',
            "line 6: plate belongs under [[car]]; is there a # before [[car]]?",
        ),
        (
            'valid_from = 2025-01-01\nper_kwh = "x"',
            "line 1: valid_from belongs under [[account.NAME.reimbursement]] or [[account.NAME.addition]] or "
            "[[account.NAME.tax_refund]] or [[tax_rate]]; is its header missing, or is there a # before it?",
        ),
        (
            f'#[account.x]\nurl = "https://x.invalid"\n{HOME}',
            "line 2: url belongs under [account.x]; is there a # before [account.x]?",
        ),
    ],
)
def test_a_key_outside_its_table_is_named_with_its_line_and_its_table(file: File, text: str, fault: str) -> None:
    assert fault in file.faults(text)


def test_a_key_that_a_commented_header_joins_to_another_table_is_explained(file: File) -> None:
    file.path.write_text('[driver]\nname = "A"\n# [employer]\nname = "B"\n', "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file.path)
    hint = "name belongs under [employer]; is there a # before [employer]?"
    assert caught.value.advice == f"Fix that line ({hint}), then run the same command again"


@pytest.mark.parametrize("text", ["# [driver]\n# name = 1\n[source]\nname = 1", "[source]\nspeed = 1", "speed = 1"])
def test_a_key_that_no_commented_header_precedes_is_only_unknown(file: File, text: str) -> None:
    assert ": unknown " in file.faults(text)[-1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[source]\nattempts = 0", "source.attempts: must be more than 0"),
        ("[source]\nread_timeout = nan", "source.read_timeout: must be more than 0"),
        ("[source]\nattempts = 1000000000", "source.attempts: must be less than 1,000,000,000"),
        ("[report]\nclosed_after_hours = -1", "report.closed_after_hours: must not be less than 0"),
        ("[report]\nclosed_after_hours = 100001", "report.closed_after_hours: must not be more than 100,000"),
    ],
)
def test_a_number_out_of_its_range_is_refused_with_the_limit(file: File, text: str, fault: str) -> None:
    assert file.faults(text) == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[[car]]\nname = "Golf\\u001b[2J"', "car 1.name: 'Golf\\x1b[2J' is not one line of text"),
        ('[[car]]\nname = "Golf"\nplate = "A\\nB"', "car 1.plate: 'A\\nB' is not one line of text"),
        ('[[car]]\nname = " "', "car 1.name: is empty"),
        (
            '[[car]]\nname = "a"\n[[car]]\nname = "A"',
            "car A: car a has the same name except for capital letters",
        ),
        ('[driver]\nname = "a\\u202eb"', "driver.name: 'a\\u202eb' is not one line of text"),
        ('[employer]\nname = "a\\u200bb"', "employer.name: 'a\\u200bb' is not one line of text"),
        ('[[car]]\nname = "a\\U000e0041"', "car 1.name: 'a\\U000e0041' is not one line of text"),
        (
            '[account.home]\nurl = "https://a.example"\n[[account.home.addition]]\nname = "a\\u0007"\nper_kwh = 1\n'
            "valid_from = 2025-01-01",
            "account.home.addition 1.name: 'a\\x07' is not one line of text",
        ),
        (
            '[[tax_rate]]\ncountry = "AT"\nname = "a\\u2028"\nrate = 0.2\nvalid_from = 2025-01-01',
            "tax_rate 1.name: 'a\\u2028' is not one line of text",
        ),
    ],
)
def test_a_text_that_cannot_be_printed_is_refused(file: File, text: str, fault: str) -> None:
    (found,) = file.faults(text)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "url",
    [
        "tenant.example",
        "ftp://tenant.example",
        "http://tenant.example",
        "http://127.0.0.1.example",
        "https://",
        "https://tenant.example/api",
        "https://user:word@tenant.example",
        "https://tenant.example?x=1",
        "https://tenant.example#x",
        "https://tenant.example:port",
        "https://[::1",
        "https://a b",
        "https://xn--/",
        "https://..",
        "https://%00",
        "https://a%2fb",
        f"https://{'a.' * 150}example",
        f"https://{'a' * 64}.example",
        "https://-a.example",
        "",
    ],
)
def test_invalid_addresses_of_an_operator_are_faults(url: str) -> None:
    assert url_fault(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary@tenant.example",
        "http://:canary@localhost",
        "https://canary@x",
        "https://tenant.example/?token=canary",
        "tenant.example?canary",
        "host/?token=canary",
        "https://tenant.example#canary",
        "user:canary@tenant.example",
        "https://user:ca/canary@tenant.example",
        "https://tenant.example:canary",
        "ftp://tenant.example/x?y=canary",
    ],
)
def test_the_password_of_an_address_is_not_shown(url: str) -> None:
    assert "canary" not in str(url_fault(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://tenant.example",
        "https://ærø.example",
        "https://tenant.example.",
        "https://tenant.example/",
        "http://localhost:1",
        "http://[::1]:8080",
    ],
)
def test_valid_addresses_of_an_operator_are_not_faults(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize("name", ["home", "hjemme-på-Ærø", "a" * 32, "_", "2"])
def test_valid_names_are_not_faults(name: str) -> None:
    assert account_faults(Account(name=name, url="https://tenant.example")) == []


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "..", "a" * 33, "a.b"])
def test_invalid_names_are_faults(name: str) -> None:
    [fault] = account_faults(Account(name=name, url="https://tenant.example"))
    assert fault.startswith(": a name ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('account = "home"', "account: must be a table"),
        ('[account]\nhome = "https://tenant.example"', "account.home: must be a table"),
        ("source = 1", "source: must be a table"),
        ("report = []", "report: must be a table"),
        (HOME + "currency = 5", 'account.home.currency: 5 is not a text: put it in quotes: currency = "5"'),
    ],
)
def test_a_value_of_the_wrong_type_is_a_fault(file: File, text: str, fault: str) -> None:
    assert fault in file.faults(text)


@pytest.mark.parametrize("content", [b"[account", b"url = 1\nurl = 2"])
def test_invalid_toml_is_refused(file: File, content: bytes) -> None:
    file.path.write_bytes(content)
    with pytest.raises(SettingsError, match="is not TOML"):
        read_settings(file.path)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("name = \u201cBo\u201d", ' (a text stands between straight quotes: "…", not “…”)'),
        ('name = "Bo\u201d', ' (a text stands between straight quotes: "…", not “…”)'),
        ("name = Bo Hansen", ' (a text needs straight quotes on both sides: name = "Bo Hansen")'),
        ('name = "Bo Hansen', ' (a text needs straight quotes on both sides: name = "Bo Hansen")'),
        ("employee_number = 0042  # mine", ' (a text needs straight quotes on both sides: employee_number = "0042")'),
        (
            "webhook = https://hooks.example/canary",
            ' (a text needs straight quotes on both sides: webhook = "https://…")',
        ),
        ('name = "Bo"\nname = "Bo"', ""),
    ],
)
def test_missing_quotes_are_named(file: File, line: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        file.read(f"[driver]\n{line}\n")
    assert caught.value.advice == f"Fix that line{hint}, then run the same command again"


def test_a_misspelt_table_or_key_is_answered_with_the_likely_one(file: File) -> None:
    table, key = sorted(file.faults("[emploier]\n[driver]\nemployee_nummer = '1'"))[::-1]
    assert (key.endswith(" Did you mean 'employee_number'?"), table.endswith(" Did you mean 'employer'?")) == (
        True,
        True,
    )


def test_adding_an_account_keeps_comments_and_order(file: File) -> None:
    text = f'# mine: æøå\n[source] # slow line\nat_a_time = 1\n\n{HOME}country = "SE" # moved\n'
    file.path.write_text(text, "utf-8")
    write_account(file.path, Account(name="work", url="https://work.example"))
    assert file.path.read_text("utf-8").startswith(text)
    found = read_settings(file.path)
    assert list(found.accounts) == ["home", "work"]
    assert ("SE", Account(name="work", url="https://work.example")) == (
        found.accounts["home"].country,
        found.accounts["work"],
    )


def test_a_new_file_contains_the_account_and_is_for_its_owner_only(file: File) -> None:
    account = Account(name="hjemme-på-Ærø", url="https://tenant.example", currency="SEK")
    write_account(file.path, account)
    assert Settings(accounts={account.name: account}) == read_settings(file.path)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_changing_an_account_changes_no_other(file: File) -> None:
    work = '[account.work]\n# the car park\nurl = "https://work.example" # theirs\n'
    file.path.write_text(f"{HOME}\n{work}", "utf-8")
    changed = Account(name="home", url="https://new.example")
    write_account(file.path, changed)
    assert work in file.path.read_text("utf-8")
    assert changed == read_settings(file.path).accounts["home"]


def test_one_account_or_all_accounts_can_be_chosen(file: File) -> None:
    found = file.read(HOME + '[account.work]\nurl = "https://work.example"\n')
    assert [account.name for account in found.chosen_accounts(None)] == ["home", "work"]
    assert [account.name for account in found.chosen_accounts("work")] == ["work"]
    with pytest.raises(UnknownNameError, match=r"no account 'x' .*\(accounts: home, work\)") as caught:
        found.chosen_accounts("x")
    assert "ladebog account add x" in caught.value.advice


def test_a_byte_order_mark_is_read_and_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "ladebog.toml"
    path.write_bytes(b'\xef\xbb\xbf[account.home]\r\nurl = "https://tenant.example"\r\n')
    assert list(read_settings(path).accounts) == ["home"]
    write_account(path, Account(name="work", url="https://work.example"))
    assert list(read_settings(path).accounts) == ["home", "work"]
    marked = b"\xef\xbb\xbf" + path.read_bytes()
    assert without_account(marked, "work", path).startswith(b"[account.home]")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ('[claim]\nlanguage = "de"', "da, en"),
        ('[[car]]\nname = "Golf"\nowner = "me"', "company, private"),
        ('[[rule]]\nclaim = true\nweekdays = ["monday"]', "mon, tue, wed, thu, fri, sat, sun"),
        ('[[rule]]\nclaim = true\nkind = "home"', "private, public"),
    ],
)
def test_allowed_values_are_listed(tmp_path: Path, text: str, allowed: str) -> None:
    path = tmp_path / "ladebog.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=rf"\(allowed: {allowed}\)"):
        read_settings(path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("count = " + "9" * 5_000, "a number may have at most 4,300 digits, and its exponent 18 (at line 3: count)"),
        ("rate = 1e" + "9" * 20, "a number may have at most 4,300 digits, and its exponent 18 (at line 3: rate)"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "values may be nested at most a few hundred levels deep (at line 3: a)"),
        ("b = " + "{c=" * 3_000, "values may be nested at most a few hundred levels deep (at line 3: b)"),
    ],
    ids=["digits", "exponent", "arrays", "tables"],
)
def test_what_python_cannot_read_is_named_with_its_line(file: File, line: str, reason: str) -> None:
    with pytest.raises(SettingsError) as caught:
        file.read(f"{HOME}{line}\n")
    assert str(caught.value) == f"{file.path} is not TOML: {reason}."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[rule]]\nclaim = false\nminimum_kwh = 1e300", "rule 1: minimum_kwh must be from 0 to less than 100,000"),
        ("[[rule]]\nclaim = false\nminimum_kwh = nan", "rule 1: minimum_kwh must be from 0 to less than 100,000"),
        ("[driver]\nname = 'AAA'", "driver.name: has 40000 characters; at most 500 fit on a claim"),
        ("[employer]\ncost_centre = 'AAA'", "employer.cost_centre: has 40000 characters; at most 500 fit on a claim"),
        ("[[car]]\nname = 'Golf'\nplate = 'AAA'", "car 1.plate: has 40000 characters; at most 500 fit on a claim"),
    ],
)
def test_values_that_no_claim_or_database_holds_are_faults(file: File, text: str, fault: str) -> None:
    assert [fault] == file.faults(HOME + text.replace("AAA", "A" * 40_000))
