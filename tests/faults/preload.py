"""The slow imports of all commands, done once in the process that the others are forked from."""

import duckdb
import polars
import requests

from pipeline.cli import run
from pipeline.transform import lineage
from tests.scenarios import demo_logbook

__all__ = ["demo_logbook", "duckdb", "polars", "requests", "run"]

lineage.refresh_steps()
