"""From the fact tables to the marts: make the marts anew for the sessions that changed, by the models under sql/.

Where nothing was loaded since the last time, the marts are what they would be. Where the models or the settings are
others than then, every session counts as changed.
"""

import hashlib

import duckdb
import msgspec

from pipeline.database import models
from pipeline.database.connection import transaction
from pipeline.load.settings import write_settings
from pipeline.settings.schema import Settings
from pipeline.transform import layout
from pipeline.transform.lineage import CHANGED_SESSIONS

_ALL_SESSIONS = "select distinct account, session_id from facts.session_facts"

_STEPS = f"""
    select statement
    from facts.refresh_steps
    where not is_of_sessions or exists (from {CHANGED_SESSIONS})
    order by place
"""  # noqa: S608 (likewise)


def refresh_marts(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    of_models, of_settings = layout.fingerprint(), hashlib.sha256(msgspec.json.encode(settings)).hexdigest()
    ((models_then, settings_then, loaded_then, loaded),) = connection.execute(models.query("refresh_inputs")).fetchall()
    is_same = (of_models, of_settings) == (models_then, settings_then)
    if is_same and loaded == loaded_then:
        return
    with transaction(connection):
        if of_models != models_then:
            layout.lay_out(connection)
        if of_settings != settings_then:
            write_settings(connection, settings)
        to_compute = models.query("outdated_sessions") if is_same else _ALL_SESSIONS
        connection.execute(f"insert into {CHANGED_SESSIONS} {to_compute}")
        for (step,) in connection.execute(_STEPS).fetchall():
            connection.execute(step)
        connection.execute(f"delete from {CHANGED_SESSIONS}")  # noqa: S608 (likewise)
        connection.execute(
            "update facts.settings set models = ?, settings = ?, loaded_lines = ?", [of_models, of_settings, loaded]
        )
