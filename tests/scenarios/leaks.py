"""Finds logins in files, compressed or not, and in the output of commands."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline.demo import Tenant
from tests.scenarios.demo_logbook import DemoLogbook, Outcome


def secrets_of(tenant: Tenant, *earlier: str) -> set[str]:
    """The texts that must not be found; for a token, the part with its claims."""
    tokens = {tenant.token, tenant.refresh_token, *earlier}
    return {token.split(".")[1] if "." in token else token for token in tokens} | {
        tenant.client_secret,
        tenant.password,
    }


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file, both as it is and decompressed."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield path, content
        if path.suffix == ".gz":
            yield path, gzip.decompress(content)
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as workbook:
                yield from ((path / name, workbook.read(name)) for name in workbook.namelist())
        elif path.suffix == ".duckdb":
            yield path, all_rows(path)


def all_rows(database: Path) -> bytes:
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        rows = [connection.execute(f"select tbl::varchar from {table} as tbl").fetchall() for (table,) in tables]  # noqa: S608
    assert sum(map(len, rows)) > 1_000
    return repr(rows).encode()


def places_of(secrets: set[str], logbook: DemoLogbook, outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """The files and outputs that contain a secret, each with the secret; a test expects an empty list."""
    texts = [(str(path), content) for path, content in contents(logbook.folder) if path != logbook.credentials]
    texts += [("output", (outcome.out + outcome.err).encode()) for outcome in outcomes]
    return [(where, secret) for where, content in texts for secret in secrets if secret.encode() in content]
