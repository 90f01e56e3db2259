"""A systemd user manager, also on a machine that was not booted with systemd.

systemd does not start without /run/systemd/system, so that is mounted in a namespace. What systemd starts runs in a
cgroup of the test. Needs root.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START = """
set -e
mkdir -p /run/systemd
mount -t tmpfs -o mode=755 none /run/systemd
mkdir /run/systemd/system
exec /lib/systemd/systemd --user
"""
_HIERARCHIES = ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup")
_TIMEOUT = 30.0  # seconds


@contextmanager
def user_manager(folder: Path) -> Iterator[dict[str, str]]:
    """A manager whose home folder is in `folder`; yields the environment for its commands."""
    runtime, home = folder / "runtime", folder / "home of user"
    for path in (runtime, home):
        path.mkdir(mode=0o700)
    environment = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with cgroup() as join_commands:
        manager = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", join_commands + _START],
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait_for(runtime / "systemd" / "private", manager)
            yield environment
        finally:
            manager.send_signal(signal.SIGTERM)
            manager.wait(_TIMEOUT)


@contextmanager
def cgroup() -> Iterator[str]:
    """A cgroup for the manager; yields the shell commands to join it."""
    folders = [
        Path(root) / f"ladebog-test-{os.getpid()}" for root in _HIERARCHIES if (Path(root) / "cgroup.procs").is_file()
    ]
    for path in folders:
        path.mkdir()
    try:
        yield "".join(f"echo $$ > {path}/cgroup.procs\n" for path in folders)
    finally:
        for path in folders:
            subfolders = sorted((child for child in path.rglob("*") if child.is_dir()), reverse=True)
            for empty_folder in (*subfolders, path):
                empty_folder.rmdir()


def _wait_for(socket: Path, manager: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _TIMEOUT
    while not socket.exists():
        assert manager.poll() is None, "the user manager did not start"
        assert time.monotonic() < deadline, "the user manager is not ready"
        time.sleep(0.05)
