"""What every command needs and takes long to import: done once, by the process that others are forked from."""

import duckdb
import polars
import requests

from pipeline import archive, extract, lineage
from pipeline.cli import run
from tests.way import demo_logbook

__all__ = ["archive", "demo_logbook", "duckdb", "extract", "polars", "requests", "run"]

list(lineage.refresh())
