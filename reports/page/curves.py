"""The power curve, price steps and growing cost of each session, packed for the script.

The packed text is base64 of zlib's deflate of JSON: a list with one entry per session, in their order. Numbers that
follow each other are stored as differences, most of which are small and alike, so that 280,000 samples come to 0.4 MB.
"""

import base64
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import duckdb
import msgspec

from pipeline.database import models
from reports.page.figures import AccountFigures

_Columns = list[tuple[int, ...]]


def read_curves(connection: duckdb.DuckDBPyConnection, figures: AccountFigures) -> str:
    """The packed curves of an account's sessions, one entry per session in their order.

    An entry has the second of 1970 at which the session started; then three lists of columns of whole numbers, each
    stored as differences: `second` and `watts` of the power samples; `second`, `until` and `price` (millionths per kWh)
    of the charging periods; `second`, `until`, `energy` (Wh) and `amount` (thousandths, so far) of the clock hours.
    """
    parameters = {"account": figures.account}
    samples = _by_session(connection.execute(models.query("page_samples"), parameters).fetchall())
    prices = _by_session(connection.execute(models.query("page_prices"), parameters).fetchall())
    costs = _by_session(connection.execute(models.query("page_costs"), parameters).fetchall())
    entries = [
        [
            int(session["started_at"].timestamp()),
            *([_differences(column) for column in kind[session["session_id"]]] for kind in (samples, prices, costs)),
        ]
        for session in figures.sessions
    ]
    return _packed(entries)


def _by_session(rows: Iterable[tuple[Any, ...]]) -> defaultdict[str, _Columns]:
    """The columns after the first of each session's rows; the first column is the session's id."""
    grouped: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
    for session_id, *values in rows:
        grouped[session_id].append(tuple(values))
    columns: defaultdict[str, _Columns] = defaultdict(list)
    columns.update({session_id: list(zip(*values, strict=True)) for session_id, values in grouped.items()})
    return columns


def _differences(numbers: Sequence[int]) -> list[int]:
    return [numbers[0], *(after - before for before, after in pairwise(numbers))]


def _packed(entries: list[Any]) -> str:
    return base64.b64encode(zlib.compress(msgspec.json.encode(entries), level=9)).decode()
