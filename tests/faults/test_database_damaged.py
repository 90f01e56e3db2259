"""A database that is truncated, damaged, from another program or newer is refused with advice, and can be rebuilt."""

import random
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.database.connection import SCHEMA_VERSION
from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_REBUILD = "Rebuild it from raw/ with: ladebog rebuild"
_QUERIES = (
    "select sum(power_kw) from power_samples",
    "select sum(energy_kwh) from days",
    "from sessions order by all",
)


def damaged_content(content: bytes, damage: str, draw: random.Random) -> bytes:
    if damage == "truncated":
        return content[: draw.randrange(1, len(content))]
    at = draw.randrange(len(content) if damage == "flipped bit" else 12_288)
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


@pytest.mark.parametrize("damage", ["truncated", "flipped bit", "flipped bit in the header"])
def test_a_damaged_writer_database_is_refused_and_can_be_rebuilt(
    damage: str, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    draw, path = random.Random(damage), archived_logbook.paths.writer_database  # noqa: S311 (draws positions)
    content, checksum = path.read_bytes(), path.with_name("writer.duckdb.sha256")
    checksum_content, items_before, published = (
        checksum.read_bytes(),
        items(archived_logbook),
        archived_logbook.paths.database.read_bytes(),
    )
    for _ in range(12):
        path.write_bytes(damaged_content(content, damage, draw))
        checksum.write_bytes(checksum_content)
        message, advice = refusal(
            archived_logbook.run("transform", now=NOW), 1
        )  # there is nothing new, so only a part of it is read
        assert message.startswith(f"{path} ")
        assert advice == _REBUILD
        assert archived_logbook.paths.database.read_bytes() == published
        record(f"writer database: {damage}", 1, count_lost(items_before, archived_logbook), message, advice)
    archived_logbook.do("rebuild", now=NOW)
    assert count_lost(items_before, archived_logbook) == 0
    assert_complete(archived_logbook, new_operator.tenant)


@pytest.mark.parametrize("damage", ["truncated", "flipped bit", "flipped bit in the header"])
def test_a_damaged_published_database_gives_correct_rows_or_an_error(
    damage: str, archived_logbook: DemoLogbook, record: Record
) -> None:
    draw, path = random.Random(damage), archived_logbook.paths.database  # noqa: S311 (draws positions)
    content, items_before = path.read_bytes(), items(archived_logbook)
    all_rows_before = [archived_logbook.do("sql", query, "--format", "csv").out for query in _QUERIES]
    for _ in range(12):
        path.write_bytes(damaged_content(content, damage, draw))
        for query, rows_before in zip(_QUERIES, all_rows_before, strict=True):
            outcome, message, advice = archived_logbook.run("sql", query, "--format", "csv"), "", ""
            if outcome.code == 0:
                assert rows_before == outcome.out  # the part that it read is not damaged
            else:
                assert rows_before.startswith(outcome.out)  # rows are printed as they are read
                message, advice = refusal(replace(outcome, out=""), 1)
                assert (message.startswith(f"{path} "), advice) == (True, _REBUILD)
            record(f"published database: {damage}", 1, 0, message, advice)
    archived_logbook.do("transform", now=NOW)
    assert count_lost(items_before, archived_logbook) == 0
    assert all_rows_before == [archived_logbook.do("sql", query, "--format", "csv").out for query in _QUERIES]


@pytest.mark.parametrize("which_database", ["writer", "published"])
@pytest.mark.parametrize("replacement", ["of another program", "newer", "older", "garbage", "missing"])
def test_a_replaced_database_is_refused_or_rebuilt(
    which_database: str,
    replacement: str,
    new_operator: DemoServer,
    archived_logbook: DemoLogbook,
    record: Record,
    tmp_path: Path,
) -> None:
    path = archived_logbook.paths.writer_database if which_database == "writer" else archived_logbook.paths.database
    items_before = items(archived_logbook)
    if replacement in ("newer", "older"):
        with duckdb.connect(str(path)) as connection:
            version = 99 if replacement == "newer" else 1
            connection.execute("update facts.settings set schema_version = ?, ladebog_version = '9.9'", [version])
    else:
        path.unlink()
    if replacement == "of another program":
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table guests as select 1 as guest")
    elif replacement == "garbage":
        path.write_bytes(random.Random(1).randbytes(300_000))  # noqa: S311 (draws garbage)
    outcome = archived_logbook.run(*(["transform"] if which_database == "writer" else ["report", "2024-09"]), now=NOW)
    message, advice = "", ""
    if which_database == "writer" and replacement in ("older", "missing"):  # rebuilt automatically
        assert (outcome.code, outcome.err) == (0, "")
    else:
        message, advice = refusal(outcome, 1)
        assert (
            advice
            == {
                "of another program": _REBUILD,
                "newer": "Update Ladebog, or rebuild the database for this version with: ladebog rebuild",
                "older": "Update it with: ladebog transform",
                "garbage": _REBUILD,
                "missing": "Publish it from the archive with: ladebog transform",
            }[replacement]
        )
        if replacement == "newer":
            assert message == f"{path} is from a newer Ladebog (9.9, schema 99; this one knows {SCHEMA_VERSION})."
        archived_logbook.do("rebuild", now=NOW)
    record(f"{which_database} database: {replacement}", 1, count_lost(items_before, archived_logbook), message, advice)
    assert_complete(archived_logbook, new_operator.tenant)
