"""Where a login is to be seen that nobody should see: in a file, packed or not, or in what was said."""

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
    """What must not be seen. Of a token, the part that tells whose it is will do to find it."""
    tokens = {tenant.token, tenant.refresh_token, *earlier}
    return {token.split(".")[1] if "." in token else token for token in tokens} | {
        tenant.client_secret,
        tenant.password,
    }


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file, also as it reads when unpacked."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield path, content
        if path.suffix == ".gz":
            yield path, gzip.decompress(content)
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as workbook:
                yield from ((path / name, workbook.read(name)) for name in workbook.namelist())
        elif path.suffix == ".duckdb":
            yield path, everything_in(path)


def everything_in(database: Path) -> bytes:
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        rows = [connection.execute(f"select tbl::varchar from {table} as tbl").fetchall() for (table,) in tables]  # noqa: S608
    assert sum(map(len, rows)) > 1_000
    return repr(rows).encode()


def places_of(secrets: set[str], logbook: DemoLogbook, said: list[Outcome]) -> list[tuple[str, str]]:
    """Where a secret is to be seen: should be nowhere."""
    kept_here = logbook.credentials
    seen = [(str(path), content) for path, content in contents(logbook.folder) if path != kept_here]
    seen += [("said", (outcome.out + outcome.err).encode()) for outcome in said]
    return [(where, secret) for where, content in seen for secret in secrets if secret.encode() in content]
