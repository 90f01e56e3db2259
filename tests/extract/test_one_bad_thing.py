"""One thing that an operator sends wrongly, or not at all, never stops the rest."""

import dataclasses
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.errors import LoginError, UpstreamDownError
from tests.extract.odd_operator import NOW, OddOperator, odd_archive, odd_archives, stopped
from tests.scenarios.small_archive import detail, listed
from tests.source.loopback import Handler, Request, serving

pytestmark = pytest.mark.system

MARCH, APRIL = stopped("m", "2025-03-10"), stopped("a", "2025-04-10")
GOOD = [("2025-03-10", MARCH), ("2025-04-10", APRIL)]
_SOON = NOW + timedelta(minutes=1)
MAY = [(f"2025-05-0{day}", stopped(f"y{day}", f"2025-05-0{day}")) for day in range(1, 5)]


def item(text: str, **fields: object) -> str:
    """An item of session `bad` on 2025-03-20; `text` replaces the value "HERE"."""
    return json.dumps(listed(stopped("bad", "2025-03-20", **fields))).replace('"HERE"', text)


FAILING = {
    "detail": ("/session/m?", "Session m could not be fetched and is left for the next run: "),
    "prices": ("/tariffs/tou/9/", "The price list of EVSE 9 could not be fetched and is left for the next run: "),
    "points": ("/charge-points", "The list of charge points could not be fetched and is left for the next run: "),
}


@pytest.mark.parametrize("status", [500, 401, 403])
def test_what_fails_for_ever_is_named_and_the_rest_is_fetched(tmp_path: Path, status: int) -> None:
    operators = {
        name: OddOperator(list(GOOD), failing=[failing], failing_status=status)
        for name, (failing, _) in FAILING.items()
    }
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for name, odd in archives.items():
            summary = odd.fetch()
            (warning,) = summary.warnings
            assert warning.startswith(FAILING[name][1])
            assert str(status) in warning
            assert summary.error is None
        odd.archive.transform()
        for name, odd in archives.items():
            assert odd.archived() == ["a", "m"]
            assert odd.closed() == (["2025-04"] if name == "detail" else ["2025-03", "2025-04"])
            odd.operator.failing = ()
            assert odd.fetch().warnings == []
        odd.archive.transform()
        assert [odd.closed() for odd in archives.values()] == [["2025-03", "2025-04"]] * len(FAILING)


def test_a_detail_that_was_left_is_fetched_by_the_next_run_although_its_month_is_not_listed_again(
    tmp_path: Path,
) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD), failing=["/session/m?"])) as odd:
        odd.extract(since=None)
        odd.operator.failing = ()
        odd.clock.moment += timedelta(days=3)
        odd.operator.asked.clear()
        assert odd.extract(since=None).warnings == []
        assert ("03-01", "03-31") not in odd.windows_asked()
        assert "2025-03" in odd.closed()


UNREADABLE = {
    "null": b"null",
    "no session": b'{"session": null}',
    "a message": b'{"message": "Service temporarily unavailable"}',
    "another session": json.dumps({"session": APRIL}).encode(),
    "no energy": json.dumps({"session": MARCH | {"energy": None}}).encode(),
}


def test_a_detail_that_cannot_be_read_is_asked_for_again_once_in_each_run(tmp_path: Path) -> None:
    operators = {name: OddOperator(list(GOOD), sent={"/session/m?": body}) for name, body in UNREADABLE.items()}
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for since in (date(2025, 3, 1), None, date(2025, 3, 1)):
            for odd in archives.values():
                odd.operator.asked.clear()
                odd.fetch(since)
                assert len(odd.operator.asked_for("m")) == 1
        odd.archive.transform()
        for odd in archives.values():
            assert odd.closed()[-1] == "2025-04"
            assert "2025-03" not in odd.closed()
            odd.operator.sent.clear()
            odd.clock.moment += timedelta(minutes=1)
            odd.fetch(date(2025, 3, 1))
        odd.archive.transform()
        assert [odd.closed()[-2:] for odd in archives.values()] == [["2025-03", "2025-04"]] * len(UNREADABLE)
        for odd in archives.values():
            odd.operator.asked.clear()
            odd.fetch(None)
            assert odd.operator.asked_for("m") == []


