"""claim.json, manifest.json, journal entries and run records with values of other kinds are named by `verify`."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pipeline.claims.folder import CLAIM, MANIFEST, read_claim
from pipeline.errors import ClaimError, JournalError, RawStoreError
from pipeline.logbook.journal import Journal, read_entries
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from pipeline.raw.lines import read_lines
from tests.scenarios.chained_logbook import ChainedLogbook
from tests.scenarios.forged_journal import append_forged

_LONG = b"1" + b"0" * 400
_SHA = "0" * 64


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ChainedLogbook:
    return ChainedLogbook.begin(tmp_path_factory.mktemp("chained") / "logbook")


@pytest.fixture
def logbook(shared_logbook: ChainedLogbook, tmp_path: Path) -> ChainedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


def edit_claim(folder: Path, field: bytes, value: bytes) -> None:
    """Replace the first value of a field in claim.json, and its SHA-256 and size in the manifest."""
    path, manifest = folder / CLAIM, folder / MANIFEST
    old = path.read_bytes()
    new, count = re.subn(rb'"%s":("[^"]*"|[0-9]+)' % field, b'"%s":%s' % (field, value), old, count=1)
    assert count == 1
    path.write_bytes(new)
    listed = manifest.read_bytes().replace(sha256(old).hexdigest().encode(), sha256(new).hexdigest().encode())
    manifest.write_bytes(listed.replace(b'"size":%d' % len(old), b'"size":%d' % len(new)))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (b"number", _LONG, "Expected a whole number of at most 2147483647 - at `$.number`"),
        (b"number", b"9007199254740993", "Expected a whole number of at most 2147483647 - at `$.number`"),
        (b"kilometres", _LONG, "Expected a whole number of at most 2147483647 - at `$.odometer[0].kilometres`"),
        (b"energy_kwh", b'"1E+999999"', "Expected a number of at most 12 digits and 18 decimals - at `$."),
        (b"energy_kwh", b'"1E-999999"', "Expected a number of at most 12 digits and 18 decimals - at `$."),
        (b"amount_incl_tax", b'"NaN"', "Expected a number of at most 12 digits and 18 decimals - at `$."),
        (b"amount_incl_tax", b'"-Infinity"', "Expected a number of at most 12 digits and 18 decimals - at `$."),
        (b"tax_rate", b'"sNaN"', "Expected a number of at most 12 digits and 18 decimals - at `$."),
        (b"stopped_at", b'"0001-01-01T00:00:00+14:00"', "Expected a time with its offset, from 1900 to 9998 - at `$."),
        (b"stopped_at", b'"2025-03-05T12:00:00"', "Expected a time with its offset, from 1900 to 9998 - at `$."),
    ],
)
def test_a_value_in_a_claim_that_cannot_be_computed_with_is_found(
    logbook: ChainedLogbook, field: bytes, value: bytes, reason: str
) -> None:
    folder = logbook.claim_folders[0]
    edit_claim(folder, field, value)
    for fault in logbook.faults():
        assert fault.startswith(f"claims/home/{folder.name}/claim.json is not what was written: it cannot be read")
        assert reason in fault
    with pytest.raises(ClaimError, match=r"claim\.json is not one that Ladebog writes: Expected"):
        read_claim(folder)


@pytest.mark.parametrize(("field", "value"), [(b"number", _LONG), (b"size", _LONG), (b"size", b"-9007199254740993")])
def test_a_number_in_a_manifest_that_cannot_be_encoded_is_found(
    logbook: ChainedLogbook, field: bytes, value: bytes
) -> None:
    path = logbook.claim_folders[1] / MANIFEST
    edited = re.sub(rb'"%s":[0-9]+' % field, b'"%s":%s' % (field, value), path.read_bytes(), count=1)
    path.write_bytes(edited)
    for fault in logbook.faults():
        assert "manifest.json is not what was written: it cannot be read (Expected a whole number" in fault


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("attach", {}),
        ("attach", {"account": "home", "name": "bill.pdf", "sha256": "../../ladebog.toml"}),
        ("detach", {"account": "home", "name": 5, "sha256": _SHA}),
        ("forget", {}),
        ("forget", {"count": 1}),
        ("forget", {"count": 1, "entries": "one"}),
        ("forget", {"count": 2, "entries": "1"}),
        ("exclude", {"account": "home", "session_id": 5, "reason": "x"}),
        ("assign", {"account": "home", "session_id": "5"}),
        ("mark", {"account": "home", "number": "x", "state": "sent", "marked_on": "2025-03-05"}),
        ("mark", {"account": "home", "number": 10**400, "state": "sent", "marked_on": "2025-03-05"}),
        ("mark", {"account": "home", "number": 1, "state": "stolen", "marked_on": "2025-03-05"}),
        ("odometer", {"car": "Golf", "read_on": "99999-99-99", "kilometres": 1}),
        ("odometer", {"car": "Golf", "read_on": "2025-03-05", "kilometres": 10**30}),
    ],
)
def test_an_entry_with_other_fields_than_those_of_its_action_is_found(
    logbook: ChainedLogbook, action: str, fields: dict[str, Any]
) -> None:
    append_forged(logbook.paths.journal, action, fields)
    for fault in logbook.faults():
        assert fault.startswith("journal/journal.ndjson is damaged at entry 4: it cannot be read (")
        assert f"its fields are not those of {action}: " in fault
    with pytest.raises(JournalError, match=r"journal\.ndjson is damaged at entry 4") as caught:
        Journal.open(logbook.paths.journal)
    assert "ladebog verify" in caught.value.advice


def test_an_entry_of_an_impossible_time_is_found(logbook: ChainedLogbook) -> None:
    append_forged(logbook.paths.journal, "tag", {}, at="0001-01-01T00:00:00+14:00")
    assert all("damaged at entry 4: it cannot be read" in fault for fault in logbook.faults())


def test_an_entry_of_an_unknown_action_changes_nothing_and_is_named(logbook: ChainedLogbook) -> None:
    append_forged(logbook.paths.journal, "refuel", {"litres": 5})
    assert read_entries(logbook.paths.journal)[-1].action == "refuel"
    lines = list(verify(logbook.paths, RecordedLinks(), full=False))
    assert lines[:2] == [
        "journal: 4 entries",
        "journal: not used, as this version does not know its action: entry 4, refuel",
    ]


@pytest.mark.parametrize(
    "change",
    [{"run_id": 5}, {"caught_up": "yes"}, {"unlisted": ["soon"]}, {"counts": {"requests": 10**30}}, {"windows": [{}]}],
    ids=json.dumps,
)
def test_a_run_record_of_other_types_is_found(logbook: ChainedLogbook, change: dict[str, Any]) -> None:
    logbook.rewrite(3, lambda lines: lines[-1]["body"].update(change))
    segment = logbook.segments[-1]
    for fault in logbook.faults():
        assert fault.startswith(f"raw/home/2025/{segment.name} is damaged at line 3: it cannot be read")
    with pytest.raises(RawStoreError, match="is damaged at line 3"):
        list(read_lines(segment))
