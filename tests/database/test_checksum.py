"""The writer's database is the one that was left, or it is refused before anything is built on it."""

from pathlib import Path

import duckdb
import pytest

from pipeline.database import checksum
from pipeline.database.connection import open_writer
from pipeline.errors import DatabaseError
from tests.scenarios.demo_archive import DemoArchive


def witness_of(demo: DemoArchive) -> Path:
    return demo.logbook.writer_database.with_name("writer.duckdb.sha256")


def damage_last_block(path: Path) -> None:
    """Change one bit of the last block, which holds rows that a transform with nothing to do never reads."""
    content = bytearray(path.read_bytes())
    content[-1_000] ^= 1
    path.write_bytes(content)


def test_what_another_program_changed_is_refused(demo: DemoArchive) -> None:
    with duckdb.connect(str(demo.logbook.writer_database)) as connection:
        connection.execute("delete from facts.session_facts where energy_wh > 10_000")
    with pytest.raises(DatabaseError, match=r"writer\.duckdb is not as Ladebog left it: .*") as caught:
        demo.update()
    assert caught.value.advice == "Make it again from raw/ with: ladebog rebuild"
    before = demo.tables()
    assert before == demo.rebuild()


def test_damage_that_no_query_would_meet_is_found(demo: DemoArchive) -> None:
    damage_last_block(demo.logbook.writer_database)
    with pytest.raises(DatabaseError):
        demo.update()


def test_without_a_witness_every_row_is_read(demo: DemoArchive) -> None:
    """As after a kill, which leaves none: the rows of each block are compared with its checksum."""
    witness_of(demo).unlink()
    demo.update()
    assert checksum.agrees(demo.logbook.writer_database)
    path, found = demo.logbook.writer_database, 0
    content = path.read_bytes()
    for place in range(len(content) - 1_000, len(content) // 2, -262_144):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        witness_of(demo).unlink(missing_ok=True)
        try:
            demo.update()
        except DatabaseError as error:
            assert error.advice == "Make it again from raw/ with: ladebog rebuild"
            assert not witness_of(demo).exists()  # so the next one looks again
            found += 1
    assert found > 0


def test_there_is_a_witness_only_while_it_is_closed(demo: DemoArchive) -> None:
    with open_writer(demo.logbook):
        assert not witness_of(demo).exists()
    assert checksum.agrees(demo.logbook.writer_database)


def test_whatever_else_goes_wrong_leaves_a_witness(demo: DemoArchive) -> None:
    with pytest.raises(ZeroDivisionError), open_writer(demo.logbook) as connection:
        connection.execute("insert into facts.changed_sessions values ('demo', 'x')")
        raise ZeroDivisionError
    assert checksum.agrees(demo.logbook.writer_database)
    demo.update()


def test_a_database_with_a_log_beside_it_has_no_witness(demo: DemoArchive) -> None:
    checksum.wal(demo.logbook.writer_database).write_bytes(b"")
    assert checksum.agrees(demo.logbook.writer_database) is False
    checksum.remove(demo.logbook.writer_database)
    checksum.leave(demo.logbook.writer_database)
    assert checksum.agrees(demo.logbook.writer_database) is None
