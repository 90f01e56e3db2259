"""`sessions`: the bill, the energy, the texts, and how often the figures were seen to change."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.raw.lines import Window
from tests.scenarios.archive_runs import Run, expected_rows, rows_after_runs
from tests.scenarios.small_archive import (
    SmallArchive,
    at,
    charge_point,
    detail,
    listed,
    listing,
    session,
    small_archive,
    text,
    without,
)


def test_all_columns_of_a_session(archive: SmallArchive) -> None:
    body = session(
        duration=3600,
        idlePeriod=600,
        energy=21_469,
        totalAmount=51.735,
        taxName="Moms",
        paymentStatus="paid",
        stopReason="evdisconnected",
        powerStats={"averageKw": 10.5, "maxKw": 11.085, "history": [{"timestamp": text(at(0)), "value": 11}]},
    )
    item = listed(body, type="private", note="Ærø", address="Gammelt navn")
    archive.build(charge_point(at(-60)), listing(item, fetched_at=at(100)), detail(body, at(101)))
    [document] = archive.rows("select sha256 from documents where endpoint = 'session'")
    assert archive.rows("select * from sessions") == [
        (
            "home",
            "1",
            "private",
            "Drive",
            "2317",
            None,
            at(0),
            at(60),
            datetime.fromisoformat("2025-03-05T13:00:00"),
            datetime.fromisoformat("2025-03-05T14:00:00"),
            3600,
            600,
            Decimal("21.469"),
            "DKK",
            Decimal("51.74"),
            "Moms",
            Decimal("0.25"),
            Decimal("10.35"),
            Decimal("41.39"),
            Decimal("10.5"),
            Decimal("11.085"),
            1,
            "paid",
            "evdisconnected",
            "Ærø",
            "fetched",
            1,
            *document,
            *document,
        )
    ]


def bills(archive: SmallArchive) -> list[Decimal]:
    return [bill for (bill,) in archive.rows("select amount_incl_tax from sessions order by session_id")]


def test_the_bill_is_the_total_or_else_the_amount_rounded_half_away_from_zero(archive: SmallArchive) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"totalAmount": 2.5, "amount": 1.14069}, "2.50"),
        ({"totalAmount": None, "amount": 1.14069}, "1.14"),
        ({"totalAmount": 0, "amount": 9}, "0"),
        ({"totalAmount": 87.125}, "87.13"),
        ({"totalAmount": 87.135}, "87.14"),  # half to even would be 87.12 and 87.14
        ({"totalAmount": -87.125}, "-87.13"),
        ({"totalAmount": "0.004999999999999999"}, "0"),
        ({"totalAmount": "1199.5", "currency": {"code": "JPY", "minorUnitDecimal": 0}}, "1200"),
        ({"totalAmount": "1.2345", "currency": {"code": "KWD", "minorUnitDecimal": 3}}, "1.235"),
    ]
    archive.build(*(detail(session(str(number), **fields)) for number, (fields, _) in enumerate(cases)))
    assert [Decimal(bill) for _, bill in cases] == bills(archive)


REVISIONS: dict[str, tuple[list[dict[str, Any]], int | None]] = {
    "changed and changed back": ([{}, {"energy": 9}, {}], 3),
    "another hash, the same figures": ([{}, {"paymentStatus": "paid"}, {"stopReason": "x"}], 1),
    "the same in whole øre": ([{}, {"totalAmount": 25.001}], 1),
    "one øre more": ([{}, {"totalAmount": 25.01}], 2),
    "the same bill in another field": ([{}, {"totalAmount": None, "amount": 25}], 1),
    "another stop": ([{}, {"stoppedAt": text(at(61))}], 2),
    "another currency": ([{}, {"currency": {"code": "EUR", "minorUnitDecimal": 2}}], 2),
    "figures of an active session are not revisions": (
        [{"status": "active", "stoppedAt": None, "energy": 1}, {"status": "active", "stoppedAt": None}, {}],
        1,
    ),
    "active": ([{"status": "active", "stoppedAt": None}], None),
    "active again between two equal figures": ([{}, {"status": "active", "stoppedAt": None}, {}], 1),
}


def test_a_revision_is_a_changed_figure(archive: SmallArchive) -> None:
    """Each case is a session that the operator sent in these states, one after the other."""
    archive.build(
        *(
            detail(session(case, **fields), at(100 + minutes))
            for case, (states, _) in REVISIONS.items()
            for minutes, fields in enumerate(states)
        )
    )
    found = dict(archive.rows("select session_id, revision from staging.sessions"))
    assert {case: expected for case, (_, expected) in REVISIONS.items()} == found


ACTIVE = session(status="active", stoppedAt=None)
NEWEST: dict[str, list[Run]] = {
    "an-older-document-that-arrives-later": [
        Run([detail(session(energy=2000), at(200))], [], [("1", True, 1, 2)]),
        Run([detail(session(energy=1000), at(100))], [], [("1", True, 2, 2)]),
    ],
    "the-newest-of-any-source": [
        Run(
            [detail(session(energy=1000), at(100)), listing(listed(session(energy=2000)), fetched_at=at(200))],
            [],
            [("1", True, 2, 2)],
        ),
        Run([detail(session(energy=3000), None)], [], [("1", True, 3, 2)]),  # without time: the oldest
    ],
    "active": [
        Run([detail(ACTIVE, at(30))], [], [("1", False, None, None)]),
        Run([detail(session(), at(70))], [], [("1", True, 1, 10)]),
    ],
}


@pytest.mark.system
def test_figures_come_from_the_newest_document_of_a_finished_session(tmp_path: Path) -> None:
    """The figures are null where the mart does not have the session."""
    with small_archive(tmp_path / "logbook", NEWEST) as archive:
        query = """
            select session_id, staged.is_finished, sessions.revision, cast(sessions.energy_kwh as decimal(18, 3))
            from staging.sessions as staged
            left join sessions using (account, session_id)
            where account = ?
        """
        assert rows_after_runs(archive, query, NEWEST) == expected_rows(NEWEST)


def test_the_texts_of_sessions_in_listings(tmp_path: Path) -> None:
    with small_archive(tmp_path / "logbook", ("without-detail", "note-removed")) as archive:
        item = listed(without(session(), "isPersonal"), type="public", address="Vej 1")
        archive.of("without-detail").add(listing(item))
        listed_with_note = archive.of("note-removed")
        listed_with_note.add(listing(listed(session(evseId="x"), note="Møde", address="Vej 1"), fetched_at=at(100)))
        listed_with_note.add(listing(listed(session(evseId="x")), fetched_at=at(101)))
        archive.transform()
        assert archive.rows(
            "select kind, charge_point, power_samples, curve_sha256, duration_s from sessions"
            " where account = 'without-detail'"
        ) == [("public", "Vej 1", 0, None, 3600)]
        found = archive.rows("select note, charge_point from sessions where account = 'note-removed'")
        assert found == [(None, "Vej 1")], "a removed note is gone, and an address stays"


def test_an_empty_kind_is_not_stated(tmp_path: Path) -> None:
    with small_archive(tmp_path / "logbook") as archive:
        public = session("2", isPersonal=False)
        archive.add(listing(listed(session("1"), type=""), listed(public, type=""), listed(session("3"), type="new")))
        archive.build(listing(listed(session("4"), type="public")), listing(listed(session("4"), type=""), page=2))
        kinds = archive.rows("select session_id, kind from sessions order by session_id")
        assert kinds == [("1", "private"), ("2", "public"), ("3", "new"), ("4", "public")]


@pytest.mark.system
def test_listed_sessions_without_a_current_detail_are_outstanding(archive: SmallArchive) -> None:
    outstanding = "select session_id from intermediate.missing_details order by session_id"
    first = [listed(session(number)) for number in "123"]
    active = listed(session("4", status="active", stoppedAt=None))
    archive.build(listing(*first, active, fetched_at=at(100)))
    assert archive.rows(outstanding) == [("1",), ("2",), ("3",)]
    archive.build(*(detail(session(number), at(101)) for number in "124"))
    assert archive.rows(outstanding) == [("3",)]
    listed_with_note, corrected = listed(session("1"), note="Møde"), listed(session("2", energy=1))
    archive.build(listing(listed_with_note, corrected, fetched_at=at(102)))
    assert archive.rows(outstanding) == [("2",), ("3",)], "a changed note does not count"


def test_days_and_months_sum_up(archive: SmallArchive) -> None:
    euro = {"code": "EUR", "minorUnitDecimal": 2}
    night = {"startedAt": "2025-03-31T18:00:00Z", "stoppedAt": "2025-03-31T22:30:00Z"}  # in April by local time
    archive.build(
        detail(session("1", totalAmount=10, powerStats={"maxKw": 11})),
        detail(session("2", totalAmount=20.5, energy=500, powerStats={"maxKw": 7})),
        detail(session("3", currency=euro)),
        detail(session("4", **night)),
        detail(
            session("5", energy=0, totalAmount=1, startedAt="2025-05-01T00:00:00Z", stoppedAt="2025-05-01T01:00:00Z")
        ),
    )
    columns = "sessions, energy_kwh, amount_incl_tax, tax_amount, amount_excl_tax, average_price_incl_tax, max_kw"
    expected = [
        ("2025-03-05", "DKK", 2, "10.5", "30.5", "6.1", "24.4", "2.904762", 11),
        ("2025-03-05", "EUR", 1, "10", "25", None, None, "2.5", None),
        ("2025-04-01", "DKK", 1, "10", "25", "5", "20", "2.5", None),
        ("2025-05-01", "DKK", 1, "0", "1", "0.2", "0.8", None, None),
    ]
    exact = [(*row[:3], *(None if value is None else Decimal(value) for value in row[3:])) for row in expected]
    days = archive.rows(f"select cast(day as varchar), currency, {columns} from days order by all")  # noqa: S608
    assert exact == days
    months = archive.rows(f"select cast(month as varchar), currency, {columns} from months order by all")  # noqa: S608
    assert [(f"{row[0][:8]}01", *row[1:]) for row in exact] == months


def test_listed_months_without_sessions_add_no_rows(archive: SmallArchive) -> None:
    archive.build(windows=[Window(month="2025-03-01", listed_at=at(0), pages=1, sessions=0)])
    assert (archive.rows("select * from months"), archive.rows("select * from sessions")) == ([], [])
