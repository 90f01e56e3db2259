"""Which names of files a restore accepts: those that every disk can hold, to the byte."""

import pytest

from pipeline.maintenance.backup.checksums import is_safe


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
