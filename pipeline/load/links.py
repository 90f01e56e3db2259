"""The links of the chains of raw/, journal/ and claims/ that a database knows.

Each link contains the SHA-256 of the link before it, so a chain cannot show that its end is missing. A database has
every link that it was computed from, and a new one takes over from the one that it replaces which links the files lack.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import duckdb

from pipeline.database import models
from pipeline.database.insert import insert
from pipeline.logbook.entries import FORGOTTEN
from pipeline.logbook.journal import Entry

JOURNAL, RAW, CLAIMS = "journal", "raw", "claims"

_LOST = "select * from facts.lost_links order by chain, account, length(link), link"


class Link(NamedTuple):
    """An entry of the journal, a segment or a claim."""

    chain: str  # the folder: JOURNAL, RAW or CLAIMS
    account: str  # empty for the journal
    name: str  # number of the entry or claim, or file of the segment under raw/<account>
    sha256: str  # of a claim, over its manifest


def known_links(connection: duckdb.DuckDBPyConnection) -> list[Link]:
    """Every link that a database was computed from, and those that were lost before it was built."""
    return [Link(*row) for row in connection.execute(models.query("known_links")).fetchall()]


def kept_entries(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The account of each journal entry that a database has loaded with its content; empty for one without account."""
    return dict(connection.execute(models.query("kept_entries")).fetchall())


def removal_fault(entries: Iterable[Entry], kept: Mapping[int, str]) -> tuple[int, str] | None:
    """The first entry that is marked as forgotten although a database has its content, and what is wrong with that.

    When an account is forgotten, its databases are dropped first. So there is no such entry, unless it was removed by
    other means, or the command was killed.
    """
    removed = (entry.entry for entry in entries if entry.action == FORGOTTEN and entry.entry in kept)
    number = next(removed, None)
    if number is None:
        return None
    account = kept[number]
    about = f"account {account}, which was not forgotten" if account else "no account that could be forgotten"
    return number, f"it was removed, but the database contains it: it is about {about}"


def lost_links(connection: duckdb.DuckDBPyConnection) -> list[Link]:
    """The links that were lost before a database was built."""
    return [Link(*row) for row in connection.execute(_LOST).fetchall()]


def store_lost_links(connection: duckdb.DuckDBPyConnection, earlier: Iterable[Link]) -> None:
    """Store as lost the links of an earlier database that this one, into which all files were loaded, does not have."""
    known = set(known_links(connection))
    insert(connection, "facts.lost_links", [link for link in dict.fromkeys(earlier) if link not in known])
