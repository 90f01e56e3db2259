"""`--reason`: why somebody decided something, as a report prints it."""

import re
import unicodedata
from datetime import timedelta

import click


class Reason(click.ParamType[str]):
    """A line of text that says something."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        reason = " ".join(str(value).split())
        if not reason:
            self.fail("it is empty: say why, for example 'a guest charged'", param, ctx)
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in reason):
            self.fail(f"{reason!r} holds signs that cannot be printed", param, ctx)
        return reason


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
