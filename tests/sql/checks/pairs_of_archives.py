"""Pairs for the rules about what the archive holds and lacks: details, listings, months, charge points."""

from tests.sql.checks.operator_data import Listing, OperatorData, Session, charge_point
from tests.sql.checks.pair import OPEN_MARCH, Pair

_BROKEN = {"session": {**Session().detail_answer()["session"], "energy": "much"}}
_ACTIVE = {"status": "active", "stoppedAt": None}
_NOT_FOUND = {"message": "Not found."}
_LATER = "2025-04-09T00:00:00+00:00"
_NOON = "2025-04-09T12:00:00+00:00"
_FETCHED_IN_APRIL = "2025-04-20T00:00:00+00:00"

CUT_LISTING = Listing(sessions=3, parts=("2025-03-01..2025-03-31",), cut_days=("2025-03-05",), largest_page=2)
SHARED_HOST = "shared.example.invalid"  # with the account same-session-as-another-account of the other cases

WRONG_ZONE = "Indian/Cocos"  # for which Python has the data of another zone in these tests

ARCHIVES = {
    "time_zones_differ": Pair(
        violating=OperatorData(timezone=WRONG_ZONE),
        findings=(
            (
                "time_zones_differ",
                "error",
                None,
                None,
                "The time zone data of DuckDB and of Python differ for Indian/Cocos: at 2025-03-05 19:00 UTC it is 390 "
                "minutes ahead by DuckDB, 540 by Python. Sessions may be in the wrong month. Update Ladebog, and the "
                "time zone data of this computer (tzdata), then run: ladebog transform",
            ),
        ),
        conforming=OperatorData(timezone="America/New_York"),
    ),
    "session_in_two_accounts": Pair(
        violating=OperatorData(host=SHARED_HOST),
        findings=(
            (
                "session_in_two_accounts",
                "error",
                "2025-03-01",
                "1",
                "Account same-session-as-another-account has the same session of the same operator. Keep it off one "
                "claim with: ladebog session exclude --account session_in_two_accounts-bad --reason TEXT 1",
            ),
        ),
        conforming=OperatorData(),
    ),
    "unreadable_session": Pair(
        violating=OperatorData(details=((_LATER, 200, _BROKEN),)),
        findings=(
            ("month_not_closed", "error", "2025-03-01", None, f"Documents that cannot be read: 1. {OPEN_MARCH}"),
            (
                "unreadable_session",
                "error",
                "2025-03-01",
                "1",
                "Its details cannot be read: Expected `int`, got `str` - at `$.session.energy`. "
                "What was read before still counts. Ask for them again with: ladebog run. "
                "A newer Ladebog may read it; the answer is kept. If it was no charging session, exclude it: "
                "ladebog session exclude --reason TEXT 1",
            ),
        ),
        conforming=OperatorData(
            details=((_LATER, 200, _BROKEN), ("2025-04-09T12:00:00+00:00", 200, Session().detail_answer())),
        ),
    ),
    "unreadable_and_gone": Pair(
        violating=OperatorData(details=((_LATER, 200, _BROKEN), (_NOON, 404, _NOT_FOUND))),
        findings=(
            (
                "unreadable_and_gone",
                "warning",
                "2025-03-01",
                "1",
                "Its details cannot be read (Expected `int`, got `str` - at `$.session.energy`), and the operator no "
                "longer finds it by its id. It keeps no month open; ask the operator what became of it.",
            ),
        ),
        conforming=OperatorData(
            details=(
                (_LATER, 200, _BROKEN),
                (_NOON, 404, _NOT_FOUND),
                ("2025-04-09T13:00:00+00:00", 200, Session().detail_answer()),
            ),
        ),
    ),
    "unreadable_entry": Pair(
        violating=OperatorData(sessions=(Session(listing_fields={"energy": "much"}),)),
        findings=(
            (
                "unreadable_entry",
                "warning",
                "2025-03-01",
                "1",
                "Its entry in the list of sessions cannot be read: Expected `int`, got `str` - at `$.session.energy`. "
                "Its newer details can, and they count. Its note, type, address and receipt are those of the last "
                "entry that could be read, if there was one."
                " Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(
            sessions=(Session(listing_fields={"energy": "much"}),),
            later_items=((_LATER, Session().listing_items()[0]),),
        ),
    ),
    "unreadable_charge_point": Pair(
        violating=OperatorData(charge_points={_LATER: {"data": "none"}}),
        findings=(
            (
                "unreadable_charge_point",
                "warning",
                None,
                None,
                "The charge points cannot be read: Expected `array`, got `str` - at `$.data`. "
                "Older answers count until a newer Ladebog can read this one; it is kept."
                " Nothing needs to be done.",
            ),
        ),
        conforming=OperatorData(charge_points={_LATER: {"data": "none"}, _FETCHED_IN_APRIL: charge_point()}),
    ),
    "missing_detail": Pair(
        violating=OperatorData(sessions=(Session(has_detail=False, energy_wh=0),)),
        findings=(
            (
                "missing_detail",
                "error",
                "2025-03-01",
                "1",
                "It is known from a list of sessions only, without its details. Fetch them with: ladebog run",
            ),
            ("month_not_closed", "error", "2025-03-01", None, f"Sessions without their details: 1. {OPEN_MARCH}"),
        ),
        conforming=OperatorData(sessions=(Session(energy_wh=0),)),
    ),
    "month_not_closed": Pair(
        violating=OperatorData(listings=(Listing(at="2025-04-01T21:59:59+00:00"),)),
        findings=(
            (
                "month_not_closed",
                "error",
                "2025-03-01",
                None,
                "Its sessions were last listed at 2025-04-01 23:59, and the month closes with a list from "
                f"2025-04-02 00:00 on. {OPEN_MARCH}",
            ),
        ),
        conforming=OperatorData(
            listings=(
                Listing(at="2025-04-01T22:00:00+00:00"),
                Listing(month="2025-04", at="2025-05-15T12:00:00+00:00"),
                Listing(month="2025-05", at="2025-05-15T12:00:00+00:00"),  # the month of the newest run
            )
        ),
    ),
    "listing_cut": Pair(
        violating=OperatorData(listings=(CUT_LISTING,)),
        findings=(
            (
                "listing_cut",
                "warning",
                "2025-03-01",
                None,
                "The operator's list of 2025-03-05 is as long as the longest that it has sent: it may be "
                "cut off. Compare it with the app, and import what is missing: ladebog import --help",
            ),
        ),
        conforming=OperatorData(
            listings=(
                CUT_LISTING,
                Listing(at="2025-04-11T00:00:00+00:00", month="2025-02", largest_page=3),
            )
        ),
    ),
    "gone_while_active": Pair(
        violating=OperatorData(
            sessions=(Session(fields=_ACTIVE),),
            listings=(Listing(missing=("1",)),),
            details=((_LATER, 404, _NOT_FOUND),),
        ),
        findings=(
            (
                "gone_while_active",
                "warning",
                "2025-03-01",
                "1",
                "It was charging when the operator last answered about it, with 6.000 kWh. The operator now neither "
                "lists it nor finds it by its id, so it counts nowhere until the operator has it again. Ask the "
                "operator what became of it.",
            ),
        ),
        conforming=OperatorData(sessions=(Session(fields=_ACTIVE),), details=((_LATER, 404, _NOT_FOUND),)),
    ),
    "vanished": Pair(
        violating=OperatorData(
            listings=(
                Listing(at="2025-04-10T00:00:00+00:00", missing=("1",)),
                Listing(at="2025-04-11T00:00:00+00:00", missing=("1",)),
            )
        ),
        findings=(
            (
                "vanished",
                "warning",
                "2025-03-01",
                "1",
                "The operator listed the month's sessions again and left this one out. "
                "It still counts here; ask the operator.",
            ),
        ),
        conforming=OperatorData(
            listings=(
                Listing(at="2025-04-10T00:00:01+00:00", missing=("1",)),
                Listing(at="2025-04-11T00:00:00+00:00", missing=("1",)),
            )
        ),
    ),
}
