"""`ladebog login`."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.demo_operator import stopped_operator_error
from pipeline.cli.output_paths import refuse_logins_in
from pipeline.cli.progress import line_if_slow
from pipeline.command_line import as_typed, quoted
from pipeline.errors import LoginError
from pipeline.settings.schema import Account, Source

if TYPE_CHECKING:
    from pipeline.source.credentials.secret import Secret


_HOW_TO_FIND = " (to find it: ladebog login --help)"
_RENEWAL_TIMEOUT = 60.0  # seconds to wait for a run that is renewing the login


@click.command()
@click.argument("name")
@click.option("--token-stdin", is_flag=True, help="Read a bearer token from standard input.")
@click.option("--username", help="Log in with this user name; asks for the password and never stores it.")
@click.option(
    "--client-secret-stdin", is_flag=True, help="Read the client secret of the operator's app from standard input."
)
@pass_context
def login(context: Context, name: str, token_stdin: bool, username: str | None, client_secret_stdin: bool) -> None:
    """Give Ladebog the login of an account.

    The login is tried before it is stored: in the system's keyring or, if there is none, in a file that only you can
    read. Without options, the command asks for a token and does not show it.

    A token is a long text that the operator's app sends with each request, to show that it is you. To find it, record
    what the app sends: on Android with PCAPdroid or HTTP Toolkit, on an iPhone with Proxyman or Charles, or with the
    developer tools (F12, Network) of a browser if the operator has a web page. Open the list of your charging sessions,
    and look for a request whose address contains session_history. The token follows the word Bearer in its header
    Authorization. docs/start/token.md has each step.

    På dansk: En token er en lang tekst, som operatørens app sender med hver forespørgsel for at vise, at det er dig.
    Optag, hvad appen sender: på Android med PCAPdroid eller HTTP Toolkit, på iPhone med Proxyman eller Charles, eller
    med browserens udviklerværktøjer (F12, Netværk), hvis operatøren har en hjemmeside. Åbn listen over dine
    opladninger, og find en forespørgsel, hvis adresse indeholder session_history. Din token står efter ordet
    Bearer i dens linje Authorization. docs/start/din-token.md har alle trin.

    \b
    Example:  ladebog login home
              ladebog login home --token-stdin < token.txt
              ladebog login home --username you@example.org
    """
    from pipeline.source.credentials.choose import open_credentials
    from pipeline.source.credentials.secret import expires_at

    if token_stdin and (username or client_secret_stdin):
        raise click.UsageError("--token-stdin cannot be combined: a token needs neither user name nor client secret.")
    logbook, settings = context.open()
    account = settings.account(name)
    if error := stopped_operator_error(logbook, settings, account):
        raise error
    refuse_logins_in(logbook)
    credentials = open_credentials()
    if username:
        secret = _password_login(context, account, settings.source, username, client_secret_stdin)
    else:
        secret = _token_login(context, account, settings.source, token_stdin)
    with logbook.lock(), credentials.locked(account, _RENEWAL_TIMEOUT):
        credentials.write(account, secret)
    expiry = expires_at(secret.token)
    until = f", valid until {expiry.astimezone(account.zone):%Y-%m-%d}" if expiry else ""
    context.print_info(
        f"Logged in to {account.url} as account {name}{until}. The login is stored in {credentials.place}."
    )
    if credentials.warning:
        context.print_note(f"{credentials.warning}.")
    context.print_info("Next: ladebog run")


def _token_login(context: Context, account: Account, source: Source, from_stdin: bool) -> "Secret":
    from pipeline.source.app.client import AppApi
    from pipeline.source.credentials.secret import Secret, bare_token, token_fault
    from pipeline.source.credentials.store import MemoryCredentials

    token = bare_token(_read_line() if from_stdin else _ask("Token", "--token-stdin", _HOW_TO_FIND))
    if fault := token_fault(token):
        raise click.UsageError(f"This is not a token: {fault}.")
    trial = MemoryCredentials()
    trial.write(account, Secret(token=token))
    with _waiting(context, account), AppApi(account, source, trial, context.clock, is_interactive=True) as api:
        try:
            warning = api.try_login()
        except LoginError:
            raise LoginError(
                f"The operator does not accept this token for account {account.name}: it is wrong, or it has ended.",
                f"Try another with: ladebog login {account.name} (how to find it: ladebog login --help)",
            ) from None
    if warning:
        context.print_note(warning)
    return Secret(token=token)


def _password_login(
    context: Context, account: Account, source: Source, username: str, client_secret_stdin: bool
) -> "Secret":
    from pipeline.source.app.client import AppApi
    from pipeline.source.credentials.store import MemoryCredentials

    if not account.client_id:
        raise click.UsageError(
            f"A password login needs the client id of the operator's app: "
            f"ladebog account add {account.name} --url {quoted(account.url)} --client-id ID"
        )
    client_secret = _read_line() if client_secret_stdin else _ask("Client secret", "--client-secret-stdin")
    password = _ask("Password")
    api = AppApi(account, source, MemoryCredentials(), context.clock, is_interactive=True)
    with _waiting(context, account), api:
        return api.login_with_password(username, password, client_secret)


def _waiting(context: Context, account: Account) -> AbstractContextManager[None]:
    text = f"Waiting for a usable answer from {account.url}."
    return line_if_slow(text, context.quiet or context.log_format == "json")


def _ask(what: str, option: str = "", hint: str = "") -> str:
    """What the user types at the terminal, without showing it. Raises UsageError where there is no terminal."""
    try:
        Path("/dev/tty").open("rb", buffering=0).close()
    except OSError:
        if not sys.stdin.isatty():
            pipe = f", or pipe it into this command with {option}" if option else ""
            raise click.UsageError(
                f"{what}: there is no terminal to type it at. Run this in a terminal{pipe}."
            ) from None
    answer: str = click.prompt(what + as_typed(hint), hide_input=True)
    return answer


def _read_line() -> str:
    """Standard input without a byte order mark and the line break at its end."""
    return sys.stdin.read().removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
