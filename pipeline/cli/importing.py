"""`ladebog import`."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.context import Context, one_account_option, pass_context
from pipeline.errors import CaptureError
from pipeline.raw.answer import Answer
from pipeline.settings.names import host_and_port
from pipeline.settings.schema import Account
from pipeline.text import counted

_MOST_NAMED = 10  # answers of a file that cannot be used


class AwareTime(click.ParamType[datetime]):
    """A time with its offset, for example 2025-03-30T16:36:38+02:00."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time, for example 2025-03-30T16:36:38+02:00", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no offset: write for example {value}+02:00 or {value}Z", param, ctx)
        return moment


@click.command("import")
@one_account_option
@click.option("--fetched-at", type=AwareTime(), help="When the answers were received, for captures without times.")
@click.option("--any-host", is_flag=True, help="Import answers of other hosts than the account's operator, too.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, readable=False, path_type=Path))
@pass_context
def import_(
    context: Context, account_name: str | None, fetched_at: datetime | None, any_host: bool, files: tuple[Path, ...]
) -> None:
    """Archive captures from your own app: text, HAR or bare JSON.

    The answers in them go into raw/ as if they had been fetched; authorization headers are left out. A history
    is enough for sessions and months. An answer without a time never replaces one that has a time. Files may be
    in UTF-16 or compressed with gzip. A file or an answer that cannot be used is named, and the others are imported;
    after such a file the exit code is 1. Answers of another operator's host are left out.

    \b
    Example:  ladebog import --account home session.capture.txt
    """
    from pipeline.clock import is_plausible
    from pipeline.extract.store import Store
    from pipeline.load.hosts import require_same_operator
    from pipeline.source.capture.read import IMPLAUSIBLE, read_capture
    from pipeline.transform.update import open_updated, update_archive

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    now = context.clock.now()
    if fetched_at is not None and not is_plausible(fetched_at, now):
        raise click.BadParameter(f"{fetched_at.isoformat()} {IMPLAUSIBLE}", param_hint="'--fetched-at'")
    answers: list[Answer] = []
    errors: list[CaptureError] = []
    for file in files:
        try:
            capture = read_capture(file, account.name, fetched_at, now)
        except CaptureError as error:
            errors.append(error)
            continue
        answers += capture.answers
        _note_left_out(context, file, capture.left_out)
    if answers and not any_host:
        answers = _of_operator(context, account, answers, errors)
    if not answers:
        context.raise_last(errors)
    with open_updated(logbook, settings, context.clock) as connection:
        if not any_host:
            require_same_operator(connection, account)
        with Store(connection, logbook.raw / account.name, "import", context.clock) as store:
            archived_count = sum(store.keep(answer) for answer in answers)
    update_archive(logbook, settings, context.clock)
    known_count = len(answers) - archived_count
    read_text = counted(len(answers), "answer")
    context.print_info(f"{account.name}: {read_text} read, {archived_count} archived, {known_count} already there.")
    context.raise_last(errors)
    context.print_info("Next: ladebog status")


def _note_left_out(context: Context, file: Path, left_out: Sequence[str]) -> None:
    """Name the answers in a file that cannot be used."""
    if left_out:
        context.print_note(f"{counted(len(left_out), 'answer')} in {file} cannot be used; the others are imported:")
    for fault in left_out[:_MOST_NAMED]:
        context.print_note(fault)
    if len(left_out) > _MOST_NAMED:
        context.print_note(f"and {len(left_out) - _MOST_NAMED} more")


def _of_operator(
    context: Context, account: Account, answers: Sequence[Answer], errors: list[CaptureError]
) -> list[Answer]:
    """The answers of the account's host, and those without an address; names the other hosts.

    If all answers are of other hosts, that is added to `errors`.
    """
    own = host_and_port(account.url)
    of_host: dict[str, list[Answer]] = {}
    for answer in answers:
        of_host.setdefault(host_and_port(answer.url) or own, []).append(answer)
    kept = of_host.pop(own, [])
    faults = [
        f"{counted(len(refused), 'answer')} of {host}, but the operator of account {account.name} is {own}"
        for host, refused in sorted(of_host.items())
    ]
    advice = "If they are of the same operator, import them with: ladebog import --any-host FILE"
    if not kept:
        errors.append(CaptureError(f"Nothing was imported: {'; '.join(faults)}.", advice))
        return []
    for fault in faults:
        context.print_note(f"left out {fault}. {advice}")
    return kept
