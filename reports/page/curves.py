"""The power curve, price steps and growing cost of each session, packed for the script.

The packed text is base64 of zlib's deflate of JSON: lists with one entry per session, in their order. Numbers that
follow each other are stored as differences, most of which are small, and alike within a list, so that 280,000 samples
come to 0.6 MB at most.
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
from pipeline.text import visible
from reports.page.figures import AccountFigures

_Columns = list[tuple[int, ...]]


def read_curves(connection: duckdb.DuckDBPyConnection, figures: AccountFigures) -> str:
    """The packed curves of an account's sessions: ten lists, each with one entry per session in their order.

    The first has the second of 1970 at which the session started. Each entry of the others is a list of whole numbers,
    stored as differences: `second` and `watts` of the power samples; `second`, `until` and `price` (millionths per
    kWh) of the charging periods; `second`, `until`, `energy` (Wh) and `amount` (thousandths, so far) of the clock
    hours.
    """
    parameters = {"account": figures.account}
    columns: list[list[Any]] = [[int(session["started_at"].timestamp()) for session in figures.sessions]]
    samples, prices, costs = models.query("page_samples"), models.query("page_prices"), models.query("page_costs")
    for query, count in ((samples, 2), (prices, 3), (costs, 4)):
        found = _by_session(connection.execute(query, parameters).fetchall())
        entries = [found.get(session["session_id"], [()] * count) for session in figures.sessions]
        columns += [[_differences(entry[place]) for entry in entries] for place in range(count)]
    return base64.b64encode(zlib.compress(msgspec.json.encode(columns), level=9)).decode()


def _by_session(rows: Iterable[tuple[Any, ...]]) -> dict[str, _Columns]:
    """The columns after the first of each session's rows; the first column is the session's id."""
    grouped: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
    for session_id, *values in rows:
        grouped[visible(session_id)].append(tuple(values))
    return {session_id: list(zip(*values, strict=True)) for session_id, values in grouped.items()}


def _differences(numbers: Sequence[int]) -> list[int]:
    return [*numbers[:1], *(after - before for before, after in pairwise(numbers))]
