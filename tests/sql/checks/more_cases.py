"""More operator data: an archive, and the rule and session of each of its findings."""

from dataclasses import replace

from tests.sql.checks.operator_data import Listing, OperatorData, Session, charge_point
from tests.sql.checks.pairs_of_archives import CUT_LISTING, SHARED_HOST
from tests.sql.checks.pairs_of_claims import additions, in_january, partly_free, refunds
from tests.sql.checks.pairs_of_doubts import IDLE_FEE, billed, net, without_periods

_MISSED = (
    Listing(at="2025-04-10T00:00:00+00:00", missing=("1",)),
    Listing(at="2025-04-12T00:00:00+00:00", missing=("1",)),
)
_ZERO_CURVE = Session(curve_wh=0)
_OVERLAP = [Session().period(0, 40, 7.5), Session().period(30, 60, 7.5)]
_LONGER = [Session().period(0, 60, 15), Session().period(60, 70, 0)]
_MINIMUM = Session(
    energy_wh=470,
    fields={"amount": 2.5, "totalAmount": 2.5, "chargingPeriods": [Session().period(0, 60, 1.14069)]},
)
_CREDIT = Session(
    fields={
        "amount": -15,
        "totalAmount": -15,
        "paymentStatus": "pending",
        "chargingPeriods": [Session().period(0, 60, -15)],
    }
)
_FREE_PERIODS = Session(fields={"amount": 35, "totalAmount": 35, "chargingPeriods": [Session().period(0, 60, 0)]})
_ONE_FULL_DAY = OperatorData(listings=(replace(CUT_LISTING, sessions=3, largest_page=3),))
_BEYOND = (("bill_beyond_periods", "1"), ("periods_unlike_bill", "1"))
_EARLY = Session(answered_after=-1)
_BEFORE = "2025-03-01T00:00:00+00:00"

_OTHER_BILL = {"amount": 20.0, "totalAmount": 20.0}
_NOT_FOUND = ("2025-04-12T01:00:00+00:00", 404, {"message": "Not found"})
_LISTED_NOT_FOUND = OperatorData(sessions=(Session(has_detail=False),), details=(_NOT_FOUND,))
_NO_DETAIL = (("missing_detail", "1"), ("month_not_closed", None), ("no_power_history", "1"))

