"""The slow imports of `claim create`, done once in the process that the others are forked from."""

from pipeline.cli.claim import create
from pipeline.extract import receipts
from reports.claims import files
from tests.faults import preload

__all__ = ["create", "files", "preload", "receipts"]
