"""What DuckDB says of a file, told apart; damage, and what holds the file, are tried as whole commands elsewhere."""

from pathlib import Path

import duckdb
import pytest

from pipeline.database.faults import file_fault
from pipeline.errors import DatabaseError


def test_what_the_system_refuses_is_said_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(tmp_path))
    fault = file_fault(tmp_path, caught.value)
    assert isinstance(fault, DatabaseError)
    assert str(fault) == f"{tmp_path} cannot be used: is a directory."
    assert fault.advice


def test_what_is_not_about_the_file_stays_duckdbs(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "whole.duckdb")) as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute("select nothing")
    assert file_fault(tmp_path / "whole.duckdb", caught.value) is None
