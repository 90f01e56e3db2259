"""A restored logbook is the one that was backed up; otherwise nothing is restored."""

import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import Outcome
from tests.scenarios.two_accounts import TwoAccounts

_NOTHING_RESTORED = "Use another backup; nothing was restored"


@pytest.fixture(scope="module")
def backup_folder(shared_logbook: TwoAccounts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup as a folder; tests copy it and do not change it."""
    disk = tmp_path_factory.mktemp("disk")
    return Path(shared_logbook.copied(disk / "logbook").do("-q", "backup", str(disk)).out.strip())


@pytest.fixture(scope="module")
def backup_zip(shared_logbook: TwoAccounts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same backup as a ZIP file."""
    disk = tmp_path_factory.mktemp("disk")
    return Path(shared_logbook.copied(disk / "logbook").do("-q", "backup", str(disk / "copy.zip")).out.strip())


@pytest.fixture
def other_logbook(tmp_path: Path) -> TwoAccounts:
    """A folder without a logbook."""
    return TwoAccounts(tmp_path / "other")


@pytest.fixture
def refuse(other_logbook: TwoAccounts) -> Callable[..., Outcome]:
    """Try to restore a backup; it must be refused without leaving any file."""

    def restore(backup: Path, code: int = 1) -> Outcome:
        outcome = other_logbook.run("restore", str(backup))
        assert (outcome.code, outcome.out) == (code, "")
        assert "Traceback" not in outcome.err
        assert not other_logbook.folder.exists() or list(other_logbook.folder.iterdir()) == []
        return outcome

    return restore


def write_forged_zip(
    source: Path, target: Path, change: Callable[[dict[str, bytes]], None], *, is_list_adapted: bool = True
) -> Path:
    """A forged ZIP file with changed contents; with `relisted` its SHA256SUMS is adapted."""
    with zipfile.ZipFile(source) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    change(contents)
    if is_list_adapted:
        lines = [
            f"{hashlib.sha256(content).hexdigest()}  {name.removeprefix('ladebog/')}\n"
            for name, content in contents.items()
            if not name.endswith("SHA256SUMS")
        ]
        contents["ladebog/SHA256SUMS"] = "".join(lines).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target


@pytest.mark.system
@pytest.mark.parametrize("kind", ["a folder", "a ZIP file"])
def test_every_file_is_restored_unchanged(
    shared_logbook: TwoAccounts, backup_folder: Path, backup_zip: Path, other_logbook: TwoAccounts, kind: str
) -> None:
    backup = backup_folder if kind == "a folder" else backup_zip
    assert other_logbook.do("restore", str(backup)).out.splitlines() == [
        f"Restored {other_logbook.home} from {backup}.",
        "Next: ladebog login kanarie",
        "Next: ladebog login work",
        "Then: ladebog status",
    ]
    before = {name: content for name, content in shared_logbook.files().items() if not name.startswith("reports/")}
    assert other_logbook.files() == before
    assert list(other_logbook.folder.iterdir()) == [other_logbook.home]
    for path in (other_logbook.home, *other_logbook.home.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    other_logbook.do("rebuild")
    assert other_logbook.tables() == shared_logbook.tables()


def test_an_empty_folder_is_accepted_and_any_other_refused(backup_folder: Path, other_logbook: TwoAccounts) -> None:
    other_logbook.home.mkdir(parents=True)
    other_logbook.do("restore", str(backup_folder))
    files = other_logbook.files()
    message, advice = refusal(other_logbook.run("restore", str(backup_folder)), 1)
    assert message == f"{other_logbook.home} contains a logbook already, and nothing in it is overwritten."
    assert advice == f"Name a new or empty folder: ladebog --home FOLDER restore {backup_folder}"
    assert other_logbook.files() == files
    shutil.rmtree(other_logbook.home)
    other_logbook.home.mkdir()
    (other_logbook.home / "note.txt").write_text("mine", "utf-8")
    message, _ = refusal(other_logbook.run("restore", str(backup_folder)), 1)
    assert message == f"{other_logbook.home} contains something else already, and nothing in it is overwritten."
    assert [path.name for path in other_logbook.home.iterdir()] == ["note.txt"]


def test_files_left_by_a_killed_restore_are_removed(backup_folder: Path, other_logbook: TwoAccounts) -> None:
    (other_logbook.folder / ".home.restored.new" / "raw").mkdir(parents=True)
    (other_logbook.folder / ".home.restored.new" / "raw" / "half").write_text("x", "utf-8")
    other_logbook.do("restore", str(backup_folder))
    assert list(other_logbook.folder.iterdir()) == [other_logbook.home]


def test_a_changed_byte_in_any_file_of_a_folder_is_named(
    backup_folder: Path, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(backup_folder, copy)
    for path in sorted(path for path in copy.rglob("*") if path.is_file() and path.name != "SHA256SUMS"):
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        assert refuse(copy).err.splitlines() == [
            f"ladebog: {copy} is not what was backed up:",
            f"  {path.relative_to(copy)}: it is not what was backed up",
            f"  {_NOTHING_RESTORED}",
        ]
        path.unlink()
        assert f"\n  {path.relative_to(copy)}: it is missing\n" in refuse(copy).err
        path.write_bytes(content)


@pytest.mark.system
def test_a_changed_byte_anywhere_in_a_zip_file_never_changes_what_is_restored(
    backup_zip: Path, backup_folder: Path, tmp_path: Path, other_logbook: TwoAccounts
) -> None:
    content, copy = backup_zip.read_bytes(), tmp_path / "copy.zip"
    outcomes = set()
    headers = range(content.rindex(b"ladebog/SHA256SUMS") - 46, len(content))  # of the last entry, and the end
    for position in [*range(0, len(content), len(content) // 60), *headers]:
        copy.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        outcome = other_logbook.run("restore", str(copy))
        outcomes.add(outcome.code)
        assert "unexpected" not in outcome.err, (position, outcome)
        if outcome.code == 0:  # for example a changed date
            for path in backup_folder.rglob("*"):
                if path.is_file() and path.name != "SHA256SUMS":
                    assert (other_logbook.home / path.relative_to(backup_folder)).read_bytes() == path.read_bytes()
            shutil.rmtree(other_logbook.home)
        else:
            assert outcome.code == 1
            assert not other_logbook.home.exists()
    assert outcomes == {0, 1}


@pytest.mark.parametrize("size", [0, 1000, -1, -30])
def test_a_zip_file_that_was_cut_off_is_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome], size: int
) -> None:
    (tmp_path / "copy.zip").write_bytes(backup_zip.read_bytes()[:size])
    assert refusal(refuse(tmp_path / "copy.zip"), 1)[0] == (
        f"{tmp_path / 'copy.zip'} is not a backup, or not a complete one."
    )


@pytest.mark.parametrize("missing_part", ["a line", "half a line", "everything"])
def test_a_list_of_checksums_that_was_cut_off_is_refused(
    backup_folder: Path, tmp_path: Path, refuse: Callable[..., Outcome], missing_part: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(backup_folder, copy)
    content = (copy / "SHA256SUMS").read_bytes()
    lines = content.splitlines(keepends=True)
    (copy / "SHA256SUMS").write_bytes(
        {"a line": b"".join(lines[:-1]), "half a line": content[:-9], "everything": b""}[missing_part]
    )
    error = refuse(copy).err
    if missing_part == "a line":
        assert f"\n  {lines[-1][66:-1].decode()}: it is not in SHA256SUMS\n" in error
    else:
        assert "SHA256SUMS of this backup cannot be used: it was cut off." in error


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "raw/../../escaped",
        "raw/./x",
        "raw//x",
        "/escaped",
        "escaped",
        "state/lock",
        "raw/a\\b",
        "raw/a\x01b",
        "raw/a\nb",
        "raw/" + "d/" * 300 + "x",
        "raw/" + "d/" * 400 + "x",
        "raw/" + "n" * 256,
        "raw/" + "ø" * 128,
        "/".join(["raw", *["n" * 200] * 6]),
        "claims/work/0001-2025-06/a\\b/x",
    ],
)
@pytest.mark.parametrize("is_listed", [True, False])
def test_names_that_lead_out_of_the_folder_are_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome], name: str, is_listed: bool
) -> None:
    before = set(tmp_path.rglob("*"))
    add = {f"ladebog/{name}": b"x"}
    forged_zip = write_forged_zip(
        backup_zip, tmp_path / "forged.zip", lambda contents: contents.update(add), is_list_adapted=is_listed
    )
    refuse(forged_zip)
    assert set(tmp_path.rglob("*")) - before <= {forged_zip, tmp_path / "other"}


