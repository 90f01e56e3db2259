"""From the fact tables to the marts: run the models under sql/ in their order, for the sessions that changed.

A mart that refreshes by session is made anew only for the sessions that the last load touched; where the models or
the settings are others than last time, for all.
"""

import hashlib

import duckdb
import msgspec

import pipeline
from pipeline import models
from pipeline.settings import Settings

_CHANGED_SESSIONS = """
    select session_id from facts.changed_sessions
    union
    select sessions.session_id
    from sessions
    inner join staging.session_charge_points as charge_points using (account, session_id)
    where
        sessions.tax_rate is distinct from charge_points.tax_rate
        or sessions.charge_point is distinct from coalesce(charge_points.charge_point, sessions.charge_point)
    order by session_id
"""
_MANY = 2_000  # changed sessions from which making everything anew is quicker


def transform(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    connection.execute("begin")
    try:
        _transform(connection, settings)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _transform(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    fingerprint = _fingerprint(settings)
    row = connection.execute("select fingerprint from facts.settings").fetchone()
    changed = _changed_sessions(connection) if row == (fingerprint,) else None
    if changed is None or len(changed) > _MANY:
        changed = None
        _write_settings(connection, settings, fingerprint)
        connection.execute(models.macros())
    for model in models.in_order():
        if model.is_view:
            if changed is None:
                connection.execute(f"create or replace view {model.name} as {model.text}")
                models.comment_on(connection, model, "view")
        elif changed is None or model.refresh == "whole":
            connection.execute(f"create or replace table {model.name} as {model.text}")
            models.comment_on(connection, model, "table")
        else:
            _refresh_sessions(connection, model, changed)
    connection.execute("delete from facts.changed_sessions")


def _refresh_sessions(connection: duckdb.DuckDBPyConnection, model: models.Model, changed: list[str]) -> None:
    """Replace the rows of some sessions.

    The ids stand in the query as constants because DuckDB pushes those, and no join, down below the windows.
    """
    if changed:
        ids = ", ".join(models.quoted(session_id) for session_id in changed)
        connection.execute(f"delete from {model.name} where session_id in ({ids})")  # noqa: S608 (quoted)
        connection.execute(
            f"insert into {model.name} select * from ({model.text}) where session_id in ({ids})"  # noqa: S608 (quoted)
        )


def _changed_sessions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The sessions with new documents, and those of which a charge point's document now says something else."""
    found = connection.execute(_CHANGED_SESSIONS).fetchall()
    return [session_id for (session_id,) in found]


def _write_settings(connection: duckdb.DuckDBPyConnection, settings: Settings, fingerprint: str) -> None:
    connection.execute(
        "update facts.settings set ladebog_version = ?, closed_after_hours = ?, fingerprint = ?",
        [pipeline.__version__, settings.closed_after_hours, fingerprint],
    )
    connection.execute("delete from facts.accounts")
    for account in settings.accounts.values():
        connection.execute(
            "insert into facts.accounts values (?, ?, ?, ?)",
            [account.name, account.country, account.timezone, account.currency],
        )


def _fingerprint(settings: Settings) -> str:
    """Of everything that the numbers depend on besides the facts."""
    digest = hashlib.sha256(msgspec.json.encode(settings))
    for text in (pipeline.__version__, models.macros(), *(model.text for model in models.in_order())):
        digest.update(text.encode())
    return digest.hexdigest()
