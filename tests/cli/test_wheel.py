"""The wheel alone, without the source tree, runs the demo; and the demo runs again on its own logbook."""

import json
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.demo import DEMO_NOW
from tests.cli import from_wheel
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook

_PACKAGED_SUFFIXES = {
    ".po",
    ".py",
    ".sql",
    ".csv",
    ".typed",
    ".typ",
    ".html",
    ".css",
    ".js",
    ".json",
    ".txt",
    ".otf",
    ".md",
}  # code, seeds, layouts, templates, scripts, fonts and their licences
_REPORTS = ("demo-2025-10.xlsx", "demo-2025-10-sessions.csv", "demo-2025-10-months.csv")


@dataclass(frozen=True)
class WheelDemo:
    """A demo that ran from the wheel in `folder`, and what it printed."""

    folder: Path
    installed: Path
    lines: list[str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return from_wheel.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel_demo(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> WheelDemo:
    folder = tmp_path_factory.mktemp("elsewhere")
    installed = folder / "installed"
    from_wheel.install(wheel, installed)
    return WheelDemo(folder, installed, from_wheel.run(installed, "demo", cwd=folder).splitlines())


@pytest.mark.system
def test_the_wheel_holds_every_module_layout_font_and_sql_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archived_names = set(archive.namelist())
    packages = [CHECKOUT / name for name in ("pipeline", "reports", "sql")]
    files = [path for package in packages for path in package.rglob("*") if path.suffix in _PACKAGED_SUFFIXES]
    expected = {str(path.relative_to(CHECKOUT)) for path in files}
    assert len([name for name in expected if name.endswith(".sql")]) > 30
    assert {
        "reports/claims/pdf/layout/claim.typ",
        "reports/page/layout/style.css",
        "reports/page/bundle/page.js",
        "reports/fonts/SourceSans3-LICENSE.md",
    } <= expected
    assert {name for name in archived_names if ".dist-info/" not in name} == expected
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archived_names)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in archived_names)


def without_varying_parts(text: str) -> str:
    """The output of the demo without what differs between runs."""
    text = text.replace(".venv/bin/ladebog", "ladebog")
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"in \d+\.\d s", "in SECONDS s", text).strip()


@pytest.mark.system
def test_the_readme_shows_what_the_demo_prints(wheel_demo: WheelDemo) -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    block = re.search(r"<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", readme, re.DOTALL)
    assert block is not None
    assert without_varying_parts(block[1]) == without_varying_parts("\n".join(wheel_demo.lines[1:]))


@pytest.mark.system
def test_the_demo_runs_from_the_wheel(wheel_demo: WheelDemo) -> None:
    package_paths, *lines = wheel_demo.lines
    packages = ("pipeline", "reports", "sql")
    assert package_paths == " ".join(str(wheel_demo.installed / name / "__init__.py") for name in packages)
    assert any(line.startswith("demo: 143 listed, 142 new, 0 corrected, 0 unchanged, 1 active, ") for line in lines)
    assert [line for line in lines if line.startswith("ladebog-demo/")] == [
        f"ladebog-demo/reports/{name}" for name in _REPORTS
    ]
    assert all((wheel_demo.folder / "ladebog-demo" / "reports" / name).is_file() for name in _REPORTS)
    assert (wheel_demo.installed / "bin" / "ladebog").is_file()


@pytest.mark.system
def test_commands_on_the_demo_count_days_by_its_clock(wheel_demo: WheelDemo) -> None:
    command = (str(wheel_demo.installed / "bin" / "ladebog"), "--home", "ladebog-demo", "status")
    out = from_wheel.output_of(sys.executable, *command, cwd=wheel_demo.folder, PYTHONPATH=str(wheel_demo.installed))
    lines = {line[:18].strip(): line[18:] for line in out.splitlines()}
    assert re.fullmatch(r"2025-11-12 06:1\d, (just now|[1-9] minutes? ago)", lines["last success"])
    assert lines["newest session"] == "2025-11-10 07:05, 1 day 23 hours ago"
    assert f"{command[0]} --home ladebog-demo claim create 2024-09" in out


@pytest.mark.system
def test_the_demo_can_run_twice_in_a_row(wheel_demo: WheelDemo, tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    shutil.copytree(wheel_demo.folder / "ladebog-demo", logbook.home)
    query = ("sql", "select * from sessions order by all", "--format", "json")
    first_rows = json.loads(logbook.do(*query).out)
    assert len(first_rows) == 142
    for command in (("run",), ("login", "demo")):
        message, advice = refusal(logbook.run(*command), 1)
        assert message == "The demo's operator has stopped: it runs only while the demo is made."
        assert advice == f"Make the demo again with: ladebog demo {logbook.home}"
    lines = logbook.do("demo", str(logbook.home)).out.splitlines()
    assert f"; today is {DEMO_NOW:%Y-%m-%d} there." in lines[0]
    assert lines[1].startswith("demo: 25 listed, 0 new, 0 corrected, 24 unchanged, 1 active, 0 quarantined; ")
    assert [line for line in lines if line.startswith(str(logbook.home))] == [
        str(logbook.home / "reports" / name) for name in _REPORTS
    ]
    assert first_rows == json.loads(logbook.do(*query).out)
    assert not logbook.credentials.exists()
    assert "in the future" not in logbook.do("status").out


@pytest.mark.parametrize("content", ["a logbook", "other files"])
def test_the_demo_leaves_other_folders_unchanged(tmp_path: Path, content: str) -> None:
    folder, logbook = tmp_path / "home", DemoLogbook(tmp_path)
    if content == "a logbook":
        logbook.do("account", "add", "home", "--url", "https://tenant.example")
    else:
        folder.mkdir()
        (folder / "letter.txt").write_text("Dear", "utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    message, _ = refusal(logbook.run("demo", str(folder)), 1)
    assert message == f"{folder} " + (
        "is a logbook of your own." if content == "a logbook" else "exists already and is not a logbook."
    )
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_demos_advice_can_be_followed(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear", "utf-8")
    assert "--home" not in refusal(DemoLogbook(tmp_path).run("demo", str(tmp_path)), 1)[1]
