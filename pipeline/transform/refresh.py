"""From the fact tables to the marts: make the marts anew for the sessions that changed, by the models under sql/.

Where nothing was loaded since the last time, the marts are what they would be. Where the models or the settings are
others than then, every session counts as changed.
"""

import hashlib

import duckdb
import msgspec

from pipeline.database.connection import transaction
from pipeline.load.settings import write_settings
from pipeline.settings.schema import Settings
from pipeline.transform import layout
from pipeline.transform.lineage import CHANGED_SESSIONS

_MADE_FROM = """
    select
        models,
        settings,
        loaded_lines,
        (select coalesce(sum(lines), 0) from facts.segments)
        + (select count(*) from facts.decisions)
        + (select count(*) from facts.odometer)
        + (select count(*) from facts.claims)
        + (select count(*) from facts.claim_marks)
    from facts.settings
"""

_INSERT_ALL = f"""
    insert into {CHANGED_SESSIONS}
    select distinct account, session_id from facts.session_facts
"""  # noqa: S608 (a name of our own)

# Sessions of which a charge point's document now says something else than when they were made: tax, name or tariff.
_INSERT_OVERTAKEN = f"""
    insert into {CHANGED_SESSIONS}
    select sessions.account, sessions.session_id
    from sessions
    inner join intermediate.session_charge_points as charge_points using (account, session_id)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    where
        sessions.tax_rate is distinct from charge_points.tax_rate
        or sessions.charge_point is distinct from coalesce(charge_points.charge_point, sessions.charge_point)
        or terms.refunds_electricity_tax is distinct from charge_points.refunds_electricity_tax
    union
    select bill_audit.account, bill_audit.session_id
    from bill_audit
    left join intermediate.session_tariffs as tariffs using (account, session_id)
    where bill_audit.tariff_sha256 is distinct from tariffs.tariff_sha256
"""  # noqa: S608 (a name of our own)

_STEPS = f"""
    select statement
    from facts.refresh_steps
    where not is_of_sessions or exists (from {CHANGED_SESSIONS})
    order by place
"""  # noqa: S608 (likewise)


def refresh_marts(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    of_models, of_settings = layout.fingerprint(), hashlib.sha256(msgspec.json.encode(settings)).hexdigest()
    ((models_then, settings_then, loaded_then, loaded),) = connection.execute(_MADE_FROM).fetchall()
    is_same = (of_models, of_settings) == (models_then, settings_then)
    if is_same and loaded == loaded_then:
        return
    with transaction(connection):
        if of_models != models_then:
            layout.lay_out(connection)
        if of_settings != settings_then:
            write_settings(connection, settings)
        connection.execute(_INSERT_OVERTAKEN if is_same else _INSERT_ALL)
        for (step,) in connection.execute(_STEPS).fetchall():
            connection.execute(step)
        connection.execute(f"delete from {CHANGED_SESSIONS}")  # noqa: S608 (likewise)
        connection.execute(
            "update facts.settings set models = ?, settings = ?, loaded_lines = ?", [of_models, of_settings, loaded]
        )
