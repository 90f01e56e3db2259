"""The group that the commands about claims belong to."""

import click

MONTH = click.DateTime(formats=["%Y-%m"])


@click.group()
def claim() -> None:
    """Make claims that a bookkeeper accepts and nobody can quietly change, and keep track of them.

    A claim freezes a closed month in claims/, in a folder of its own. What changes later is claimed as corrections, by
    the next claim or one of their own; nothing under claims/ is ever edited.
    """
