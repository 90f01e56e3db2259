"""The sessions of an account: the newest as rows that can be read without a script, all as data for the script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reports.page.figures import AccountFigures, Row
from reports.page.words import PageWords

ROWS_PER_PAGE = 25

# The columns of a session for the script, which builds the rows of the table and the view of one session from them.
_FIELDS = (
    *("session_id", "started", "stopped", "charge_point", "car", "energy_kwh", "amount_incl_tax", "currency"),
    *("price_incl_tax", "max_kw", "idle_s", "note", "tags", "is_claimed", "is_closed", "claim", "assumed_by"),
)
_COLUMNS = {
    "started": "started",
    "charge_point": "charge_point",
    "car": "car",
    "energy_kwh": "energy",
    "amount_incl_tax": "cost",
    "price_incl_tax": "price",
    "claim": "claim",
}
_NUMBERS = ("energy_kwh", "amount_incl_tax", "price_incl_tax", "max_kw")


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A session as texts of the table."""

    started: str
    charge_point: str
    remark: str
    car: str
    energy_kwh: str
    amount_incl_tax: str
    price_incl_tax: str
    claim: str


@dataclass(frozen=True, kw_only=True)
class YearChoice:
    """A year in which sessions stopped, and its months, each with its value and name, the newest first."""

    year: str
    months: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of the table: its name, and the field of a session by which it is sorted."""

    field: str
    name: str
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class SessionsView:
    """The table as it stands without a script: the newest sessions, and how many there are."""

    rows: Sequence[TableRow]
    columns: Sequence[TableColumn]
    has_cars: bool
    months: Sequence[YearChoice]
    shown: str


def sessions_view(figures: AccountFigures, words: PageWords) -> SessionsView:
    """The table of an account that has sessions. It has a column for cars if any session has one."""
    rows = figures.sessions[:ROWS_PER_PAGE]
    has_cars = any(session["car"] for session in figures.sessions)
    return SessionsView(
        rows=[_session_row(session, figures, words) for session in rows],
        columns=[
            TableColumn(field=field, name=words.text(f"sessions.{key}"), is_number=field in _NUMBERS)
            for field, key in _COLUMNS.items()
            if has_cars or field != "car"
        ],
        has_cars=has_cars,
        months=_months(figures, words),
        shown=words.text(
            "script.shown", first=1, last=words.count(len(rows)), count=words.count(len(figures.sessions))
        ),
    )


def _months(figures: AccountFigures, words: PageWords) -> list[YearChoice]:
    """The years and months that the table can be limited to."""
    months = sorted({session["stopped_local"].date().replace(day=1) for session in figures.sessions}, reverse=True)
    return [
        YearChoice(year=str(year), months=[(f"{month:%Y-%m}", words.month(month)) for month in of_year])
        for year, of_year in groupby(months, key=lambda month: month.year)
    ]


def session_data(figures: AccountFigures, curves: str) -> dict[str, Any]:
    """All sessions, the newest first, as a list of values for the names in `fields`, and their packed curves."""
    return {
        "timezone": figures.timezone,
        "currency": figures.currency,
        "curves": curves,
        "fields": _FIELDS,
        "rows": [_values(session) for session in figures.sessions],
        "digits": dict(figures.digits_by_currency),
    }


def _session_row(session: Row, figures: AccountFigures, words: PageWords) -> TableRow:
    digits = figures.digits(session["currency"])
    return TableRow(
        started=words.local_minute(session["started_local"]),
        charge_point=session["charge_point"] or "",
        remark=" · ".join(text for text in (session["note"], session["tags"]) if text),
        car=session["car"] or "",
        energy_kwh=words.kwh(session["energy_kwh"]),
        amount_incl_tax=f"{words.known_money(session['amount_incl_tax'], digits)} {session['currency']}",
        price_incl_tax=words.known_price(session["price_incl_tax"]),
        claim=_claim(session, words),
    )


def _claim(session: Row, words: PageWords) -> str:
    if session["claim"] is not None:
        return words.text("script.claim" if session["is_claimed"] else "script.still_claimed", number=session["claim"])
    if not session["is_claimed"]:
        return words.text("script.left_out")
    return words.text("script.due" if session["is_closed"] else "script.open")


def _values(session: Row) -> list[Any]:
    values: Mapping[str, Any] = {
        **session,
        **{name: None if session[name] is None else float(session[name]) for name in _NUMBERS},
        "started": f"{session['started_local']:%Y-%m-%dT%H:%M}",
        "stopped": f"{session['stopped_local']:%Y-%m-%dT%H:%M}",
    }
    return [values[field] for field in _FIELDS]
