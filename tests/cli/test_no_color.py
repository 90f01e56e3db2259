"""NO_COLOR on a terminal, and output into a pipe: no escape sequence at all."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.demo_logbook import DemoLogbook


def printed_on_a_terminal(logbook: DemoLogbook, *arguments: str, **variables: str) -> bytes:
    """What a command prints where both its outputs are a terminal that knows colours."""
    controller, terminal = os.openpty()
    environment = {key: value for key, value in logbook.environment.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    printed = b""
    with subprocess.Popen(
        logbook.command(*arguments),
        env=environment | {"TERM": "xterm-256color", "COLUMNS": "120"} | variables,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        try:
            while piece := os.read(controller, 1 << 16):
                printed += piece
        except OSError:  # the process closed the terminal
            pass
        os.close(controller)
    assert process.returncode == 0
    return printed


@pytest.mark.system
@pytest.mark.parametrize("command", [("sql", "from months"), ("audit",), ("backup", "{folder}")])
def test_a_terminal_gets_escape_sequences_only_without_no_color(
    shared_logbook: DemoLogbook, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for number, variables in enumerate(({}, {"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"})):
        arguments = [word.format(folder=tmp_path / str(number)) for word in command]
        printed = printed_on_a_terminal(shared_logbook, *arguments, **variables)
        assert printed
        assert (b"\x1b" in printed) == (not variables), printed


@pytest.mark.system
@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}, {"NO_COLOR": "1"}])
def test_a_pipe_gets_no_escape_sequence(shared_logbook: DemoLogbook, variables: dict[str, str]) -> None:
    command = subprocess.run(
        shared_logbook.command("audit"),
        env=shared_logbook.environment | {"TERM": "xterm-256color"} | variables,
        capture_output=True,
        check=True,
    )
    assert b"demo: " in command.stdout
    assert b"\x1b" not in command.stdout + command.stderr
