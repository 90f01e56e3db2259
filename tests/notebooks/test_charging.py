"""The notebook in docs/notebooks/, run without a browser in an environment of its own, shows the rows of the marts."""

import json
import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.demo_logbook import CHECKOUT

pytestmark = pytest.mark.documents

_RUN = """
import json
from charging import app
outputs, values = app.run()
tables = {name: values[name].rows() for name in ("months", "hours", "sessions")}
print(json.dumps({"year": values["year"].value, "shown": sum(map(bool, outputs)), **tables}, default=str))
"""


def test_the_notebook_shows_the_rows_of_the_marts(fetched_demo: DemoArchive, tmp_path: Path) -> None:
    process = subprocess.run(
        [os.environ["NOTEBOOK_PYTHON"], "-c", _RUN],
        env={
            "HOME": str(tmp_path),
            "LADEBOG_HOME": str(fetched_demo.logbook.root),
            "PYTHONPATH": str(CHECKOUT / "docs" / "notebooks"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    shown = json.loads(process.stdout.splitlines()[-1])
    assert (shown["year"], shown["shown"]) == ("2025", 4)
    with duckdb.connect(fetched_demo.logbook.database, read_only=True) as connection:
        months = connection.execute(
            "select account, month, currency, sessions, energy_kwh, amount_incl_tax, average_price_incl_tax "
            "from months where year(month) = 2025 order by account, currency, month"
        ).fetchall()
        [(energy_kwh,)] = connection.execute(
            "select sum(energy_kwh) from months_split where year(month) = 2025"
        ).fetchall()
    assert shown["months"] == json.loads(json.dumps(months, default=str))
    assert len(shown["sessions"]) == sum(row[3] for row in months)
    in_wh = [round(1000 * float(row[3])) for row in shown["hours"]]
    assert sum(in_wh) == energy_kwh * 1000
