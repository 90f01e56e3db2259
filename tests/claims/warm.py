"""Slow imports of `claim create`, for the process that the tests fork others from."""

from pipeline.cli.claim import create
from reports.claims import files
from tests.faults import warm

__all__ = ["create", "files", "warm"]
