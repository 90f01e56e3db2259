"""Either all rows are inserted, in the types of the table, or none."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipeline.database.connection import transaction
from pipeline.database.insert import insert

COLUMNS = {
    "name": "varchar",
    "number": "integer",
    "bytes": "bigint",
    "is_paid": "boolean",
    "day": "date",
    "clock": "time",
    "local": "timestamp",
    "moment": "timestamptz",
    "amount": "decimal(38, 18)",
    "weekdays": "integer[]",
    "sampled_at": "timestamptz[]",
    "power_kw": "decimal(18, 9)[]",
}
NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)
MICROS = 1_741_176_000_000_000


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set timezone = 'UTC'")
        opened.execute("create schema facts")
        opened.execute(f"create table facts.things ({', '.join(' '.join(column) for column in COLUMNS.items())})")
        yield opened


def things(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("from facts.things").fetchall()


def test_a_value_and_a_null_of_each_type_are_inserted(connection: duckdb.DuckDBPyConnection) -> None:
    days = (date.min, time(6, 30), datetime(2025, 3, 5, 12), NOON)  # noqa: DTZ001 (a local time)
    row = ("x", 1, 2**40, True, *days, Decimal("1.5"), [1, 7], [NOON], [10.933])
    insert(connection, "facts.things", [row, (None,) * len(COLUMNS)])
    assert things(connection) == [(*row[:-1], [Decimal("10.933")]), (None,) * len(COLUMNS)]


def test_a_batch_of_only_nulls_is_inserted(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, "facts.things", [(None,) * len(COLUMNS)] * 3)
    assert things(connection) == [(None,) * len(COLUMNS)] * 3


def test_decimals_as_text_and_times_as_microseconds_are_converted(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create temp table some_columns as select local, moment, amount, sampled_at from facts.things")
    digits = "123456789.123456789012345678"
    insert(connection, "some_columns", [(MICROS, MICROS, digits, [MICROS, None])])
    [found] = connection.execute("from some_columns").fetchall()
    assert found == (NOON.replace(tzinfo=None), NOON, Decimal(digits), [NOON, None])


def test_a_time_of_another_zone_is_inserted_as_the_same_time(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create temp table some_columns as select moment from facts.things")
    insert(connection, "some_columns", [(NOON.astimezone(timezone(timedelta(hours=2))),)])
    assert connection.execute("from some_columns").fetchall() == [(NOON,)]


def test_an_error_undoes_all_of_a_transaction(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ZeroDivisionError), transaction(connection):
        insert(connection, "facts.things", [(None,) * len(COLUMNS)])
        raise ZeroDivisionError
    assert things(connection) == []
    with transaction(connection):
        insert(connection, "facts.things", [(None,) * len(COLUMNS)])
    assert len(things(connection)) == 1


def test_the_first_error_is_raised_when_the_transaction_has_ended_already(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(connection):
        connection.execute("rollback")  # as DuckDB itself does after some errors
        raise KeyboardInterrupt
    with pytest.raises(ZeroDivisionError), transaction(connection):
        connection.close()
        raise ZeroDivisionError
