"""The installed packages are those of requirements.lock, by their hashes, from whichever index the machine uses."""

import re
import subprocess
import tomllib
from importlib.metadata import distributions

from packaging.markers import Marker

from tests.scenarios.demo_logbook import CHECKOUT

_PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
_ADDRESS = re.compile("pypi" + r"\.org|python" + "hosted|index" + "-url|--find" + r"-links|https?://\S+/simple\b")
_GENERATED = {
    ".git",
    ".venv",
    ".venv-notebook",
    "build",
    "dist",
    "ladebog-demo",
    "_build",
    "__pycache__",
    ".hypothesis",
}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_versions() -> dict[str, str]:
    """The versions by name that this Python installs. The file has only pins with hashes, and comments."""
    text = re.sub(r"^ *#.*\n", "", (CHECKOUT / "requirements.lock").read_text("utf-8"), flags=re.MULTILINE)
    pins = list(_PIN.finditer(text))
    assert "".join(pin[0] for pin in pins) == text
    of_this_python = [pin for pin in pins if pin[3] is None or Marker(pin[3].removeprefix(" ; ")).evaluate()]
    return {normalized(pin[1]): pin[2] for pin in of_this_python}


def test_every_requirement_is_pinned_with_its_hashes() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {normalized(re.split(r"[^\w.-]", name)[0]) for name in required} <= set(locked_versions())


def test_the_installed_versions_are_the_locked_ones() -> None:
    installed = {normalized(distribution.metadata["Name"]): distribution.version for distribution in distributions()}
    checked_versions = {
        name: version for name, version in installed.items() if name not in ("ladebog", "pip", "setuptools")
    }
    assert checked_versions == {name: version for name, version in locked_versions().items() if name in installed}


def test_setup_installs_nothing_without_a_hash() -> None:
    process = subprocess.run(
        ["make", "--dry-run", "--always-make", "setup"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    install_commands = [line for line in process.stdout.splitlines() if "pip install" in line]
    assert len(install_commands) == 2
    assert install_commands[0].endswith("--require-hashes -r requirements.lock")
    assert install_commands[1].endswith("--no-build-isolation --no-deps --editable .")


def test_no_file_contains_the_address_of_a_registry() -> None:
    files = [
        path
        for path in CHECKOUT.rglob("*")
        if path.is_file() and not _GENERATED & set(path.relative_to(CHECKOUT).parts) and "_cache" not in str(path)
    ]
    assert {"requirements.lock", "Makefile", "README.md", "pyproject.toml"} <= {path.name for path in files}
    assert [path for path in files if _ADDRESS.search(path.read_text("utf-8", "replace"))] == []