def test_a_month_that_cannot_be_listed_is_an_error_after_the_rest_was_fetched(tmp_path: Path) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD), failing=["start_date=2025-04-01"])) as odd:
        summary = odd.extract(since=None)
        assert isinstance(summary.error, UpstreamDownError)
        assert str(summary.error) == "The sessions of 2025-04 could not be listed; everything else was fetched."
        assert odd.archived() == ["m"]
        assert odd.closed()[-1] == "2025-03"
        assert odd.archive.value("select max(outcome) from runs") == "failed"
        odd.operator.failing = ()
        assert odd.extract(since=None).error is None
        assert odd.archived() == ["a", "m"]
        assert odd.closed()[-1] == "2025-04"


@pytest.mark.parametrize("failing", ["/session/", "start_date=2025-04-01"])
def test_a_login_that_ends_during_a_run_ends_it(tmp_path: Path, failing: str) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD), failing_status=401)) as odd:
        odd.operator.ending = failing
        with pytest.raises(LoginError, match="no longer accepts the login"):
            odd.extract(since=None)
        refused = next(place for place, path in enumerate(odd.operator.asked) if failing in path)
        assert len(odd.operator.asked) - refused <= 4


@pytest.mark.parametrize("failing", ["/api", "/session"])
def test_an_operator_that_is_down_ends_the_run(tmp_path: Path, failing: str) -> None:
    """Or one that lists nothing: it is not asked for month after month."""
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD), failing=[failing])) as odd:
        if failing == "/api":
            with pytest.raises(UpstreamDownError):
                odd.extract(since=None)
        else:
            assert odd.extract(since=None).error is not None
        assert len(odd.windows_asked()) <= 4


FAULTY_ITEMS = {
    "a number of 5,000 digits": item("1" * 5_000, energy="HERE"),
    "an empty id": item('""').replace('"bad"', '""'),
    "an id that is part of a path": item("").replace('"bad"', '".."'),
    "not an object": "5",
    "year 1": item("", startedAt="0001-01-01T00:00:00Z"),
    "before year 1": item("", startedAt="0001-01-01T00:00:00+02:00"),
    "year 9999": item("", stoppedAt="9999-12-31T23:59:59Z"),
    "after year 9999": item("", stoppedAt="9999-12-31T23:59:59-02:00"),
    "years long": item("", startedAt="2012-01-01T00:00:00Z"),
    "a stop after the answer": item("", stoppedAt="2025-05-22T00:00:00Z"),
}


def test_one_item_of_a_listing_that_has_a_fault_is_quarantined_alone(tmp_path: Path) -> None:
    operators = {fault: OddOperator([*MAY, *GOOD, ("2025-03-20", text)]) for fault, text in FAULTY_ITEMS.items()}
    with odd_archives(tmp_path / "logbook", operators) as archives:
        assert {fault: odd.fetch().quarantined for fault, odd in archives.items()} == dict.fromkeys(FAULTY_ITEMS, 1)
        marts = next(iter(archives.values())).archive.transform()
        for fault, odd in archives.items():
            assert (fault, odd.archived()) == (fault, ["a", "m", "y1", "y2", "y3", "y4"])
            assert (fault, odd.closed()) == (fault, ["2025-04"])
        unreadable = marts.rows("select account, month from intermediate.unreadable order by account")
        assert unreadable == [(fault, date(2025, 3, 1)) for fault in sorted(FAULTY_ITEMS)]


def test_an_item_without_an_id_in_a_part_of_a_month_is_forgotten_when_it_is_fixed(tmp_path: Path) -> None:
    text = item("").replace('"bad"', '""')
    with odd_archive(tmp_path / "logbook", OddOperator([*GOOD, ("2025-03-20", text)])) as odd:
        odd.extract()
        assert odd.archive.rows("select distinct month from intermediate.unreadable") == [(date(2025, 3, 1),)]
        odd.operator.sessions = [*MAY, *GOOD]
        odd.clock.moment += timedelta(hours=1)
        odd.extract()
        assert odd.archive.rows("select * from intermediate.unreadable") == []
        assert odd.closed() == ["2025-03", "2025-04"]


ODD_JSON = {
    "half a pair at the end": ("note", r'"caf\ud83d"', "caf\ufffd"),
    "half a pair alone": ("note", r'"\ude97"', "\ufffd"),
    "too many levels": ("extra", "[" * 1_100 + "]" * 1_100, None),
}


def test_what_no_reader_of_json_accepts_costs_only_itself(tmp_path: Path) -> None:
    operators = {}
    for name, (field, value, _) in ODD_JSON.items():
        text = json.dumps(listed(stopped("bad", "2025-03-20"), **{field: "HERE"})).replace('"HERE"', value)
        operators[name] = OddOperator([*GOOD, ("2025-03-20", text)])
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for odd in archives.values():
            odd.fetch()
        odd.archive.transform()
        assert [odd.archived() for odd in archives.values()] == [["a", "bad", "m"]] * len(ODD_JSON)
        notes = odd.archive.rows("select account, note from sessions where session_id = 'bad'")
        assert dict(notes) == {name: archived for name, (_, _, archived) in ODD_JSON.items()}


