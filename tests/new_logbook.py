"""Logbooks to begin a test with, laid out already: that takes longer than most of what tests do with them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import database, witness
from pipeline.logbook import FILE_MODE, Logbook, make_folder
from pipeline.settings import Settings
from pipeline.transform import transform


def new_logbook(root: Path) -> Logbook:
    """A logbook without accounts and sessions."""
    logbook = Logbook.create(root)
    lay_out(logbook)
    return logbook


def lay_out(logbook: Logbook) -> None:
    """Give a logbook a writer's database without anything in it, as if no run had been made."""
    make_folder(logbook.state)
    witness.remove(logbook.writer_database)
    logbook.writer_database.write_bytes(_writer_database())
    logbook.writer_database.chmod(FILE_MODE)


@cache
def _writer_database() -> bytes:
    with TemporaryDirectory() as folder:
        logbook = Logbook.create(Path(folder) / "logbook")
        with database.writer(logbook) as connection:
            transform(connection, Settings(accounts={}))
        return logbook.writer_database.read_bytes()
