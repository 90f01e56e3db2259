"""Files and folders that Windows, macOS, Linux and NAS systems make by themselves in any folder, and what to skip so.

Ladebog never reads them, and they are no change of a logbook: `ladebog verify` names them.
"""

import stat
from pathlib import Path

_NAMES = {
    *(".ds_store", ".directory", "desktop.ini", "ehthumbs.db", "thumbs.db"),
    *("$recycle.bin", "#recycle", "#snapshot", "@eadir", "@recently-snapshot", "@recycle", "lost+found"),
    "system volume information",
}


def is_system_name(name: str) -> bool:
    """Whether a system gives this name to a file or folder of its own."""
    return name.casefold() in _NAMES or name.startswith("._")


def is_made_by_system(path: Path) -> bool:
    """Whether a path is an ordinary file or folder of such a name: never a link, a pipe or a device."""
    mode = path.lstat().st_mode
    return is_system_name(path.name) and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def account_folders(parent: Path) -> list[Path]:
    """What is in raw/ or claims/ and should be the folder of an account: neither hidden, nor a file, nor a system's.

    Links, pipes and devices are among them, for the caller to refuse.
    """
    paths = sorted(parent.iterdir()) if parent.is_dir() else []
    return [
        path
        for path in paths
        if not path.name.startswith(".") and not is_made_by_system(path) and not stat.S_ISREG(path.lstat().st_mode)
    ]
