"""A database that is cut short, changed by a bit, another's or newer: refused with what to do, then made again."""

import random
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.database.connection import SCHEMA_VERSION
from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_REBUILD = "Rebuild it from raw/ with: ladebog rebuild"
_QUESTIONS = (
    "select sum(power_kw) from power_samples",
    "select sum(energy_kwh) from days",
    "from sessions order by all",
)


def damaged(content: bytes, damage: str, draw: random.Random) -> bytes:
    if damage == "cut short":
        return content[: draw.randrange(1, len(content))]
    at = draw.randrange(len(content) if damage == "a bit" else 12_288)
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


@pytest.mark.parametrize("damage", ["cut short", "a bit", "a bit of the head"])
def test_the_writers_is_damaged(damage: str, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    draw, path = random.Random(damage), archived.paths.writer_database  # noqa: S311 (draws places)
    content, checksum_file = path.read_bytes(), path.with_name("writer.duckdb.sha256")
    left, before, is_published = checksum_file.read_bytes(), held(archived), archived.paths.database.read_bytes()
    for _ in range(12):
        path.write_bytes(damaged(content, damage, draw))
        checksum_file.write_bytes(left)
        message, advice = refusal(archived.run("transform", now=NOW), 1)  # there is nothing new: little of it is read
        assert message.startswith(f"{path} ")
        assert advice == _REBUILD
        assert archived.paths.database.read_bytes() == is_published
        tried(f"writer's database: {damage}", 1, lost(before, archived), message, advice)
    archived.do("rebuild", now=NOW)
    assert lost(before, archived) == 0
    assert_whole(archived, young.tenant)


@pytest.mark.parametrize("damage", ["cut short", "a bit", "a bit of the head"])
def test_the_published_is_damaged(damage: str, archived: DemoLogbook, tried: Tried) -> None:
    draw, path = random.Random(damage), archived.paths.database  # noqa: S311 (draws places)
    content, before = path.read_bytes(), held(archived)
    answers = [archived.do("sql", question, "--format", "csv").out for question in _QUESTIONS]
    for _ in range(12):
        path.write_bytes(damaged(content, damage, draw))
        for question, answer in zip(_QUESTIONS, answers, strict=True):
            outcome, message, advice = archived.run("sql", question, "--format", "csv"), "", ""
            if outcome.code == 0:
                assert answer == outcome.out  # what it needed is whole
            else:
                assert answer.startswith(outcome.out)  # rows are printed as they are read
                message, advice = refusal(replace(outcome, out=""), 1)
                assert (message.startswith(f"{path} "), advice) == (True, _REBUILD)
            tried(f"published database: {damage}", 1, 0, message, advice)
    archived.do("transform", now=NOW)
    assert lost(before, archived) == 0
    assert answers == [archived.do("sql", question, "--format", "csv").out for question in _QUESTIONS]


@pytest.mark.parametrize("which", ["writer's", "published"])
@pytest.mark.parametrize("other", ["another's", "newer", "older", "garbage", "gone"])
def test_another_in_its_place(
    which: str, other: str, young: DemoServer, archived: DemoLogbook, tried: Tried, tmp_path: Path
) -> None:
    path = archived.paths.writer_database if which == "writer's" else archived.paths.database
    before = held(archived)
    if other in ("newer", "older"):
        with duckdb.connect(str(path)) as connection:
            version = 99 if other == "newer" else 1
            connection.execute("update facts.settings set schema_version = ?, ladebog_version = '9.9'", [version])
    else:
        path.unlink()
    if other == "another's":
        with duckdb.connect(str(path)) as connection:
            connection.execute("create table guests as select 1 as guest")
    elif other == "garbage":
        path.write_bytes(random.Random(1).randbytes(300_000))  # noqa: S311 (draws garbage)
    outcome = archived.run(*(["transform"] if which == "writer's" else ["report", "2024-09"]), now=NOW)
    message, advice = "", ""
    if which == "writer's" and other in ("older", "gone"):  # made again by itself
        assert (outcome.code, outcome.err) == (0, "")
    else:
        message, advice = refusal(outcome, 1)
        assert (
            advice
            == {
                "another's": _REBUILD,
                "newer": "Update Ladebog, or rebuild the database for this version with: ladebog rebuild",
                "older": "Update it with: ladebog transform",
                "garbage": _REBUILD,
                "gone": "Fetch your sessions with: ladebog run (or ladebog import FILE...)",
            }[other]
        )
        if other == "newer":
            assert message == f"{path} is from a newer Ladebog (9.9, schema 99; this one knows {SCHEMA_VERSION})."
        archived.do("rebuild", now=NOW)
    tried(f"{which} database: {other}", 1, lost(before, archived), message, advice)
    assert_whole(archived, young.tenant)
