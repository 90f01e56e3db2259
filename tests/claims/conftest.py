"""Logbooks with claims, which several files of tests copy and change."""

from datetime import date

import pytest

from tests.scenarios.claimed_logbook import APRIL, FEBRUARY, JANUARY, MARCH, ClaimedLogbook, ServedSession, local


@pytest.fixture(scope="module")
def two_claims(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """Claims 1 of February and 2 of March, of a session each. Tests copy it."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("shared") / "logbook")
    logbook.extract(
        ServedSession("1", local(date(2025, 2, 5))),
        ServedSession("2", local(date(2025, 3, 5))),
        months=(JANUARY, APRIL),
    )
    for month in (FEBRUARY, MARCH):
        logbook.claim(month)
    logbook.update()
    return logbook
