"""The bar of a run: what it shows while months are listed and fetched."""

import io
from datetime import date

from rich.console import Console
from rich.progress import Progress

from pipeline.cli.progress import BarProgress

OCTOBER, SEPTEMBER = date(2025, 10, 1), date(2025, 9, 1)


def test_the_next_month_begins_without_the_numbers_of_the_one_before_and_the_clock_runs_on() -> None:
    seconds = iter(range(1_000))
    with Progress(console=Console(file=io.StringIO()), auto_refresh=False, get_time=lambda: next(seconds)) as progress:
        bar = BarProgress("home", progress)
        (task,) = progress.tasks
        bar.listing(OCTOBER)
        bar.fetching(OCTOBER, 9, 9)
        assert (task.description, task.completed, task.total) == ("home: fetching 2025-10, 9 of 9 sessions", 9, 9)
        before = task.elapsed
        bar.listing(SEPTEMBER)
        assert (task.description, task.completed, task.total) == ("home: listing 2025-09", 0, None)
        assert task.elapsed is not None
        assert before is not None
        assert task.elapsed > before > 0
