"""Prepares a database for its first session: macros, seeds, views and empty marts, with comments on them all."""

import hashlib

import duckdb

import pipeline
from pipeline.database import models
from pipeline.database.models import Model
from pipeline.transform import lineage

_SCHEMAS = ("seeds", "staging", "intermediate", "checks")
_MARTS = """
    select table_name, 'table' from duckdb_tables() where schema_name = 'main' and not temporary
    union all
    select view_name, 'view' from duckdb_views() where schema_name = 'main' and not internal and not temporary
"""


def create_layout(connection: duckdb.DuckDBPyConnection) -> None:
    """Create everything but the fact tables from today's models, and drop what older models created."""
    connection.execute(models.macros())
    _drop_marts(connection)
    for schema in _SCHEMAS:
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
    for seed in models.seeds():
        _create_seed(connection, seed)
    for model in lineage.ordered_models():
        _create(connection, model)
    steps = [(position, *step) for position, step in enumerate(lineage.refresh_steps(), start=1)]
    connection.execute("delete from facts.refresh_steps")
    connection.executemany("insert into facts.refresh_steps values (?, ?, ?)", steps)
    connection.execute("update facts.settings set ladebog_version = ?", [pipeline.__version__])


def fingerprint() -> str:
    """The SHA-256 of all that `create_layout` creates a database from."""
    digest = hashlib.sha256()
    seeds = (text for seed in models.seeds() for text in (seed.text, models.seed_csv(seed)))
    for text in (pipeline.__version__, models.macros(), *seeds, *(model.text for model in models.transformed())):
        digest.update(text.encode())
    return digest.hexdigest()


def _drop_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every mart, as an older model may have had another kind or name; the fact tables among them are kept."""
    fact_tables = [model.name for model in models.schema()]
    for name, kind in connection.execute(_MARTS).fetchall():
        if name not in fact_tables:
            connection.execute(f"drop {kind} {name}")


def _create_seed(connection: duckdb.DuckDBPyConnection, seed: Model) -> None:
    connection.execute(seed.text)
    places = ", ".join("?" for _ in seed.columns)
    connection.executemany(f"insert into {seed.name} values ({places})", models.seed_rows(seed))  # noqa: S608 (our own)
    models.comment_on(connection, seed, "table")


def _create(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind, rows = ("view", "") if model.is_view else ("table", "\nwith no data")
    connection.execute(f"create or replace {kind} {model.name} as {model.text}{rows}")
    models.comment_on(connection, model, kind)
