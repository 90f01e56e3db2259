"""What the commands need and takes long to import: done once, by the process that others are forked from."""

from pipeline import archive, forget, lineage
from pipeline.backup import make, restore
from pipeline.cli import account, backup, terminal
from tests.backup import two_accounts

__all__ = ["account", "archive", "backup", "forget", "make", "restore", "terminal", "two_accounts"]

list(lineage.refresh())
