"""`ladebog schedule`: scheduled runs."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Literal

import click

from pipeline import interrupt
from pipeline.cli.context import Context, pass_context
from pipeline.cli.demo_operator import refuse_scheduling
from pipeline.cli.output import print_file
from pipeline.cli.paragraph import print_hanging
from pipeline.errors import ScheduleError

if TYPE_CHECKING:
    from pipeline.operations.schedule.job import Job
    from pipeline.operations.schedule.loop import LoopRun
    from pipeline.operations.schedule.scheduler import Scheduler
    from pipeline.operations.schedule.times import DueTimes


class TimeOfDay(click.ParamType[time]):
    """`06:15`."""

    name = "HH:MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        from pipeline.operations.schedule.times import time_of_day

        try:
            return time_of_day(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class CronExpression(click.ParamType["DueTimes"]):
    """`15 6 * * *`."""

    name = "EXPRESSION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "DueTimes":
        from pipeline.operations.schedule.times import DueTimes

        try:
            return DueTimes(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


_at_option = click.option(
    "--at",
    type=TimeOfDay(),
    default="06:15",
    show_default=True,
    help="When to run each day, in the machine's time zone.",
)


@click.group()
def schedule() -> None:
    """Keep the archive up to date with scheduled runs."""


@schedule.command()
@_at_option
@click.option(
    "--using",
    type=click.Choice(["systemd", "cron"]),
    help="The scheduler to use. Default: systemd if available, else cron.",
)
@pass_context
def install(context: Context, at: time, using: str | None) -> None:
    """Have the system start `ladebog run` every day.

    This uses your user's systemd timers, or else your crontab, whose other lines stay unchanged. A run that was missed
    while the machine was off or asleep is made up for. Before it installs anything, the command checks that a scheduled
    job can read your logins. A second job checks every half hour whether a session is active, and runs only then,
    because operators thin out the power histories of finished sessions.

    \b
    Example:  ladebog schedule install
              ladebog schedule install --at 21:40 --using cron
    """
    from pipeline.operations.schedule.job import Job
    from pipeline.operations.schedule.next_run import schedulers
    from pipeline.operations.schedule.scheduler import probe_logins, require_logins
    from pipeline.source.credentials.choose import open_credentials

    logbook, settings = context.open()
    refuse_scheduling(settings)
    job = Job.of_logbook(logbook.root)
    chosen_scheduler = _chosen(using)
    credentials = open_credentials()
    require_logins(credentials, settings.chosen_accounts(None))
    probe_logins(chosen_scheduler, job, credentials)
    for other in schedulers():
        if other.name != chosen_scheduler.name and other.is_installed(job):
            other.remove(job)
    chosen_scheduler.install(job, at)
    context.print_info(f"{chosen_scheduler.name} can read the logins ({credentials.place}).")
    _describe(context, chosen_scheduler, job)
    context.print_info("\nShow this again: ladebog schedule show   Undo it: ladebog schedule remove")


@schedule.command()
@pass_context
def show(context: Context) -> None:
    """Show what is scheduled for the logbook, and the next run.

    \b
    Example:  ladebog schedule show
    """
    from pipeline.operations.schedule.job import Job
    from pipeline.operations.schedule.loop import LoopLock
    from pipeline.operations.schedule.next_run import schedulers

    logbook, _ = context.open()
    job = Job.of_logbook(logbook.root)
    is_any_installed = False
    if due := LoopLock(logbook).read_next_run():
        is_any_installed = True
        print_hanging("", f"A loop (ladebog schedule run) runs {job.home}.")
        _line("next run", _local(max(due, context.clock.now())))
    for scheduler in schedulers():
        if scheduler.is_installed(job):
            is_any_installed = True
            _describe(context, scheduler, job)
    if not is_any_installed:
        print_hanging("", f"Nothing is scheduled for {job.home}. Schedule it with: ladebog schedule install")


@schedule.command()
@pass_context
def remove(context: Context) -> None:
    """Remove the scheduled jobs of the logbook; the archive stays.

    \b
    Example:  ladebog schedule remove
    """
    from pipeline.operations.schedule.job import Job
    from pipeline.operations.schedule.next_run import schedulers

    job = Job.of_logbook(context.home)
    removed_schedulers = [scheduler for scheduler in schedulers() if scheduler.is_installed(job)]
    for scheduler in removed_schedulers:
        scheduler.remove(job)
        context.print_info(f"{scheduler.name} no longer runs {job.home}.")
    if not removed_schedulers:
        context.print_info(f"Nothing was scheduled for {job.home}.")


@schedule.command("print")
@click.argument("kind", metavar="KIND", type=click.Choice(["systemd", "cron", "launchd", "schtasks"]))
@_at_option
@pass_context
def print_(context: Context, kind: Literal["systemd", "cron", "launchd", "schtasks"], at: time) -> None:
    """Print a scheduler's configuration without installing it.

    KIND is systemd or cron, which `ladebog schedule install` can set up, or launchd (macOS) or schtasks (Windows),
    which can only be printed and are untested.

    \b
    Example:  ladebog schedule print systemd
              ladebog schedule print launchd --at 21:40
    """
    from pipeline.operations.schedule import printed
    from pipeline.operations.schedule.cron import lines
    from pipeline.operations.schedule.job import Job
    from pipeline.operations.schedule.systemd import Systemd, units

    job = Job.of_logbook(context.home)
    if kind in ("launchd", "schtasks"):
        context.print_remark(f"This output for {kind} is untested: check that it runs.")
    if kind == "cron":
        print_file(lines(job, at))
    elif kind == "schtasks":
        print_file(printed.schtasks(job, at))
    elif kind == "launchd":
        _print_files(printed.launchd(job, at))
    else:
        _print_files({str(Systemd().folder / name): text for name, text in units(job, at).items()})


@schedule.command()
@pass_context
def probe(context: Context) -> None:
    """Check that the logins can be read from here.

    `ladebog schedule install` has the scheduler start this command to test a scheduled job's access.

    \b
    Example:  ladebog schedule probe
    """
    from pipeline.operations.schedule.scheduler import require_logins
    from pipeline.source.credentials.choose import open_credentials

    _, settings = context.open()
    accounts = settings.chosen_accounts(None)
    credentials = open_credentials()
    require_logins(credentials, accounts)
    names = ", ".join(account.name for account in accounts)
    context.print_info(f"The logins of {names} can be read from {credentials.place}.")


@schedule.command()
@click.option(
    "--cron",
    "due_times",
    type=CronExpression(),
    default="15 6 * * *",
    show_default=True,
    help="When to run, as in a crontab, in the machine's time zone (TZ).",
)
@pass_context
def run(context: Context, due_times: "DueTimes") -> None:
    """Stay in the foreground and run on a schedule, for containers.

    Use it also on systems without a scheduler. Each run is a separate process. Missed times are made up for by one run.
    A run that may succeed later, for example because the operator is down, is repeated after a quarter of an hour; any
    other failed run is repeated at the next scheduled time. SIGTERM and Ctrl-C stop the loop and a run in progress;
    what was fetched is kept.

    \b
    Example:  ladebog schedule run
              ladebog schedule run --cron "15 6,18 * * *"
    """
    from pipeline.operations.schedule.due import last_run_began
    from pipeline.operations.schedule.job import RUN, RUN_IF_ACTIVE, Job
    from pipeline.operations.schedule.loop import Loop, LoopLock, LoopRun
    from pipeline.operations.schedule.process import run_process, stopped_by_signals

    logbook, settings = context.open()
    refuse_scheduling(settings)
    job = Job.of_logbook(logbook.root)
    began = last_run_began(logbook, [account.name for account in settings.chosen_accounts(None)], context.clock.now())

    def start(kind: "LoopRun") -> int:
        arguments = RUN if kind is LoopRun.RUN else RUN_IF_ACTIVE
        return run_process(job.command(*(["--quiet"] if context.quiet else []), *arguments))

    def warn(text: str) -> None:
        context.print_error(text, "")

    loop = Loop(LoopLock(logbook), due_times, context.clock, start, context.print_info, warn)
    try:
        with interrupt.no_forced_exit(), stopped_by_signals():
            loop.run(began)
    except KeyboardInterrupt:
        context.print_info("Stopped.")


def _chosen(using: str | None) -> "Scheduler":
    from pipeline.operations.schedule.next_run import schedulers

    for scheduler in schedulers():
        if using in (None, scheduler.name) and scheduler.is_available():
            return scheduler
    missing_text = {"systemd": "There is no systemd for your user", "cron": "There is no crontab program"}
    both = "There is neither a systemd for your user nor a crontab program"
    raise ScheduleError(
        f"{missing_text[using] if using else both} here.",
        "Keep this running instead, for example in a container: ladebog schedule run (others: ladebog schedule print)",
    )


def _describe(context: Context, scheduler: "Scheduler", job: "Job") -> None:
    """Print what is installed, when it runs and where it is stored."""
    due_times = scheduler.due_times(job)
    print_hanging("", f"{scheduler.name} runs {job.home} {due_times}.")
    delay = f", {scheduler.delay}" if scheduler.delay else ""
    _line("next run", _local(due_times.after(context.clock.now())) + delay)
    _line("active session", "runs every half hour until it has ended")
    for name, text in scheduler.places(job).items():
        _line(name, text)
    for warning in scheduler.warnings():
        context.print_remark(f"  {warning}")


def _line(name: str, text: str) -> None:
    print_hanging(f"  {name:<16}", text)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _print_files(files: dict[str, str]) -> None:
    for path, text in files.items():
        print_file(f"# {path}\n{text}\n")
