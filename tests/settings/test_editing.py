"""An account taken out of ladebog.toml: what is its own goes, and every other byte stays."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.editing import without_account
from pipeline.settings.reading import parse_settings

_PATH = Path("ladebog.toml")
_WORK = '[account.work]\nurl = "https://work.invalid"\n'
_CASES = {
    "alone": ('[account.home]\nurl = "https://a.invalid"\n', ""),
    "before another": (f'[account.home]\nurl = "https://a.invalid"\n\n{_WORK}', _WORK),
    "behind another": (f'{_WORK}\n[account.home]\nurl = "https://a.invalid"\n', f"{_WORK}\n"),
    "with tables of its own": (
        f"""{_WORK}
[account.home]
url = "https://a.invalid"

[[account.home.reimbursement]]
valid_from = 2026-01-01
basis = "rate"
rate = 2.79            # DKK a kWh

[[account.home.tax_refund]]
valid_from = 2026-01-01
per_kwh = 0.712

[report]
closed_after_hours = 48  # late
""",
        f"{_WORK}\n[report]\nclosed_after_hours = 48  # late\n",
    ),
    "with comments": (
        f"""# mine

# home, sweet home
# in the country
[account.home]
# an address
url = "https://a.invalid"  # of the operator

# a country
country = "DK"
# below the last key

# [account.other]
# url = "https://other.invalid"

# of work
{_WORK}""",
        f'# mine\n\n# [account.other]\n# url = "https://other.invalid"\n\n# of work\n{_WORK}',
    ),
    "in two places": (
        f"""[account.home]
url = "https://a.invalid"
[source]
attempts = 3
[[account.home.tax_refund]]
valid_from = 2026-01-01
per_kwh = 0.712
{_WORK}""",
        f"[source]\nattempts = 3\n{_WORK}",
    ),
    "quoted and spaced": (f'  [ account . "home" ]  # x\nurl = "https://a.invalid"\n{_WORK}', _WORK),
    "with lines of Windows": (
        '[account.home]\r\nurl = "https://a.invalid"\r\n\r\n[source]\r\nattempts = 3\r\n',
        "[source]\r\nattempts = 3\r\n",
    ),
    "without a line's end": (f'{_WORK}[account.home]\nurl = "https://a.invalid"', _WORK),
    "an array over lines": (
        f"""{_WORK}
[[rule]]
claim = false
weekdays = [
  "mon",
  # [account.home]
]

[account.home]
url = "https://a.invalid"
""",
        f'{_WORK}\n[[rule]]\nclaim = false\nweekdays = [\n  "mon",\n  # [account.home]\n]\n\n',
    ),
    "a name that begins alike": (
        '[account.home]\nurl = "https://a.invalid"\n[account.home-2]\nurl = "https://b.invalid"\n',
        '[account.home-2]\nurl = "https://b.invalid"\n',
    ),
    "rules": (
        f"""[account.home]
url = "https://a.invalid"
{_WORK}
# guests at home
[[rule]]
account = "home"
charge_point = "my street 1"
claim = false

[[rule]]
account = "work"
claim = true

[[rule]]
claim = false
minimum_kwh = 0.5
""",
        f"""{_WORK}
[[rule]]
account = "(forgotten)"
claim = false

[[rule]]
account = "work"
claim = true

[[rule]]
claim = false
minimum_kwh = 0.5
""",
    ),
}


@pytest.mark.parametrize(("before", "after"), _CASES.values(), ids=_CASES)
def test_what_is_its_own_goes_and_every_other_byte_stays(before: str, after: str) -> None:
    parse_settings(before.encode(), _PATH)
    left = without_account(before.encode(), "home", _PATH)
    assert left.decode() == after
    assert "home" not in parse_settings(left, _PATH).accounts


@pytest.mark.parametrize(
    "text",
    [
        f'account.home.url = "https://a.invalid"\n{_WORK}',
        'account = { home = { url = "https://a.invalid" } }\n',
        '[account]\nhome.url = "https://a.invalid"\n',
        '[account.home]\nurl = "https://a.invalid"\nclient_id = """\n[account.work]\n"""\n',
    ],
)
def test_what_cannot_be_taken_out_by_lines_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="names account home in a way that cannot be taken out of it") as refusal:
        without_account(text.encode(), "home", _PATH)
    assert refusal.value.advice.startswith("Write it as a table [account.home] of its own")
