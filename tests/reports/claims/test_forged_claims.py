"""A claim.json or manifest.json that no Ladebog wrote is refused with one error, and hangs nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from pipeline.claims.document import AccountPolicy
from pipeline.claims.folder import CLAIM, MANIFEST
from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.clock import SystemClock
from tests.reports.claims.claim_folders import adapt_manifest, by, written
from tests.reports.claims.hard_claim import hard_claim

_DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(by(hard_claim(), "another"), tmp_path_factory.mktemp("claims"))


def forged(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        claim = msgspec.json.decode((folder / CLAIM).read_bytes())
        change(claim)
        (folder / CLAIM).write_bytes(rfc8785.dumps(claim))
        adapt_manifest(folder)

    return write


def deep_claim(folder: Path) -> None:
    content = (folder / CLAIM).read_bytes()
    (folder / CLAIM).write_bytes(content.replace(b"{", b'{"aaa":' + _DEEP + b",", 1))
    adapt_manifest(folder)


def deep_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b'{"aaa":' + _DEEP + b"}")


def large_manifest(folder: Path) -> None:
    with (folder / MANIFEST).open("r+b") as file:
        file.truncate(300_000_000)


def zone(name: str) -> Callable[[Path], None]:
    return forged(lambda claim: claim["policy"]["account"].update(timezone=name))


def currency(name: str) -> Callable[[Path], None]:
    return forged(
        lambda claim: [part.update(currency=name) for part in (*claim["lines"], *claim["totals"], *claim["days"])]
    )


def total(**values: object) -> Callable[[Path], None]:
    return forged(lambda claim: claim["totals"][0].update(values))


_FORGED = {
    "deep claim": (deep_claim, CLAIM),
    "deep manifest": (deep_manifest, MANIFEST),
    "large manifest": (large_manifest, MANIFEST),
    "zone is a path": (zone("../../etc/passwd"), CLAIM),
    "zone is an absolute path": (zone("/etc/passwd"), CLAIM),
    "zone is a folder": (zone("Europe"), CLAIM),
    "zone is unknown": (zone("Europe/Nowhere"), CLAIM),
    "zone is long": (zone("x" * 5_000), CLAIM),
    "currency with a control character": (currency("D\x1b[31mK"), CLAIM),
    "currency with a line break": (currency("DKK\n"), CLAIM),
    "currency is long": (currency("D" * 5_000), CLAIM),
    "decimals": (total(minor_digits=1_000_000_000), CLAIM),
    "four decimals": (total(minor_digits=4), CLAIM),
    "negative decimals": (total(minor_digits=-1), CLAIM),
    "hours": (forged(lambda claim: claim["policy"].update(closed_after_hours=2**40)), CLAIM),
    "driver of 5 MB": (forged(lambda claim: claim["driver"].update(name="A " * 2_500_000)), CLAIM),
}


@pytest.mark.parametrize(("forge", "name"), _FORGED.values(), ids=_FORGED)
def test_a_forged_document_is_named_with_exit_code_3(
    stored: Path,
    tmp_path: Path,
    forge: Callable[[Path], None],
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(shutil.copytree(stored, tmp_path / "claim"))
    forge(folder)
    assert run(["verify", str(folder)], Context(SystemClock())) == 3
    assert f"{folder / name} is not what was written: " in capsys.readouterr().err


def test_a_time_zone_of_a_claim_can_be_used() -> None:
    policy = hard_claim().policy.account
    with pytest.raises(ValueError, match="the time zone is not known"):
        AccountPolicy(**msgspec.structs.asdict(policy) | {"timezone": "Europe/Nowhere"})


def test_a_file_that_the_system_made_in_a_received_claim_is_named(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(stored, tmp_path / "claim"))
    (folder / ".DS_Store").write_bytes(b"x")
    assert run(["verify", str(folder)], Context(SystemClock())) == 0
    assert f"Not read, as the system made it: {folder / '.DS_Store'}" in capsys.readouterr().out
    (folder / "x").write_bytes(b"x")
    assert run(["verify", str(folder)], Context(SystemClock())) == 3
