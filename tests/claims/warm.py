"""What making a claim needs and takes long to import: done once, by the process that others are forked from."""

from pipeline.cli.claim import create
from reports.claims import files
from tests.faults import warm

__all__ = ["create", "files", "warm"]
