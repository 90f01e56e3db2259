"""Slow imports of the commands, for the process that the tests fork others from."""

from pipeline.cli import account, backup, terminal
from pipeline.maintenance import forget
from pipeline.maintenance.backup import make, restore
from pipeline.transform import lineage
from tests.scenarios import two_accounts

__all__ = ["account", "backup", "forget", "make", "restore", "terminal", "two_accounts"]

list(lineage.refresh_steps())
