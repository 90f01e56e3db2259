"""What the databases of a logbook record about its chains: the SHA-256 of each segment, journal entry and claim.

The published database may be lost, damaged or changed by another program, so the writer's in state/ is asked as well.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from pipeline.database.connection import has_writer, open_published, open_writer_to_read
from pipeline.database.faults import REBUILD
from pipeline.errors import DatabaseError, LogbookError, OlderDatabaseError
from pipeline.load.links import Link, kept_entries, known_links
from pipeline.logbook.folder import Logbook


@dataclass(frozen=True)
class RecordedLinks:
    """The links that a logbook's databases record, also those that were lost before a database was built."""

    links: tuple[Link, ...] = ()
    kept: Mapping[int, str] = field(default_factory=dict)  # accounts of the journal entries that are there with content
    databases: tuple[Path, ...] = ()  # that were read
    faults: tuple[DatabaseError, ...] = ()  # one for each database that is there and cannot be compared

    @classmethod
    def read(cls, logbook: Logbook) -> "RecordedLinks":
        """Read them from every database that is there. The caller holds the logbook's lock."""
        links: dict[Link, None] = {}
        kept: dict[int, str] = {}
        databases: list[Path] = []
        faults: list[DatabaseError] = []
        for path, opened in _databases(logbook):
            try:
                with opened as connection:
                    links |= dict.fromkeys(known_links(connection))
                    kept |= kept_entries(connection)
                databases.append(path)
            except OlderDatabaseError as error:
                faults.append(error)
            except (LogbookError, duckdb.Error) as error:
                reason = str(error) if isinstance(error, LogbookError) else f"{path} lacks a table or a column."
                advice = error.advice if isinstance(error, LogbookError) else REBUILD
                faults.append(DatabaseError(f"The ends of the chains cannot be compared: {reason}", advice))
        return cls(tuple(links), kept, tuple(databases), tuple(faults))

    @property
    def accounts(self) -> set[str]:
        """The accounts with a segment or a claim."""
        return {link.account for link in self.links if link.account}

    def of(self, chain: str, account: str = "") -> list[Link]:
        """The links of one chain."""
        return [link for link in self.links if (link.chain, link.account) == (chain, account)]

    def without_older(self) -> "RecordedLinks":
        """Without faults of databases that an older Ladebog wrote: the next update builds them again."""
        faults = tuple(fault for fault in self.faults if not isinstance(fault, OlderDatabaseError))
        return replace(self, faults=faults)


def _databases(logbook: Logbook) -> Iterator[tuple[Path, AbstractContextManager[duckdb.DuckDBPyConnection]]]:
    if os.path.lexists(logbook.database):
        yield logbook.database, open_published(logbook)
    if has_writer(logbook):
        yield logbook.writer_database, open_writer_to_read(logbook)
