"""A writer's database that was changed or damaged since it was closed is refused before it is used."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.database import checksum
from pipeline.database.connection import open_writer
from pipeline.errors import DatabaseError
from pipeline.logbook.folder import Logbook
from tests.scenarios.decided_logbook import DecidedLogbook
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.written_logbook import ChargedSession


def checksum_file(demo: DemoArchive) -> Path:
    return demo.logbook.writer_database.with_name("writer.duckdb.sha256")


def all_tables(logbook: DecidedLogbook) -> dict[str, list[tuple[Any, ...]]]:
    more = {name: logbook.rows(f"from {name} order by all") for name in ("documents", "runs")}
    return logbook.tables() | more


def damage_last_block(path: Path) -> None:
    """Change one bit of the last block, whose rows are not read by a transform that has nothing to do."""
    content = bytearray(path.read_bytes())
    content[-1_000] ^= 1
    path.write_bytes(content)


@pytest.mark.system
def test_a_database_that_another_program_changed_is_refused(tmp_path: Path) -> None:
    sessions = [
        ChargedSession(id=str(energy), stopped="2025-03-05T12:00Z", energy_wh=energy) for energy in (9_000, 11_000)
    ]
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", {"home": sessions}, "")
    with duckdb.connect(str(Logbook(logbook.root).writer_database)) as connection:
        connection.execute("delete from facts.session_facts where energy_wh > 10_000")
    with pytest.raises(DatabaseError, match=r"writer\.duckdb was changed since Ladebog closed it: .*") as caught:
        logbook.update()
    assert caught.value.advice == "Rebuild it from raw/ with: ladebog rebuild"
    before = all_tables(logbook)
    logbook.rebuild()
    assert before == all_tables(logbook)


def test_damage_in_a_block_that_no_query_reads_is_found(demo: DemoArchive) -> None:
    damage_last_block(demo.logbook.writer_database)
    with pytest.raises(DatabaseError):
        demo.update()


@pytest.mark.system
def test_without_a_checksum_every_row_is_read(demo: DemoArchive) -> None:
    """After a kill there is no checksum; DuckDB then checks each block that contains rows."""
    checksum_file(demo).unlink()
    demo.update()
    assert checksum.matches(demo.logbook.writer_database)
    path, errors = demo.logbook.writer_database, 0
    content = path.read_bytes()
    for offset in range(len(content) - 1_000, len(content) // 2, -262_144):
        path.write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])
        checksum_file(demo).unlink(missing_ok=True)
        try:
            demo.update()
        except DatabaseError as error:
            assert error.advice == "Rebuild it from raw/ with: ladebog rebuild"
            assert not checksum_file(demo).exists()  # so the next run reads everything again
            errors += 1
    assert errors > 0


def test_an_open_database_has_no_checksum(demo: DemoArchive) -> None:
    with open_writer(demo.logbook):
        assert not checksum_file(demo).exists()
    assert checksum.matches(demo.logbook.writer_database)


def test_a_checksum_is_stored_after_an_error_of_the_caller(demo: DemoArchive) -> None:
    with pytest.raises(ZeroDivisionError), open_writer(demo.logbook) as connection:
        connection.execute("insert into facts.changed_sessions values ('demo', 'x')")
        raise ZeroDivisionError
    assert checksum.matches(demo.logbook.writer_database)
    demo.update()


def test_a_database_with_a_write_ahead_log_has_no_checksum(demo: DemoArchive) -> None:
    demo.logbook.writer_database.with_name("writer.duckdb.wal").write_bytes(b"")
    assert checksum.matches(demo.logbook.writer_database) is False
    checksum.remove(demo.logbook.writer_database)
    checksum.store(demo.logbook.writer_database)
    assert checksum.matches(demo.logbook.writer_database) is None
