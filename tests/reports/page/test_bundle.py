"""The bundle of the page's script is what its sources and the locked library give."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.demo_logbook import CHECKOUT

_PAGE = CHECKOUT / "reports" / "page"


@pytest.mark.page
def test_the_bundle_is_what_the_sources_give(tmp_path: Path) -> None:
    subprocess.run(["make", "bundle", f"BUNDLE={tmp_path}"], cwd=CHECKOUT, check=True, capture_output=True, timeout=300)
    bundled = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert bundled == {file.name: file.read_bytes() for file in (_PAGE / "bundle").iterdir()}


def test_the_libraries_are_locked_by_their_hashes_and_without_addresses() -> None:
    lock = json.loads((_PAGE / "script" / "package-lock.json").read_text("utf-8"))
    libraries = {name: entry for name, entry in lock["packages"].items() if name}
    assert {"node_modules/uplot", "node_modules/esbuild", "node_modules/axe-core"} <= set(libraries)
    for entry in libraries.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_a_script_cannot_end_its_own_element() -> None:
    assert "</script" not in (_PAGE / "bundle" / "page.js").read_text("utf-8")
