"""`ladebog status`."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.cli.claim.text import outstanding_lines
from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.demo_operator import is_demo
from pipeline.cli.options import Duration
from pipeline.cli.output import print_data, print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.terminal import ERROR, WARNING, Marked
from pipeline.clock import last_of_month
from pipeline.command_line import as_typed
from pipeline.errors import EXIT_FAILED, EXIT_FINDINGS
from pipeline.text import counted, duration_text

if TYPE_CHECKING:
    from pipeline.operations.archive_status import Gaps
    from pipeline.operations.status import AccountStatus, LoginStatus, Status
    from pipeline.settings.schema import Settings

_UNKNOWN = "unknown: see the errors below"


@click.command()
@account_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/reference/status.md explains each key.")
@click.option(
    "--max-age",
    type=Duration(),
    metavar="TIME",
    help="Exit with 3 if the last successful run of an account began longer ago: 36h, 2d, 1d12h.",
)
@pass_context
def status(context: Context, account_name: str | None, as_json: bool, max_age: timedelta | None) -> int:
    """Show logins, runs, gaps, findings and outstanding claims.

    Exits with 1 if part of it is unknown; standard error states what and why. For monitoring, use --max-age: it exits
    with 3 if an account is stale, and standard error states which one and why.

    \b
    Example:  ladebog status
              ladebog status --json
              ladebog --quiet status --max-age 36h
    """
    from pipeline.operations.status import read_status

    logbook, settings = context.open_to_read()
    accounts = settings.chosen_accounts(account_name)
    logbook_status = read_status(logbook, accounts, context.clock.now(), max_age=max_age)
    if as_json:
        _print_json(logbook_status)
    elif max_age is None or not context.quiet:
        _print(logbook_status, settings)
    for problem in logbook_status.problems:
        context.print_error(problem.message, problem.next)
    stale = [account for account in logbook_status.accounts if account.stale]
    for account in stale:
        context.print_error(
            f"{account.account} is stale: {account.stale_reason}.", f"ladebog run --account {account.account}"
        )
    if stale:
        return EXIT_FINDINGS
    return EXIT_FAILED if logbook_status.problems else 0


def _print_json(logbook_status: "Status") -> None:
    problems = [msgspec.structs.replace(problem, next=as_typed(problem.next)) for problem in logbook_status.problems]
    printed = msgspec.structs.replace(logbook_status, problems=problems)
    print_data(msgspec.json.format(msgspec.json.encode(printed)).decode() + "\n")


def _print(logbook_status: "Status", settings: "Settings") -> None:
    print_line(f"Logbook {logbook_status.logbook}")
    _line("database", size(logbook_status.database_bytes) if logbook_status.database_bytes is not None else "none")
    for account in logbook_status.accounts:
        print_line()
        print_line(f"{account.account}  {account.url}")
        needs_none = is_demo(settings, account.account) and account.login.state == "none"
        _line("login", "none: a demo needs none" if needs_none else _login(account.account, account.login))
        for name, text in _lines(account, logbook_status.generated_at, settings.account_option(account.account)):
            _line(name, text)


def _line(name: str, text: str | Marked) -> None:
    print_hanging(f"  {name:<16}", text)


def _lines(account: "AccountStatus", now: datetime, account_option: str) -> Iterator[tuple[str, str | Marked]]:
    """The lines of an account after its login, as name and text; a line without a name continues the one before."""
    yield from _runs(account, now)
    yield "next run", _minute(account.next_run_at) if account.next_run_at else "not scheduled"
    if account.sessions is not None:
        since = f", since {account.first_session_at:%Y-%m-%d}" if account.first_session_at else ""
        yield "sessions", f"{account.sessions} finished{since}"
        yield "newest session", _ago(account.newest_session_at, now) if account.newest_session_at else "none"
    if account.active_sessions is not None:
        yield "active", ", ".join(account.active_sessions) or "none"
    if account.gaps is not None:
        is_with_gaps = account.last_closed_month != account.closed_up_to
        closed_later = f"; later ones with gaps, the last is {account.last_closed_month}" if is_with_gaps else ""
        yield "closed up to", f"{account.closed_up_to or 'no month yet'}{closed_later}"
        yield from _gaps(account.gaps, account.details_missing or 0)
    if account.quarantined is not None:
        yield "quarantined", Marked(str(account.quarantined), WARNING) if account.quarantined else "none"
        yield from (("", line) for line in account.quarantine or [])
    if account.errors is not None and account.warnings is not None:
        yield "findings", _findings(account.account, account.errors, account.warnings)
    if account.claims is not None:
        lines = outstanding_lines(account.claims, account_option) or ["nothing outstanding, nothing unpaid"]
        for place, line in enumerate(lines):
            yield "" if place else "claims", line
    if account.last_run_outcome != "never" and account.sessions is None:
        yield "the rest", _UNKNOWN
    yield "raw", size(account.raw_bytes)


def _login(account: str, login: "LoginStatus") -> str | Marked:
    if login.state == "unknown":
        return _UNKNOWN
    if login.state == "none":
        return Marked(f"none stored: ladebog login {account}", ERROR)
    if login.valid_until is None:
        return "stored; it does not state how long it is valid"
    renewal = "; a run renews it" if login.renewable else ""
    if login.state == "ended":
        ended = f"ended {login.valid_until:%Y-%m-%d}"
        return f"{ended}{renewal}" if renewal else Marked(f"{ended}: ladebog login {account}", ERROR)
    days = login.days_left or 0
    ends = f"in {counted(days, 'day')}" if days else "today"
    return f"valid until {login.valid_until:%Y-%m-%d}, ends {ends}{renewal}"


def _runs(account: "AccountStatus", now: datetime) -> Iterator[tuple[str, str | Marked]]:
    if account.last_run_outcome is None:
        yield "last run", _UNKNOWN
        return
    if account.last_run_at is None:
        yield "last run", f"never: ladebog run --account {account.account}"
        return
    is_failed = account.last_run_outcome == "failed"
    yield "last run", Marked(f"{_minute(account.last_run_at)}, {account.last_run_outcome}", ERROR if is_failed else "")
    if account.last_run_error:
        yield "", Marked(account.last_run_error, ERROR if is_failed else "")
    yield "last success", _ago(account.last_success_at, now) if account.last_success_at else "never"


def _gaps(gaps: "Gaps", details_missing: int) -> Iterator[tuple[str, str | Marked]]:
    lines = []
    if gaps.never_listed:
        lines.append(f"never listed: {_spans(gaps.never_listed)}")
    if gaps.listed_too_early:
        lines.append(f"listed too early: {_spans(gaps.listed_too_early)}")
    if details_missing:
        months = f", in {_spans(gaps.without_details)}" if gaps.without_details else ""
        lines.append(f"without details: {counted(details_missing, 'session')}{months}")
    yield "gaps", Marked(lines[0], WARNING) if lines else "none"
    yield from (("", Marked(line, WARNING)) for line in lines[1:])
    if months_open := sorted({*gaps.never_listed, *gaps.listed_too_early, *gaps.without_details}):
        until = last_of_month(date.fromisoformat(f"{months_open[-1]}-01"))
        yield "", f"Fetch them: ladebog extract --since {months_open[0]}-01 --until {until}"


def _findings(account: str, errors: int, warnings: int) -> str | Marked:
    if not errors and not warnings:
        return "none"
    text = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    return Marked(f"{text}: ladebog check --account {account}", ERROR if errors else WARNING)


def _spans(months: Sequence[str]) -> str:
    """`2025-01, 2025-03 to 2025-06`: months in order, with consecutive ones as a range."""
    spans: list[list[str]] = []
    for month in months:
        if spans and _number(month) == _number(spans[-1][-1]) + 1:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans)


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return int(year) * 12 + int(of_year)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _ago(moment: datetime, now: datetime) -> str:
    """`2025-03-30 14:36, 3 hours ago`."""
    past = now - moment
    if past < timedelta():
        return f"{_minute(moment)}, in the future"
    age = f"{duration_text(past)} ago" if past >= timedelta(minutes=1) else "just now"
    return f"{_minute(moment)}, {age}"


def size(number: int) -> str:
    """A number of bytes as text: `10.5 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} bytes"
