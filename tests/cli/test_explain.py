"""`ladebog explain` on the demo: the complete tree, as it is printed into a pipe."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.database.connection import open_published, rows
from pipeline.demo.model import ZONE
from pipeline.logbook.folder import Logbook
from tests.cli.conftest import CorrectedDemo

pytestmark = pytest.mark.system

Ladebog = Callable[..., tuple[int, str, str]]

GOLDEN = Path(__file__).parent / "golden"


def without_varying_parts(text: str) -> str:
    """The text without what differs between runs: hashes, the second of an answer, its line in raw/."""
    text = re.sub(r"[0-9a-f]{64}", "SHA-256", text)
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}\.ndjson\.gz line \d+", "SEGMENT line LINE", text)
    return re.sub(r"(fetched|as of) 2025-11-12 (\d\d):\d\d:\d\d", r"\1 2025-11-12 \2:MM:SS", text)


@pytest.mark.parametrize(
    "scene", ["month_end", "clocks_back_2024", "minimum_price", "no_periods", "roaming", "abroad", "pause"]
)
def test_the_explanation_of_each_scene_equals_its_golden_file(
    corrected_demo: CorrectedDemo, ladebog: Ladebog, scene: str
) -> None:
    session_id = corrected_demo.tenant.scene(scene).id
    code, printed, _ = ladebog(corrected_demo.home, "explain", session_id)
    assert code == 0
    assert without_varying_parts(printed) == (GOLDEN / f"explain_{scene}.txt").read_text("utf-8")


def test_a_corrected_session_shows_its_revisions(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    _, printed, _ = ladebog(corrected_demo.home, "explain", corrected_demo.raised_bill_id)
    assert without_varying_parts(printed) == (GOLDEN / "explain_corrected.txt").read_text("utf-8")


def test_a_corrected_energy_is_shown(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    energy_wh = corrected_demo.tenant.sessions[corrected_demo.lowered_energy_id].energy_wh
    _, printed, _ = ladebog(corrected_demo.home, "explain", corrected_demo.lowered_energy_id)
    assert f"energy {(energy_wh + 1000) / 1000:.3f} → {energy_wh / 1000:.3f} kWh\n" in printed


def test_the_named_lines_of_raw_contain_the_documents(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    session_id = corrected_demo.tenant.scene("month_end").id
    _, printed, _ = ladebog(corrected_demo.home, "explain", session_id)
    raw_lines = re.findall(r"([0-9a-f]{64})\n.*?(raw/\S+) line (\d+)(, item)?", printed)
    assert len(raw_lines) == 3
    for sha256, segment, line, is_item in raw_lines:
        text = lines_of(corrected_demo.home / segment)[int(line) - 1]
        assert (f'"sha256":"{sha256}"' in text) != bool(is_item)
        assert session_id in text or '"charge_points"' in text


def lines_of(segment: Path) -> list[str]:
    """The lines of a segment; each is a gzip member."""
    data, text = segment.read_bytes(), b""
    while data:
        member = zlib.decompressobj(wbits=31)
        text += member.decompress(data)
        data = member.unused_data
    return text.decode().splitlines()


def test_every_sample_is_listed_on_request(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    session_id = corrected_demo.tenant.scene("newest").id
    _, printed, _ = ladebog(corrected_demo.home, "explain", session_id, "--samples")
    with open_published(Logbook(corrected_demo.home)) as connection:
        samples = rows(
            connection,
            "select sampled_at, power_kw from power_samples where session_id = ? order by sampled_at",
            [session_id],
        )
    printed_samples = re.findall(r"(\d\d:\d\d:\d\d) ([0-9.]+) kW$", printed, re.MULTILINE)
    expected = [(f"{sample['sampled_at'].astimezone(ZONE):%H:%M:%S}", f"{sample['power_kw']:f}") for sample in samples]
    assert [(time, float(power)) for time, power in printed_samples] == [
        (time, float(power)) for time, power in expected
    ]


def test_the_state_of_an_active_session_is_printed(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    session_id = corrected_demo.tenant.scene("active").id
    code, printed, _ = ladebog(corrected_demo.home, "explain", session_id)
    assert code == 0
    assert without_varying_parts(printed) == (
        f"Session {session_id} of demo has been active since 2025-11-11 21:48:22, as of 2025-11-12 06:MM:SS. "
        "It is not part of any month until it stops.\n"
    )


def test_an_unknown_session_names_the_next_command(corrected_demo: CorrectedDemo, ladebog: Ladebog) -> None:
    assert ladebog(corrected_demo.home, "explain", "1") == (
        2,
        "",
        "ladebog: There is no session '1' in this logbook.\n  List a month's with: ladebog sessions --month YYYY-MM\n",
    )


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_narrow_terminal_cuts_no_line_of_a_tree(
    corrected_demo: CorrectedDemo, ladebog: Ladebog, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    """Lines are drawn, and wrapped at its width, only where it is not dumb."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", term)
    _, printed, _ = ladebog(corrected_demo.home, "explain", corrected_demo.tenant.scene("month_end").id)
    assert (max(map(len, printed.splitlines())) <= 80) == ("├──" in printed) == (term == "xterm")
    assert len(re.findall(r"[0-9a-f]{64}\n", printed)) == 3
