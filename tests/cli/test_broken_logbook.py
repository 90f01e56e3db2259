"""Settings, databases and segments that are broken, newer, or in use."""

import gzip
import shlex
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.database.connection import SCHEMA_VERSION
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings.reading import read_settings
from tests.cli.refusal import refusal
from tests.scenarios.agreement import assert_segments_form_a_chain
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.system

_HOLD_THE_LOCK = """
import sys
import zlib
from pathlib import Path
from pipeline.logbook.folder import Logbook

with Logbook(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""
_INVALID_SETTINGS = """
[report]
closed_after_hours = "x"
nope = 1
[extra]
[account.x]
country = "dk"
"""


def figures(logbook: DemoLogbook) -> list[list[dict[str, Any]]]:
    """The rows that must survive each fault."""
    return [logbook.ask(f"select * from {mart} order by all") for mart in ("sessions", "days", "months")]  # noqa: S608


def test_all_faults_in_the_settings_are_listed_at_once(logbook: DemoLogbook) -> None:
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(_INVALID_SETTINGS)
    for command in (["status"], ["run"], ["report", "2025-10"]):
        outcome = logbook.run(*command)
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err.splitlines() == [
            f"ladebog: {logbook.paths.settings} has 5 faults:",
            '  account.x.url: missing, for example url = "https://OPERATOR"',
            "  account.x.country: 'dk' is not a two-letter country code, for example DK",
            "  report.closed_after_hours: Expected `int`, got `str`",
            "  report.nope: unknown key (known: closed_after_hours)",
            "  extra: unknown table "
            "(known: account, source, report, tax_rate, car, rule, driver, employer, claim, notify, demo)",
            "  Fix them, then run the same command again",
        ]


@pytest.mark.parametrize("text", [b"a = \n", b"[account.demo\n"])
def test_settings_that_are_not_toml_are_refused(logbook: DemoLogbook, text: bytes) -> None:
    logbook.paths.settings.write_bytes(text)
    message, advice = refusal(logbook.run("status"), 1)
    assert message.startswith(f"{logbook.paths.settings} is not TOML: ")
    assert advice == "Fix that line, then run the same command again"


def test_a_copy_among_the_claims_is_moved_out_as_the_advice_says(logbook: DemoLogbook) -> None:
    copy = logbook.paths.claims / "demo-old"
    copy.mkdir(parents=True)
    outcome = logbook.run("transform")
    assert outcome.code == 1
    assert outcome.err == (
        f"ladebog: {copy} holds the claims of an account that ladebog.toml does not name.\n"
        "  If it is a copy, move it out of claims/. If not:\n"
        "  Name it again with: ladebog account add demo-old --url https://OPERATOR\n"
    )
    copy.rename(logbook.home.parent / "demo-old")
    logbook.do("transform")


def test_answers_of_an_account_that_is_not_in_the_settings_stop_a_transform(logbook: DemoLogbook) -> None:
    logbook.paths.settings.write_text("", "utf-8")
    message, advice = refusal(logbook.run("transform"), 1)
    assert message == f"{logbook.paths.raw / 'demo'} holds the answers of an account that ladebog.toml does not name."
    assert advice == "Name it again with: ladebog account add demo --url https://OPERATOR"


@pytest.mark.parametrize("name", ["ladebog.toml.txt", "Ladebog.toml", "ladebog.toml~", "ladebog (1).toml"])
def test_settings_under_another_name_are_to_be_renamed(logbook: DemoLogbook, name: str) -> None:
    misnamed = logbook.paths.settings.rename(logbook.home / name)
    for command in (["status"], ["run"], ["account", "add", "demo", "--url", "https://tenant.example"]):
        message, advice = refusal(logbook.run(*command), 1)
        assert message == f"{logbook.home} has lost its ladebog.toml: {name} is there instead."
        assert advice == f"Rename it: mv {shlex.quote(str(misnamed))} {logbook.paths.settings}"
    misnamed.rename(logbook.paths.settings)
    logbook.do("status")


def test_a_logbook_without_settings_is_backed_up_and_gets_new_ones(logbook: DemoLogbook, tmp_path: Path) -> None:
    url = read_settings(logbook.paths.settings).accounts["demo"].url
    logbook.paths.settings.unlink()
    message, advice = refusal(logbook.run("status"), 1)
    assert message == f"{logbook.home} has lost its ladebog.toml; raw/, journal/ and claims/ are not changed."
    assert advice.endswith(": ladebog account add demo --url https://OPERATOR")
    target = tmp_path / "backups"
    backup = logbook.run("backup", str(target))
    assert backup.code == 1
    assert f"{message}\n" in backup.err
    assert list(target.glob("*/raw/demo/*/*.gz"))
    assert logbook.run("backup", str(logbook.home)).err.startswith(f"ladebog: {logbook.home} is inside the logbook")
    logbook.do("account", "add", "demo", "--url", url)
    logbook.do("transform")


@pytest.mark.parametrize("command", [("months",), ("sessions",), ("check",), ("status",), ("claim", "list")])
def test_a_renamed_account_is_named_by_what_reads(logbook: DemoLogbook, command: tuple[str, ...]) -> None:
    text = logbook.paths.settings.read_text("utf-8")
    logbook.paths.settings.write_text(text.replace("[account.demo]", "[account.hjem]"), "utf-8")
    err = logbook.run(*command).err
    assert f"{logbook.paths.raw / 'demo'} holds the answers of an account that ladebog.toml does not name" in err
    assert "ladebog account add demo --url" in err


@pytest.mark.parametrize(
    ("which", "fault"),
    [
        # An empty writer's database is not a fault: it is left when a command is killed while creating one.
        *(("writer's", fault) for fault in ("garbage", "half", "another program's", "newer")),
        *(("published", fault) for fault in ("empty", "garbage", "half", "another program's", "newer")),
    ],
)
def test_an_unusable_database_is_refused_and_can_be_rebuilt(logbook: DemoLogbook, which: str, fault: str) -> None:
    path = logbook.paths.writer_database if which == "writer's" else logbook.paths.database
    content, figures_before = path.read_bytes(), figures(logbook)
    if fault == "newer":
        with duckdb.connect(str(path)) as connection:
            connection.execute("update facts.settings set schema_version = 99, ladebog_version = '9.9'")
    elif fault == "another program's":
        path.unlink()
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table guests as select 1 as guest")
    else:
        path.write_bytes({"empty": b"", "garbage": b"garbage" * 2000, "half": content[: len(content) // 2]}[fault])
    if which == "writer's":
        with logbook.paths.settings.open("a", encoding="utf-8") as file:  # so that a transform reads all of the facts
            file.write("\n[report]\nclosed_after_hours = 48\n")
    reading_commands = [["sql", "select sum(power_kw) from power_samples"], ["report", "2025-10"]]
    for command in [["transform"]] if which == "writer's" else reading_commands:
        message, advice = refusal(logbook.run(*command), 1)
        if fault == "newer":
            assert message == f"{path} is from a newer Ladebog (9.9, schema 99; this one knows {SCHEMA_VERSION})."
            assert advice == "Update Ladebog, or rebuild the database for this version with: ladebog rebuild"
        else:
            assert message.startswith(f"{path} ")
            assert advice == "Rebuild it from raw/ with: ladebog rebuild"
    if which == "writer's" or fault == "newer":
        logbook.do("rebuild")
        assert figures_before == figures(logbook)


@pytest.mark.parametrize(
    "torn", [b"", gzip.compress(b'{"fetched_at"')[:-6], b"no gzip at all"], ids=["empty", "half a line", "not gzip"]
)
def test_a_segment_left_by_a_crash_is_finished(logbook: DemoLogbook, torn: bytes) -> None:
    before = figures(logbook)
    (segment,) = finished_segments(logbook.paths.raw / "demo")
    content = segment.read_bytes()
    lines = [end.bytes for _, end in read_lines(segment)]
    # From a later run, which had fetched five answers when the power failed.
    part = segment.with_name("20251112T060000Z-0badcafe.ndjson.gz.part")
    part.write_bytes(content[: lines[4]] + torn)
    outcome = logbook.do("transform")
    assert outcome.err == ""
    assert not part.exists()
    assert_segments_form_a_chain(logbook)
    assert logbook.ask("select run_id, command, outcome from runs order by segment desc limit 1") == [
        {"run_id": "0badcafe", "command": "unknown", "outcome": "interrupted"}
    ]
    assert before == figures(logbook)
    torn_file = part.with_name(part.name + ".torn")
    assert (torn_file.read_bytes() if torn_file.exists() else b"") == torn


@pytest.mark.parametrize("command", ["extract", "transform", "rebuild"])
def test_a_part_beside_its_finished_segment_is_set_aside_and_named_once(logbook: DemoLogbook, command: str) -> None:
    before = figures(logbook)
    (segment,) = finished_segments(logbook.paths.raw / "demo")
    content = segment.read_bytes()
    part = segment.with_name(f"{segment.name}.part")
    part.write_bytes(content[: len(content) // 2])
    name = f"{part.relative_to(logbook.paths.raw / 'demo')}"
    assert f"demo: raw: not read, as it is not a segment: {name}\n" in logbook.do("verify").out
    note = f"ladebog: note: {part}.aside is not read: there is a finished segment of its name, which was kept.\n"
    assert note in logbook.run(command).err
    assert segment.read_bytes() == content
    assert not part.exists()
    assert note not in logbook.run(command).err
    assert before == figures(logbook)
    assert f"demo: raw: not read, as it is not a segment: {name}.aside\n" in logbook.do("verify").out


@pytest.mark.parametrize("damage", ["a byte changed", "cut off", "emptied"])
def test_a_damaged_finished_segment_stops_a_rebuild(logbook: DemoLogbook, damage: str) -> None:
    (segment,) = finished_segments(logbook.paths.raw / "demo")
    content, before = segment.read_bytes(), figures(logbook)
    first_member = zlib.decompressobj(wbits=31)
    first_member.decompress(content)
    middle = (len(content) - len(first_member.unused_data)) // 2  # in its data: other bytes of its head say nothing
    changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    segment.write_bytes({"a byte changed": changed, "cut off": content[:middle], "emptied": b""}[damage])
    message, advice = refusal(logbook.run("rebuild"), 1)
    assert message.startswith(f"{segment} is damaged at line ")
    assert advice == (
        "Restore the file from a backup; nothing was changed. "
        "Or move it out of raw/ and continue with the rest: ladebog rebuild"
    )
    assert before == figures(logbook)  # the published database is unchanged
    segment.write_bytes(content)
    logbook.do("rebuild")
    assert before == figures(logbook)


def test_a_second_run_at_the_same_time_is_refused(logbook: DemoLogbook) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD_THE_LOCK, str(logbook.home)],
        env=logbook.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for command in ("run", "extract", "transform", "rebuild"):
            message, advice = refusal(logbook.run(command), 75)
            assert message == f"Another run is writing to {logbook.home} (process {holder.pid})."
            assert advice == "Wait for it to end, then run the same command again"
        # Commands that only read do not wait.
        logbook.do("status")
        logbook.do("sql", "select 1")
        logbook.do("report", "2025-10", "--format", "csv")
        holder.kill()
    logbook.do("transform")
