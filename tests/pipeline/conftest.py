"""Archives that the tests begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.pipeline.demo_archive import DemoArchive, new_demo_archive
from tests.pipeline.made_archive import MadeArchive, made_archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[MadeArchive]:
    """An empty archive of the account `home`."""
    with made_archive(tmp_path / "logbook") as made:
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
