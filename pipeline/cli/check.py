"""`ladebog check`, and how findings are printed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import MONTH
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.errors import EXIT_FINDINGS
from pipeline.logbook.folder import Logbook
from pipeline.text import counted

_Finding = Mapping[str, Any]

_FINDINGS = """
    select *
    from check_results
    where list_contains($accounts, account)
    order by account, month nulls first, severity, rule, session_id nulls first, finding_id
"""


@click.command()
@click.option("--month", type=MONTH, help="Only this month, and findings without a month.")
@account_option
@pass_context
def check(context: Context, month: datetime | None, account_name: str | None) -> int:
    """Show errors and warnings about the archive, by month.

    Exits with 3 if it shows an error. Each rule is a file under sql/checks/. A finding keeps its id as long as its
    cause stays the same.

    \b
    Example:  ladebog check
              ladebog check --month 2025-03 --account home
    """
    logbook, settings = context.open_to_read()
    findings = _read(logbook, [account.name for account in settings.chosen_accounts(account_name)])
    if month is not None:
        findings = [finding for finding in findings if finding["month"] in (None, month.date())]
    _show(findings)
    print_line(f"{counted_findings(findings)}.")
    return EXIT_FINDINGS if any(_is_error(finding) for finding in findings) else 0


def show_findings_since(context: Context, logbook: Logbook, account: str, month: date | None) -> bool:
    """Show the findings from the reported month on, or all if no month was reported.

    Returns whether an error belongs to the reported month or to no month.
    """
    findings = _read(logbook, [account])
    shown_findings = [
        finding for finding in findings if month is None or finding["month"] is None or finding["month"] >= month
    ]
    _show([finding for finding in shown_findings if _is_error(finding) or not context.quiet])
    if earlier := [finding for finding in findings if finding not in shown_findings]:
        context.print_info(
            f"In earlier months: {counted_findings(earlier)}. See them with: ladebog check --account {account}"
        )
    return month is not None and any(_is_error(finding) and finding["month"] in (None, month) for finding in findings)


def counted_findings(findings: Sequence[_Finding]) -> str:
    """`1 error, 3 warnings`."""
    errors = sum(_is_error(finding) for finding in findings)
    warnings = len(findings) - errors
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"


def _read(logbook: Logbook, accounts: list[str]) -> list[_Finding]:
    from pipeline.database.connection import open_published, rows

    with open_published(logbook) as connection:
        return list(rows(connection, _FINDINGS, {"accounts": accounts}))


def _show(findings: Sequence[_Finding]) -> None:
    if not findings:
        return
    rule_width = max(len(finding["rule"]) for finding in findings)
    session_width = max(len(finding["session_id"] or "") for finding in findings)
    for (account, month), of_month in groupby(findings, lambda finding: (finding["account"], finding["month"])):
        print_line(f"{account}, {f'{month:%Y-%m}' if month else 'no single month'}")
        for finding in of_month:
            severity, session = finding["severity"], finding["session_id"] or ""
            text = f"{finding['rule']:<{rule_width}}  {session:<{session_width}}  {finding['detail']}"
            print_hanging(f"  {severity:<7}  ", f"{text}  ({finding['finding_id']})", style=severity)


def _is_error(finding: _Finding) -> bool:
    return bool(finding["severity"] == "error")
