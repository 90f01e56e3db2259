"""A length of time on the command line."""

import re
from datetime import timedelta

import click

_TEXT = re.compile(r"(?:(?P<days>\d{1,5})d)?\s*(?:(?P<hours>\d{1,6})h)?\s*(?:(?P<minutes>\d{1,7})m)?")


class Duration(click.ParamType):
    """`36h`, `2d`, `90m`, or several units, the longest first: `1d12h`."""

    name = "duration"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = _TEXT.fullmatch(value.strip())
        given = {unit: int(number) for unit, number in found.groupdict("0").items()} if found else {}
        if not any(given.values()):
            self.fail(f"{value!r} is no length of time. Write it like 36h, 2d, 90m or 1d12h.", param, ctx)
        return timedelta(**given)
