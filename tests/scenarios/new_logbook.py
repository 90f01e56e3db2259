"""New logbooks for tests. Their empty database is created once and copied, as that takes longer than most tests."""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.database import checksum
from pipeline.database.connection import open_writer
from pipeline.logbook.files import FILE_MODE, make_folder
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Settings
from pipeline.transform.refresh import refresh_marts


def new_logbook(root: Path) -> Logbook:
    """A logbook without accounts and sessions."""
    logbook = Logbook.create(root)
    write_empty_database(logbook)
    return logbook


def write_empty_database(logbook: Logbook) -> None:
    """Give a logbook an empty writer's database with its checksum, as before its first run."""
    make_folder(logbook.state)
    if not _empty_database:
        with TemporaryDirectory() as folder:
            build_empty_database(Path(folder) / "empty")
            keep_empty_database(Path(folder) / "empty")
    logbook.writer_database.write_bytes(_empty_database[0])
    logbook.writer_database.chmod(FILE_MODE)
    checksum.store(logbook.writer_database)


_empty_database: list[bytes] = []


def build_empty_database(root: Path) -> None:
    """A logbook whose writer's database has all tables and no session."""
    logbook = Logbook.create(root)
    with open_writer(logbook) as connection:
        refresh_marts(connection, Settings(accounts={}))


def keep_empty_database(root: Path) -> None:
    """Use the result of `build_empty_database` for all logbooks that this process begins."""
    _empty_database[:] = [Logbook(root).writer_database.read_bytes()]
