"""The types of options that several commands share: a day, a month, a length of time and a reason."""

import re
import unicodedata
from datetime import timedelta

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])
MONTH = click.DateTime(formats=["%Y-%m"])
_DURATION = re.compile(r"(?:(?P<days>\d{1,5})d)?\s*(?:(?P<hours>\d{1,6})h)?\s*(?:(?P<minutes>\d{1,7})m)?")


class Reason(click.ParamType[str]):
    """Why a person decided something, as reports print it: one line of text, not empty."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        reason = " ".join(str(value).split())
        if not reason:
            self.fail("it is empty: give a reason, for example 'a guest charged'", param, ctx)
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in reason):
            self.fail(f"{reason!r} contains characters that cannot be printed", param, ctx)
        return reason


class Duration(click.ParamType[timedelta]):
    """A length of time, as `36h`, `2d` or `1d12h`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        match = _DURATION.fullmatch(str(value).strip())
        units = {unit: int(number) for unit, number in match.groupdict("0").items()} if match else {}
        if not any(units.values()):
            self.fail(f"{value!r} is not a length of time. Write it like 36h, 2d, 90m or 1d12h.", param, ctx)
        return timedelta(**units)
