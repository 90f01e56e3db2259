"""The macro that computes an exact share where amount × part would overflow."""

from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.database import models

_CONNECTION = duckdb.connect()
_CONNECTION.execute(models.macros())
_SHARE = "select floor_share(cast($1 as decimal(38, 0)), cast($2 as decimal(38, 0)), cast($3 as decimal(38, 0)))"


@settings(deadline=None)
@given(st.integers(-(10**6), 10**9), st.integers(-(10**32), 10**32), st.integers(10**18, 10**20))
def test_a_share_is_rounded_down_and_never_overflows(amount: int, part: int, total: int) -> None:
    row = _CONNECTION.execute(_SHARE, [str(amount), str(part), str(total)]).fetchone()
    assert row == (Decimal(amount * part // total),)
