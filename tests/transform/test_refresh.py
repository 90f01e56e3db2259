"""Refreshing the marts gives the same rows as building them from raw/."""

import random
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec
import pytest

from pipeline.demo import DemoServer
from pipeline.errors import SettingsError
from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer
from pipeline.settings.schema import ReportSettings, Settings
from pipeline.transform.refresh import refresh_marts
from pipeline.transform.update import rebuild_archive, update_archive
from tests.demo import expected_marts
from tests.scenarios.demo_archive import DemoArchive, Tables
from tests.scenarios.model_tables import assert_tables_match_models
from tests.scenarios.small_archive import (
    LATER,
    Json,
    SmallArchive,
    at,
    charge_point,
    curve,
    detail,
    listed,
    listing,
    period,
    session,
    small_archive,
    text,
)

pytestmark = pytest.mark.system


def test_a_refresh_after_corrections_and_a_new_session_equals_a_rebuild(demo: DemoArchive) -> None:
    ids = [row["session_id"] for row in expected_marts.sessions(demo.tenant)]
    recent = [row["session_id"] for row in expected_marts.sessions(demo.tenant) if row["stopped_at"].month in (10, 11)][
        -8:
    ]
    draw = random.Random(7)  # noqa: S311
    for session_id in draw.sample(recent, 3):
        demo.tenant.correct(session_id, energy_wh=draw.randint(0, 50_000), amount=Decimal(draw.randint(0, 9_999)) / 100)
    demo.tenant.thin_out(draw.choice(recent))
    demo.tenant.thin_out(ids[0])
    demo.tenant.finish_active(demo.clock.moment)
    with DemoServer(demo.tenant) as server:
        summary = demo.extract(server)
    assert (summary.corrected, summary.new, summary.quarantined) == (3, 1, 0)
    incremental = demo.update()
    assert incremental == demo.rebuild()
    assert len(expected_marts.sessions(demo.tenant)) == len(incremental["sessions"])
    columns = ", ".join(expected := ["session_id", "energy_kwh", "amount_incl_tax", "tax_amount"])
    with demo.reading() as connection:
        found = connection.execute(f"select {columns} from sessions order by session_id").fetchall()  # noqa: S608
    assert [tuple(row[name] for name in expected) for row in expected_marts.sessions(demo.tenant)] == found


def test_an_update_without_new_answers_changes_nothing(demo: DemoArchive) -> None:
    assert demo.tables() == demo.update()


def contents(archive: SmallArchive) -> Tables:
    names = [
        name for (name,) in archive.rows("select table_name from information_schema.tables where table_schema = 'main'")
    ]
    return {name: archive.rows(f"select * from {name} order by all") for name in names}  # noqa: S608


def recompute_all(archive: SmallArchive) -> Tables:
    """Compute all sessions again and compare each table with its model's SELECT; returns the marts."""
    archive.connection.execute("update facts.settings set settings = ''")
    archive.transform()
    assert_tables_match_models(archive.connection)
    return contents(archive)


def random_answer(draw: random.Random, minutes: int) -> Answer:
    """A new or changed answer about one of five sessions, or about a charge point."""
    fields: Json = {
        "energy": draw.choice([0, 1_000, 25_001]),
        "totalAmount": draw.choice([0, 1.005, 99.99]),
        "stoppedAt": text(at(draw.choice([60, 61]))),
        "evseId": draw.choice(["2317", "other"]),
        "powerStats": curve(*[(n, draw.randint(0, 11)) for n in range(draw.randint(0, 5))]),
        "chargingPeriods": [period(0, 30), period(30, 60, draw.choice(["idle", "charging"]))][: draw.randint(0, 2)],
    }
    body = session(draw.choice("12345"), **fields)
    if draw.random() < 0.15:
        body |= {"status": "active", "stoppedAt": None}
    if draw.random() < 0.1:
        body |= {"energy": "much"}
    moment = None if draw.random() < 0.1 else at(100 + minutes + draw.choice([0, 0, -50]))
    kind = draw.random()
    if kind < 0.2:
        return charge_point(moment, draw.choice([25, 20, None]), draw.choice(["Drive", "Road"]))
    if kind < 0.5:
        return listing(listed(body, note=draw.choice([None, "Ærø"])), fetched_at=moment)
    return detail(body, moment)


def test_refreshes_after_random_answers_equal_a_rebuild(archive: SmallArchive, tmp_path: Path) -> None:
    draw = random.Random(1)  # noqa: S311
    for step in range(4):
        archive.build(*(random_answer(draw, 10 * step + number) for number in range(9)))
    with small_archive(tmp_path / "other") as other:
        rebuilt = SmallArchive(other.connection, archive.folder)
        AnswerLoader(other.connection, archive.folder).load_all()
        assert contents(archive) == contents(rebuilt.transform())


