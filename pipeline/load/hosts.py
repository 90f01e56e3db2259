"""Whose sessions an account has: the hosts that answered about them."""

from collections.abc import Collection
from pathlib import Path

import duckdb

from pipeline.command_line import quoted
from pipeline.database import models
from pipeline.errors import SettingsError
from pipeline.load.batches import document_hashes
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings.names import host_and_port
from pipeline.settings.schema import Account

_OF_SESSIONS = (Endpoint.SESSION, Endpoint.SESSION_HISTORY)
_OK = 200


def hosts_of_sessions(folder: Path) -> set[str]:
    """The hosts of the answers with sessions in raw/<account>; empty text for imports without an address.

    Raises RawStoreError for a damaged segment.
    """
    lines = (line for segment in finished_segments(folder) for line, _ in read_lines(segment))
    return {
        host_and_port(line.url)
        for line in lines
        if line.endpoint in _OF_SESSIONS and line.status == _OK and document_hashes(line)
    }


def require_same_operator(connection: duckdb.DuckDBPyConnection, account: Account) -> None:
    """Raise SettingsError if a run fetched sessions from a host that is not the account's, now or formerly.

    Imports do not count: they may be of other hosts where the user says so.
    """
    fetched = connection.execute(models.query("fetched_hosts"), {"account": account.name}).fetchall()
    refuse_other_operator(account, {host for (host,) in fetched if host is not None})


def refuse_other_operator(account: Account, known_hosts: Collection[str]) -> None:
    """Raise SettingsError if sessions are known of a host that is not the account's, now or formerly."""
    foreign_hosts = sorted(set(known_hosts) - account.hosts)
    if foreign_hosts:
        raise SettingsError(
            f"Account {account.name} has sessions of {', '.join(foreign_hosts)}; those of {host_and_port(account.url)} "
            "would be mixed with them.",
            f"Use an account of its own: ladebog account add NAME --url {quoted(account.url)} (or, if the same "
            f"operator has moved there: ladebog account add {account.name} --url {quoted(account.url)} --moved)",
        )
