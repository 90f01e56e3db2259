"""`ladebog demo`."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.demo_operator import DEMO_ACCOUNT
from pipeline.cli.months import show_months
from pipeline.cli.options import NamedPath
from pipeline.cli.progress import extract_progress
from pipeline.cli.report import report_last_closed_month
from pipeline.cli.run import summary_line
from pipeline.clock import Clock, StartedClock
from pipeline.command_line import quoted
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.errors import LogbookError
from pipeline.logbook.folder import Logbook
from pipeline.settings.editing import write_account, write_demo
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account, Source


@click.command()
@click.argument("folder", metavar="[DIR]", default="ladebog-demo", type=NamedPath(path_type=Path, file_okay=False))
@pass_context
def demo(context: Context, folder: Path) -> None:
    """Try everything with a made-up driver.

    Creates a logbook in DIR (default: ladebog-demo), prints its months and writes its reports. While the command runs,
    a demo operator's server with two winters of charging runs on this machine.

    \b
    Example:  ladebog demo
    """
    from pipeline.database import models
    from pipeline.database.connection import open_published, rows
    from pipeline.transform.update import update_archive

    logbook = Logbook.create(folder)
    clock = StartedClock(_present(logbook, folder))
    account = _extract(context, logbook, clock)
    update_archive(logbook, read_settings(logbook.settings), clock)
    with open_published(logbook) as connection:
        months = rows(connection, models.query("month_list"), {"accounts": [DEMO_ACCOUNT]})
    context.print_info()
    show_months([{name: month[name] for name in month if name != "account"} for month in months])
    context.print_info()
    report_last_closed_month(context, logbook, account, clock)
    write_demo(logbook.settings, clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1))
    context.print_info(f"\nLook around: ladebog --home {quoted(folder)} months")
    context.print_info(f"             ladebog --home {quoted(folder)} sql @biggest-sessions")


def _present(logbook: Logbook, folder: Path) -> datetime:
    """The demo's present time: after that of an earlier demo in the folder. Raises LogbookError for another logbook."""
    if not logbook.settings.exists():
        return DEMO_NOW
    settings = read_settings(logbook.settings)
    if set(settings.accounts) != {DEMO_ACCOUNT}:
        raise LogbookError(f"{folder} is a logbook of your own.", "Name another folder: ladebog demo DIR")
    return settings.demo.now or DEMO_NOW


def _extract(context: Context, logbook: Logbook, clock: Clock) -> Account:
    """Start the demo operator's server and archive its sessions; returns the account."""
    from pipeline.extract.run import Extractor, Scope
    from pipeline.load.hosts import hosts_of_sessions
    from pipeline.source.credentials.secret import Secret
    from pipeline.source.credentials.store import MemoryCredentials
    from pipeline.transform.update import open_updated

    tenant = Tenant()
    with DemoServer(tenant) as server:
        earlier_hosts = tuple(sorted(hosts_of_sessions(logbook.raw / DEMO_ACCOUNT)))
        account = Account(name=DEMO_ACCOUNT, url=server.url, moved_from=earlier_hosts)
        write_account(logbook.settings, account)
        credentials = MemoryCredentials()
        credentials.write(account, Secret(token=tenant.token))
        context.print_info(f"A demo operator is listening on {server.url}; today is {DEMO_NOW:%Y-%m-%d} there.")
        with (
            open_updated(logbook, read_settings(logbook.settings), clock) as connection,
            extract_progress(DEMO_ACCOUNT, context.quiet or context.log_format == "json") as progress,
        ):
            extractor = Extractor(
                connection=connection,
                logbook=logbook,
                source=Source(requests_per_second=1000),
                credentials=credentials,
                clock=clock,
            )
            summary = extractor.extract(account, Scope(), progress)
    context.print_info(summary_line(DEMO_ACCOUNT, summary))
    return account
