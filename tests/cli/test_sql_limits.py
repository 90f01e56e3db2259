"""The limits of a query: its time, its memory, and its rows on a terminal."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_ADVICE = "Ask for less, or allow more time with --timeout SECONDS"
_ENDLESS = "from range(100000000000) where hash(range) % 20000 = 0"  # it has rows soon and never ends
_LONG = "select sum(sqrt(range)) from range(100000000000)"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        (_LONG, []),
        (_ENDLESS, ["--format", "csv"]),
        pytest.param(_ENDLESS, ["--format", "json", "-o", "{folder}/rows"], marks=pytest.mark.system),
        pytest.param(_LONG, ["-o", "{folder}/rows.parquet"], marks=pytest.mark.system),
        ("with recursive n as (select 1 as i union all select i + 1 from n) select max(i) from n", []),
    ],
)
def test_a_query_that_takes_longer_than_the_time_limit_is_refused(
    shared_logbook: DemoLogbook, tmp_path: Path, query: str, options: list[str]
) -> None:
    started_at = time.monotonic()
    filled_options = [option.format(folder=tmp_path) for option in options]
    outcome = shared_logbook.run("sql", query, "--timeout", "1", *filled_options)
    assert (outcome.code, outcome.err) == (1, f"ladebog: The query took longer than 1 s.\n  {_ADVICE}\n")
    assert time.monotonic() - started_at < 20
    assert list(tmp_path.iterdir()) == []


def test_a_query_that_ignores_an_interrupt_ends_with_the_process(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    query = "select levenshtein(repeat('a', 400000), repeat('b', 400000)) as long"
    outcome = shared_logbook.run_process("sql", query, "--timeout", "1", "-o", str(tmp_path / "x.csv"))
    assert refusal(outcome, 1) == ("The query took longer than 1 s.", _ADVICE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.system
def test_the_time_between_fetches_does_not_count(shared_logbook: DemoLogbook) -> None:
    read_end, write_end = os.pipe()
    arguments = ["sql", "from range(200000)", "--format", "csv", "--timeout", "2"]
    with subprocess.Popen(
        shared_logbook.command(*arguments),
        env=shared_logbook.environment,
        stdout=write_end,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(write_end)
        with open(read_end, "rb") as pipe:  # noqa: PTH123 (a descriptor)
            first = pipe.readline()
            time.sleep(6)  # longer than the time limit and the grace after it
            rows = pipe.read().count(b"\n")
        assert process.stderr is not None
        assert (first, rows, process.stderr.read()) == (b"range\n", 200_000, b"")


@pytest.mark.parametrize("invalid_limit", ["0", "-1", "soon", "nan", "1000000"])
def test_invalid_time_limits_are_refused(shared_logbook: DemoLogbook, invalid_limit: str) -> None:
    message, advice = refusal(shared_logbook.run("sql", "select 1", "--timeout", invalid_limit), 2)
    assert message.startswith("Invalid value for '--timeout': ")
    assert advice == "See its help with: ladebog sql --help"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(
            "select list(range) from range(1000000000)", marks=pytest.mark.system
        ),  # memory that DuckDB counts
        "select list_sum(range(1000000000))",  # memory that it does not count
        "from range(1000000000) order by hash(range)",  # data that it would spill to disk
    ],
)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="table", marks=pytest.mark.system),
        pytest.param(["-o", "{folder}/rows.parquet"], id="parquet"),
    ],
)
def test_a_query_that_needs_more_than_the_memory_limit_is_refused(
    shared_logbook: DemoLogbook, tmp_path: Path, query: str, options: list[str]
) -> None:
    outcome = shared_logbook.run("sql", query, *[option.format(folder=tmp_path) for option in options])
    assert refusal(outcome, 1) == (
        "The query needs more memory than is allowed (1GB).",
        "Ask for fewer rows or columns at a time, with a where or a limit",
    )
    assert list(tmp_path.iterdir()) == []
    assert {path.name for path in shared_logbook.home.iterdir()} >= {"ladebog.duckdb"}
    assert list(shared_logbook.home.glob("*.tmp")) == []


def run_on_a_terminal(
    logbook: DemoLogbook, *arguments: str, with_all_streams: bool = False, code: int = 0, **variables: str
) -> tuple[str, str]:
    """What a command prints on a terminal without colours, and its standard error, which is not a terminal.

    With all streams, its input and standard error are the terminal too.
    """
    controller, terminal = os.openpty()
    printed = b""
    with subprocess.Popen(
        logbook.command(*arguments),
        env=logbook.environment | {"NO_COLOR": "1", "TERM": "xterm"} | variables,
        stdin=terminal if with_all_streams else subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal if with_all_streams else subprocess.PIPE,
    ) as process:
        os.close(terminal)
        try:
            while piece := os.read(controller, 1 << 16):
                printed += piece
        except OSError:  # the process closed the terminal
            pass
        os.close(controller)
        errors = process.stderr.read().decode() if process.stderr else ""
    assert process.returncode == code
    return printed.decode().replace("\r\n", "\n"), errors


@pytest.mark.system
@pytest.mark.parametrize("format_name", ["table", "csv", "json"])
def test_a_terminal_shows_at_most_a_thousand_rows(shared_logbook: DemoLogbook, format_name: str) -> None:
    query = "select 'row ' || range as name from range({})"
    printed, errors = run_on_a_terminal(shared_logbook, "sql", query.format(1001), "--format", format_name)
    assert printed.count("row ") == 1000
    assert errors == (
        "ladebog: note: 1,000 of 1,001 rows are shown. "
        "To get all: -o FILE.csv; to choose others: a limit in the query\n"
    )
    _, errors = run_on_a_terminal(shared_logbook, "sql", query.format(10_000), "--format", format_name)
    assert "1,000 of at least 10,000 rows are shown." in errors
    printed, errors = run_on_a_terminal(shared_logbook, "sql", query.format(1000), "--format", format_name)
    assert (printed.count("row "), errors) == (1000, "")
    assert shared_logbook.do("sql", query.format(1001), "--format", format_name).out.count("row ") == 1001


@pytest.mark.parametrize("format_name", ["table", "csv"])
def test_control_characters_in_values_do_not_reach_a_terminal(shared_logbook: DemoLogbook, format_name: str) -> None:
    query = "select 'a' || chr(27) || ']0;title' || chr(7) || chr(155) || '2J' || chr(13) || 'z' as note"
    printed, _ = run_on_a_terminal(shared_logbook, "sql", query, "--format", format_name)
    assert printed.splitlines()[-1].removeprefix("note  ") == "a␛]0;title␇�2J␍z"
