"""`ladebog claim`: the group and the table of its commands."""

import click

from pipeline.cli.lazy_group import LazyGroup

_COMMANDS = {
    "attach": ("pipeline.cli.claim.mark:attach", "Attach files to the next claim, for example receipts."),
    "create": ("pipeline.cli.claim.create:create", "Claim a closed month, or corrections of claimed months alone."),
    "export": ("pipeline.cli.claim.list:export", "Pack a claim into a ZIP file to send."),
    "list": ("pipeline.cli.claim.list:list_", "List all claims, and what is outstanding, rejected or unpaid."),
    "mark": ("pipeline.cli.claim.mark:mark", "Record that a claim was sent, approved, paid or rejected."),
    "reverse": ("pipeline.cli.claim.create:reverse", "Reverse a claim with a counter-claim."),
    "show": ("pipeline.cli.claim.list:show", "Show one claim: its lines, totals and files."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def claim() -> None:
    """Make claims for your employer, and keep track of them.

    A claim freezes a closed month in a new folder under claims/. What changes later is claimed as
    corrections, in the next claim or in one of their own. Nothing under claims/ is ever edited.
    """
