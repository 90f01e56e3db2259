"""A length of time on the command line: `36h`, `2d`, `90m`, or several units, the longest first: `1d12h`."""

import re
from datetime import timedelta

import click

_TEXT = re.compile(r"(?:(?P<days>\d{1,5})d)?\s*(?:(?P<hours>\d{1,6})h)?\s*(?:(?P<minutes>\d{1,7})m)?")


def duration(context: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """The callback of an option that takes one. Raises click.BadParameter."""
    if value is None:
        return None
    found = _TEXT.fullmatch(value.strip())
    given = {unit: int(number) for unit, number in found.groupdict("0").items()} if found else {}
    if not any(given.values()):
        raise click.BadParameter(f"{value!r} is no length of time. Write it like 36h, 2d, 90m or 1d12h.")
    return timedelta(**given)
