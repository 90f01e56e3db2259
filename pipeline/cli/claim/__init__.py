"""`ladebog claim`: what is handed in, from a month that is closed to the copy at the employer's."""

from pipeline.cli.claim import create, list, mark  # noqa: A004 (named as the command is)
from pipeline.cli.claim.text import claim

__all__ = ["claim", "create", "list", "mark"]
