"""What a database has before its first session: the macros, the views, empty marts, and words on them all."""

import hashlib

import duckdb

import pipeline
from pipeline.database import models
from pipeline.database.models import Model
from pipeline.transform import lineage


def lay_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Make it of today's models, in the place of what older ones made."""
    connection.execute(models.macros())
    connection.execute("drop schema if exists checks cascade")  # a rule that is no more leaves no findings
    connection.execute("create schema checks")
    for model in lineage.in_order():
        _make(connection, model)
    steps = [(place, *step) for place, step in enumerate(lineage.refresh(), start=1)]
    connection.execute("delete from facts.refresh_steps")
    connection.executemany("insert into facts.refresh_steps values (?, ?, ?)", steps)
    connection.execute("update facts.settings set ladebog_version = ?", [pipeline.__version__])


def fingerprint() -> str:
    """Of the models, and of the version that tells how to make them."""
    digest = hashlib.sha256()
    for text in (pipeline.__version__, models.macros(), *(model.text for model in models.made())):
        digest.update(text.encode())
    return digest.hexdigest()


def _make(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    kind, rows = ("view", "") if model.is_view else ("table", "\nwith no data")
    connection.execute(f"create or replace {kind} {model.name} as {model.text}{rows}")
    models.comment_on(connection, model, kind)
