"""The types of options that several commands share: a day, a month, a length of time and a reason; possible days."""

import contextlib
import re
from datetime import date, datetime, timedelta
from typing import Any

import click

from pipeline.cli.context import Context
from pipeline.clock import EARLIEST
from pipeline.errors import LadebogError
from pipeline.text import is_printable, visible
from pipeline.typed_month import likely_month, month_of

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_DURATION = re.compile(r"(?:(?P<days>\d{1,5})d)?\s*(?:(?P<hours>\d{1,6})h)?\s*(?:(?P<minutes>\d{1,7})m)?")


class DayParameter(click.ParamType[datetime]):
    """A day, as `2025-03-30` or `2025-3-30`."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        match = _DAY.fullmatch(str(value).strip())
        try:
            year, month, day = (int(number) for number in match.groups()) if match else (0, 0, 0)
            return datetime(year, month, day)  # noqa: DTZ001 (only its date is used)
        except ValueError:
            self.fail(f"{value!r} is not a day: write one like 2025-03-30.", param, ctx)


class DayOrMonthParameter(DayParameter):
    """A day, or a month for its first day."""

    name = "YYYY-MM-DD|YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        month = month_of(str(value))
        if month is None and re.search("[a-zA-Z]", str(value)) and (advice := meant_month(str(value), ctx)):
            self.fail(f"{value!r} is not a day or a month. {advice}", param, ctx)
        return super().convert(f"{month}" if month else value, param, ctx)


class MonthParameter(click.ParamType[datetime]):
    """A month, as `2025-03` or `2025-3`; its first day."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        if (month := month_of(str(value))) is None:
            advice = meant_month(str(value), ctx) or "Write a month like 2025-03."
            self.fail(f"{value!r} is not a month. {advice}", param, ctx)
        if month < EARLIEST.date():
            self.fail(f"{value!r} is before {EARLIEST:%Y-%m}, the earliest possible month.", param, ctx)
        return datetime(month.year, month.month, 1)  # noqa: DTZ001 (only its date is used)


def meant_month(text: str, ctx: click.Context | None) -> str:
    """A question that names the month which text probably means, or nothing."""
    context = ctx.find_object(Context) if ctx else None
    if context is None:
        return ""
    with contextlib.suppress(LadebogError, OSError):
        context.open()  # for the present time of a demo
    likely = likely_month(text, context.clock.now().date())
    return f"Did you mean {likely:%Y-%m}?" if likely and likely >= EARLIEST.date() else ""


def refuse_impossible(day: date, today: date, param_hint: str) -> None:
    """Raise BadParameter for a day of something that happened which is before 2010 or after today."""
    if day < EARLIEST.date():
        raise click.BadParameter(
            f"{day} is before {EARLIEST:%Y-%m-%d}, the earliest possible day", param_hint=param_hint
        )
    if day > today:
        raise click.BadParameter(f"{day} is in the future (today is {today})", param_hint=param_hint)


DAY = DayParameter()
DAY_OR_MONTH = DayOrMonthParameter()
MONTH = MonthParameter()
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class WholeNumber(click.IntRange):
    """A whole number from a least to a largest one, without thousands separators."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value.strip()):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return super().convert(value, param, ctx)


class Reason(click.ParamType[str]):
    """Why a person decided something, as reports print it: one line of text, not empty."""

    name = "text"
    empty = "it is empty: give a reason, for example 'a guest charged'"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        reason = " ".join(str(value).split())
        if not visible(reason).strip(" \ufffd"):
            self.fail(self.empty, param, ctx)
        if not is_printable(reason):
            self.fail(f"{reason!r} contains characters that cannot be printed", param, ctx)
        return reason


class Tag(Reason):
    """A tag of a session: one line of text, not empty."""

    empty = "it is empty: give a tag, for example holiday"


class NamedPath(click.Path):
    """A path that is named: an empty one, as of a variable that is not set, would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value):
            self.fail("it is empty: name a file or folder", param, ctx)
        return super().convert(value, param, ctx)


class Duration(click.ParamType[timedelta]):
    """A length of time, as `36h`, `2d` or `1d12h`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        match = _DURATION.fullmatch(str(value).strip())
        units = {unit: int(number) for unit, number in match.groupdict("0").items()} if match else {}
        if not any(units.values()):
            self.fail(f"{value!r} is not a length of time. Write it like 36h, 2d, 90m or 1d12h.", param, ctx)
        return timedelta(**units)


wide_option = click.option(
    "--wide", is_flag=True, help="Show all columns; if they do not fit, in a pager (PAGER, else less)."
)
