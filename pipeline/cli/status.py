"""`ladebog status`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context, pass_context

if TYPE_CHECKING:
    from pipeline.settings import Account


@click.command()
@pass_context
def status(context: Context) -> None:
    """Show, for each account, the login, the last run, what is open or missing, and which claims are due or unpaid.

    \b
    Example:  ladebog status
    """
    from pipeline.claims.outlook import Outlook, read_outlook
    from pipeline.cli.claim.text import outlook_lines
    from pipeline.database import published, rows
    from pipeline.source.credentials import open_credentials
    from pipeline.source.expiry import expiry_warning

    logbook, settings = context.open()
    credentials = open_credentials()
    states: dict[str, dict[str, Any]] = {}
    unreadable: list[dict[str, Any]] = []
    outlooks: dict[str, Outlook] = {}
    if logbook.database.is_file():
        with published(logbook) as connection:
            states = {row["account"]: row for row in rows(connection, "select * from account_states")}
            unreadable = rows(connection, "select * from staging.unreadable order by account, key")
            outlooks = {name: read_outlook(connection, name) for name in states}
    click.echo(f"Logbook {logbook.root}")
    for account in settings.chosen(None):
        click.echo(f"\n{account.name}  {account.url}")
        secret = credentials.read(account)
        _line("login", _login(account, secret.token if secret else None, context.clock.now()))
        if warning := expiry_warning(account, secret, context.clock.now()) if secret else None:
            _line("", warning)
        for name, text in _facts(account, states.get(account.name)):
            _line(name, text)
        for row in unreadable:
            if row["account"] == account.name:
                _line("", f"{row['endpoint']} {row['key']}: {row['fault']}")
        if account.name in outlooks:
            for place, text in enumerate(outlook_lines(outlooks[account.name]) or ["nothing due, nothing unpaid"]):
                _line("" if place else "claims", text)


def _line(name: str, text: str) -> None:
    click.echo(f"  {name:<16}{text}")


def _login(account: "Account", token: str | None, now: datetime) -> str:
    from pipeline.source.credentials import expires_at

    if token is None:
        return f"none kept: ladebog login {account.name}"
    expiry = expires_at(token)
    if expiry is None:
        return "kept; it does not say how long it is valid"
    if expiry <= now:
        return f"ended {expiry.astimezone(account.zone):%Y-%m-%d}: ladebog login {account.name}"
    return f"valid until {expiry.astimezone(account.zone):%Y-%m-%d}"


def _facts(account: "Account", state: dict[str, Any] | None) -> list[tuple[str, str]]:
    if state is None:
        return [("last run", f"never: ladebog run --account {account.name}")]

    def when(moment: datetime | None) -> str:
        return f"{moment.astimezone(account.zone):%Y-%m-%d %H:%M}" if moment else "never"

    sessions = f"{state['sessions']} finished"
    if state["sessions"]:
        sessions += f", from {when(state['first_session_at'])} to {when(state['newest_session_at'])}"
    closed = state["last_closed_month"]
    return [
        ("last run", when(state["last_run_at"]) + (f", {state['last_outcome']}" if state["last_outcome"] else "")),
        ("last success", when(state["last_success_at"])),
        ("sessions", sessions),
        ("active", ", ".join(state["active"]) or "none"),
        ("closed up to", f"{closed:%Y-%m}" if closed else "no month yet"),
        ("details missing", str(state["details_missing"])),
        ("quarantined", str(state["quarantined"])),
    ]
