"""`ladebog account add`."""

import secrets

import click
import msgspec

from pipeline.cli.context import Context, pass_context
from pipeline.logbook import Logbook


@click.group()
def account() -> None:
    """Say whose sessions to archive, and where they are."""


@account.command()
@click.argument("name")
@click.option("--url", required=True, help="The operator's tenant, for example https://drivee.eu.charge.ampeco.tech")
@click.option("--country", help="Decides the tax where no charge point states one. Default: DK.")
@click.option("--timezone", help="Decides hours, days and months. Default: Europe/Copenhagen.")
@click.option("--currency", help="What the account is billed in. Default: DKK.")
@click.option("--client-id", help="Of the operator's app; needed to log in with a password.")
@pass_context
def add(context: Context, /, name: str, url: str, **options: str | None) -> None:
    """Add an account, or change one; makes the logbook if there is none.

    \b
    Example:  ladebog account add home --url https://drivee.eu.charge.ampeco.tech
    """
    from pipeline import settings

    given = {key: value for key, value in options.items() if value is not None}
    logbook = Logbook(context.home)
    accounts = settings.read(logbook.settings).accounts if logbook.settings.is_file() else {}
    old = accounts.get(name, settings.Account(name=name, url=url, device_id=secrets.token_hex(8)))
    new = msgspec.structs.replace(old, url=url.rstrip("/"), **given)
    if faults := settings.account_faults(new, accounts):
        raise click.UsageError("\n".join(f"account {name}{fault}" for fault in faults))
    Logbook.create(context.home)
    with logbook.lock():
        settings.write_account(logbook.settings, new)
    context.say(f"{'Changed' if name in accounts else 'Added'} account {name} in {logbook.settings}.")
    context.say(f"Next: ladebog login {name}")
