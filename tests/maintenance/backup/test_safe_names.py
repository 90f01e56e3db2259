"""Which names of files a restore accepts: those that every disk can hold, to the byte."""

import pytest

from pipeline.errors import BackupError
from pipeline.maintenance.backup.checksums import encode, is_safe, parse


@pytest.mark.parametrize(
    ("longest", "too_long"),
    [
        ("raw/" + "d/" * 14 + "x", "raw/" + "d/" * 15 + "x"),
        ("raw/" + "n" * 255, "raw/" + "n" * 256),
        ("raw/" + "ø" * 127 + "n", "raw/" + "ø" * 128),
        ("raw/" + ("n" * 203 + "/") * 4 + "n" * 204, "raw/" + ("n" * 203 + "/") * 4 + "n" * 205),
    ],
    ids=["folders", "bytes of a part", "bytes of letters", "bytes in all"],
)
def test_names_that_no_disk_can_hold_are_not_safe(longest: str, too_long: str) -> None:
    assert is_safe(longest)
    assert not is_safe(too_long)


@pytest.mark.parametrize("name", ["raw/.x", "raw/home/.d/x", "journal/.x", "claims/.x", "claims/home/.x/y"])
def test_a_hidden_file_that_no_backup_contains_is_refused_in_a_list(name: str) -> None:
    sums = {"ladebog.toml": "0" * 64, name: "0" * 64}
    with pytest.raises(BackupError, match="is not one that Ladebog writes"):
        parse(encode(sums))


def test_a_hidden_file_of_a_claim_is_accepted_in_a_list() -> None:
    sums = {"ladebog.toml": "0" * 64, "claims/home/0001-2025-03/attachments/.x": "0" * 64}
    assert parse(encode(sums)) == sums