@pytest.mark.parametrize("names", [("raw/a", "raw/a/b"), ("raw/a", "raw/a/b/c"), ("ladebog.toml/x",)])
def test_a_file_that_is_also_a_folder_is_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome], names: tuple[str, ...]
) -> None:
    add = {f"ladebog/{name}": b"x" for name in names}
    forged = write_forged_zip(backup_zip, tmp_path / "forged.zip", lambda contents: contents.update(add))
    assert " is both a file and a folder." in refuse(forged).err


@pytest.mark.parametrize("left", ["a link to a folder", "a dangling link", "a file", "a deep folder"])
def test_nothing_that_an_earlier_restore_left_blocks_the_next(
    backup_folder: Path, tmp_path: Path, other_logbook: TwoAccounts, left: str
) -> None:
    other_logbook.folder.mkdir()
    unfinished = other_logbook.folder / ".home.restored.new"
    if left == "a file":
        unfinished.write_text("x", "utf-8")
    elif left == "a deep folder":
        (unfinished / "/".join(["d"] * 300)).mkdir(parents=True)
    else:
        (tmp_path / "mine").mkdir()
        unfinished.symlink_to(tmp_path / ("mine" if left == "a link to a folder" else "nowhere"))
    other_logbook.do("restore", str(backup_folder))
    assert list(other_logbook.folder.iterdir()) == [other_logbook.home]


