"""Prepares a database for its first session: macros, seeds, views and empty marts, with comments on them all."""

import hashlib

import duckdb

import pipeline
from pipeline.database import models
from pipeline.database.models import Model
from pipeline.transform import lineage

_SCHEMAS = ("seeds", "staging", "intermediate", "checks")


def create_layout(connection: duckdb.DuckDBPyConnection) -> None:
    """Create everything but the fact tables from today's models, and drop what older models created."""
    connection.execute(models.macros())
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


def _create_seed(connection: duckdb.DuckDBPyConnection, seed: Model) -> None:
    connection.execute(seed.text)
    places = ", ".join("?" for _ in seed.columns)
    connection.executemany(f"insert into {seed.name} values ({places})", models.seed_rows(seed))  # noqa: S608 (our own)
    models.comment_on(connection, seed, "table")


def _create(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind, rows = ("view", "") if model.is_view else ("table", "\nwith no data")
    connection.execute(f"create or replace {kind} {model.name} as {model.text}{rows}")
    models.comment_on(connection, model, kind)
