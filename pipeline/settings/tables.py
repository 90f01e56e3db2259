"""Describes the tables and keys of ladebog.toml, as the schema has them, with an example of each."""

import inspect
import types
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from pipeline.settings import schema
from pipeline.settings.schema import Addition, Reimbursement, TaxRefund

_SUMMER, _WINTER = (4, 5, 6, 7, 8, 9), (10, 11, 12, 1, 2, 3)
_NEW_YEAR_2026, _NEW_YEAR_2027 = date(2026, 1, 1), date(2027, 1, 1)
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
    date: "day",
    time: "time of day",
    datetime: "time",
}


class Key(NamedTuple):
    """A key that a table may have."""

    name: str
    kind: str
    is_required: bool
    default: Any  # None if there is none
    meaning: str


class Table(NamedTuple):
    """A table of ladebog.toml, with examples of it: structs, whose keys that have the default are not written."""

    header: str
    struct: type[msgspec.Struct]
    examples: tuple[msgspec.Struct, ...] = ()

    @property
    def meaning(self) -> str:
        """Paragraphs of text."""
        return inspect.getdoc(self.struct) or ""

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(_keys(self.struct))


def plain_type(kind: Any) -> Any:
    """The type of a field without what describes it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _keys(struct: type[msgspec.Struct]) -> Iterator[Key]:
    for field in msgspec.structs.fields(struct):
        if get_origin(field.type) is Annotated:
            kind, meta = get_args(field.type)
            default = None if field.required else field.default
            yield Key(field.encode_name, _kind_text(kind), field.required, default, meta.description)


def _kind_text(kind: Any) -> str:
    """A type as people call it: text, day, list of whole numbers."""
    if get_origin(kind) is Literal:
        return " or ".join(f'"{text}"' for text in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {_kind_text(get_args(kind)[0])}"
    if get_origin(kind) in (Union, types.UnionType):
        return _kind_text(next(part for part in get_args(kind) if part is not types.NoneType))
    return _KINDS[kind]


def _grid_fee(per_kwh: str, **hours: Any) -> Addition:
    return Addition(
        name="grid fee", per_kwh=Decimal(per_kwh), valid_from=_NEW_YEAR_2026, valid_to=_NEW_YEAR_2027, **hours
    )


TABLES = (
    Table("[account.home]", schema.Account),
    Table("[source]", schema.Source),
    Table("[report]", schema.ReportSettings),
    Table(
        "[[account.home.reimbursement]]",
        Reimbursement,
        (
            Reimbursement(valid_from=date(2025, 1, 1), basis="rate", rate=Decimal("2.79")),
            Reimbursement(valid_from=_NEW_YEAR_2026, basis="spot"),
        ),
    ),
    Table(
        "[[account.home.addition]]",
        Addition,
        (
            _grid_fee("0.1041", from_hour=0, to_hour=6, months=_WINTER),
            _grid_fee("0.3124", from_hour=6, to_hour=17, months=_WINTER),
            _grid_fee("0.9371", from_hour=17, to_hour=21, months=_WINTER),
            _grid_fee("0.3124", from_hour=21, to_hour=24, months=_WINTER),
            _grid_fee("0.1562", months=_SUMMER),
            Addition(name="system fee", per_kwh=Decimal("0.072"), valid_from=_NEW_YEAR_2026),
            Addition(name="transmission fee", per_kwh=Decimal("0.043"), valid_from=_NEW_YEAR_2026),
            Addition(name="supplier's markup", per_kwh=Decimal("0.08"), valid_from=_NEW_YEAR_2026),
        ),
    ),
    Table(
        "[[account.home.tax_refund]]",
        TaxRefund,
        (
            TaxRefund(valid_from=date(2025, 1, 1), per_kwh=Decimal("0.716")),
            TaxRefund(valid_from=_NEW_YEAR_2026, per_kwh=Decimal(0)),
        ),
    ),
    Table(
        "[[tax_rate]]",
        schema.TaxRate,
        (schema.TaxRate(country="AT", name="USt.", rate=Decimal("0.20"), valid_from=date(1984, 1, 1)),),
    ),
    Table(
        "[driver]",
        schema.Driver,
        (schema.Driver(name="Your name", employee_number="4711", bank_account="0000 0000000000"),),
    ),
    Table(
        "[employer]",
        schema.Employer,
        (schema.Employer(name="Your employer", registration_number="00000000", cost_centre="100"),),
    ),
    Table("[claim]", schema.ClaimSettings),
    Table("[[car]]", schema.Car, (schema.Car(name="Golf", plate="XX 00 000"),)),
    Table(
        "[[rule]]",
        schema.Rule,
        (
            schema.Rule(car="Golf", kind="private", weekdays=("mon", "tue", "wed", "thu", "fri")),
            schema.Rule(claim=False, from_time=time(22), to_time=time(6), minimum_kwh=Decimal("0.5")),
        ),
    ),
    Table("[notify]", schema.Notify, (schema.Notify(webhook="https://hooks.example.org/ladebog"),)),
    Table(
        "[notify.mail]",
        schema.Mail,
        (schema.Mail(host="smtp.example.org", sender="ladebog@example.org", to=("you@example.org",)),),
    ),
)
