"""`ladebog account add` and `forget`."""

import secrets
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.cli.context import Context, pass_context
from pipeline.cli.paragraph import print_paragraphs
from pipeline.command_line import quoted
from pipeline.logbook.folder import Logbook
from pipeline.settings.checks import account_faults
from pipeline.settings.editing import write_account
from pipeline.settings.names import host_and_port, lacks_scheme
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from pipeline.text import counted

if TYPE_CHECKING:
    from pipeline.maintenance.forget import AccountData

_LAW = """\
The law may require you to keep some of it. In Denmark, vouchers must be kept for five years from the end of the
accounting year (bogføringsloven): for example claims that an employer paid, and the answers they are based on. After
this, only copies elsewhere have them.
Make a copy first with: ladebog backup DIR"""


@click.group()
def account() -> None:
    """Add an account, or erase one."""


@account.command()
@click.argument("name")
@click.option("--url", required=True, help="The operator's address, for example https://drivee.eu.charge.ampeco.tech")
@click.option("--country", help="Decides the tax where no charge point states one. Default: DK.")
@click.option("--timezone", help="Decides hours, days and months. Default: Europe/Copenhagen.")
@click.option("--currency", help="The currency the account is billed in. Default: DKK.")
@click.option("--client-id", help="The client id of the operator's app; needed to log in with a password.")
@click.option("--moved", is_flag=True, help="The operator has moved to this address, with the sessions it had.")
@pass_context
def add(context: Context, /, name: str, url: str, moved: bool, **options: str | None) -> None:
    """Add or change an account, and create the logbook if needed.

    An account has the sessions of one operator: for another one, add another account.

    \b
    Example:  ladebog account add home --url https://drivee.eu.charge.ampeco.tech
    """
    changes = {key: value for key, value in options.items() if value is not None}
    logbook = Logbook(context.home)
    if logbook.misnamed_settings:
        logbook.require_settings()
    accounts = read_settings(logbook.settings).accounts if logbook.settings.is_file() else {}
    old = accounts.get(name, Account(name=name, url=url, device_id=secrets.token_hex(8)))
    new = msgspec.structs.replace(old, url=url.rstrip("/"), **changes)
    if faults := account_faults(new, accounts):
        if lacks_scheme(url):
            faults.append(f" needs the whole address: ladebog account add {name} --url {quoted('https://' + url)}")
        raise click.UsageError("\n".join(f"account {name}{fault}" for fault in faults))
    new = _with_former_hosts(logbook, accounts.get(name), new, moved)
    if not logbook.has_data:  # otherwise it has lost its settings at most
        Logbook.create(context.home)
    with logbook.lock():
        write_account(logbook.settings, new)
    context.print_info(f"{'Changed' if name in accounts else 'Added'} account {name} in {logbook.settings}.")
    context.print_info(f"Next: ladebog login {name} (how to find the token that it asks for: ladebog login --help)")


def _with_former_hosts(logbook: Logbook, old: Account | None, new: Account, moved: bool) -> Account:
    """The account with the hosts that its operator has moved from; a former host may become its address again.

    Raises SettingsError if it has sessions of another operator, unless that has moved.
    """
    from pipeline.load.hosts import hosts_of_sessions, refuse_other_operator

    own_host, new_host = host_and_port(old.url) if old else "", host_and_port(new.url)
    if own_host == new_host and not moved:
        return new
    known_hosts = {host or own_host for host in hosts_of_sessions(logbook.raw / new.name)} - {""}
    if not moved and (old is None or new_host not in old.hosts):
        refuse_other_operator(new, known_hosts)
        return new
    former_hosts = {*new.moved_from, new.moved_to or new_host, *known_hosts} - {new_host}
    return msgspec.structs.replace(new, moved_from=tuple(sorted(former_hosts)), moved_to=new_host)


@account.command()
@click.argument("name")
@click.option("--yes-really", metavar="NAME", help="The account's name again, for scripts: skips the question.")
@pass_context
def forget(context: Context, name: str, yes_really: str | None) -> None:
    """Erase an account and all its data.

    This erases its answers, decisions, claims, reports, settings and login, after asking you to type the name. Other
    accounts keep everything. Copies outside the logbook, such as backups and reports elsewhere, are not erased. If the
    command is interrupted, run it again to finish.

    \b
    Example:  ladebog account forget home
              ladebog account forget home --yes-really home
    """
    from pipeline.maintenance.forget import count_account_data, forget_account

    logbook, settings = context.open()
    chosen_account = settings.account(name)
    if yes_really is None:
        print_paragraphs(
            f"This erases account {name}: {_describe(count_account_data(logbook, chosen_account))}.\n\n{_LAW}\n",
            err=True,
        )
        yes_really = click.prompt("Type the account's name to erase it", default="", show_default=False, err=True)
    if yes_really != name:
        raise click.UsageError(f"{yes_really!r} is not the name of account {name}: nothing was erased.")
    forget_account(logbook, chosen_account, context.clock)
    context.print_info(f"Erased account {name} and its login, and updated the numbers of what remains.")
    context.print_info("Backups, and reports elsewhere, are not erased: delete those yourself.")


def _describe(data: "AccountData") -> str:
    """What will be erased, as a list in words."""
    claims = counted(len(data.claims), "claim") + (f" ({', '.join(data.claims)})" if data.claims else "")
    return (
        f"{counted(data.segments, 'segment')} of answers ({data.size / 1e6:,.1f} MB), "
        f"{counted(data.entries, 'entry', 'entries')} of the journal, {claims}, {counted(data.reports, 'report')}, "
        "its settings and its login"
    )
