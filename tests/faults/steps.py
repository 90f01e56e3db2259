"""Moments of a run, named by the function that is called then, and what a process can be made to suffer there.

Everything here happens in the process of one command, whose product code knows nothing of it: a function is replaced
by one that counts its calls, and at the chosen one ends the process as `kill -9` does, or fails as the system would.
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
    """A step of the way: `module:function`, and the first argument that its calls have where only some are meant."""

    name: str
    target: str
    first: str | None = None

    def is_meant(self, arguments: tuple[Any, ...]) -> bool:
        return self.first is None or self.first in [argument for argument in arguments[:2] if isinstance(argument, str)]


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
class Counted:
    """Write a byte to a file of the step's name in a folder each time that a step is reached."""

    folder: Path

    def __call__(self) -> None:
        self.folder.mkdir()
        for step in STEPS:
            file = os.open(self.folder / step.name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            _around(step, before=functools.partial(os.write, file, b"."), after=lambda: None)

    def calls(self, step: Step) -> int:
        """How often the step was reached."""
        return (self.folder / step.name).stat().st_size


@dataclass(frozen=True)
class KilledAt:
    """`kill -9` when a step is reached for the `call`th time, or when that call has returned."""

    step: Step
    call: int
    is_after: bool = False

    def __call__(self) -> None:
        calls = itertools.count(1)

        def die() -> None:
            if next(calls) == self.call:
                os.kill(os.getpid(), signal.SIGKILL)

        if self.is_after:
            _around(self.step, before=lambda: None, after=die)
        else:
            _around(self.step, before=die, after=lambda: None)


@dataclass(frozen=True)
class FailsAt:
    """The `call`th call of a step fails with an error number of the system's, in place of what it should do."""

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
    _let_duckdb_look_through()
    module, _, path = step.target.partition(":")
    *within, name = path.split(".")
    holder = importlib.import_module(module)
    for part in within:
        holder = getattr(holder, part)
    function = getattr(holder, name)

    def stepped(*arguments: Any, **named: Any) -> Any:
        if not step.is_meant(arguments):
            return function(*arguments, **named)
        before()
        result = function(*arguments, **named)
        after()
        return result

    setattr(holder, name, stepped)


def _let_duckdb_look_through() -> None:
    """A query finds a frame by the name of its variable: also where a counting function stands in between."""
    connect = duckdb.connect

    def connected(*arguments: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        return connect(*arguments, **named).execute("set python_scan_all_frames = true")

    duckdb.connect = connected
