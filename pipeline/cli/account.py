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
@click.option("--country", default="DK", show_default=True, help="Decides the tax where no charge point states one.")
@click.option("--timezone", default="Europe/Copenhagen", show_default=True, help="Decides hours, days and months.")
@click.option("--currency", default="DKK", show_default=True, help="What the account is billed in.")
@click.option("--client-id", default="", help="Of the operator's app; needed to log in with a password.")
@pass_context
def add(context: Context, name: str, url: str, country: str, timezone: str, currency: str, client_id: str) -> None:
    """Add an account, or change one; makes the logbook if there is none.

    \b
    Example:  ladebog account add home --url https://drivee.eu.charge.ampeco.tech
    """
    from pipeline import settings

    new = settings.Account(
        name=name,
        url=url.rstrip("/"),
        country=country,
        timezone=timezone,
        currency=currency,
        client_id=client_id,
        device_id=secrets.token_hex(8),
    )
    if faults := settings.account_faults(new):
        raise click.UsageError("\n".join(f"account {name}{fault}" for fault in faults))
    logbook = Logbook.create(context.home)
    with logbook.lock():
        existing = settings.read(logbook.settings).accounts.get(name) if logbook.settings.exists() else None
        if existing:
            new = msgspec.structs.replace(new, device_id=existing.device_id, app_version=existing.app_version)
        settings.write_account(logbook.settings, new)
    context.say(f"{'Changed' if existing else 'Added'} account {name} in {logbook.settings}.")
    context.say(f"Next: ladebog login {name}")
