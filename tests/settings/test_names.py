"""A name of an account never points to a file outside the logbook, and no two accounts have the same folder."""

import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.checks import account_faults
from pipeline.settings.names import name_fault, same_file
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from tests.scenarios.demo_logbook import DemoLogbook

INVALID = [
    *("", ".", "..", "../home", "/etc", "a/b", "a\\b", "C:", "~", "-rf", "a.b", "a b", "home.", " home"),
    *("home\n", "home\r", "\n", "home\x00", "\x00", "home\x1b[2J", "home\u202egnp", "ho\u200bme", "home\ud800"),
    *("CON", "nul", "Aux", "prn", "COM1", "lpt9"),
    "a" * 33,
    *("ｈｏｍｅ", "..／home", "home²", "ﬁn", "२", "home٣", "ａ", "Ⅷ", "home\u0301", "A\u030a"),
    *("hоme", "Αthens1x", "раypal"),  # a Cyrillic о, a Greek Α, Cyrillic р and а
]


@pytest.mark.parametrize("name", INVALID, ids=ascii)
def test_invalid_account_names_are_refused(name: str, tmp_path: Path) -> None:
    assert name_fault(name)
    assert account_faults(Account(name=name, url="https://tenant.example"))
    logbook = DemoLogbook(tmp_path / "somewhere")
    outcome = logbook.run("account", "add", "--url", "https://tenant.example", "--", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert "\x1b" not in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["home", "hjemme-på-Ærø", "дом", "σπίτι", "家", "2", "_", "con2", "a" * 32])
def test_valid_account_names_are_accepted(name: str) -> None:
    assert name_fault(name) is None


def test_names_that_differ_only_in_case_are_the_same_file() -> None:
    assert same_file("Home", ["home", "work"]) == "home"
    assert same_file("Straße", ["STRASSE"]) == "STRASSE"
    assert same_file("home", ["home", "work"]) is None


def test_accounts_whose_names_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    add = ("account", "add", "--url", "https://tenant.example")
    logbook.do(*add, "home")
    before = logbook.paths.settings.read_bytes()
    outcome = logbook.run(*add, "Home")
    assert (outcome.code, logbook.paths.settings.read_bytes()) == (2, before)
    assert "account Home: account home has the same name except for capital letters" in outcome.err
    logbook.do(*add, "home")
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write('\n[account.HOME]\nurl = "https://tenant.example"\n')
    with pytest.raises(SettingsError, match=r"account\.HOME: account home has the same name"):
        read_settings(logbook.paths.settings)


def paths_except_logs(folder: Path) -> list[Path]:
    """All paths in the folder except the logs."""
    return sorted(path for path in folder.rglob("*") if "logs" not in path.parts)


@pytest.mark.parametrize("name", ["../../outside", "/etc/outside", "a\\u0000b", "COM1", "home\\n"])
def test_an_invalid_name_in_the_settings_stops_every_command(name: str, tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    logbook.do("account", "add", "home", "--url", "https://tenant.example")
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(f'\n[account."{name}"]\nurl = "https://tenant.example"\n')
    before = paths_except_logs(tmp_path)
    for command in (["run"], ["transform"], ["status"], ["report", "2025-10"], ["login", "home", "--token-stdin"]):
        outcome = logbook.run(*command)
        assert (outcome.code, outcome.out) == (1, "")
        assert "has 1 fault:" in outcome.err
    assert paths_except_logs(tmp_path) == before


@pytest.mark.parametrize("name", ["..", "../outside", "/etc", "nobody", "home/../home"])
def test_an_unknown_name_on_the_command_line_is_refused(name: str, tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    logbook.do("account", "add", "home", "--url", "https://tenant.example")
    before = paths_except_logs(tmp_path)
    for command in (
        ["extract", "--account", name],
        ["run", "--account", name],
        ["report", "2025-10", "--account", name],
        ["import", "--account", name, os.devnull],
        ["login", name, "--token-stdin"],
    ):
        outcome = logbook.run(*command)
        assert (outcome.code, outcome.out) == (2, ""), command
    assert paths_except_logs(tmp_path) == before
