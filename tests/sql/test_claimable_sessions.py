"""Which car a session charged and whether it goes on a claim: rules, decisions, and the reasons that they give."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.database.connection import open_writer
from pipeline.load.settings import write_settings
from pipeline.logbook.folder import Logbook
from pipeline.settings.reading import read_settings
from pipeline.transform import lineage
from tests.scenarios.decided_logbook import TWO_CARS, DecidedLogbook
from tests.scenarios.written_logbook import ChargedSession

GOLF = '[[car]]\nname = "Golf"\n'
OWN = '[[car]]\nname = "Ærø"\nowner = "private"\n'


@dataclass(frozen=True, kw_only=True)
class SessionAt(ChargedSession):
    """A session at an EVSE of the test's choice."""

    evse: str = "2317"

    def _figures(self) -> dict[str, Any]:
        return {**super()._figures(), "evseId": self.evse}


# The ids state local time in Copenhagen: UTC+1 in winter, UTC+2 in summer.
SESSIONS = (
    SessionAt(id="friday 16:00", started="2025-03-07T15:00:00+00:00", stopped="2025-03-07T19:00:00+00:00"),
    SessionAt(id="friday 22:30", started="2025-03-07T21:30:00+00:00", stopped="2025-03-08T05:00:00+00:00"),
    SessionAt(id="saturday 00:30", started="2025-03-07T23:30:00+00:00", stopped="2025-03-08T05:00:00+00:00"),
    SessionAt(id="summer monday 06:00", started="2025-06-02T04:00:00+00:00", stopped="2025-06-02T05:00:00+00:00"),
    SessionAt(id="public", stopped="2025-03-11T12:00:00+00:00", kind="public", address="Motel Øst", evse="77"),
    SessionAt(id="small", stopped="2025-03-12T12:00:00+00:00", energy_wh=4_999),
    SessionAt(id="nothing", stopped="2025-03-13T12:00:00+00:00", energy_wh=0, amount="0"),
    SessionAt(id="still charging", started="2025-03-14T12:00:00+00:00", stopped=None),
)
FINISHED = {session.id for session in SESSIONS} - {"still charging"}


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> DecidedLogbook:
    """A logbook without decisions. Tests copy it and set cars and rules."""
    root = tmp_path_factory.mktemp("claimable") / "logbook"
    return DecidedLogbook.with_sessions(root, {"home": SESSIONS}, "")


@pytest.fixture
def logbook(shared_logbook: DecidedLogbook, tmp_path: Path) -> DecidedLogbook:
    """A copy, for tests that append decisions."""
    return shared_logbook.copied(tmp_path / "logbook")


