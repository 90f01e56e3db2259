"""Refreshes the marts from the fact tables, for the sessions that changed.

If nothing was loaded since the last refresh, nothing is done. If the models or the settings have changed since, every
session counts as changed.
"""

import duckdb

from pipeline.database import models
from pipeline.database.connection import rows, transaction
from pipeline.load.settings import fingerprint, write_settings
from pipeline.settings.schema import Settings
from pipeline.transform import layout
from pipeline.transform.lineage import CHANGED_SESSIONS

_ALL_SESSIONS = "select distinct account, session_id from facts.session_facts"

_STEPS = f"""
    select statement
    from facts.refresh_steps
    where not is_of_sessions or exists (from {CHANGED_SESSIONS})
    order by place
"""  # noqa: S608 (a name of our own)


def refresh_marts(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Bring the marts up to date with the facts, in one transaction."""
    models_sha256, settings_sha256 = layout.fingerprint(), fingerprint(settings)
    (inputs,) = rows(connection, models.query("refresh_inputs"))
    has_same_inputs = (models_sha256, settings_sha256) == (inputs["models"], inputs["settings"])
    if has_same_inputs and inputs["loaded_lines"] == inputs["loaded_now"]:
        return
    with transaction(connection):
        if models_sha256 != inputs["models"]:
            layout.create_layout(connection)
        if settings_sha256 != inputs["settings"]:
            write_settings(connection, settings)
        if not has_same_inputs:
            connection.execute(f"insert into {CHANGED_SESSIONS} {_ALL_SESSIONS}")
        elif inputs["price_documents"] != inputs["price_documents_now"]:
            connection.execute(f"insert into {CHANGED_SESSIONS} {models.query('outdated_sessions')}")
        for (step,) in connection.execute(_STEPS).fetchall():
            connection.execute(step)
        connection.execute(f"delete from {CHANGED_SESSIONS}")  # noqa: S608 (likewise)
        connection.execute(
            "update facts.settings set models = ?, settings = ?, loaded_lines = ?, price_documents = ?",
            [models_sha256, settings_sha256, inputs["loaded_now"], inputs["price_documents_now"]],
        )
