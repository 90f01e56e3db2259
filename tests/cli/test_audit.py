"""`ladebog audit` on the demo."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.database.connection import open_published, rows
from pipeline.logbook.folder import Logbook
from pipeline.settings.editing import write_account
from pipeline.settings.schema import Account
from tests.cli.conftest import CorrectedDemo

pytestmark = pytest.mark.system

Ladebog = Callable[..., tuple[int, str, str]]

TABLE_OF_JUNE = """\
session  stopped              kWh  billed DKK  recomputed  ± øre      %  verdict        reason
599155   2025-06-02 07:39  48.792       50.95       50.95      0   0.00  ok             -
602743   2025-06-06 18:25  21.005       87.13           -      -      -  cannot tell    no tariff of this charge point is known
605175   2025-06-12 06:31   7.615       12.73       12.73      0   0.00  ok             -
606070   2025-06-14 14:32  35.794       52.03       52.04     -1  -0.02  ok             -
607941   2025-06-18 07:32  47.944       50.90       50.90      0   0.00  ok             -
611765   2025-06-21 08:10  38.313       72.50       72.62    -12  -0.17  ok             -
613731   2025-06-22 14:41  13.997        2.50        2.50      0   0.00  minimum price  -
614560   2025-06-26 06:31  20.848       26.87       26.88     -1  -0.04  ok             -
617344   2025-06-30 07:40  39.764       89.52       89.63    -11  -0.12  ok             -

demo: 9 sessions: 7 ok, 1 minimum price, 1 cannot tell. Billed minus recomputed: -0.25 DKK.
"""  # noqa: E501 (a wide table)


def test_a_month_is_printed_as_a_table(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    code, printed, _ = ladebog(corrected_demo.home, "audit", "--month", "2025-06")
    assert (code, printed) == (0, TABLE_OF_JUNE)


def test_private_bills_of_the_demo_are_ok_unless_they_were_corrected(corrected_demo: CorrectedDemo) -> None:
    expected_verdicts = {corrected_demo.raised_bill_id: "overbilled", corrected_demo.lowered_bill_id: "underbilled"}
    expected_verdicts[corrected_demo.lowered_energy_id] = "overbilled"
    expected = {
        session.id: expected_verdicts.get(session.id, "minimum price" if session.scene in _MINIMUM else "ok")
        for session in corrected_demo.tenant.sessions.values()
        if session.stopped_at and session.site.kind == "private" and session.has_periods
    }
    with open_published(Logbook(corrected_demo.home)) as connection:
        verdicts = rows(
            connection, "select session_id, verdict from bill_audit where reason is null or verdict <> 'cannot tell'"
        )
    assert {row["session_id"]: row["verdict"] for row in verdicts} == expected


_MINIMUM = ("minimum_price", "negative_sum")


def test_corrected_bills_have_a_verdict_and_their_differences_are_summed(
    corrected_demo: CorrectedDemo, ladebog: Ladebog
) -> None:
    _, printed, _ = ladebog(corrected_demo.home, "audit", "--month", "2025-10")
    lines = {line.split()[0]: line for line in printed.splitlines() if line[:1].isdigit()}
    assert re.search(r"99\.81 +89\.82 +\+999 +\+11\.12  overbilled", lines[corrected_demo.raised_bill_id])
    assert "1 underbilled" in printed
    differences = [
        int(match[1]) for line in lines.values() if (match := re.search(r" ([+-]?\d+) +[+-]?\d+\.\d\d  ", line))
    ]
    assert len(differences) == len(lines)
    assert f"Billed minus recomputed: {sum(differences) / 100:+.2f} DKK." in printed


def test_a_month_without_sessions_is_reported(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    assert ladebog(corrected_demo.home, "audit", "--month", "2031-01") == (
        0,
        "demo: no finished session in 2031-01.\n",
        "",
    )


def test_invalid_months_are_refused(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    for month, hint in (("2025-13", "2025-03"), ("2025", "2025-03"), ("march", "Did you mean")):
        code, printed, error = ladebog(corrected_demo.home, "audit", "--month", month)
        assert (code, printed) == (2, "")
        assert hint in error


def test_an_unknown_account_is_refused(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    code, _, error = ladebog(corrected_demo.home, "audit", "--account", "work")
    assert code == 2
    assert "no account 'work'" in error


def test_a_logbook_without_data_is_refused(tmp_path: Path, ladebog: Ladebog) -> None:
    logbook = Logbook.create(tmp_path / "new")
    write_account(logbook.settings, Account(name="home", url="https://operator.example.invalid"))
    code, _, error = ladebog(logbook.root, "audit")
    assert code == 1
    assert "ladebog run" in error


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_on_a_terminal(
    corrected_demo: CorrectedDemo, ladebog: Ladebog, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    _, printed, _ = ladebog(corrected_demo.home, "audit")
    assert max(len(line) for line in printed.splitlines()[:-1]) <= width
    assert "…" not in printed
    assert "no tariff" in printed
    assert " recomputed " in printed
