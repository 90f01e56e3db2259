"""From the fact tables to the marts: run the models under sql/ in their order, for the sessions that changed.

Where nothing was loaded since the last time, the marts are what they would be. Otherwise a mart that refreshes by
session is made anew only for the sessions that were loaded; where the models or the settings are others than then, for
all.
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

_MADE_FROM = """
    select
        fingerprint,
        loaded_lines,
        (select coalesce(sum(lines), 0) from facts.segments)
        + (select count(*) from facts.decisions)
        + (select count(*) from facts.odometer)
    from facts.settings
"""

# Sessions of which a charge point's document now says something else than when they were made: tax, name or tariff.
_INSERT_OVERTAKEN = f"""
    insert into {CHANGED_SESSIONS}
    select sessions.account, sessions.session_id
    from sessions
    inner join staging.session_charge_points as charge_points using (account, session_id)
    inner join staging.reimbursement_terms as terms using (account, session_id)
    where
        sessions.tax_rate is distinct from charge_points.tax_rate
        or sessions.charge_point is distinct from coalesce(charge_points.charge_point, sessions.charge_point)
        or terms.refunds_electricity_tax is distinct from charge_points.refunds_electricity_tax
    union
    select bill_audit.account, bill_audit.session_id
    from bill_audit
    left join staging.session_tariffs as tariffs using (account, session_id)
    where bill_audit.tariff_sha256 is distinct from tariffs.tariff_sha256
"""  # noqa: S608 (a name of our own)


def transform(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    fingerprint = _fingerprint(settings)
    ((made_by, made_from, loaded),) = connection.execute(_MADE_FROM).fetchall()
    if (fingerprint, loaded) == (made_by, made_from):
        return
    connection.execute("begin")
    try:
        if fingerprint != made_by:
            write_settings(connection, settings, fingerprint)
            connection.execute(models.macros())
            _make_all(connection)
        else:
            _make_what_changed(connection)
        connection.execute(f"delete from {CHANGED_SESSIONS}")  # noqa: S608
        connection.execute("update facts.settings set loaded_lines = ?", [loaded])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _make_all(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop schema if exists checks cascade")  # a rule that is no more leaves no findings
    connection.execute("create schema checks")
    for model in lineage.in_order():
        _make(connection, model)


def _make_what_changed(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_INSERT_OVERTAKEN)
    ((changed,),) = connection.execute(f"select count(*) from {CHANGED_SESSIONS}").fetchall()  # noqa: S608
    if changed > _MANY:
        _make_all(connection)
        return
    for model in lineage.in_order():
        if model.refresh == "session":
            if changed:
                _renew_changed(connection, model)
        elif not model.is_view:
            _make(connection, model)


def _renew_changed(connection: duckdb.DuckDBPyConnection, model: models.Model) -> None:
    connection.execute(f"delete from {model.name} where session_id in (select session_id from {CHANGED_SESSIONS})")  # noqa: S608
    connection.execute(f"insert into {model.name} {lineage.narrowed(model)}")


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
