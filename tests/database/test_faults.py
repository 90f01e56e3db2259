"""DuckDB's errors about a file. tests/faults tests commands with damaged and locked files."""

from pathlib import Path

import duckdb
import pytest

from pipeline.database.faults import file_fault
from pipeline.errors import DatabaseError


def test_an_error_of_the_operating_system_names_the_file_and_the_reason(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(tmp_path))
    fault = file_fault(tmp_path, caught.value)
    assert isinstance(fault, DatabaseError)
    assert str(fault) == f"{tmp_path} cannot be used: is a directory."
    assert fault.advice


def test_an_error_that_is_not_about_the_file_is_not_a_fault_of_the_file(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "whole.duckdb")) as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute("select nothing")
    assert file_fault(tmp_path / "whole.duckdb", caught.value) is None
