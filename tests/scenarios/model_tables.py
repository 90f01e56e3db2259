"""Compares the tables that a refresh fills with the rows of their models' SELECTs."""

import duckdb

from pipeline.database import models


def assert_tables_match_models(connection: duckdb.DuckDBPyConnection) -> None:
    """Assert that each table holds the rows of its model's SELECT over all sessions."""
    for model in models.transformed():
        if not model.is_view:
            stored = connection.execute(f"select * from {model.name} order by all").fetchall()  # noqa: S608
            assert stored == connection.execute(f"from ({model.text}\n) order by all").fetchall(), model.name
