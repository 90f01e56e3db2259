"""What a claim's lines state besides their figures: a minimum price, and where the figures come from."""

from decimal import Decimal
from pathlib import Path

from pipeline.database import models
from tests.scenarios.small_archive import SmallArchive, at, detail, session
from tests.sql.billed_archive import BilledArchive, BilledSession

QUERY = (
    models.query("claim_lines_to_add")
    .replace("$account", "'home'")
    .replace("$month", "date '2025-03-01'")
    .replace("$car", "cast(null as varchar)")
)


def test_a_line_states_the_minimum_price_that_makes_its_amount(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    archive.fetch({"short": BilledSession(energy_wh=470, amount="2.50"), "long": BilledSession()})
    found = {row["session_id"]: (row["minimum_price"], row["is_imported"]) for row in archive.rows(QUERY)}
    assert found == {"short": (Decimal("2.5"), False), "long": (None, False)}


def test_a_line_states_that_its_figures_were_only_imported(archive: SmallArchive) -> None:
    archive.add(
        detail(session("imported"), at(100)),
        detail(session("fetched too"), at(100)),
        detail(session("changed since"), at(100)),
        command="import",
    )
    archive.build(
        detail(session("fetched too", stopReason="remote"), at(200)),
        detail(session("changed since", energy=9_000), at(200)),
    )
    expected = {"imported": "imported", "fetched too": "fetched", "changed since": "fetched"}
    assert expected == dict(archive.rows("select session_id, origin from sessions"))
    lines = archive.rows(f"select session_id, is_imported from ({QUERY})")  # noqa: S608
    assert {name: origin == "imported" for name, origin in expected.items()} == dict(lines)
