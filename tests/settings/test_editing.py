"""Removing an account from ladebog.toml removes what belongs to it and keeps every other byte."""

from pathlib import Path

import pytest

from pipeline.settings.editing import without_account
from pipeline.settings.reading import parse_settings

_PATH = Path("ladebog.toml")
_WORK = '[account.work]\nurl = "https://work.invalid"\n'
_CASES = {
    "the only account": ('[account.home]\nurl = "https://a.invalid"\n', ""),
    "before another": (f'[account.home]\nurl = "https://a.invalid"\n\n{_WORK}', _WORK),
    "after another": (f'{_WORK}\n[account.home]\nurl = "https://a.invalid"\n', f"{_WORK}\n"),
    "with its own tables": (
        f"""{_WORK}
[account.home]
url = "https://a.invalid"

[[account.home.reimbursement]]
valid_from = 2026-01-01
basis = "rate"
rate = 2.79            # DKK per kWh

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

# the charger at home
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
    "with Windows line ends": (
        '[account.home]\r\nurl = "https://a.invalid"\r\n\r\n[source]\r\nattempts = 3\r\n',
        "[source]\r\nattempts = 3\r\n",
    ),
    "without a line end at the end of the file": (f'{_WORK}[account.home]\nurl = "https://a.invalid"', _WORK),
    "an array over several lines": (
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
    "a name with the same beginning": (
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
    "comments above the next header": (
        f'[account.home]\nurl = "https://a.invalid"\n# of work\n{_WORK}',
        f"# of work\n{_WORK}",
    ),
    "comments at the end of the file": (
        f'{_WORK}[account.home]\nurl = "https://a.invalid"\n# below the last key\n\n# mine\n',
        f"{_WORK}# mine\n",
    ),
    "a comment that ends the file": (f'{_WORK}[account.home]\nurl = "https://a.invalid"\n# below', _WORK),
    "a rule with comments": (
        """[account.home]
url = "https://a.invalid"

# mine

# guests
[[rule]]  # of mine
# at my street
account = "home"  # in the country
claim = false
# below the last key

# of all
[[rule]]
claim = false
""",
        """# mine

[[rule]]
account = "(forgotten)"
claim = false

# of all
[[rule]]
claim = false
""",
    ),
    "dotted keys": (f'# mine\naccount.home.url = "https://a.invalid"\n{_WORK}', f"# mine\n{_WORK}"),
    "dotted keys in a table": ('[account]\n# mine\nhome.url = "https://a.invalid"\n', "[account]\n# mine\n"),
    "an inline table": (
        'account = { home = { url = "https://a.invalid" }, work = { url = "https://b.invalid" } }  # mine\n',
        'account = {  work = { url = "https://b.invalid" } }  # mine\n',
    ),
    "a header in a multi-line string": (
        f'{_WORK}[[rule]]\ncharge_point = """\n[account.home]\n"""\nclaim = false\n[account.home]\nurl = "https://a.invalid"\n',
        f'{_WORK}[[rule]]\ncharge_point = """\n[account.home]\n"""\nclaim = false\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), _CASES.values(), ids=_CASES)
def test_only_the_account_is_removed(before: str, after: str) -> None:
    parse_settings(before.encode(), _PATH)
    edited = without_account(before.encode(), "home", _PATH)
    assert edited.decode() == after
    assert "home" not in parse_settings(edited, _PATH).accounts
