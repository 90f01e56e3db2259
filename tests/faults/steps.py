"""Steps of a run, each named by a function that it calls, and the faults that can be injected there.

A fault is injected in the process of one command, without support from product code: a function is replaced by one that
counts its calls and, at the chosen call, kills the process as `kill -9` does, or fails as the system would.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Step:
    """A step of a run: `module:function`; with `first`, only calls with that first argument count."""

    name: str
    target: str
    first_argument: str | None = None

    def includes(self, arguments: tuple[Any, ...]) -> bool:
        return self.first_argument is None or self.first_argument in [
            argument for argument in arguments[:2] if isinstance(argument, str)
        ]


STEPS = (
    Step("fetch", "pipeline.source.http:Http.get"),
    Step("raw write", "pipeline.raw.segments:gzip_member"),
    Step("fsync", "os:fsync"),
    Step("commit", "duckdb:DuckDBPyConnection.execute", "commit"),
    Step("publish", "shutil:copyfile"),
    Step("render", "zipfile:ZipFile.writestr"),
    Step("rename of a segment", "os:rename"),
    Step("rename of a replaced file", "os:replace"),
)


@dataclass(frozen=True)
class StepCounter:
    """Counts how often each step is reached, by the size of a file with the name of the step."""

    folder: Path

    def __call__(self) -> None:
        self.folder.mkdir()
        for step in STEPS:
            file = os.open(self.folder / step.name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            _around(step, before=functools.partial(os.write, file, b"."), after=lambda: None)

    def calls(self, step: Step) -> int:
        """The number of times that a step was reached."""
        return (self.folder / step.name).stat().st_size


@dataclass(frozen=True)
class KilledAt:
    """Kills the process at the `call`th call of a step, or after that call."""

    step: Step
    call: int
    is_after: bool = False

    def __call__(self) -> None:
        calls = itertools.count(1)

        def kill_process() -> None:
            if next(calls) == self.call:
                os.kill(os.getpid(), signal.SIGKILL)

        if self.is_after:
            _around(self.step, before=lambda: None, after=kill_process)
        else:
            _around(self.step, before=kill_process, after=lambda: None)


@dataclass(frozen=True)
class FailsAt:
    """Makes the `call`th call of a step fail with an error number of the system."""

    step: Step
    call: int
    number: int

    def __call__(self) -> None:
        calls = itertools.count(1)

        def fail() -> None:
            if next(calls) == self.call:
                raise OSError(self.number, os.strerror(self.number))

        _around(self.step, before=fail, after=lambda: None)


def _around(step: Step, *, before: Callable[[], object], after: Callable[[], object]) -> None:
    _let_duckdb_scan_all_stack_frames()
    module, _, path = step.target.partition(":")
    *parents, name = path.split(".")
    owner = importlib.import_module(module)
    for part in parents:
        owner = getattr(owner, part)
    function = getattr(owner, name)

    def wrapper(*arguments: Any, **keywords: Any) -> Any:
        if not step.includes(arguments):
            return function(*arguments, **keywords)
        before()
        result = function(*arguments, **keywords)
        after()
        return result

    setattr(owner, name, wrapper)


def _let_duckdb_scan_all_stack_frames() -> None:
    """Let a query find a data frame by its variable's name, although a wrapper is called in between."""
    connect = duckdb.connect

    def connect_and_scan(*arguments: Any, **keywords: Any) -> duckdb.DuckDBPyConnection:
        return connect(*arguments, **keywords).execute("set python_scan_all_frames = true")

    duckdb.connect = connect_and_scan
