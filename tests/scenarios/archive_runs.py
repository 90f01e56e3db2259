"""Accounts of one archive, each with a few runs: all of them together take as few transforms as one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.raw.answer import Answer
from pipeline.raw.lines import Window
from tests.scenarios.small_archive import SmallArchive

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Run:
    """What a run fetches, and the rows that a query has after it."""

    answers: Iterable[Answer]
    windows: Iterable[Window]
    rows: Rows


def rows_after_runs(archive: SmallArchive, query: str, cases: Mapping[str, Sequence[Run]]) -> dict[str, list[Rows]]:
    """The rows of the query for each account after each of its runs. Its parameter is the account."""
    found: dict[str, list[Rows]] = {account: [] for account in cases}
    for number in range(max(map(len, cases.values()))):
        running = {account: runs[number] for account, runs in cases.items() if number < len(runs)}
        for account, run in running.items():
            archive.of(account).add(*run.answers, windows=run.windows)
        archive.transform()
        for account in running:
            found[account].append(archive.rows(query, account))
    return found


def expected_rows(cases: Mapping[str, Sequence[Run]]) -> dict[str, list[Rows]]:
    return {account: [run.rows for run in runs] for account, runs in cases.items()}
