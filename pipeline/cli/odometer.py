"""`ladebog odometer`."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import DAY, Reason, WholeNumber, refuse_impossible
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.rows import show_rows
from pipeline.command_line import operand
from pipeline.errors import OdometerError
from pipeline.logbook.entries import ODOMETER, OdometerReading, fields_of

if TYPE_CHECKING:
    import duckdb

_DAY = "YYYY-MM-DD"
_KILOMETRES = WholeNumber(min=0, max=9_999_999)


@click.command()
@click.argument("car", metavar="[CAR]", required=False)
@click.argument("day", metavar=f"[{_DAY}]", type=DAY, required=False)
@click.argument("kilometres", metavar="[KM]", type=_KILOMETRES, required=False)
@click.option("--reason", type=Reason(), help="Why the reading is correct although it contradicts others.")
@pass_context
def odometer(
    context: Context, car: str | None, day: datetime | None, kilometres: int | None, reason: str | None
) -> None:
    """Record what a car's odometer showed, or list the readings.

    A reading is refused if it is below an earlier day's, above a later day's, differs from one of the same day, or is
    more than 10,000 km a month away from another. If it is correct nevertheless, give the reason with --reason. Of
    several readings for a day, the newest counts: so a wrong one is corrected.

    \b
    Example:  ladebog odometer Golf 2025-03-31 48211
              ladebog odometer Golf 2025-03-31 48211 --reason "mistyped before"
              ladebog odometer Golf
    """
    if car is not None and day is not None and kilometres is not None:
        _record(context, OdometerReading(car=car, read_on=day.date(), kilometres=kilometres, reason=reason))
    elif day is not None or reason is not None:
        raise click.UsageError("Name the car, the day and the kilometres: ladebog odometer CAR YYYY-MM-DD KM")
    else:
        _list(context, car)


def _list(context: Context, car: str | None) -> None:
    from pipeline.database import models
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open_to_read()
    if car is not None:
        settings.car(car)
    with open_published(logbook) as connection:
        readings = rows(connection, models.query("odometer_list"), {"car": car})
    if readings:
        show_rows(readings, (), wide=False)
    else:
        print_hanging("", "No reading is recorded. Record one with: ladebog odometer CAR YYYY-MM-DD KM")


def _record(context: Context, reading: OdometerReading) -> None:
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    settings.car(reading.car)
    now = context.clock.now()
    today = max((now.astimezone(account.zone).date() for account in settings.accounts.values()), default=now.date())
    refuse_impossible(reading.read_on, today, _DAY)
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        if reading.reason is None:
            _refuse_contradiction(connection, reading)
        journal.append(context.clock.now(), ODOMETER, fields_of(reading))
    reason = f": {reading.reason}" if reading.reason else ""
    context.print_info(f"{reading.car}: {reading.kilometres} km on {reading.read_on}{reason}")


def _refuse_contradiction(connection: "duckdb.DuckDBPyConnection", reading: OdometerReading) -> None:
    """Raise OdometerError if the reading contradicts another one of the car."""
    from pipeline.database import models

    parameters = {key: value for key, value in msgspec.structs.asdict(reading).items() if key != "reason"}
    contradiction = connection.execute(models.query("contradicting_reading"), parameters).fetchone()
    if contradiction is None:
        return
    other_day, other_kilometres, is_too_far = contradiction
    distance = " That is more than 10,000 km a month." if is_too_far else ""
    command = f"ladebog odometer {operand(reading.car)}"
    advice = (
        f"If this one is correct: {command} {reading.read_on} {reading.kilometres} --reason TEXT",
        f"If the other is wrong, correct it first: {command} {other_day} KM --reason TEXT",
        f"All readings: {command}",
    )
    raise OdometerError(
        f"{reading.kilometres} km on {reading.read_on} contradicts another reading: "
        f"{reading.car} had {other_kilometres} km on {other_day}.{distance}",
        "\n".join(advice),
    )
