"""No token, no client secret and no password gets into the logbook or into what is said."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.demo import DemoServer, Faults, Tenant
from tests.way.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.system


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
    seen = [(str(path), content) for path, content in contents(logbook.home)]
    seen += [("said", (outcome.out + outcome.err).encode()) for outcome in said]
    return [(where, secret) for where, content in seen for secret in secrets if secret.encode() in content]


def test_the_search_finds_a_secret_wherever_it_lies(tmp_path: Path, logbook: DemoLogbook) -> None:
    (logbook.home / "raw" / "x.ndjson.gz").write_bytes(gzip.compress(b"a secret-1 b"))
    with zipfile.ZipFile(logbook.home / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as workbook:
        workbook.writestr("xl/sheet.xml", "b secret-2 c")
    found = places_of({"secret-1", "secret-2", "secret-3"}, logbook, [Outcome(0, "", "c secret-3")])
    assert [secret for _, secret in found] == ["secret-1", "secret-2", "secret-3"]


def test_login_and_runs_that_succeed_and_fail(operator: DemoServer, logbook: DemoLogbook) -> None:
    tenant, said = operator.tenant, []

    def run(code: int, *arguments: str, stdin: str = "") -> None:
        outcome = logbook.run("--debug", *arguments, stdin=stdin)
        assert outcome.code == code, outcome
        said.append(outcome)

    first = (tenant.token, tenant.refresh_token)
    run(0, "run")
    operator.faults = Faults(expired_token=True, expire_after=0)
    run(0, "extract", "--since", "2025-11-01", "--refetch")  # refreshed on the way
    assert tenant.token != first[0]
    second = (tenant.token, tenant.refresh_token)

    operator.faults = Faults(not_json=1.0, most_in_a_row=100)
    run(75, "extract")
    operator.faults = Faults(too_many=1.0, most_in_a_row=100)
    run(75, "extract")
    operator.faults = Faults()
    tenant.expire_token()
    tenant.refresh(tenant.refresh_token)  # by somebody else, so that ours is good for nothing
    run(4, "run")
    run(4, "login", "demo", "--token-stdin", stdin=first[0])
    run(2, "login", "demo", "--token-stdin", stdin=f"Bearer {tenant.token}")
    run(2, "login", "demo", "--token-stdin", stdin=f"{tenant.token}\n{tenant.token}\n")
    run(0, "login", "demo", "--token-stdin", stdin=tenant.token)
    said.append(logbook.run_process("--debug", "run"))
    assert said[-1].code == 0
    run(0, "status")
    secrets = secrets_of(tenant, *first, *second)
    assert len(secrets) == 8
    assert places_of(secrets, logbook, said) == []


def test_a_capture_with_the_login_in_its_headers(logbook: DemoLogbook, tenant: Tenant) -> None:
    capture = logbook.folder / "some.capture.txt"
    capture.write_text(
        f"URL\nhttps://drivee.example/api/v1/app/session/1?token={tenant.token}&withPowerHistory=1\n"
        f"Request Headers\nAuthorization: Bearer {tenant.token}\nCookie: {tenant.refresh_token}\n"
        f"Response Headers\nDate: Sun, 30 Mar 2025 14:36:38 GMT\nSet-Cookie: {tenant.client_secret}\n"
        'Response Content\n{"session": {"id": "1", "status": "active"}}\n',
        "utf-8",
    )
    said = [logbook.run("--debug", "import", str(capture), after=timedelta(hours=1))]
    assert said[0].code == 0
    assert places_of(secrets_of(tenant), logbook, said) == []