def test_settings_that_were_broken_when_they_were_backed_up_are_restored(
    backup_zip: Path, tmp_path: Path, other_logbook: TwoAccounts
) -> None:
    def break_settings(contents: dict[str, bytes]) -> None:
        contents["ladebog/ladebog.toml"] += b"\nnonsense"

    forged_zip = write_forged_zip(backup_zip, tmp_path / "forged.zip", break_settings)
    outcome = other_logbook.run("restore", str(forged_zip))
    assert outcome.code == 1
    assert outcome.out == f"Restored {other_logbook.home} from {tmp_path / 'forged.zip'}.\n"
    assert "ladebog.toml" in outcome.err


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_as_a_backup_is_refused_at_once(
    tmp_path: Path, refuse: Callable[..., Outcome], kind: str
) -> None:
    place = tmp_path / "copy.zip"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    assert refusal(refuse(place), 1)[0] == f"{place} is not a backup, or not a complete one."


def test_a_folder_too_deep_for_a_backup_is_refused(
    backup_folder: Path, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(backup_folder, copy)
    (copy / "raw" / "/".join(["d"] * 300)).mkdir(parents=True)
    assert " is not a regular file with a plain name" in refuse(copy).err


@pytest.mark.parametrize("name", ["escaped", "../escaped", "/escaped", "ladebog"])
def test_entries_outside_of_the_folder_in_a_zip_file_are_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome], name: str
) -> None:
    forged_zip = write_forged_zip(backup_zip, tmp_path / "forged.zip", lambda contents: contents.update({name: b"x"}))
    assert refusal(refuse(forged_zip), 1)[0].startswith("The ZIP file contains '")


def test_links_in_a_zip_file_are_refused(backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome]) -> None:
    forged_zip = tmp_path / "forged.zip"
    shutil.copyfile(backup_zip, forged_zip)
    with zipfile.ZipFile(forged_zip, "a") as archive:
        info = zipfile.ZipInfo("ladebog/raw/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert (
        refusal(refuse(forged_zip), 1)[0] == "The ZIP file contains 'ladebog/raw/link', which is not part of a backup."
    )


