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
    """Raise SettingsError if the account's address was changed to another operator than that of its sessions."""
    fetched = connection.execute(models.query("fetched_hosts"), {"account": account.name}).fetchall()
    hosts = {host for (host,) in fetched if host is not None}
    if hosts.isdisjoint(account.moved_from):
        refuse_other_operator(account, hosts)


def refuse_other_operator(account: Account, known_hosts: Collection[str]) -> None:
    """Raise SettingsError if sessions are known and none of them are of the account's host."""
    host = host_and_port(account.url)
    if known_hosts and host not in known_hosts:
        raise SettingsError(
            f"Account {account.name} has sessions of {', '.join(sorted(known_hosts))}; those of {host} would be mixed "
            "with them.",
            f"Use an account of its own: ladebog account add NAME --url {quoted(account.url)} (or, if the same "
            f"operator has moved there: ladebog account add {account.name} --url {quoted(account.url)} --moved)",
        )