def test_another_time_zone_recomputes_everything(archive: SmallArchive) -> None:
    evening = {"startedAt": "2025-03-31T20:00:00Z", "stoppedAt": "2025-03-31T21:30:00Z"}
    archive.build(detail(session(**evening)))
    months = "select cast(month as varchar) from months"
    assert archive.rows(months) == [("2025-03-01",)]
    home = msgspec.structs.replace(archive.settings.accounts["home"], timezone="Europe/Helsinki")
    archive.settings = msgspec.structs.replace(archive.settings, accounts={"home": home})
    archive.transform()
    assert archive.rows(months) == [("2025-04-01",)]
    assert archive.rows("select timezone from facts.accounts") == [("Europe/Helsinki",)]


def test_only_changed_sessions_are_recomputed(archive: SmallArchive) -> None:
    archive.build(detail(session("1")), detail(session("2")))
    archive.connection.execute("update sessions set note = 'not recomputed'")
    archive.build(detail(session("2", energy=1)))
    assert archive.rows("select session_id, note from sessions order by 1") == [("1", "not recomputed"), ("2", None)]
    assert archive.rows("select * from facts.changed_sessions") == []


def test_a_session_id_of_two_accounts_is_two_sessions(archive: SmallArchive) -> None:
    """Because two operators may use the same id."""
    work = msgspec.structs.replace(archive.settings.accounts["home"], name="work")
    archive.settings = msgspec.structs.replace(archive.settings, accounts={**archive.settings.accounts, "work": work})
    archive.add(detail(session()))
    other = SmallArchive(archive.connection, archive.folder.with_name("work"), archive.settings)
    other.add(detail(session(energy=1)))
    archive.transform()
    archive.build(detail(session(energy=2), LATER.replace(year=2031)))
    AnswerLoader(archive.connection, other.folder).load_all()
    expected = [("home", Decimal("0.002"), 2), ("work", Decimal("0.001"), 1)]
    assert expected == archive.rows("select account, energy_kwh, revision from sessions order by account")
    assert contents(archive) == recompute_all(archive)


def test_a_failed_transform_changes_nothing(archive: SmallArchive) -> None:
    archive.build(detail(session()))
    before = contents(archive)
    archive.add(detail(session(energy=5), LATER.replace(year=2031)))
    archive.connection.execute("alter table month_states rename to month_states_table")
    archive.connection.execute("create view month_states as select * from month_states_table")  # a view accepts no rows
    with pytest.raises(duckdb.Error, match="base table"):
        archive.transform()
    archive.connection.execute("drop view month_states")
    archive.connection.execute("alter table month_states_table rename to month_states")
    assert before["sessions"] == contents(archive)["sessions"]
    archive.transform()
    assert [(Decimal("0.005"), 2)] == archive.rows("select energy_kwh, revision from sessions")


def test_a_folder_of_an_account_that_is_not_in_the_settings_is_an_error(demo: DemoArchive) -> None:
    no_accounts = Settings(accounts={})
    for step in (update_archive, rebuild_archive):
        with pytest.raises(SettingsError, match=r"raw/demo holds the answers of an account .* does not name") as caught:
            step(demo.logbook, no_accounts, demo.clock)
        assert "ladebog account add demo --url" in caught.value.advice


def test_an_unfinished_segment_is_recovered_by_an_update(demo: DemoArchive) -> None:
    before = demo.tables()
    [segment] = (demo.logbook.raw / "demo").rglob("*.ndjson.gz")
    part = segment.with_name("20251112T051501Z-0badc0de.ndjson.gz.part")
    part.write_bytes(b"torn")
    after = demo.update()
    assert before["sessions"] == after["sessions"]
    with demo.reading() as connection:
        found = connection.execute("select run_id, outcome from runs order by started_at desc limit 1").fetchone()
    assert found == ("0badc0de", "interrupted")


def test_changed_settings_are_stored_by_a_refresh(tmp_path_factory: pytest.TempPathFactory) -> None:
    with small_archive(tmp_path_factory.mktemp("other") / "logbook") as archive:
        found = []
        for hours in (24, 24, 48):
            changed = msgspec.structs.replace(archive.settings, report=ReportSettings(closed_after_hours=hours))
            refresh_marts(archive.connection, changed)
            found += archive.rows("select settings, closed_after_hours from facts.settings")
    assert found[0] == found[1]
    assert [hours for _, hours in found] == [24, 24, 48]
    assert found[1][0] != found[2][0]


def test_nothing_is_computed_when_nothing_was_loaded(archive: SmallArchive) -> None:
    archive.build(detail(session()))
    archive.connection.execute("update intermediate.month_totals set sessions = 99")
    assert archive.transform().rows("select distinct sessions from months") == [(99,)]
    assert archive.build(charge_point(LATER)).rows("select distinct sessions from months") == [(1,)]
