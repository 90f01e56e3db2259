"""New logbooks for tests. Their empty database is created once and copied, as that takes longer than most tests."""

from functools import cache
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
    logbook.writer_database.write_bytes(_empty_database())
    logbook.writer_database.chmod(FILE_MODE)
    checksum.store(logbook.writer_database)


@cache
def _empty_database() -> bytes:
    """A writer's database that has all tables and no session; each process creates it once."""
    with TemporaryDirectory() as folder:
        logbook = Logbook.create(Path(folder) / "logbook")
        with open_writer(logbook) as connection:
            refresh_marts(connection, Settings(accounts={}))
        return logbook.writer_database.read_bytes()
