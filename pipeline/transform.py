"""From the fact tables to the marts: run the models under sql/ in their order, for the sessions that changed.

A mart that refreshes by session is made anew only for the sessions that were loaded since the last time; where the
models or the settings are others than then, for all.
"""

import hashlib

import duckdb
import msgspec

import pipeline
from pipeline import lineage, models
from pipeline.lineage import CHANGED_SESSIONS
from pipeline.settings import Settings
from pipeline.settings_facts import write_settings

_MANY = 1_000  # changed sessions from which making everything anew is quicker

# Sessions of which a charge point's document now says something else than when they were made.
_INSERT_OVERTAKEN = f"""
    insert into {CHANGED_SESSIONS}
    select sessions.account, sessions.session_id
    from sessions
    inner join staging.session_charge_points as charge_points using (account, session_id)
    where
        sessions.tax_rate is distinct from charge_points.tax_rate
        or sessions.charge_point is distinct from coalesce(charge_points.charge_point, sessions.charge_point)
"""  # noqa: S608 (a name of our own)


def transform(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    connection.execute("begin")
    try:
        fingerprint = _fingerprint(settings)
        if connection.execute("select fingerprint from facts.settings").fetchone() != (fingerprint,):
            write_settings(connection, settings, fingerprint)
            connection.execute(models.macros())
            _make_all(connection)
        else:
            connection.execute(_INSERT_OVERTAKEN)
            changed = connection.execute(f"select count(*) from {CHANGED_SESSIONS}").fetchone()  # noqa: S608
            if changed and changed[0] > _MANY:
                _make_all(connection)
            else:
                _make_changed(connection)
        connection.execute(f"delete from {CHANGED_SESSIONS}")  # noqa: S608
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _make_all(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop schema if exists checks cascade")  # a rule that is no more leaves no findings
    connection.execute("create schema checks")
    for model in lineage.in_order():
        _make(connection, model)


def _make_changed(connection: duckdb.DuckDBPyConnection) -> None:
    for model in lineage.in_order():
        if model.refresh == "session":
            connection.execute(
                f"delete from {model.name} where session_id in (select session_id from {CHANGED_SESSIONS})"  # noqa: S608
            )
            connection.execute(f"insert into {model.name} {lineage.narrowed(model)}")
        elif not model.is_view:
            _make(connection, model)


def _make(connection: duckdb.DuckDBPyConnection, model: models.Model) -> None:
    kind = "view" if model.is_view else "table"
    connection.execute(f"create or replace {kind} {model.name} as {model.text}")
    models.comment_on(connection, model, kind)


def _fingerprint(settings: Settings) -> str:
    """Of everything that the numbers depend on besides the facts."""
    digest = hashlib.sha256(msgspec.json.encode(settings))
    for text in (pipeline.__version__, models.macros(), *(model.text for model in lineage.in_order())):
        digest.update(text.encode())
    return digest.hexdigest()