@dataclass(frozen=True)
class RulesDatabase:
    """A writer's database in which only the tables that depend on cars and rules are computed again."""

    connection: duckdb.DuckDBPyConnection
    settings_file: Path

    def set_cars(self, text: str) -> None:
        self.settings_file.write_text(f'[account.home]\nurl = "https://operator.example.invalid"\n{text}', "utf-8")
        write_settings(self.connection, read_settings(self.settings_file))
        for model in lineage.ordered_models():
            if model.name in {"intermediate.session_rules", "sessions", "claimable_sessions"}:
                self.connection.execute(f"create or replace table {model.name} as {model.text}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def database(shared_logbook: DecidedLogbook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RulesDatabase]:
    """A database without decisions, for tests that set cars and rules."""
    logbook = Logbook(shared_logbook.copied(tmp_path_factory.mktemp("trial") / "logbook").root)
    with open_writer(logbook) as connection:
        yield RulesDatabase(connection, logbook.settings)


def decisions_by_session(archive: RulesDatabase | DecidedLogbook) -> dict[str, tuple[Any, ...]]:
    """Car, whether claimed, and reason by session."""
    return {
        row[0]: row[1:] for row in archive.rows("select session_id, car, is_claimed, reason from claimable_sessions")
    }


def cars(archive: RulesDatabase | DecidedLogbook) -> dict[str, tuple[Any, ...]]:
    """Car and reason by session."""
    return {
        row[0]: row[1:] for row in archive.rows("select session_id, car, car_reason from intermediate.session_rules")
    }


@pytest.mark.parametrize(
    ("condition", "expected_ids"),
    [
        ('account = "home"', FINISHED),
        ('account = "away"', set()),
        ('kind = "public"', {"public"}),
        ('kind = "private"', FINISHED - {"public"}),
        ('charge_point = "Motel Øst"', {"public"}),
        ('charge_point = "motel øst"', set()),
        ('evse = "77"', {"public"}),
        ('weekdays = ["fri"]', {"friday 16:00", "friday 22:30"}),
        ('weekdays = ["sat", "mon"]', {"saturday 00:30", "summer monday 06:00"}),
        ("weekdays = []", set()),
        ("from_time = 22:00:00\nto_time = 06:00:00", {"friday 22:30", "saturday 00:30"}),
        ("from_time = 22:00:00\nto_time = 06:00:01", {"friday 22:30", "saturday 00:30", "summer monday 06:00"}),
        ("from_time = 16:00:00\nto_time = 22:30:00", {"friday 16:00"}),
        ("from_time = 16:00:00\nto_time = 00:00:00", {"friday 16:00", "friday 22:30"}),
        ("from_time = 16:00:00\nto_time = 16:00:00", FINISHED),
        ('weekdays = ["fri"]\nfrom_time = 22:00:00\nto_time = 06:00:00', {"friday 22:30"}),
        ("minimum_kwh = 5", FINISHED - {"small", "nothing"}),
        ("minimum_kwh = 4.999", FINISHED - {"nothing"}),
        ('kind = "private"\nminimum_kwh = 10.0\nevse = "2317"', FINISHED - {"public", "small", "nothing"}),
    ],
)
def test_a_rule_holds_for_the_sessions_that_meet_all_its_conditions(
    database: RulesDatabase, condition: str, expected_ids: set[str]
) -> None:
    database.set_cars(f'{GOLF}{OWN}[[rule]]\ncar = "Golf"\n{condition}\n')
    expected = {name: ("Golf", "rule 1") if name in expected_ids else (None, None) for name in FINISHED}
    assert cars(database) == expected
    assert dict(database.rows("select session_id, car from sessions")) == {n: car for n, (car, _) in expected.items()}


@pytest.mark.parametrize(
    ("cars_and_rules", "expected"),
    [
        ("", (None, True, "no rule excludes it")),
        (GOLF, ("Golf", True, "no rule excludes it; Golf is the only car")),
        (f'{GOLF}[[rule]]\ncar = "Golf"', ("Golf", True, "no rule excludes it")),
        (f'{GOLF}[[rule]]\ncar = "Golf"\nkind = "public"', ("Golf", True, "no rule excludes it; Golf is the only car")),
        (OWN, ("Ærø", False, "car Ærø is private")),
        (GOLF + OWN, (None, False, "no car assigned")),
        ("[[rule]]\nclaim = true", (None, True, "rule 1")),
        ("[[rule]]\nclaim = false", (None, False, "rule 1")),
        (f"{GOLF}[[rule]]\nclaim = false", ("Golf", False, "rule 1")),
        (f"{OWN}[[rule]]\nclaim = true", ("Ærø", False, "car Ærø is private")),
        (f"{GOLF}{OWN}[[rule]]\nclaim = true", (None, False, "no car assigned")),
        (f"{GOLF}{OWN}[[rule]]\nclaim = false", (None, False, "rule 1")),
        (f'{GOLF}{OWN}[[rule]]\ncar = "Golf"', ("Golf", True, "no rule excludes it")),
        (f'{GOLF}{OWN}[[rule]]\ncar = "Ærø"\n[[rule]]\ncar = "Golf"', ("Ærø", False, "car Ærø is private")),
        # The first rule that names a car and the first that decides on the claim may be different rules.
        (
            f'{GOLF}{OWN}[[rule]]\nclaim = false\nkind = "public"\n[[rule]]\ncar = "Golf"\n'
            "[[rule]]\nclaim = false\n[[rule]]\nclaim = true",
            ("Golf", False, "rule 3"),
        ),
        (f'{GOLF}{OWN}[[rule]]\ncar = "Golf"\nclaim = true\n[[rule]]\nclaim = false', ("Golf", True, "rule 1")),
    ],
)
def test_a_private_car_takes_precedence_over_rules_and_the_first_rule_over_the_next(
    database: RulesDatabase, cars_and_rules: str, expected: tuple[Any, ...]
) -> None:
    database.set_cars(cars_and_rules)
    assert decisions_by_session(database)["friday 16:00"] == expected


def test_sessions_without_energy_are_claimed(database: RulesDatabase) -> None:
    database.set_cars(GOLF)
    expected = ("Golf", True, "no rule excludes it; Golf is the only car")
    assert decisions_by_session(database) == dict.fromkeys(FINISHED, expected)


def test_a_rule_compares_kind_and_charge_point_with_the_mart(database: RulesDatabase) -> None:
    names = database.rows("select distinct kind, charge_point from sessions order by all")
    rules = "".join(f'[[rule]]\ncar = "Golf"\nkind = "{kind}"\ncharge_point = "{point}"\n' for kind, point in names)
    database.set_cars(GOLF + OWN + rules)
    assert names == [("private", "Hjemme"), ("public", "Motel Øst")]
    assert database.rows("""
        select distinct sessions.kind, cars.car_reason
        from sessions inner join intermediate.session_rules as cars using (account, session_id) order by all
    """) == [("private", "rule 1"), ("public", "rule 2")]


def test_decisions_take_precedence_over_rules_and_the_newest_over_older_ones(logbook: DecidedLogbook) -> None:
    logbook.write_cars(f'{TWO_CARS}[[rule]]\ncar = "Golf"\nclaim = false\nkind = "private"\n')
    logbook.decide(
        ("assign", "small", "Golf", "mistaken"),
        ("assign", "small", "Ærø", "en tur til Ærø"),
        ("include", "friday 16:00", None, "on call"),
        ("exclude", "saturday 00:30", None, "mistaken"),
        ("include", "saturday 00:30", None, "on call after all"),
        ("include", "nothing", None, "mistaken"),
        ("exclude", "nothing", None, "gæstens bil"),
        ("include", "public", None, "paid by card"),
        ("include", "summer monday 06:00", None, "the firm's errand"),
        ("assign", "summer monday 06:00", "Ærø", "the van was away"),
    )
    assert decisions_by_session(logbook) == {
        "friday 16:00": ("Golf", True, "included: on call"),
        "friday 22:30": ("Golf", False, "rule 1"),
        "saturday 00:30": ("Golf", True, "included: on call after all"),
        "summer monday 06:00": ("Ærø", True, "included: the firm's errand"),
        "public": (None, True, "included: paid by card"),
        "small": ("Ærø", False, "car Ærø is private"),
        "nothing": ("Golf", False, "excluded: gæstens bil"),
    }
    assert cars(logbook)["small"] == ("Ærø", "assigned: en tur til Ærø")
    assert cars(logbook)["friday 22:30"] == ("Golf", "rule 1")


@pytest.mark.system
def test_a_car_removed_from_the_settings_is_not_claimed(logbook: DecidedLogbook) -> None:
    logbook.write_cars(TWO_CARS)
    logbook.decide(("assign", "small", "Golf", "x"))
    logbook.set_cars(OWN)
    assert decisions_by_session(logbook)["small"] == ("Golf", False, "car Golf is not in the settings")


def test_the_only_car_is_assigned_without_a_decision(database: RulesDatabase) -> None:
    database.set_cars(GOLF)
    assert cars(database) == dict.fromkeys(FINISHED, ("Golf", "the only car"))


def test_without_a_decision_or_a_rule_none_of_several_cars_is_assigned(database: RulesDatabase) -> None:
    for two_or_none in (TWO_CARS, ""):
        database.set_cars(two_or_none)
        assert cars(database) == dict.fromkeys(FINISHED, (None, None))


def test_tags_are_listed_once_each_in_order(logbook: DecidedLogbook) -> None:
    logbook.decide(*(("tag", "small", tag, "x") for tag in ("sommer", "Ærø", "ferie", "sommer")))
    assert dict(logbook.rows("select session_id, tags from claimable_sessions")) == {
        **{session: [] for session in FINISHED},
        "small": ["ferie", "sommer", "Ærø"],
    }


@pytest.mark.system
def test_a_decision_made_while_charging_holds_when_the_session_has_finished(logbook: DecidedLogbook) -> None:
    logbook.decide(("exclude", "still charging", None, "a guest"))
    assert "still charging" not in decisions_by_session(logbook)
    finished = SessionAt(id="still charging", started="2025-03-14T12:00:00+00:00", stopped="2025-03-14T15:00:00+00:00")
    logbook_after = DecidedLogbook.with_sessions(logbook.root, {"home": [finished]}, "")
    assert decisions_by_session(logbook_after)["still charging"] == (None, False, "excluded: a guest")
