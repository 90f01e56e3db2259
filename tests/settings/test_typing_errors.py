"""Settings as people save and type them by mistake: the message names the fault, its line and what is right."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.checks import account_faults
from pipeline.settings.reading import parse_settings
from pipeline.settings.schema import Account

_DRIVER = '[driver]\nname = "Søren"\n'
_UTF8 = "Save it again with the encoding UTF-8, then run the same command again"


def refused(content: str | bytes) -> SettingsError:
    with pytest.raises(SettingsError) as error:
        parse_settings(content.encode() if isinstance(content, str) else content, Path("ladebog.toml"))
    return error.value


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "mac-roman"])
def test_another_encoding_is_named_with_its_line(encoding: str) -> None:
    error = refused(_DRIVER.encode(encoding))
    assert str(error) == (
        "ladebog.toml is saved in another encoding than UTF-8: line 2 has a letter that is not UTF-8."
    )
    assert error.advice == _UTF8


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named(encoding: str) -> None:
    error = refused(_DRIVER.encode(encoding))
    assert str(error) == "ladebog.toml is saved in UTF-16, or is not a text: it must be in UTF-8."
    assert error.advice == _UTF8


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (
            '[[rule]]\nclaim = false\nminimum_kwh = "2,79"',
            "rule 1.minimum_kwh: '2,79' is not a number: write it with a point and without quotes, for example 2.79",
        ),
        (
            '[[tax_rate]]\ncountry = "DK"\nname = "Moms"\nvalid_from = 2025-01-01\nrate = "0,25"',
            "tax_rate 1.rate: '0,25' is not a number: write it with a point and without quotes, for example 2.79",
        ),
        (
            '[[rule]]\nclaim = false\nfrom_time = "25:00"\nto_time = 06:00:00',
            "rule 1.from_time: '25:00' is not a time of day, for example \"22:00:00\"",
        ),
        (
            '[[tax_rate]]\ncountry = "DK"\nname = "Moms"\nvalid_from = "1.1.2025"\nrate = 0.25',
            "tax_rate 1.valid_from: '1.1.2025' is not a day, for example 2025-03-30",
        ),
        ('[demo]\nnow = "noon"', "demo.now: 'noon' is not a time, for example 2025-11-12T12:00:00Z"),
    ],
)
def test_a_number_a_day_or_a_time_has_an_example(table: str, fault: str) -> None:
    assert fault in str(refused(table)).splitlines()[1].strip()


@pytest.mark.parametrize("line", ["rate = 2,79", "minimum_kwh = 2,79  # as we write it", "  per_kwh=2,79"])
def test_a_number_with_a_comma_is_named(line: str) -> None:
    advice = refused(f"[[rule]]\n{line}\n").advice
    assert advice == ("Fix that line (a number needs a point: 2.79 instead of 2,79), then run the same command again")
    assert refused("[[rule\nrate = 2.79\n").advice == "Fix that line, then run the same command again"


@pytest.mark.parametrize("name", ["-x", "-", "-a b"])
def test_a_name_that_begins_with_a_hyphen_is_named(name: str) -> None:
    assert account_faults(Account(name=name, url="https://operator.example")) == [
        ": a name does not begin with a hyphen"
    ]
