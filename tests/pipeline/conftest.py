"""Archives that the tests begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from pipeline.logbook import Logbook
from tests.pipeline.demo_archive import DemoArchive, new_demo_archive
from tests.pipeline.made_archive import MadeArchive, made_archive


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's database with all its tables and views, and not a row in them."""
    root = tmp_path_factory.mktemp("empty") / "logbook"
    with made_archive(root) as made:
        made.transform()
    return Logbook(root).writer_database


@pytest.fixture
def archive(tmp_path: Path, empty_database: Path) -> Iterator[MadeArchive]:
    """An empty archive of the account `home`."""
    with made_archive(tmp_path / "logbook", empty_database) as made:
        yield made


@pytest.fixture(scope="session")
def fetched_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    """The demo tenant's archive after its first run, published; no test changes it."""
    demo = new_demo_archive(tmp_path_factory.mktemp("demo") / "logbook")
    with DemoServer(demo.tenant) as server:
        demo.extract(server)
    demo.update()
    return demo


@pytest.fixture
def demo(fetched_demo: DemoArchive, tmp_path: Path) -> DemoArchive:
    """The same archive and tenant, the test's own."""
    return fetched_demo.copied_to(tmp_path / "logbook")
