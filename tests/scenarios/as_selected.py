"""The tables that a refresh fills, against the models they come from."""

import duckdb

from pipeline.database import models


def assert_as_selected(connection: duckdb.DuckDBPyConnection) -> None:
    """Each table holds what its own SELECT, run as it is written over all sessions, says."""
    for model in models.transformed():
        if not model.is_view:
            kept = connection.execute(f"select * from {model.name} order by all").fetchall()  # noqa: S608
            assert kept == connection.execute(f"from ({model.text}\n) order by all").fetchall(), model.name