def test_links_in_a_folder_are_refused(backup_folder: Path, tmp_path: Path, refuse: Callable[..., Outcome]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(backup_folder, copy)
    (copy / "claims" / "link").symlink_to("/etc")
    assert refusal(refuse(copy), 1)[0].startswith(f"{copy / 'claims' / 'link'} is not a regular file")


def test_a_backup_larger_than_the_free_space_is_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    """A ZIP file whose directory states petabytes is refused before anything is unpacked."""
    forged_zip = tmp_path / "forged.zip"
    with zipfile.ZipFile(backup_zip) as archive, zipfile.ZipFile(forged_zip, "w") as other:
        for info in archive.infolist():
            other.writestr(info, archive.read(info))
        other.infolist()[-2].file_size = 1 << 60
    assert refusal(refuse(forged_zip), 1)[0].startswith("The backup unpacks to 1,152,921,504,6")


def test_an_entry_that_unpacks_to_more_than_it_states_is_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    forged_zip = tmp_path / "forged.zip"
    with zipfile.ZipFile(backup_zip) as archive, zipfile.ZipFile(forged_zip, "w", zipfile.ZIP_DEFLATED) as other:
        for info in archive.infolist():
            is_settings = info.filename.endswith("ladebog.toml")
            other.writestr(info, bytes(1 << 26) if is_settings else archive.read(info))
            if is_settings:
                other.infolist()[-1].file_size = 100
    assert "\n  ladebog.toml: it " in refuse(forged_zip).err


def test_a_backup_with_a_broken_chain_and_an_adapted_list_is_refused(
    backup_zip: Path, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    def remove_first_segment(contents: dict[str, bytes]) -> None:
        first = min(name for name in contents if name.startswith("ladebog/raw/work/"))
        del contents[first]

    forged_zip = write_forged_zip(backup_zip, tmp_path / "forged.zip", remove_first_segment)
    message, _ = refusal(refuse(forged_zip, 3), 3)
    assert message.startswith(f"{forged_zip} is a backup of a damaged logbook: raw/work/")
    assert message.endswith(", but now follows None.")


def test_files_and_folders_that_are_not_backups_are_refused(
    backup_folder: Path, shared_logbook: TwoAccounts, tmp_path: Path, refuse: Callable[..., Outcome]
) -> None:
    (tmp_path / "note.txt").write_text("mine", "utf-8")
    assert refusal(refuse(tmp_path / "nowhere"), 1)[0] == f"There is no backup {tmp_path / 'nowhere'}."
    for path in (tmp_path / "note.txt", shared_logbook.home, tmp_path):
        assert refusal(refuse(path), 1)[0] == f"{path} is not a backup, or not a complete one."
    assert refusal(refuse(backup_folder.parent), 1) == (
        f"{backup_folder.parent} is not a backup, but contains some.",
        f"The newest is {backup_folder}",
    )


@pytest.mark.parametrize("place", ["raw/x", "x", "claims/work/x/y"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_place_inside_the_backup_or_another_one_is_refused(
    backup_folder: Path, tmp_path: Path, place: str, is_linked: bool
) -> None:
    copy, other = tmp_path / "copy", tmp_path / "other"
    shutil.copytree(backup_folder, copy)
    shutil.copytree(backup_folder, other)
    (tmp_path / "link").symlink_to(copy)
    before = sorted(copy.rglob("*"))
    source = tmp_path / "link" if is_linked else copy
    message, _ = refusal(TwoAccounts(source / place).run("restore", str(copy)), 1)
    assert message == f"{copy / place}/home is inside the backup itself, {copy}."
    message, _ = refusal(TwoAccounts(other / place).run("restore", str(source)), 1)
    assert message == f"{other / place}/home is inside another logbook or backup, {other}."
    assert sorted(copy.rglob("*")) == before
