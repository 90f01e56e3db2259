"""`ladebog odometer`."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import DAY, Reason, WholeNumber, refuse_impossible
from pipeline.errors import OdometerError
from pipeline.logbook.entries import ODOMETER, OdometerReading, fields_of

if TYPE_CHECKING:
    import duckdb

_DAY = "YYYY-MM-DD"
_KILOMETRES = WholeNumber(min=0, max=9_999_999)


@click.command()
@click.argument("car", metavar="CAR")
@click.argument("day", metavar=_DAY, type=DAY)
@click.argument("kilometres", metavar="KM", type=_KILOMETRES)
@click.option("--reason", type=Reason(), help="Why the reading is correct although it contradicts others.")
@pass_context
def odometer(context: Context, car: str, day: datetime, kilometres: int, reason: str | None) -> None:
    """Record what a car's odometer showed on a day.

    A reading is refused if it is below an earlier day's, above a later day's, or differs from one of the same day. If
    it is correct nevertheless, give the reason with --reason. Of several readings for a day, the newest counts.

    \b
    Example:  ladebog odometer Golf 2025-03-31 48211
              ladebog odometer Golf 2025-03-31 48211 --reason "mistyped before"
    """
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    settings.car(car)
    now = context.clock.now()
    today = max((now.astimezone(account.zone).date() for account in settings.accounts.values()), default=now.date())
    refuse_impossible(day.date(), today, _DAY)
    reading = OdometerReading(car=car, read_on=day.date(), kilometres=kilometres, reason=reason)
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        if reason is None:
            _refuse_contradiction(connection, reading)
        journal.append(context.clock.now(), ODOMETER, fields_of(reading))
    context.print_info(f"{car}: {kilometres} km on {day:%Y-%m-%d}" + (f": {reason}" if reason else ""))


def _refuse_contradiction(connection: "duckdb.DuckDBPyConnection", reading: OdometerReading) -> None:
    """Raise OdometerError if the reading contradicts another one of the car."""
    from pipeline.database import models

    parameters = {key: value for key, value in msgspec.structs.asdict(reading).items() if key != "reason"}
    contradiction = connection.execute(models.query("contradicting_reading"), parameters).fetchone()
    if contradiction is not None:
        other_day, other_kilometres = contradiction
        raise OdometerError(
            f"{reading.kilometres} km on {reading.read_on} contradicts another reading: "
            f"{reading.car} had {other_kilometres} km on {other_day}.",
            "Record the wrong one of the two again, or add --reason TEXT to record this one nevertheless",
        )
