"""Settings that were changed since the figures were computed: each command that shows figures says so."""

from pathlib import Path

import pytest

from tests.scenarios.demo_logbook import DemoLogbook

_NOTE = "ladebog.toml was changed since the figures were computed: update them with: ladebog transform"
_CAR = '\n[[car]]\nname = "Golf"\n\n[[rule]]\ncar = "Golf"\n'
_READING = [
    [],
    ["months"],
    ["sessions"],
    ["status"],
    ["check"],
    ["audit"],
    ["sql", "@biggest-sessions"],
    ["sql", "--tables"],
    ["explain", "713806"],
    ["claim", "list"],
    ["report", "2025-10", "--output", "reports"],
    ["page"],
    ["export", "export"],
]


def _append(logbook: DemoLogbook, text: str) -> None:
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("arguments", _READING, ids=lambda arguments: "_".join(arguments[:2]))
def test_a_command_that_shows_figures_notes_changed_settings(
    logbook: DemoLogbook, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _NOTE not in logbook.run(*arguments).err
    _append(logbook, _CAR)
    assert logbook.run(*arguments).err.count(_NOTE) == 1


@pytest.mark.system
def test_the_note_ends_when_the_figures_are_computed_again(logbook: DemoLogbook) -> None:
    _append(logbook, _CAR)
    logbook.do("transform")
    assert logbook.do("sessions").err == ""


def test_settings_that_no_figure_depends_on_are_not_noted(logbook: DemoLogbook) -> None:
    _append(logbook, '\n[driver]\nname = "Somebody"\n')
    assert logbook.do("months").err == ""
