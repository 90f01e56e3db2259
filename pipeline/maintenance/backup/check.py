"""Checking a backup, or what was restored from one: the SHA-256 of each file, and the chains."""

from pipeline.errors import BackupError, LadebogError
from pipeline.logbook.folder import Logbook
from pipeline.maintenance.backup import checksums
from pipeline.maintenance.backup.container import UNREADABLE, CopyProgress, Reader
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import CheckRendered, first_fault

_LARGEST_LIST = 1 << 28


def read_checksums(backup: Reader) -> dict[str, str]:
    """The SHA-256 of each file by its name, from a backup's SHA256SUMS. Raises BackupError if it cannot be read."""
    if backup.files[checksums.FILE_NAME] > _LARGEST_LIST:
        raise BackupError(
            f"{checksums.FILE_NAME} of this backup is too large to be a list of files.", "Use another backup"
        )
    try:
        with backup.open(checksums.FILE_NAME) as file:
            content = file.read()
    except UNREADABLE as error:
        raise BackupError(
            f"{checksums.FILE_NAME} of this backup cannot be read ({error}).", "Use another backup"
        ) from None
    return checksums.parse(content)


def find_faults(backup: Reader, expected_sums: checksums.Checksums, progress: CopyProgress) -> list[str]:
    """The files that are missing, unknown or changed, each as `name: reason`."""
    names = backup.files.keys() - {checksums.FILE_NAME}
    missing_files = [f"{name}: it is missing" for name in sorted(expected_sums.keys() - names)]
    unknown_files = [f"{name}: it is not in {checksums.FILE_NAME}" for name in sorted(names - expected_sums.keys())]
    common = sorted(expected_sums.keys() & names)
    progress.step("verifying", sum(backup.files[name] for name in common))
    changed_files = [
        f"{name}: {fault}" for name in common if (fault := _fault(backup, name, expected_sums[name], progress))
    ]
    return missing_files + unknown_files + changed_files


def _fault(backup: Reader, name: str, sha256: str, progress: CopyProgress) -> str | None:
    try:
        with backup.open(name) as file:
            is_same = checksums.sha256_of(file, progress.advance) == sha256
    except UNREADABLE as error:
        return f"it cannot be read ({error})"
    return None if is_same else "it is not what was backed up"


def find_damage(
    logbook: Logbook, recorded: RecordedLinks, progress: CopyProgress, check_rendered: CheckRendered | None = None
) -> LadebogError | None:
    """The first thing that `ladebog verify` would report about a logbook or a copy of one."""
    size = sum(path.stat().st_size for folder in (logbook.raw, logbook.claims) for path in folder.rglob("*"))
    progress.step("checking the chains", size)
    damage = first_fault(logbook, recorded, check_rendered)
    progress.advance(size)
    return damage


def listed(lines: list[str]) -> str:
    """The first ten lines, to follow a message that ends in a colon."""
    shown_lines = "".join(f"\n  {line}" for line in lines[:10])
    return shown_lines + (f"\n  and {len(lines) - 10} more" if len(lines) > 10 else "")
