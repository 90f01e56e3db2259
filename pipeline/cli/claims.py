"""`ladebog claim` with all of its commands."""

from pipeline.cli import claim_journal, claim_shelf
from pipeline.cli.claim import claim

__all__ = ["claim", "claim_journal", "claim_shelf"]
