"""The slow imports of the commands, done once in the process that the others are forked from."""

from pipeline.cli import account, backup, terminal
from pipeline.maintenance import forget
from pipeline.maintenance.backup import make, restore
from pipeline.transform import lineage
from tests.scenarios import two_accounts

__all__ = ["account", "backup", "forget", "make", "restore", "terminal", "two_accounts"]

lineage.refresh_steps()
