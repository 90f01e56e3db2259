"""One logbook with many kinds of sessions, which the tests of reports share."""

import pytest

from tests.scenarios.written_logbook import ChargedSession, WrittenLogbook

SESSIONS = (
    ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00", energy_wh=21_469, amount="51.74", note="Ærø 🚗"),
    ChargedSession(
        id="2",
        stopped="2025-03-30T14:33:51+00:00",
        started="2025-03-29T22:10:00+00:00",
        energy_wh=10_873,
        amount="19.60385",
        note='=HYPERLINK("x")',
    ),
    ChargedSession(id="3", stopped="2025-03-31T22:30:00+00:00", energy_wh=5_000, amount="12.5", note="two\nlines"),
    ChargedSession(id="4", stopped="2025-04-10T10:00:00+00:00", energy_wh=0, amount="0", note="+1"),
    ChargedSession(
        id="5",
        stopped="2025-04-11T10:00:00+00:00",
        energy_wh=30_000,
        amount="18.3",
        currency="EUR",
        kind="public",
        address="Raststätte",
    ),
    # Other years, so that one published logbook serves all tests.
    *(ChargedSession(id=name, stopped="2021-03-05T17:00:00+00:00", evse=name) for name in ("b", "a", "c")),
    ChargedSession(id="22-1", stopped="2022-03-05T17:00:00+00:00"),
    ChargedSession(id="22-2", stopped="2022-05-05T17:00:00+00:00", prices_include_tax=False),
    ChargedSession(id="23-1", stopped="2023-03-05T17:00:00+00:00", currency="JPY", minor_digits=0, amount="1200"),
    ChargedSession(id="24-1", stopped="2024-03-05T17:00:00+00:00"),
    ChargedSession(id="24-2", stopped="2024-03-06T17:00:00+00:00", currency="EUR", tax_name="MwSt"),
    ChargedSession(id="24-3", stopped="2024-03-07T17:00:00+00:00", tax_name=None),
)
LISTED_AT = {"2025-03": "2025-04-03T08:00:00+00:00", "2025-04": "2025-05-03T08:00:00+00:00"}


@pytest.fixture(scope="session")
def report_logbook(tmp_path_factory: pytest.TempPathFactory) -> WrittenLogbook:
    """Sessions of March and April 2025, one of them in April by local time only, and of other years."""
    return WrittenLogbook(tmp_path_factory.mktemp("report") / "logbook").publish(SESSIONS, listed=LISTED_AT)