CASES: dict[str, tuple[OperatorData, tuple[tuple[str, str | None], ...]]] = {
    "no-fault": (OperatorData(), ()),
    "listed-twice-alike": (
        OperatorData(sessions=(Session(has_detail=False, listed_again={"stopReason": "x"}),)),
        _NO_DETAIL,
    ),
    "listed-twice-after-its-details": (
        OperatorData(sessions=(Session(), Session(has_detail=False, listed_again=_OTHER_BILL, answered_after=9))),
        (("listed_twice", "1"), ("missing_detail", "1"), ("month_not_closed", None), ("periods_unlike_bill", "1")),
    ),
    "listed-twice-and-then-once": (
        OperatorData(
            sessions=(
                Session(has_detail=False, listed_again=_OTHER_BILL),
                Session(has_detail=False, answered_after=9),
            )
        ),
        _NO_DETAIL,
    ),
    "same-session-as-another-account": (
        OperatorData(host=SHARED_HOST),
        (("session_in_two_accounts", "1"),),
    ),
    "names-like-the-electricity-tax": (
        OperatorData(
            basis="spot", settings=additions("Electrcity tax", "Energiafgift", "tarif og elafgift", "handling")
        ),
        (("electricity_tax_twice", None),) * 3,
    ),
    "own-tax-beside-a-name-like-it": (
        OperatorData(basis="spot", settings=additions("Electricity-Tax", "elafgift til staten")),
        (),
    ),
    "name-like-a-tax-not-in-force": (
        OperatorData(basis="spot", country="SE", settings=additions("energiskatt")),
        (),
    ),
    "name-like-the-tax-if-billed": (
        OperatorData(settings=additions("energiafgift")),
        (),
    ),
    "the-refund-of-2024-in-2025": (in_january(refunds(y2024="0.757"), 2025), (("refund_too_high", None),)),
    "the-refund-of-2025-in-2025": (in_january(refunds(y2025="0.716"), 2025), ()),
    "refund-a-little-above-2026s": (in_january(refunds(y2026="0.0041")), (("refund_too_high", None),)),
    "a-refund-of-nothing-in-2026": (in_january(refunds(y2025="0.716", y2026="0")), ()),
    "refund-on-a-free-session": (
        replace(billed(0, 0), settings=refunds(y2025="0.716")),
        (("refund_beyond_bill", "1"),),
    ),
    "refund-above-the-rate": (
        OperatorData(basis="rate", rate="0.5", settings=refunds(y2025="0.716")),
        (("refund_beyond_bill", "1"),),
    ),
    "partly-free-if-billed": (partly_free(), ()),
    "partly-free-at-the-spot-price": (partly_free(basis="spot"), (("free_energy_counted", "1"),)),
    "partly-free-with-a-refund": (partly_free(refunds(y2025="0.5")), (("free_energy_counted", "1"),)),
    "idle-fee-under-a-rate": (
        OperatorData(sessions=(Session(energy_wh=0, fields=IDLE_FEE),), basis="rate", rate="2"),
        (("money_without_energy", "1"),),
    ),
    "5-times-its-periods-no-tariff": (billed(75, 15), _BEYOND),
    "refund-of-a-credit": (
        OperatorData(sessions=(_CREDIT,), settings=refunds(y2025="0.716")),
        (("unpaid", "1"),),
    ),
    "refund-too-high-by-setting-alone": (
        replace(in_january(refunds(y2025="0.716")), charge_points={}),
        (("refund_too_high", None),),
    ),
    "a-net-above-the-bill": (net(15.6), (("doubtful_net", "1"),)),
    "a-net-below-zero": (net(-12), (("doubtful_net", "1"),)),
    "a-net-equal-to-the-bill": (net(15), (("doubtful_net", "1"),)),
    "a-net-of-another-rate": (net(13.80), (("doubtful_net", "1"),)),
    "a-net-rounded-otherwise": (net(11.90), ()),
    "a-net-of-a-credit": (
        net(-12, amount=-15, totalAmount=-15, chargingPeriods=[Session().period(0, 60, -15)]),
        (),
    ),
    "a-positive-net-of-a-credit": (
        net(12, amount=-15, totalAmount=-15, chargingPeriods=[Session().period(0, 60, -15)]),
        (("doubtful_net", "1"),),
    ),
    "net-without-a-known-rate": (replace(net(13.80), country="AT"), ()),
    "net-of-zero-without-a-known-rate": (replace(net(0), country="AT"), (("doubtful_net", "1"),)),
    "a-stop-stated-again-before-it": (
        OperatorData(sessions=(_EARLY,), details=(("2025-03-05T18:59:59+00:00", 200, _EARLY.detail_answer()),)),
        (("stop_after_answer", "1"),),
    ),
    "stop-again-in-unchanged-details": (
        OperatorData(sessions=(_EARLY,), details=(("2025-03-05T19:00:00+00:00", 200, _EARLY.detail_answer()),)),
        (),
    ),
    "stop-again-in-an-unchanged-list": (
        OperatorData(sessions=(_EARLY,), later_items=(("2025-04-10T00:00:00+00:00", _EARLY.listing_items()[0]),)),
        (),
    ),
    "stop-with-a-wrong-time-as-well": (
        OperatorData(details=(("2025-02-12T00:00:00+00:00", 200, Session().detail_answer()),)),
        (),
    ),
    "one-day-with-the-most-sessions": (
        OperatorData(listings=(replace(CUT_LISTING, sessions=2),)),
        (),
    ),
    "one-day-with-all-3-sessions": (_ONE_FULL_DAY, (("listing_cut", None),)),
    "two-days-with-the-most-sessions": (
        OperatorData(
            listings=(
                replace(CUT_LISTING, sessions=2),
                replace(CUT_LISTING, sessions=2, month="2025-02", cut_days=("2025-02-05",)),
            )
        ),
        (("listing_cut", None), ("listing_cut", None)),
    ),
    "list-lacks-sessions-of-its-parts": (
        OperatorData(
            listings=(
                replace(CUT_LISTING, sessions=2),
                replace(CUT_LISTING, month="2025-02", cut_days=()),
            )
        ),
        (("listing_cut", None),),
    ),
    "a-month-on-two-pages": (
        OperatorData(
            listings=(
                replace(CUT_LISTING, sessions=2),
                Listing(month="2025-02", sessions=3, largest_page=2),
            )
        ),
        (),
    ),
    "country-without-a-tax-rate": (OperatorData(country="XX"), (("unknown_tax", "1"),)),
    "foreign-bill-without-our-tax": (
        OperatorData(country="XX", sessions=(Session(fields={"currency": {"code": "EUR", "minorUnitDecimal": 2}}),)),
        (("foreign_currency", "1"),),
    ),
    "one-long-session-over-two-others": (
        OperatorData(
            sessions=(
                Session(minutes=600),
                Session(id="2", started="2025-03-05T19:00:00+00:00"),
                Session(id="3", started="2025-03-05T21:00:00+00:00"),
            )
        ),
        (
            ("overlapping_sessions", "1"),
            ("overlapping_sessions", "1"),
            ("overlapping_sessions", "2"),
            ("overlapping_sessions", "3"),
        ),
    ),
    "power-known-only-later": (
        OperatorData(
            sessions=(Session(energy_wh=11_221),),
            charge_points={"2025-04-06T00:00:00+00:00": charge_point(max_power=11_000)},
        ),
        (("impossible_energy", "1"),),
    ),
    "power-limit-of-another-evse": (
        OperatorData(
            sessions=(Session(energy_wh=11_221, fields={"evseId": "90417"}),),
            charge_points={"2025-03-01T00:00:00+00:00": charge_point(max_power=11_000)},
        ),
        (),
    ),
    "untimed-power-limit": (
        OperatorData(
            sessions=(Session(energy_wh=11_000),),
            charge_points={
                None: charge_point(max_power=3_700),
                "2025-04-01T00:00:00+00:00": charge_point(max_power=11_000),
            },
        ),
        (),
    ),
    "untimed-power-limit-alone": (
        OperatorData(sessions=(Session(energy_wh=11_000),), charge_points={None: charge_point(max_power=3_700)}),
        (("impossible_energy", "1"),),
    ),
    "all-zero-curve-is-ignored": (OperatorData(sessions=(_ZERO_CURVE,)), ()),
    "periods-that-overlap": (
        OperatorData(sessions=(Session(fields={"chargingPeriods": _OVERLAP}),)),
        (("uneven_periods", "1"),),
    ),
    "periods-beyond-the-stop": (
        OperatorData(sessions=(Session(fields={"chargingPeriods": _LONGER}),)),
        (("uneven_periods", "1"),),
    ),
    "minimum-price-of-another-tariff": (
        OperatorData(
            sessions=(_MINIMUM,),
            charge_points={
                "2025-03-01T00:00:00+00:00": charge_point(minimum_price=1.5),
                "2025-03-06T00:00:00+00:00": charge_point(minimum_price=2.5),
            },
        ),
        (("bill_unlike_recomputed", "1"), ("periods_unlike_bill", "1")),
    ),
    "credit-that-is-not-paid-back": (OperatorData(sessions=(_CREDIT,)), (("unpaid", "1"),)),
    "an-empty-status": (OperatorData(sessions=(Session(fields={"status": ""}),)), (("ended_otherwise", "1"),)),
    "no-payment-status": (OperatorData(sessions=(Session(fields={"paymentStatus": None}),)), ()),
    "detail-older-than-the-list": (
        OperatorData(
            later_items=(
                ("2025-04-09T00:00:00+00:00", Session(fields={"paymentStatus": "refunded"}).listing_items()[0]),
            )
        ),
        (("missing_detail", "1"), ("month_not_closed", None), ("unpaid", "1")),
    ),
    "listed-and-not-found": (_LISTED_NOT_FOUND, _NO_DETAIL),
    "listed-not-found-and-excluded": (replace(_LISTED_NOT_FOUND, excluded=("1",)), (("no_power_history", "1"),)),
    "missing-and-listed-again": (OperatorData(listings=(*_MISSED, Listing(at="2025-04-13T00:00:00+00:00"))), ()),
    "missing-and-not-found": (
        OperatorData(listings=_MISSED, details=(_NOT_FOUND,)),
        (("vanished", "1"),),
    ),
    "missing-despite-untimed-detail": (
        OperatorData(
            listings=_MISSED,
            details=(
                (None, 200, Session(fields={"stopReason": "remote"}).detail_answer()),
                _NOT_FOUND,
            ),
        ),
        (("vanished", "1"),),
    ),
    "listed-without-a-time": (OperatorData(later_items=((None, Session(energy_wh=5_000).listing_items()[0]),)), ()),
    "unreadable-without-a-time": (
        OperatorData(details=((None, 200, {"session": {**Session().detail_answer()["session"], "energy": "much"}}),)),
        (),
    ),
    "missing-and-still-there": (
        OperatorData(
            listings=_MISSED,
            details=(("2025-04-12T01:00:00+00:00", 200, Session(fields={"stopReason": "remote"}).detail_answer()),),
        ),
        (),
    ),
    "refund-unknown-before-2026": (
        OperatorData(charge_points={"2025-03-01T00:00:00+00:00": charge_point(refunds=True)}),
        (("unknown_price", "1"),),
    ),
    "cancelled-with-an-amount-only": (
        OperatorData(sessions=(Session(energy_wh=0, fields={"status": "cancelled", "amount": 2, "totalAmount": 2}),)),
        (("ended_otherwise", "1"), ("money_without_energy", "1")),
    ),
    "failed-without-energy": (
        OperatorData(sessions=(Session(curve_wh=0, fields={"status": "failed", "energy": None}),)),
        (("ended_otherwise", "1"), ("money_without_energy", "1")),
    ),
    "failed-without-an-amount": (
        OperatorData(sessions=(Session(fields={"status": "failed", "amount": None, "totalAmount": None}),)),
        (("ended_otherwise", "1"),),
    ),
    "failed-with-an-amount-alone": (
        OperatorData(
            sessions=(
                Session(
                    fields={
                        "status": "failed",
                        "energy": None,
                        "stoppedAt": None,
                        "powerStats": None,
                        "chargingPeriods": [],
                    }
                ),
            )
        ),
        (("ended_otherwise", "1"), ("money_without_energy", "1")),
    ),
    "stopping-without-an-amount-yet": (
        OperatorData(
            sessions=(Session(fields={"status": "stopping", "amount": None, "totalAmount": None}, has_detail=False),)
        ),
        (("month_not_closed", None), ("unreadable_session", "1")),
    ),
    "ended-without-a-start": (
        OperatorData(
            sessions=(
                Session(energy_wh=0, fields={"status": "failed", "startedAt": None, "stoppedAt": None}),
                Session(id="2", energy_wh=0, fields={"status": "rejected", "amount": None, "totalAmount": None}),
                Session(id="3", energy_wh=0, fields={"status": "expired", "startedAt": "0001-01-01T00:00:00Z"}),
            )
        ),
        (("never_charged", "1"), ("never_charged", "2"), ("never_charged", "3")),
    ),
    "alike-but-one-after-the-other": (
        OperatorData(
            sessions=(
                Session(fields={"evseId": None}),
                Session(id="2", started="2025-03-05T19:00:01+00:00", fields={"evseId": None}),
            )
        ),
        (),
    ),
    "alike-and-one-evse-known": (
        OperatorData(sessions=(Session(fields={"evseId": None}), Session(id="2"))),
        (("same_session_twice", "1"), ("same_session_twice", "2")),
    ),
    "alike-without-energy-and-money": (
        OperatorData(
            sessions=(
                Session(energy_wh=0, fields={"evseId": None}),
                Session(id="2", energy_wh=0, fields={"evseId": None}),
            )
        ),
        (),
    ),
    "bill-of-3-times-its-periods": (
        OperatorData(
            sessions=(
                Session(
                    fields={"amount": 45.0, "totalAmount": 45.0, "chargingPeriods": [Session().period(0, 60, 15)]},
                ),
            )
        ),
        (("periods_unlike_bill", "1"),),
    ),
    "absurd-fees-and-little-energy": (without_periods(1000.01, 50), (("absurd_price", "1"),)),
    "free-periods-and-a-bill": (billed(4, 0), _BEYOND),
    "bill-below-negative-periods": (billed(-80, -20), _BEYOND),
    "bill-3-times-negative-periods": (billed(-60, -20), _BEYOND[1:]),
    "negative-bill-of-free-periods": (billed(-4, 0), _BEYOND),
    "negative-bill-of-its-periods": (billed(-20, -20), ()),
    "a-price-per-session": (
        OperatorData(
            sessions=(_FREE_PERIODS,),
            charge_points={
                _BEFORE: charge_point(tariff={"type": "flat rate", "pricing": {"pricePerSession": 35}}),
            },
        ),
        (("periods_unlike_bill", "1"),),
    ),
    "a-price-per-hour": (
        OperatorData(
            sessions=(_FREE_PERIODS,),
            charge_points={
                _BEFORE: charge_point(
                    tariff={
                        "type": "duration+energy",
                        "pricing": {"pricePerPeriod": 35, "pricePeriodInMinutes": 60},
                    }
                ),
            },
        ),
        (("periods_unlike_bill", "1"),),
    ),
    "imported-and-missing-in-the-list": (
        OperatorData(command="import", listings=(Listing(), Listing(at="2025-05-16T00:00:00+00:00", missing=("1",)))),
        (("imported_session", "1"),),
    ),
    "operator-counts-more": (
        OperatorData(
            sessions=(),
            charge_points={"2025-04-20T00:00:00+00:00": charge_point(last_month_kwh="33.850")},
        ),
        (),
    ),
}
