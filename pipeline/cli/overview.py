"""`ladebog` without a command: how things stand, and what to do next, in at most ten lines."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.cli.context import Context
from pipeline.cli.demo_operator import is_demo
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.table import show_record, show_table
from pipeline.cli.terminal import ERROR, HEADING, WARNING, Marked
from pipeline.logbook.folder import Logbook
from pipeline.text import counted, money_text

if TYPE_CHECKING:
    from pipeline.operations.status import AccountStatus, Status
    from pipeline.settings.schema import Settings

_MOST_ACCOUNTS = 4
_LONG_AGO = timedelta(days=3)
_NAMES = ("account", "sessions", "newest session", "last run", "findings", "to claim")
_ADD_ACCOUNT = "Set up an account: ladebog account add home --url https://OPERATOR"


def print_overview(context: Context) -> None:
    """Print it. Raises SettingsError for settings that cannot be read."""
    if not Logbook(context.home).settings.is_file():
        print_hanging("", f"There is no logbook in {context.home} yet.")
        _print_next(_ADD_ACCOUNT)
        print_line("To try everything with a made-up driver: ladebog demo")
    else:
        _print_logbook(context)
    print_line("All commands: ladebog --help")


def _print_logbook(context: Context) -> None:
    from pipeline.operations.status import read_status

    logbook, settings = context.open_to_read()
    status = read_status(logbook, list(settings.accounts.values()), context.clock.now())
    print_hanging("", f"Logbook {status.logbook}")
    accounts = status.accounts[:_MOST_ACCOUNTS]
    rows = [list(_cells(account)) for account in accounts]
    if len(rows) == 1:
        show_record(_NAMES, rows[0])
    elif rows:
        show_table(_NAMES, rows, expendable=("newest session", "last run"))
    if len(accounts) < len(status.accounts):
        print_line(f"and {counted(len(status.accounts) - len(accounts), 'account')} more: ladebog status")
    _print_next(_next_step(status, settings))


def _cells(account: "AccountStatus") -> Iterator[object]:
    yield account.account
    yield account.sessions
    yield f"{account.newest_session_at:%Y-%m-%d %H:%M}" if account.newest_session_at else None
    yield f"{account.last_run_at:%Y-%m-%d %H:%M}" if account.last_run_at else Marked("never", WARNING)
    errors, warnings = account.errors or 0, account.warnings or 0
    if errors:
        yield Marked(counted(errors, "error"), ERROR)
    else:
        yield Marked(counted(warnings, "warning"), WARNING) if warnings else "none"
    yield _to_claim(account)


def _to_claim(account: "AccountStatus") -> str:
    """`2025-09, 642.35 DKK, and 1 later month; corrections of claimed months: -109.63 DKK`."""
    if account.claims is None:
        return "nothing"
    texts = []
    if account.claims.months:
        oldest, months = account.claims.months[0], {item.month for item in account.claims.months}
        later = f", and {counted(len(months) - 1, 'later month')}" if len(months) > 1 else ""
        amount = money_text(oldest.amount_incl_tax, oldest.currency)
        texts.append(f"{oldest.month}, {amount} {oldest.currency}{later}")
    texts += [
        f"corrections of claimed months: {money_text(item.amount_incl_tax, item.currency, '+')} {item.currency}"
        for item in account.claims.corrections
    ]
    return "; ".join(texts) or "nothing"


def _next_step(status: "Status", settings: "Settings") -> str:
    """What to do next: the first step of the first account that needs one."""
    if not status.accounts:
        return _ADD_ACCOUNT
    steps = [step for account in status.accounts for step in _steps(account, status, settings)]
    if steps:
        return min(steps)[1]
    if status.problems:
        return f"{status.problems[0].message} {status.problems[0].next}"
    return "Nothing to do. See what was charged: ladebog months"


def _steps(account: "AccountStatus", status: "Status", settings: "Settings") -> Iterator[tuple[int, str]]:
    """What an account needs, each with its place in the order of doing it."""
    name, account_option = account.account, settings.account_option(account.account)
    is_of_demo, login = is_demo(settings, name), account.login
    if not is_of_demo and (login.state == "none" or (login.state == "ended" and not login.renewable)):
        yield 0, f"Log in: ladebog login {name}"
    if account.last_run_outcome == "never":
        yield 1, f"Fetch your sessions: ladebog run{account_option}"
    elif account.last_success_at is None or status.generated_at - account.last_success_at > _LONG_AGO:
        yield 1, f"Fetch what is new: ladebog run{account_option}"
    if account.errors:
        yield 2, f"See what is wrong: ladebog check{account_option}"
    if account.claims and account.claims.rejected:
        number = account.claims.rejected[0]
        command = f"ladebog claim reverse {number} --reason TEXT{account_option}"
        yield 3, f"Reverse the rejected claim {number}, so that its sessions can be claimed again: {command}"
    if account.claims and account.claims.months:
        month = account.claims.months[0].month
        yield 4, f"Claim the oldest outstanding month: ladebog claim create {month}{account_option}"
    if account.claims and account.claims.corrections:
        yield 5, f"Claim what changed in claimed months: ladebog claim create --corrections{account_option}"
    if account.claims and account.claims.unpaid:
        number = account.claims.unpaid[0].number
        yield 6, f"When claim {number} is paid, record it: ladebog claim mark {number} paid{account_option}"
    if not is_of_demo and account.next_run_at is None:
        yield 7, "Have new sessions fetched every day: ladebog schedule install"


def _print_next(step: str) -> None:
    print_hanging("Next: ", step, style=HEADING)
