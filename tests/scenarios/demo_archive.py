"""The demo tenant's archive, fetched over HTTP on loopback by the extract job."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from pipeline.database.connection import open_published
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.extract.run import Extractor, Scope
from pipeline.extract.summary import Summary
from pipeline.logbook.folder import Logbook
from pipeline.settings.editing import write_account
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account, Settings, Source
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import MemoryCredentials
from pipeline.transform.update import open_updated, rebuild_archive, update_archive
from tests.scenarios.new_logbook import new_logbook
from tests.scenarios.small_archive import SetClock

Tables = dict[str, list[tuple[Any, ...]]]


class SilentProgress:
    """Progress that is not shown."""

    def listing(self, month: date) -> None:
        """Show nothing."""

    def fetching(self, month: date, done: int, total: int) -> None:
        """Show nothing."""


@dataclass
class DemoArchive:
    """A logbook of the account `demo` and the tenant that it is fetched from."""

    logbook: Logbook
    tenant: Tenant
    clock: SetClock

    @property
    def settings(self) -> Settings:
        return read_settings(self.logbook.settings)

    def extract(self, server: DemoServer, **options: Any) -> Summary:
        """One run of the extract job; `options` are the fields of its Scope."""
        account = msgspec.structs.replace(self.settings.accounts["demo"], url=server.url)
        credentials = MemoryCredentials()
        credentials.write(account, Secret(token=self.tenant.token))
        with open_updated(self.logbook, self.settings, self.clock) as connection:
            extractor = Extractor(
                connection=connection,
                logbook=self.logbook,
                source=Source(requests_per_second=100_000),
                credentials=credentials,
                clock=self.clock,
            )
            return extractor.extract(account, Scope(**options), SilentProgress())

    def update(self) -> Tables:
        """Bring the archive up to date; returns all tables that users see."""
        update_archive(self.logbook, self.settings, self.clock)
        return self.tables()

    def rebuild(self) -> Tables:
        rebuild_archive(self.logbook, self.settings, self.clock)
        return self.tables()

    def tables(self) -> Tables:
        """All rows of the published tables and views, sorted."""
        with open_published(self.logbook) as connection:
            named = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main'"
            ).fetchall()
            return {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in named}  # noqa: S608

    def copied_to(self, root: Path) -> "DemoArchive":
        """A copy of the archive in another folder, with a new tenant."""
        shutil.copytree(self.logbook.root, root)
        return DemoArchive(Logbook(root), Tenant(), SetClock(self.clock.moment))

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_published(self.logbook) as connection:
            yield connection


def new_demo_archive(root: Path) -> DemoArchive:
    """An empty archive of the demo tenant, at the tenant's present time."""
    logbook = new_logbook(root)
    write_account(logbook.settings, Account(name="demo", url="https://demo.example.invalid"))
    return demo_archive(root)


def demo_archive(root: Path) -> DemoArchive:
    """The archive in a folder, with a new tenant."""
    return DemoArchive(Logbook(root), Tenant(), SetClock(DEMO_NOW))
