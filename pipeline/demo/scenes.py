"""The hard cases of charging logs, each made by hand. All times are local."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pipeline.demo.charging import Plan, Repetition, Stretch
from pipeline.demo.driver import HOME
from pipeline.demo.model import EUR, Site, from_local

PUBLIC = Site(
    kind="public",
    address="Ladepark Nord, Eksempelvej 1, 0000 Prøveby",
    evse_identifier="90417",
    evse_label="Stander 4",
    location_id=7001,
    peak_w=10900,
    fixed_markup=Decimal("2.35"),
)
LOYALTY = Site(
    kind="public",
    address="Ladepark Syd, Eksempelvej 2, 0000 Prøveby",
    evse_identifier="90533",
    evse_label="Stander 1",
    location_id=7002,
    peak_w=10900,
    fixed_markup=Decimal("2.1"),
    loyalty="silver",
)
FIXED_PRICE = Site(
    kind="public",
    address="Parkeringshuset, Prøvegade 3, 0000 Prøveby",
    evse_identifier="90608",
    evse_label="Plads 12",
    location_id=7003,
    peak_w=10900,
    fixed_price=Decimal("3.95"),
)
ABROAD = Site(
    kind="public",
    address="Ladepark Muster, Musterweg 4, 00000 Musterstadt",
    evse_identifier="DE-50021",
    evse_label="Säule 2",
    location_id=8104,
    peak_w=118000,
    currency=EUR,
    tax_name="MwSt.",
    tax_percent=19,
    fixed_markup=Decimal("0.45"),
    units_per_dkk=Decimal("0.134"),
)


def scene_plans() -> list[Plan]:
    """Every scene, in no particular order. A session keeps the name of its scene."""
    return [*_calendar(), *_money(), *_gaps_and_pauses(), *_public(), *_notes(), *_newest()]


def _home(scene: str, started: str, stopped: str, *stretches: Stretch, note: str | None = None) -> Plan:
    return Plan(HOME, from_local(started), from_local(stopped), stretches, scene=scene, note=note)


def _stretch(started: str, minutes: int) -> Stretch:
    begins = from_local(started)
    return Stretch(begins, begins + timedelta(minutes=minutes, seconds=begins.second % 7))


def _calendar() -> list[Plan]:
    """Sessions that charge across clock changes, months and the year."""
    return [
        _home(
            "clocks_back_2024",
            "2024-10-26 22:40:13",
            "2024-10-27 07:35:40",
            _stretch("2024-10-26 23:50:09", 305),
        ),
        _home("year_end", "2024-12-31 21:20:05", "2025-01-01 10:12:31", _stretch("2024-12-31 22:05:11", 262)),
        _home("month_end", "2025-01-31 22:10:07", "2025-02-01 07:05:50", _stretch("2025-01-31 22:10:07", 271)),
        _home(
            "clocks_forward_2025",
            "2025-03-29 21:45:02",
            "2025-03-30 09:20:15",
            _stretch("2025-03-29 23:15:20", 275),
        ),
        # Started on the last day of April in UTC, on the first of May where the driver lives.
        _home("after_midnight", "2025-05-01 00:24:19", "2025-05-01 07:10:36", _stretch("2025-05-01 00:24:19", 141)),
        # Ends before midnight in UTC, so it is in July only by the local calendar.
        _home(
            "month_end_local_only",
            "2025-06-30 23:05:44",
            "2025-07-01 00:50:18",
            _stretch("2025-06-30 23:05:44", 98),
        ),
        _home("month_end_idle", "2025-08-31 18:58:12", "2025-09-01 07:02:33", _stretch("2025-08-31 18:58:12", 190)),
        _home(
            "clocks_back_2025",
            "2025-10-25 23:10:27",
            "2025-10-26 08:00:51",
            _stretch("2025-10-25 23:20:03", 345),
        ),
    ]


def _money() -> list[Plan]:
    """Negative prices, the minimum price, no energy."""
    started_at = from_local("2025-09-18 15:04:10")
    minimum = Stretch(started_at, started_at + timedelta(seconds=260))
    return [
        _home("partly_negative", "2025-05-11 09:40:31", "2025-05-11 16:42:08", _stretch("2025-05-11 09:40:31", 348)),
        _home("negative_sum", "2025-06-22 13:10:19", "2025-06-22 14:41:55", _stretch("2025-06-22 13:10:19", 84)),
        Plan(
            HOME,
            started_at,
            from_local("2025-09-18 15:41:37"),
            (minimum,),
            scene="minimum_price",
            stop_reason="remote",
            tapers=False,
            energy_wh=470,  # one period of 0.470 kWh at 1.0376 * 1.25 + 1.13 = 2.427 makes 1.14069
        ),
        Plan(
            HOME,
            from_local("2025-05-27 12:30:02"),
            from_local("2025-05-27 12:33:40"),
            (Stretch(from_local("2025-05-27 12:30:02"), from_local("2025-05-27 12:33:40")),),
            scene="zero_energy",
            stop_reason="remote",
            delivers=False,
        ),
    ]


def _gaps_and_pauses() -> list[Plan]:
    """Sessions that pause, idle for long, or whose history or periods are missing or repeated."""
    pause = _home(
        "pause",
        "2025-02-12 18:00:25",
        "2025-02-13 06:55:09",
        # No zero sample marks the pause: only the charging periods end the last sample.
        Stretch(from_local("2025-02-12 18:00:25"), from_local("2025-02-12 19:24:58"), ends_in_zero=False),
        _stretch("2025-02-13 00:30:14", 158),
    )
    return [
        pause,
        # Friday evening to Sunday morning, with a whole local day of idle time in it.
        _home("long_idle", "2025-04-18 19:15:50", "2025-04-20 10:20:05", _stretch("2025-04-18 19:15:50", 187)),
        _flawed("no_history", "2024-12-05 21:30:33", 204, has_history=False),
        _flawed("no_periods", "2025-01-14 22:02:48", 231, has_periods=False),
        _flawed("repeated_equal", "2025-08-05 21:47:16", 176, repeated="equal"),
        _flawed("repeated_different", "2025-08-20 20:25:39", 212, repeated="different"),
    ]


def _flawed(
    scene: str,
    started: str,
    minutes: int,
    *,
    has_history: bool = True,
    has_periods: bool = True,
    repeated: Repetition = "",
) -> Plan:
    begins = from_local(started)
    stretch = _stretch(started, minutes)
    return Plan(
        HOME,
        begins,
        stretch.stopped_at + timedelta(minutes=148, seconds=11),
        (stretch,),
        scene=scene,
        has_history=has_history,
        has_periods=has_periods,
        repeated=repeated,
    )


def _public() -> list[Plan]:
    """Sessions at public charge points: loyalty, a fixed price, roaming without any detail, another currency."""
    return [
        _away("public", PUBLIC, "2024-11-08 12:05:18", 92),
        _away("public_loyalty", LOYALTY, "2025-03-14 15:40:53", 71),
        _away("public_fixed_price", FIXED_PRICE, "2025-08-22 10:11:06", 118),
        Plan(
            PUBLIC,
            from_local("2025-06-06 16:20:00"),
            from_local("2025-06-06 18:25:30"),
            (Stretch(from_local("2025-06-06 16:20:00"), from_local("2025-06-06 18:25:30")),),
            scene="roaming",
            amount=Decimal("87.125"),  # half an øre, which the bill rounds away from zero
            has_history=False,
            has_periods=False,
            has_power_stats=False,
        ),
        _away("abroad", ABROAD, "2025-07-19 13:02:41", 24),
    ]


def _away(scene: str, site: Site, started: str, minutes: int) -> Plan:
    stretch = _stretch(started, minutes)
    unplugged_at = stretch.stopped_at + timedelta(minutes=6, seconds=20)
    return Plan(site, stretch.started_at, unplugged_at, (stretch,), scene=scene, tapers=minutes < 60)


def _notes() -> list[Plan]:
    """Notes that are hard for output formats."""
    return [
        _home(
            "note_danish",
            "2024-11-19 20:12:29",
            "2024-11-20 07:15:02",
            _stretch("2024-11-19 20:12:29", 166),
            note='Før mødet på Ærø – kørsel i øsende regnvejr, æblegrød; 50 % "fuld"',
        ),
        _home(
            "note_formula",
            "2025-04-03 18:33:11",
            "2025-04-04 06:58:46",
            _stretch("2025-04-04 00:15:30", 143),
            note='=HYPERLINK("https://example.invalid/","Klik her")',
        ),
        _home(
            "note_control_character",
            "2025-07-29 19:05:57",
            "2025-07-30 07:22:20",
            _stretch("2025-07-29 23:40:01", 129),
            note="Hjemme igen 🚗\u0007 efter ferien",
        ),
    ]


def _newest() -> list[Plan]:
    """The newest finished session, with its whole history, and the active one."""
    return [
        _home("newest", "2025-11-09 21:55:36", "2025-11-10 07:05:12", _stretch("2025-11-10 00:04:45", 352)),
        _home("active", "2025-11-11 21:48:22", "2025-11-12 07:38:40", _stretch("2025-11-12 02:00:08", 292)),
    ]
