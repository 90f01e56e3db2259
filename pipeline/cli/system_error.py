"""What the operating system refused, in words: what, of which file, and what to do about it."""

import errno

from pipeline.logbook.folder import FULL

_MENDS = {
    **dict.fromkeys(FULL, "Make room on the disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "See whose the file is with ls -l, and give yourself the right to it"),
    errno.EIO: "See to the disk, which is failing",
    errno.EROFS: "Make the disk writable",
}


def in_words(error: OSError) -> tuple[str, str]:
    """The message of an error, and its advice."""
    where = f" ({error.filename})" if error.filename else ""
    mend = _MENDS.get(error.errno or 0, "Mend that")
    return f"{error.strerror or error}{where}.", f"{mend}, then run the same command again; nothing is lost"