def test_an_operators_date_that_is_not_plausible_is_not_used(tmp_path: Path) -> None:
    dates = {"late": "Fri, 31 Dec 9999 23:59:59 GMT", "early": "Sat, 01 Jan 2000 00:00:00 GMT"}
    operators = {name: OddOperator(list(GOOD), dated=dated) for name, dated in dates.items()}
    with odd_archives(tmp_path / "logbook", operators) as archives:
        for odd in archives.values():
            odd.fetch()
        odd.archive.transform()
        latest = odd.archive.rows("select account, max(listed_at) < ? from facts.windows group by account", _SOON)
        assert sorted(latest) == [("early", True), ("late", True)]
        assert [odd.closed() for odd in archives.values()] == [["2025-03", "2025-04"]] * len(dates)


def test_months_after_today_are_not_listed(tmp_path: Path) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD))) as odd:
        odd.extract(until=date(9999, 12, 31))
        assert [
            window for window in odd.windows_asked() if window[1].endswith(("-30", "-31")) and window[0].endswith("-01")
        ] == [
            ("05-01", "05-31"),
            ("04-01", "04-30"),
            ("03-01", "03-31"),
        ]


def test_what_was_too_early_by_a_clock_that_was_behind_is_read_when_it_is_right(tmp_path: Path) -> None:
    with odd_archive(tmp_path / "logbook", OddOperator(list(GOOD))) as odd:
        odd.clock.moment -= timedelta(days=60)
        odd.extract(until=date(2025, 4, 30))
        assert odd.archived() == ["m"]
        odd.clock.moment = NOW
        odd.extract()
        assert odd.archived() == ["a", "m"]
        assert odd.archive.rows("select * from intermediate.unreadable") == []
        size = odd.archive.value("select count(*) from facts.answers")
        odd.extract()
        assert odd.archive.value("select count(*) from facts.answers") == size + 1  # only the run's record


@pytest.mark.parametrize("is_timed", [True, False])
def test_details_that_the_operator_never_lists_like_that_are_fetched_once(tmp_path: Path, is_timed: bool) -> None:
    """They were archived before any list, at a known time or not."""
    unlike = json.dumps(listed({**MARCH, "energy": 9}))
    with odd_archive(tmp_path / "logbook", OddOperator([("2025-03-10", unlike), ("1999-01-01", MARCH)])) as odd:
        odd.archive.add(detail(MARCH, NOW - timedelta(days=1) if is_timed else None))
        for _ in range(2):
            odd.extract()
            odd.clock.moment += timedelta(days=1)
        assert sum("/session/" in path for path in odd.operator.asked) == 1
        assert "2025-03" in odd.closed()


@pytest.mark.parametrize("month", ["2025-03", "2025-04", "2025-05"])
def test_a_month_that_could_not_be_listed_is_reported_wherever_it_lies(tmp_path: Path, month: str) -> None:
    """Also before the first session that is known and after the last one."""
    operator = OddOperator([("2025-04-05", stopped("1", "2025-04-05"))], failing=[f"start_date={month}"])
    with odd_archive(tmp_path / "logbook", operator) as odd:
        assert odd.extract().error is not None
        reasons = odd.archive.rows("select month, listed_at from month_states where listed_at is null")
        assert reasons == [(date.fromisoformat(f"{month}-01"), None)]


def test_a_run_that_an_error_ends_records_the_months_that_it_could_not_list(tmp_path: Path) -> None:
    operator = OddOperator([("2025-03-10", stopped("1", "2025-03-10"))], failing=["start_date=2025-04-01"])

    def fail_from_march_on(handler: Handler, request: Request) -> None:
        if "start_date=2025-03-01" in request.path:
            operator.failing = ["/"]
        operator(handler, request)

    with odd_archives(tmp_path / "logbook", {"home": operator}) as archives, serving(fail_from_march_on) as server:
        odd = dataclasses.replace(archives["home"], url=server.url)
        with pytest.raises(UpstreamDownError):
            odd.fetch()
        query = "select month from facts.unlisted_months order by month"
        assert odd.archive.rows(query) == [(date(2025, 3, 1),), (date(2025, 4, 1),)]
